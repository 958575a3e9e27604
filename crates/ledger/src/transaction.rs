//! Transactions: money that moves between accounts, as much out as in.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{Account, Currency, Money, Sum};

/// Which side of an account a line stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Into what is held, or off what is owed.
    Debit,
    /// Out of what is held, or onto what is owed: a credit to `payable:p` is money the studio owes `p`.
    Credit,
}

/// A length of film time in thousandths of a second, written as decimal seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seconds(pub u64);

/// One line of a transaction: an account, an amount, and what it is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Where the money stands.
    pub account: Account,
    /// On which side.
    pub side: Side,
    /// How much, in smallest units, never negative; zero only with [`Line::zero`].
    pub minor: i64,
    /// Of what.
    pub currency: Currency,
    /// The duty that this line meets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duty: Option<String>,
    /// What was used: a shot, a work, a consent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<String>,
    /// For how long, in thousandths of a second.
    #[serde(default, rename = "millis", skip_serializing_if = "Option::is_none")]
    pub seconds: Option<Seconds>,
    /// How the amount was found: days, sessions, points, pro-rata seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
    /// Why the amount is zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zero: Option<String>,
    /// Nobody can say yet how much [`Line::duty`] comes to: `zero` says why, and the duty is met by a later line alone.
    #[serde(default, skip_serializing_if = "is_false")]
    pub pending: bool,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// Lines that balance, on a day.
#[derive(Clone, Debug, PartialEq)]
pub struct Transaction {
    /// When it was recorded.
    pub at: Timestamp,
    /// The day in whose period it falls.
    pub on: Date,
    /// What it is, in a few words; everyone who is in the transaction sees it.
    pub about: String,
    /// Named so that the same act, run again, posts nothing twice.
    pub key: Option<String>,
    /// The lines; each party is shown only its own.
    pub lines: Vec<Line>,
}

/// The undoing of a posting: the same lines with sides exchanged.
#[derive(Clone, Debug, PartialEq)]
pub struct Reversal {
    /// When it was recorded.
    pub at: Timestamp,
    /// The day in whose period it falls; that period must be open, the reversed posting's may be closed.
    pub on: Date,
    /// Which entry is reversed.
    pub of: u64,
    /// Why; everyone who is in the transaction sees it.
    pub why: String,
    /// Named so that the same act, run again, posts nothing twice.
    pub key: Option<String>,
}

/// Lines that cannot be posted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// Nothing to post.
    #[error("a transaction needs at least one line")]
    None,
    /// Too many lines for one entry.
    #[error("{0} lines are more than one transaction may have ({MOST_LINES}); post several")]
    Many(usize),
    /// An amount below zero.
    #[error("line {0} has an amount below zero; exchange its side instead")]
    Negative(usize),
    /// Zero without a reason, or a reason beside an amount.
    #[error("line {0}: an amount of zero, and only that, needs a reason (`zero`)")]
    Zero(usize),
    /// An amount, or no duty, in a line that says that an amount is not known.
    #[error("line {0}: a line that is pending names its duty and carries no amount")]
    Pending(usize),
    /// The sides differ.
    #[error("debits of {debit} and credits of {credit} differ; a transaction must balance in each currency")]
    Unbalanced {
        /// All debits in the currency.
        debit: Sum,
        /// All credits in it.
        credit: Sum,
    },
}

/// The most lines one transaction may have.
pub const MOST_LINES: usize = 100_000;

impl Line {
    fn new(side: Side, account: Account, money: Money) -> Line {
        let Money { minor, currency } = money;
        Line {
            account,
            side,
            minor,
            currency,
            duty: None,
            used: None,
            seconds: None,
            basis: None,
            zero: None,
            pending: false,
        }
    }

    /// A line on the debit side.
    pub fn debit(account: Account, money: Money) -> Line {
        Line::new(Side::Debit, account, money)
    }

    /// A line on the credit side.
    pub fn credit(account: Account, money: Money) -> Line {
        Line::new(Side::Credit, account, money)
    }

    /// A line that says why nothing is owed.
    pub fn nothing(account: Account, currency: Currency, why: &str) -> Line {
        Line { zero: Some(why.to_owned()), ..Line::credit(account, Money::new(0, currency)) }
    }

