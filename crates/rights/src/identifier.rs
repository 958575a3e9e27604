//! Names that the world knows works and people by, and their check digits.

use std::fmt::Display;

use crate::word::brief;

/// Checks the identifier `value` of the scheme `scheme` and gives it in its usual written form.
///
/// Schemes: `eidr`, `isan`, `isni`, `orcid` (ISO 7064 check characters), `iswc`, `ipi` (their own), `isrc` (form only: it has no
/// check digit). Any other scheme, a guild's number for instance, is kept as it is.
///
/// ```
/// use rights::identifier::canonical;
/// assert_eq!(canonical("isni", "0000000121032683").unwrap(), "0000 0001 2103 2683");
/// assert!(canonical("isni", "0000000121032684").unwrap_err().contains("check digit"));
/// ```
///
/// Sources: ISO 26324 and EIDR registry rules; ISO 15706 (ISAN); ISO 27729 (ISNI); ISO 15707 (ISWC); ISO 3901 (ISRC); ISO/IEC 7064;
/// CISAC's rule of the IPI name number (two digits, modulo 101).
pub fn canonical(scheme: &str, value: &str) -> Result<String, String> {
    match scheme {
        "eidr" => eidr(value),
        "isan" => isan(value),
        "isni" | "orcid" => isni(scheme, value),
        "iswc" => iswc(value),
        "ipi" => ipi(value),
        "isrc" => isrc(value),
        _ => Ok(value.trim().to_owned()),
    }
}

fn form(scheme: &str, value: &str, wanted: &str) -> String {
    format!("`{}` has not the form of an {}: {wanted}", brief(value), scheme.to_uppercase())
}

fn wrong(scheme: &str, value: &str, found: impl Display, due: impl Display) -> String {
    format!(
        "`{}` is no {}: its check digit is {found} and should be {due}; copy it again from its source",
        brief(value),
        scheme.to_uppercase()
    )
}

/// Without the marks that people put between groups.
fn bare(value: &str) -> String {
    value.chars().filter(|c| !matches!(c, ' ' | '-' | '.')).map(|c| c.to_ascii_uppercase()).collect()
}

fn grouped(text: &str, of: usize, between: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    chars.chunks(of).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(between)
}

const SIGNS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// ISO 7064 MOD 37,36.
fn mod_37_36(digits: &str) -> char {
    let mut p = 36;
    for c in digits.chars() {
        let value = c.to_digit(36).expect("checked to be a digit") as usize;
        p += value;
        p = if p % 36 == 0 { 36 } else { p % 36 };
        p = p * 2 % 37;
    }
    SIGNS[(37 - p) % 36] as char
}

/// ISO 7064 MOD 11-2.
fn mod_11_2(digits: &str) -> char {
    let total = digits.chars().fold(0, |total, c| (total + c.to_digit(10).expect("checked to be a digit")) * 2 % 11);
    match (12 - total) % 11 {
        10 => 'X',
        digit => char::from_digit(digit, 10).expect("below ten"),
    }
}

fn eidr(value: &str) -> Result<String, String> {
    let wanted = "10.5240/ and five groups of four hexadecimal digits and a check character";
    let Some(suffix) = value.trim().strip_prefix("10.5240/") else {
        return Err(form("eidr", value, wanted));
    };
    let id = bare(suffix);
    if id.len() != 21 || !id.is_ascii() || !id[..20].bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(form("eidr", value, wanted));
    }
    let (digits, found) = (&id[..20], id[20..].chars().next().expect("21 characters"));
    let due = mod_37_36(digits);
    if due != found {
        return Err(wrong("eidr", value, found, due));
    }
    Ok(format!("10.5240/{}-{due}", grouped(digits, 4, "-")))
}

/// Sixteen hexadecimal digits and a check character; with a version, eight more and another.
fn isan(value: &str) -> Result<String, String> {
    let wanted = "four groups of four hexadecimal digits and a check character, and with a version two more groups and a check character";
    let text = value.trim();
    let id = bare(text.strip_prefix("ISAN").unwrap_or(text));
    let hex = |s: &str| s.bytes().all(|b| b.is_ascii_hexdigit());
    if !id.is_ascii() || !matches!(id.len(), 17 | 26) || !hex(&id[..16]) || (id.len() == 26 && !hex(&id[17..25])) {
        return Err(form("isan", value, wanted));
    }
    let at = |i: usize| id.as_bytes()[i] as char;
    let due = mod_37_36(&id[..16]);
    if due != at(16) {
        return Err(wrong("isan", value, at(16), due));
    }
    let root = format!("{}-{due}", grouped(&id[..16], 4, "-"));
    if id.len() == 17 {
        return Ok(root);
    }
    let due = mod_37_36(&format!("{}{}", &id[..16], &id[17..25]));
    if due != at(25) {
        return Err(wrong("isan", value, at(25), due));
    }
    Ok(format!("{root}-{}-{due}", grouped(&id[17..25], 4, "-")))
}

fn isni(scheme: &str, value: &str) -> Result<String, String> {
    let id = bare(value);
    let digits = id.len() == 16 && id.is_ascii() && id[..15].bytes().all(|b| b.is_ascii_digit());
    let last = id.chars().last().filter(|c| c.is_ascii_digit() || *c == 'X');
    let (true, Some(found)) = (digits, last) else {
        return Err(form(scheme, value, "sixteen digits, the last may be X"));
    };
    let due = mod_11_2(&id[..15]);
    if due != found {
        return Err(wrong(scheme, value, found, due));
    }
    Ok(grouped(&id, 4, if scheme == "orcid" { "-" } else { " " }))
}

