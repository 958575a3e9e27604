//! Where in the world: sets of countries.

use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Officially assigned codes of ISO 3166-1, alphabetical.
const CODES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW \
BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB \
GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM \
KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC \
NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL \
SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE \
YT ZA ZM ZW";

/// The same one by one, in order, so that they can be searched by halves.
static LIST: LazyLock<Vec<&str>> = LazyLock::new(|| CODES.split(' ').collect());

/// The 27 member states of the European Union since 1 February 2020.
const EU: &str = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK";

/// A set of countries, one bit each in the order of ISO 3166-1.
///
/// In files it is a list of two-letter codes, `WORLD`, `EU` (its 27 members), and, with a minus before it, what is taken out again.
///
/// ```
/// use rights::Territories;
/// let sold = Territories::parse(["WORLD", "-US", "-CA"]).unwrap();
/// let asked = Territories::parse(["IT", "US"]).unwrap();
/// assert_eq!(asked.without(&sold).codes(), ["US"]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Territories([u64; 4]);

impl Territories {
    /// Every country.
    pub const fn world() -> Territories {
        // 249 codes: three whole words and 57 bits of the fourth; a test holds it against the list.
        Territories([u64::MAX, u64::MAX, u64::MAX, (1 << 57) - 1])
    }

    /// Reads a list; the order of its words is that of adding and taking away.
    pub fn parse<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Territories, String> {
        let mut set = Territories::default();
        for word in words {
            let (out, code) = word.strip_prefix('-').map_or((false, word), |code| (true, code));
            let named = match code {
                "WORLD" => Territories::world(),
                "EU" => Territories::parse(EU.split(' '))?,
                code => Territories::default().with(code)?,
            };
            set = if out { set.without(&named) } else { set.or(&named) };
        }
        Ok(set)
    }

    fn with(mut self, code: &str) -> Result<Territories, String> {
        let place = place(code).ok_or_else(|| {
            let hint = match code {
                "UK" => "; the United Kingdom is GB",
                "EL" => "; Greece is GR",
                "SU" | "YU" | "CS" | "DD" | "AN" => "; that country is no more: name the countries of today",
                c if c.len() > 2 && c.is_char_boundary(2) && c[2..].starts_with('-') => "; name the whole country",
                c if c != c.to_uppercase() => "; codes are written in capitals",
                _ => "",
            };
            format!(
                "`{}` is no territory: write two-letter codes of ISO 3166-1, WORLD or EU{hint}",
                super::word::brief(code)
            )
        })?;
        self.0[place / 64] |= 1 << (place % 64);
        Ok(self)
    }

    /// Those in either.
    pub fn or(&self, other: &Territories) -> Territories {
        Territories(std::array::from_fn(|i| self.0[i] | other.0[i]))
    }

    /// Those in both.
    pub fn and(&self, other: &Territories) -> Territories {
        Territories(std::array::from_fn(|i| self.0[i] & other.0[i]))
    }

    /// Those of this set that are not in `other`.
    pub fn without(&self, other: &Territories) -> Territories {
        Territories(std::array::from_fn(|i| self.0[i] & !other.0[i]))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0 == [0; 4]
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether the country `code` is in it.
    pub fn contains(&self, code: &str) -> bool {
        place(code).is_some_and(|place| self.0[place / 64] >> (place % 64) & 1 == 1)
    }

    /// Their codes, alphabetical.
    pub fn codes(&self) -> Vec<&'static str> {
        let mut codes = Vec::with_capacity(self.len());
        for (at, word) in self.0.iter().enumerate() {
            let mut left = *word;
            while left != 0 {
                codes.push(LIST[at * 64 + left.trailing_zeros() as usize]);
                left &= left - 1;
            }
        }
        codes
    }

    /// As it would be written: `WORLD`, or the codes, or `WORLD` less a few.
    pub fn words(&self) -> Vec<String> {
        let out = Territories::world().without(self);
        if out.len() < self.len() {
            let rest = out.codes().into_iter().map(|code| format!("-{code}"));
            return std::iter::once("WORLD".to_owned()).chain(rest).collect();
        }
        self.codes().into_iter().map(str::to_owned).collect()
    }
}

fn place(code: &str) -> Option<usize> {
    LIST.binary_search(&code).ok()
}

impl fmt::Display for Territories {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().join(" "))
    }
}

impl Serialize for Territories {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(self.words())
    }
}

impl<'de> Deserialize<'de> for Territories {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Territories, D::Error> {
        let words = Vec::<String>::deserialize(d)?;
        Territories::parse(words.iter().map(String::as_str)).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_whole_and_in_order() {
        let codes: Vec<&str> = CODES.split(' ').collect();
        assert_eq!(codes.len(), 249, "ISO 3166-1 has 249 officially assigned codes");
        assert!(codes.is_sorted() && codes.windows(2).all(|w| w[0] != w[1]));
        let whole = codes.iter().fold(Territories::default(), |set, code| set.with(code).unwrap());
        assert_eq!((Territories::world(), Territories::world().len()), (whole, 249));
        assert_eq!(Territories::parse(["EU"]).unwrap().len(), 27);
        for code in codes {
            assert!(Territories::world().contains(code));
        }
    }

    #[test]
    fn sets_are_written_as_they_are_read() {
        for words in [&["IT"][..], &["WORLD"], &["WORLD", "-CN", "-US"], &["DE", "EU", "JP"], &[]] {
            let set = Territories::parse(words.iter().copied()).unwrap();
            let back = set.words();
            assert_eq!(Territories::parse(back.iter().map(String::as_str)).unwrap(), set);
        }
        assert_eq!(Territories::parse(["WORLD", "-US"]).unwrap().to_string(), "WORLD -US");
    }

    #[test]
    fn what_is_no_country_is_refused_with_what_is_meant() {
        for (word, hint) in
            [("UK", "GB"), ("SU", "no more"), ("it", "capitals"), ("US-CA", "whole country"), ("Atlantis", "ISO 3166")]
        {
            assert!(Territories::parse([word]).unwrap_err().contains(hint), "{word}");
        }
    }
}
