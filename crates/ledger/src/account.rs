//! Accounts and the parties they are kept for.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Who may be owed: an id such as `p:rossi-elena`, `e:bianchi-heirs`, `o:studio`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Party(String);

/// A name money stands under: `cash`, `pool:w:notte-rossa`, `payable:p:rossi-elena`.
///
/// The part before the first colon says what kind of account it is. `payable:` is what the studio owes the party named after
/// it; these are the lines of that party's statement.
///
/// ```
/// let account: ledger::Account = "payable:p:rossi-elena".parse().unwrap();
/// assert_eq!(account.party().unwrap().to_string(), "p:rossi-elena");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account(String);

/// A text that names no account or party.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` names no {what}: 1 to 200 bytes without spaces or control characters, no empty part between colons")]
pub struct NameError {
    /// `account` or `party`.
    pub what: &'static str,
    /// What was found, shortened.
    pub found: String,
}

const PAYABLE: &str = "payable:";

impl Account {
    /// What the studio owes this party.
    pub fn payable(party: &Party) -> Account {
        Account(format!("{PAYABLE}{party}"))
    }

    /// The party this account is kept for, if it is a payable.
    pub fn party(&self) -> Option<Party> {
        self.0.strip_prefix(PAYABLE).map(|rest| Party(rest.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Party {
    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn name(what: &'static str, text: &str, longest: usize) -> Result<String, NameError> {
    let fine = text.len() <= longest
        && text.split(':').all(|part| !part.is_empty())
        && !text.chars().any(|c| c.is_whitespace() || c.is_control());
    if fine { Ok(text.to_owned()) } else { Err(NameError { what, found: text.chars().take(60).collect() }) }
}

impl FromStr for Party {
    type Err = NameError;

    fn from_str(s: &str) -> Result<Party, NameError> {
        name("party", s, 200).map(Party)
    }
}

impl FromStr for Account {
    type Err = NameError;

    fn from_str(s: &str) -> Result<Account, NameError> {
        // Room for the kind before a party of any length.
        let account = name("account", s, 200 + PAYABLE.len()).map(Account)?;
        if s == "payable" { Err(NameError { what: "account", found: s.to_owned() }) } else { Ok(account) }
    }
}

macro_rules! text {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<$name, D::Error> {
                String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

text!(Party);
text!(Account);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_whom_they_are_for() {
        assert_eq!("cash".parse::<Account>().unwrap().party(), None);
        assert_eq!("pool:w:notte-rossa".parse::<Account>().unwrap().party(), None);
        let party: Party = "p:rossi-elena".parse().unwrap();
        assert_eq!(Account::payable(&party).party(), Some(party.clone()));
        let longest: Party = "p".repeat(200).parse().unwrap();
        let account = Account::payable(&longest);
        assert_eq!(account.as_str().parse(), Ok(account.clone()), "any party has an account that can be read again");
        for text in ["", ":", "a::b", "payable:", "payable", "a b", "a\nb", "a\u{0}", &"x".repeat(300)] {
            assert!(text.parse::<Account>().is_err(), "{text}");
        }
    }
}