fn iswc(value: &str) -> Result<String, String> {
    let id = bare(value);
    let digits = id.strip_prefix('T').filter(|d| d.len() == 10 && d.bytes().all(|b| b.is_ascii_digit()));
    let Some(digits) = digits else {
        return Err(form("iswc", value, "T and ten digits, as T-034.524.680-1"));
    };
    let sum = digits[..9].bytes().zip(1u32..).fold(1, |sum, (digit, place)| sum + place * u32::from(digit - b'0'));
    let due = char::from_digit((10 - sum % 10) % 10, 10).expect("below ten");
    let found = digits.as_bytes()[9] as char;
    if due != found {
        return Err(wrong("iswc", value, found, due));
    }
    Ok(format!("T-{}-{due}", grouped(&digits[..9], 3, ".")))
}

fn ipi(value: &str) -> Result<String, String> {
    let id = bare(value);
    if !(9..=11).contains(&id.len()) || !id.bytes().all(|b| b.is_ascii_digit()) {
        return Err(form("ipi", value, "nine to eleven digits"));
    }
    let id = format!("{id:0>11}");
    let sum: u32 = id[..9].bytes().zip((2..=10).rev()).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let (due, found) = (format!("{:02}", (101 - sum % 101) % 100), &id[9..]);
    if due != found {
        return Err(wrong("ipi", value, found, &due));
    }
    Ok(id)
}

fn isrc(value: &str) -> Result<String, String> {
    let id = bare(value);
    let fits = id.len() == 12
        && id.is_ascii()
        && id[..2].bytes().all(|b| b.is_ascii_uppercase())
        && id[2..5].bytes().all(|b| b.is_ascii_alphanumeric())
        && id[5..].bytes().all(|b| b.is_ascii_digit());
    if !fits {
        return Err(form("isrc", value, "two letters, three letters or digits, seven digits, as IT-AB1-26-00012"));
    }
    Ok(format!("{}-{}-{}-{}", &id[..2], &id[2..5], &id[5..7], &id[7..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published examples of the registries.
    const GOOD: [(&str, &str, &str); 6] = [
        ("eidr", "10.5240/EA73-79D7-1B2B-B378-3A73-M", "10.5240/EA73-79D7-1B2B-B378-3A73-M"),
        ("isan", "ISAN 0000-0000-D07A-0090-Q-0000-0000-X", "0000-0000-D07A-0090-Q-0000-0000-X"),
        ("isni", "0000 0001 2103 2683", "0000 0001 2103 2683"),
        ("orcid", "0000-0002-1825-0097", "0000-0002-1825-0097"),
        ("iswc", "T-034.524.680-1", "T-034.524.680-1"),
        ("isrc", "us-rc1-76-07839", "US-RC1-76-07839"),
    ];

    #[test]
    fn published_identifiers_are_known() {
        for (scheme, value, written) in GOOD {
            assert_eq!(canonical(scheme, value).as_deref(), Ok(written));
        }
        assert_eq!(canonical("ipi", "52210040").unwrap_err().split(':').count(), 2);
        // Picasso, McCartney and Lennon, as rights societies list them.
        for known in ["00014107338", "00045620792", "00017798450"] {
            assert_eq!(canonical("ipi", &known[1..]).as_deref(), Ok(known));
        }
        assert!(canonical("ipi", "00045620793").unwrap_err().contains("check digit is 93 and should be 92"));
        assert_eq!(canonical("sag_aftra", " 10023 ").unwrap(), "10023");
    }

    #[test]
    fn any_one_digit_changed_is_found() {
        // An ISWC weighs its digits by their place modulo ten: a change under an even weight or five can pass by its rule.
        for (scheme, value, _) in GOOD.into_iter().filter(|(scheme, ..)| !["isrc", "iswc"].contains(scheme)) {
            let start = if scheme == "eidr" { 8 } else { 0 };
            for (at, old) in value.char_indices().filter(|(at, c)| *at >= start && c.is_ascii_digit()) {
                for new in ('0'..='9').filter(|new| *new != old) {
                    let mut changed = value.to_owned();
                    changed.replace_range(at..=at, &new.to_string());
                    assert!(canonical(scheme, &changed).is_err(), "{scheme} {changed}");
                }
            }
        }
    }

    #[test]
    fn a_digit_changed_under_an_odd_weight_is_found_in_an_iswc() {
        for wrong in ["T-134.524.680-1", "T-035.524.680-1", "T-034.524.680-2", "T-034.524.681-1"] {
            assert!(canonical("iswc", wrong).unwrap_err().contains("check digit"), "{wrong}");
        }
    }

    #[test]
    fn what_is_no_identifier_is_an_error_and_no_panic() {
        for scheme in ["eidr", "isan", "isni", "orcid", "iswc", "ipi", "isrc"] {
            for value in
                ["", "é", "ÉÉÉÉÉÉÉÉÉÉÉÉÉÉÉÉ", "10.5240/", "T-", "日本語のテキスト", "0000 0001 2103 268é", "----"]
            {
                assert!(canonical(scheme, value).is_err(), "{scheme} {value}");
            }
        }
    }
}
