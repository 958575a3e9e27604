//! What is owed in money: exact decimal amounts from the terms on record, and how each came about.

use std::fmt;

use rights::Pay;

/// An exact amount in ten-thousandths of its currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(i128);

/// How a begun quarter of an hour of music counts; the source does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// As a whole one.
    Up,
    /// As the minutes that it has.
    Exact,
    /// Not at all.
    Down,
}

impl Amount {
    /// Reads `1500.00`, at most four decimals.
    pub fn parse(text: &str) -> Option<Amount> {
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
        let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |s: &str, most: usize| !s.is_empty() && s.len() <= most && s.bytes().all(|b| b.is_ascii_digit());
        if !plain(whole, 18) || !plain(part, 4) {
            return None;
        }
        let part: i128 = format!("{part:0<4}").parse().ok()?;
        Some(Amount(sign * (whole.parse::<i128>().ok()? * 10_000 + part)))
    }

    /// So many of it.
    pub fn times(self, count: i64) -> Amount {
        Amount(self.0.saturating_mul(i128::from(count)))
    }

    /// A part of it, rounded half away from nothing to a ten-thousandth.
    pub fn part(self, of: i64, whole: i64) -> Amount {
        let (of, whole) = (i128::from(of), i128::from(whole.max(1)));
        let half = if self.0 < 0 { -whole / 2 } else { whole / 2 };
        Amount(self.0.saturating_mul(of).saturating_add(half) / whole)
    }

    /// Both together.
    pub fn plus(self, other: Amount) -> Amount {
        Amount(self.0.saturating_add(other.0))
    }

    /// The first less the second, in ten-thousandths.
    pub fn less(self, other: Amount) -> i64 {
        i64::try_from(self.0.saturating_sub(other.0)).unwrap_or(i64::MAX)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, digits) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        let (whole, part) = (digits / 10_000, digits % 10_000);
        // Two decimals, or four where the amount needs them.
        if part.is_multiple_of(100) {
            write!(f, "{sign}{whole}.{:02}", part / 100)
        } else {
            write!(f, "{sign}{whole}.{part:04}")
        }
    }
}

/// Whether the amount is less than the least that may be paid; unknown where no least is recorded.
pub(crate) fn below_minimum(pay: &Pay) -> Option<bool> {
    let least = Amount::parse(pay.minimum.as_deref()?)?;
    Some(Amount::parse(&pay.amount)? < least)
}

/// By the terms of a consent: days times the daily amount, or what it says flat. Days are never paid below the minimum.
pub fn by_terms(pay: &Pay) -> Option<(Amount, String)> {
    let amount = Amount::parse(&pay.amount)?;
    match pay.basis.as_str() {
        "equivalent_days" | "day_rate" => day_rate(pay),
        "flat" => Some((amount, format!("flat {amount} {}", pay.currency))),
        _ => None,
    }
}

/// Days times the greater of daily amount and minimum; one day where no number of days is recorded.
pub fn day_rate(pay: &Pay) -> Option<(Amount, String)> {
    let amount = Amount::parse(&pay.amount)?;
    let least = pay.minimum.as_deref().map(Amount::parse);
    if least == Some(None) {
        return None;
    }
    let least = least.flatten();
    let days = i64::from(pay.days.unwrap_or(1));
    let daily = if pay.basis == "flat" {
        // A flat fee stands if it is no less than the days at the minimum.
        let floor = least.map(|least| least.times(days));
        let owed = floor.map_or(amount, |floor| floor.max(amount));
        return Some((owed, format!("the greater of flat {amount} and {days} x minimum {}", shown(least))));
    } else {
        least.map_or(amount, |least| least.max(amount))
    };
    Some((daily.times(days), format!("{days} days x the greater of {amount} and minimum {}", shown(least))))
}

fn shown(least: Option<Amount>) -> String {
    least.map_or("(not recorded)".into(), |least| least.to_string())
}

/// Sessions for music that playing prompted: for each 15 minutes one session of three hours at the recorded rate, two if one
/// musician alone prompted it.
pub fn sessions(fee: Amount, minutes: i64, solo: bool, rounding: Rounding) -> (Amount, String) {
    let each = if solo { fee.times(2) } else { fee };
    let owed = match rounding {
        Rounding::Up => each.times(minutes.max(0).saturating_add(14) / 15),
        Rounding::Exact => each.part(minutes.max(0), 15),
        Rounding::Down => each.times(minutes.max(0) / 15),
    };
    let many = if solo { "two sessions" } else { "one session" };
    (owed, format!("{many} of {fee} per 15 minutes, {minutes} minutes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pay(basis: &str, amount: &str, days: Option<u32>, minimum: Option<&str>) -> Pay {
        Pay {
            basis: basis.into(),
            days,
            amount: amount.into(),
            minimum: minimum.map(str::to_owned),
            currency: "USD".into(),
            residuals: None,
        }
    }

    #[test]
    fn amounts_are_exact() {
        for (text, back) in
            [("1500.00", "1500.00"), ("0.1", "0.10"), ("12.3456", "12.3456"), ("7", "7.00"), ("-1.5", "-1.50")]
        {
            assert_eq!(Amount::parse(text).unwrap().to_string(), back);
        }
        for bad in ["", ".5", "1.", "1,5", "1.23456", "x", "1e3"] {
            assert!(Amount::parse(bad).is_none(), "{bad}");
        }
        let cent = Amount::parse("0.01").unwrap();
        assert_eq!(cent.times(100), Amount::parse("1").unwrap());
    }

    #[test]
    fn days_are_paid_at_the_greater_rate() {
        let owed = |pay: Pay| by_terms(&pay).unwrap().0.to_string();
        assert_eq!(owed(pay("equivalent_days", "1500.00", Some(2), None)), "3000.00");
        assert_eq!(owed(pay("equivalent_days", "900.00", Some(3), Some("1246.00"))), "3738.00");
        assert_eq!(owed(pay("flat", "1000.00", None, None)), "1000.00");
        assert_eq!(day_rate(&pay("flat", "1000.00", Some(2), Some("600.00"))).unwrap().0.to_string(), "1200.00");
        assert!(by_terms(&pay("none", "0.00", None, None)).is_none());
    }

    #[test]
    fn sessions_of_music_by_each_rounding() {
        let fee = Amount::parse("300.00").unwrap();
        let owed = |solo, rounding| sessions(fee, 22, solo, rounding).0.to_string();
        assert_eq!(owed(false, Rounding::Up), "600.00");
        assert_eq!(owed(true, Rounding::Up), "1200.00");
        assert_eq!(owed(false, Rounding::Exact), "440.00");
        assert_eq!(owed(false, Rounding::Down), "300.00");
    }

    #[test]
    fn sums_without_sense_end_no_program() {
        let most = Amount::parse(&"9".repeat(18)).unwrap();
        for minutes in [i64::MIN, -1, i64::MAX - 1, i64::MAX] {
            for rounding in [Rounding::Up, Rounding::Exact, Rounding::Down] {
                sessions(most, minutes, true, rounding);
            }
        }
        most.times(i64::MAX).part(i64::MAX, 1);
        most.times(i64::MIN).part(i64::MAX, 1);
    }
}
