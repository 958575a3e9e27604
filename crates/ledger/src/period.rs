//! Periods for which books are closed: quarters and months.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A quarter (`2027-Q2`) or a month (`2027-05`).
///
/// ```
/// let quarter: ledger::Period = "2027-Q2".parse().unwrap();
/// assert!(quarter.holds(jiff::civil::date(2027, 5, 3)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    year: i16,
    part: Part,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Part {
    Month(i8),
    Quarter(i8),
}

/// A text that names no period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a period; write a quarter as 2027-Q2 or a month as 2027-05")]
pub struct PeriodError(pub String);

impl Period {
    /// The month of a day.
    pub fn month_of(day: Date) -> Period {
        Period { year: day.year(), part: Part::Month(day.month()) }
    }

    /// The quarter of a day.
    pub fn quarter_of(day: Date) -> Period {
        Period { year: day.year(), part: Part::Quarter((day.month() - 1) / 3 + 1) }
    }

    /// The last day of the period.
    pub fn last(&self) -> Date {
        let month = match self.part {
            Part::Month(month) => month,
            Part::Quarter(quarter) => quarter * 3,
        };
        jiff::civil::date(self.year, month, 1).last_of_month()
    }

    /// Both periods that hold a day.
    pub fn both_of(day: Date) -> [Period; 2] {
        [Period::month_of(day), Period::quarter_of(day)]
    }

    /// Whether the day lies in the period.
    pub fn holds(&self, day: Date) -> bool {
        Period::both_of(day).contains(self)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.part {
            Part::Month(month) => write!(f, "{:04}-{month:02}", self.year),
            Part::Quarter(quarter) => write!(f, "{:04}-Q{quarter}", self.year),
        }
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(s: &str) -> Result<Period, PeriodError> {
        let read = || {
            let (year, part) = s.split_once('-')?;
            let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
            if year.len() != 4 || !digits(year) || part.len() != 2 {
                return None;
            }
            let part = match part.strip_prefix('Q') {
                Some(quarter) => Part::Quarter(quarter.parse().ok().filter(|q| (1..=4).contains(q))?),
                None if digits(part) => Part::Month(part.parse().ok().filter(|m| (1..=12).contains(m))?),
                None => return None,
            };
            Some(Period { year: year.parse().ok()?, part })
        };
        read().ok_or_else(|| PeriodError(s.chars().take(40).collect()))
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Period, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn what_holds_what() {
        let quarter: Period = "2027-Q2".parse().unwrap();
        assert!(!quarter.holds(date(2027, 3, 31)));
        assert!(quarter.holds(date(2027, 4, 1)) && quarter.holds(date(2027, 6, 30)));
        assert!(!quarter.holds(date(2027, 7, 1)) && !quarter.holds(date(2026, 5, 1)));
        let month: Period = "2027-05".parse().unwrap();
        assert!(month.holds(date(2027, 5, 31)) && !month.holds(date(2027, 6, 1)));
        assert_eq!((quarter.last(), month.last()), (date(2027, 6, 30), date(2027, 5, 31)));
        assert_eq!("2028-02".parse::<Period>().unwrap().last(), date(2028, 2, 29));
        for text in ["2027-Q2", "2027-05", "0001-12"] {
            assert_eq!(text.parse::<Period>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "2027",
            "2027-Q0",
            "2027-Q5",
            "2027-00",
            "2027-13",
            "27-05",
            "2027-5",
            "2027-Q+",
            "+027-05",
            "2027-+5",
            "2027-Q22",
            "２０２７-05",
        ] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }
}
