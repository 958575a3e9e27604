//! Currencies of ISO 4217 and how many decimals each has.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A currency by its ISO 4217 code.
///
/// ```
/// let yen: ledger::Currency = "JPY".parse().unwrap();
/// assert_eq!(yen.decimals(), 0);
/// assert!("jpy".parse::<ledger::Currency>().is_err());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// A text that is no currency known here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a currency code known here (ISO 4217, three capitals, such as EUR)")]
pub struct CurrencyError(pub String);

/// Currencies by their number of decimals (ISO 4217, list one).
const DECIMALS: [(u32, &str); 3] = [
    (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
    (
        2,
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ETB EUR FJD GBP GEL \
         GHS GTQ HKD HNL HUF IDR ILS INR JMD KES KHR KZT LAK LBP LKR MAD MDL MKD MMK MNT MOP MUR MXN MYR MZN NAD NGN NIO \
         NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SEK SGD THB TRY TTD TWD TZS UAH USD UYU UZS ZAR ZMW",
    ),
];

impl Currency {
    /// Decimals between the unit and its smallest part: 2 for euro and cent, 0 for yen, 3 for dinar and fils.
    pub fn decimals(self) -> u32 {
        lookup(self.code()).expect("a currency is made only from the table")
    }

    /// The code.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("capitals only")
    }
}

fn lookup(code: &str) -> Option<u32> {
    DECIMALS.iter().find(|(_, codes)| codes.split(' ').any(|c| c == code)).map(|(decimals, _)| *decimals)
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;

    fn from_str(s: &str) -> Result<Currency, CurrencyError> {
        let bad = || CurrencyError(s.chars().take(20).collect());
        let code: [u8; 3] = s.as_bytes().try_into().map_err(|_| bad())?;
        lookup(s).ok_or_else(bad)?;
        Ok(Currency(code))
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Currency, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_and_refusals() {
        for (code, decimals) in [("EUR", 2), ("USD", 2), ("JPY", 0), ("KRW", 0), ("BHD", 3), ("TND", 3), ("ISK", 0)] {
            assert_eq!(code.parse::<Currency>().unwrap().decimals(), decimals, "{code}");
        }
        for text in ["", "EU", "EURO", "eur", "   ", "R E", "XXX", "€"] {
            assert!(text.parse::<Currency>().is_err(), "{text}");
        }
        let mut codes: Vec<_> = DECIMALS.iter().flat_map(|(_, codes)| codes.split(' ')).collect();
        assert!(codes.iter().all(|c| c.len() == 3));
        let n = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), n, "no code stands twice");
    }
}