    /// A line that says why nobody can say yet how much a duty comes to.
    pub fn pending(account: Account, currency: Currency, duty: &str, why: &str) -> Line {
        Line { duty: Some(duty.to_owned()), pending: true, ..Line::nothing(account, currency, why) }
    }

    /// The amount.
    pub fn money(&self) -> Money {
        Money::new(self.minor, self.currency)
    }

    /// What the line adds to what is owed: credits count up, debits down.
    pub fn owed(&self) -> i128 {
        match self.side {
            Side::Credit => i128::from(self.minor),
            Side::Debit => -i128::from(self.minor),
        }
    }

    /// The line that undoes this one.
    pub(crate) fn mirror(&self) -> Line {
        let side = match self.side {
            Side::Debit => Side::Credit,
            Side::Credit => Side::Debit,
        };
        Line { side, ..self.clone() }
    }
}

impl Transaction {
    /// Whether these lines can be posted: amounts not negative, zeros explained, balanced in each currency.
    pub fn sound(lines: &[Line]) -> Result<(), LineError> {
        if lines.is_empty() {
            return Err(LineError::None);
        }
        if lines.len() > MOST_LINES {
            return Err(LineError::Many(lines.len()));
        }
        let mut sides: BTreeMap<Currency, (i128, i128)> = BTreeMap::new();
        for (number, line) in lines.iter().enumerate() {
            if line.minor < 0 {
                return Err(LineError::Negative(number));
            }
            if (line.minor == 0) != line.zero.as_ref().is_some_and(|why| !why.trim().is_empty()) {
                return Err(LineError::Zero(number));
            }
            if line.pending && (line.minor != 0 || line.duty.is_none()) {
                return Err(LineError::Pending(number));
            }
            let (debit, credit) = sides.entry(line.currency).or_default();
            match line.side {
                Side::Debit => *debit += i128::from(line.minor),
                Side::Credit => *credit += i128::from(line.minor),
            }
        }
        for (currency, (debit, credit)) in sides {
            if debit != credit {
                let sum = |minor| Sum { currency, minor };
                return Err(LineError::Unbalanced { debit: sum(debit), credit: sum(credit) });
            }
        }
        Ok(())
    }
}

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}", self.0 / 1000, self.0 % 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn balanced_or_refused() {
        let account = |name: &str| name.parse::<Account>().unwrap();
        let money = |minor, code: &str| Money::new(minor, code.parse().unwrap());
        let debit = Line::debit(account("pool:w:a"), money(300, "EUR"));
        let credit = |minor, code| Line::credit(account("payable:p:a"), money(minor, code));
        assert_eq!(Transaction::sound(&[debit.clone(), credit(100, "EUR"), credit(200, "EUR")]), Ok(()));
        assert!(matches!(
            Transaction::sound(&[debit.clone(), credit(300, "USD")]),
            Err(LineError::Unbalanced { debit: Sum { minor: 300, .. }, credit: Sum { minor: 0, .. } })
        ));
        assert!(matches!(Transaction::sound(&[debit.clone(), credit(299, "EUR")]), Err(LineError::Unbalanced { .. })));
        assert_eq!(Transaction::sound(&[credit(0, "EUR")]), Err(LineError::Zero(0)));
        assert_eq!(Transaction::sound(&[debit.clone(), credit(-300, "EUR")]), Err(LineError::Negative(1)));
        assert_eq!(Transaction::sound(&[]), Err(LineError::None));
        let nothing = Line::nothing(account("payable:p:a"), "EUR".parse().unwrap(), "not used this quarter");
        assert_eq!(Transaction::sound(std::slice::from_ref(&nothing)), Ok(()));
        assert_eq!(Transaction::sound(&[Line { zero: Some(" ".into()), ..nothing }]), Err(LineError::Zero(0)));
        let greatest = |side| Line { side, ..credit(i64::MAX, "EUR") };
        let many = [Side::Debit, Side::Debit, Side::Credit, Side::Credit].map(greatest);
        assert_eq!(Transaction::sound(&many), Ok(()), "sums are wider than amounts");
        assert_eq!(Seconds(4_100).to_string(), "4.100");
    }
}
