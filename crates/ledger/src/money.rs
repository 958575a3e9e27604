//! Money: whole minor units of one currency, and nothing that rounds.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Currency;

/// An amount in a currency's smallest units (cents, yen, fils); may be negative.
///
/// ```
/// use ledger::{Currency, Money};
/// let eur: Currency = "EUR".parse().unwrap();
/// let pay = Money::parse("1500.00", eur).unwrap();
/// assert_eq!(pay.minor, 150_000);
/// assert_eq!(pay.to_string(), "1500.00 EUR");
/// assert!(Money::parse("1500.001", eur).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Smallest units.
    pub minor: i64,
    /// Of what.
    pub currency: Currency,
}

/// A sum of many amounts, wider than one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sum {
    /// Of what.
    pub currency: Currency,
    /// Smallest units, written as text so that no reader rounds it.
    #[serde(with = "as_text")]
    pub minor: i128,
}

/// A text that is not an amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Something other than digits with one point.
    #[error("`{0}` is not an amount; write digits with a point before the decimals, such as 1500.00")]
    Malformed(String),
    /// More decimals than the currency has.
    #[error("`{text}` has {found} decimals, and {currency} has {}", currency.decimals())]
    TooFine {
        /// What was written.
        text: String,
        /// How many decimals it has.
        found: usize,
        /// The currency it should be in.
        currency: Currency,
    },
    /// More than can be held.
    #[error("`{0}` is more than an amount can hold")]
    TooLarge(String),
}

impl Money {
    /// An amount by its smallest units.
    pub fn new(minor: i64, currency: Currency) -> Money {
        Money { minor, currency }
    }

    /// Reads decimal text exactly: an optional minus, digits, and at most as many decimals as the currency has.
    pub fn parse(text: &str, currency: Currency) -> Result<Money, MoneyError> {
        let short = || text.chars().take(60).collect::<String>();
        let malformed = || MoneyError::Malformed(short());
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = match digits.split_once('.') {
            Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
            Some(_) => return Err(malformed()),
            None => (digits, ""),
        };
        if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
            return Err(malformed());
        }
        let decimals = currency.decimals() as usize;
        if fraction.len() > decimals {
            return Err(MoneyError::TooFine { text: short(), found: fraction.len(), currency });
        }
        let padding = std::iter::repeat_n(b'0', decimals - fraction.len());
        let minor = whole
            .bytes()
            .chain(fraction.bytes())
            .chain(padding)
            .try_fold(0i64, |sum, b| {
                let digit = i64::from(b - b'0');
                // Counted downwards when negative, since the least amount has no positive twin.
                sum.checked_mul(10)?.checked_add(if negative { -digit } else { digit })
            })
            .ok_or_else(|| MoneyError::TooLarge(short()))?;
        Ok(Money { minor, currency })
    }

    /// The amount without its currency: `1500.00`.
    pub fn decimal(&self) -> String {
        decimal(i128::from(self.minor), self.currency)
    }
}

impl Sum {
    /// The sum without its currency: `1500.00`.
    pub fn decimal(&self) -> String {
        decimal(self.minor, self.currency)
    }
}

fn decimal(minor: i128, currency: Currency) -> String {
    let decimals = currency.decimals() as usize;
    let digits = format!("{:0width$}", minor.unsigned_abs(), width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    let sign = if minor < 0 { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.decimal(), self.currency)
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.decimal(), self.currency)
    }
}

mod as_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(value: &i128, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(value)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<i128, D::Error> {
        let text = String::deserialize(d)?;
        let value: i128 = text.parse().map_err(D::Error::custom)?;
        if value.to_string() == text {
            Ok(value)
        } else {
            Err(D::Error::custom("a sum is written without signs or zeros to spare"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(code: &str) -> Currency {
        code.parse().unwrap()
    }

    #[test]
    fn what_is_read_and_what_is_refused() {
        for (text, code, minor) in [
            ("1500.00", "EUR", 150_000),
            ("1500", "EUR", 150_000),
            ("1500.5", "EUR", 150_050),
            ("-0.01", "EUR", -1),
            ("1500", "JPY", 1500),
            ("1.234", "BHD", 1234),
            ("0", "USD", 0),
            ("-92233720368547758.08", "USD", i64::MIN),
        ] {
            assert_eq!(Money::parse(text, of(code)).unwrap().minor, minor, "{text}");
        }
        for text in ["", "-", ".", ".5", "5.", "1,50", "1 500", "+5", "1e3", "0x10", "--1", "1.2.3", "½", "１", "NaN"]
        {
            assert!(matches!(Money::parse(text, of("EUR")), Err(MoneyError::Malformed(_))), "{text}");
        }
        assert!(matches!(Money::parse("1.5", of("JPY")), Err(MoneyError::TooFine { .. })));
        assert!(matches!(Money::parse("1.000", of("EUR")), Err(MoneyError::TooFine { .. })));
        assert!(matches!(Money::parse("92233720368547758.08", of("USD")), Err(MoneyError::TooLarge(_))));
        assert!(matches!(Money::parse(&"9".repeat(1 << 20), of("USD")), Err(MoneyError::TooLarge(_))));
    }

    proptest! {
        #[test]
        fn written_and_read_again(minor in any::<i64>(), code in prop::sample::select(vec!["EUR", "JPY", "BHD"])) {
            let money = Money::new(minor, of(code));
            prop_assert_eq!(Money::parse(&money.decimal(), of(code)), Ok(money));
            let sum = Sum { currency: of(code), minor: i128::from(minor) * 7 };
            prop_assert_eq!(serde_json::from_str::<Sum>(&serde_json::to_string(&sum).unwrap()).unwrap(), sum);
        }

        #[test]
        fn any_text_is_answered(text in ".{0,40}") {
            let _ = Money::parse(&text, of("EUR"));
        }
    }
}
