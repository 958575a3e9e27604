//! Finding the title that a person means.

use super::library::{Library, LibraryError};
use super::shelf::TitleCard;

/// Why no title was found.
#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    /// Nothing like it.
    #[error("no title is called `{asked}`{}", did_you_mean(.near))]
    Unknown {
        /// What was asked for.
        asked: String,
        /// Names not far from it.
        near: Vec<String>,
    },
    /// Several.
    #[error("`{asked}` could be {}; say more of the name, or its number", listed(.names))]
    Several {
        /// What was asked for.
        asked: String,
        /// Numbers and names that fit.
        names: Vec<(i64, String)>,
    },
    /// The library is empty.
    #[error("the library holds no title yet; take films in with `bottega ingest FOLDER`")]
    Empty,
    /// The library could not be read.
    #[error(transparent)]
    Library(#[from] LibraryError),
}

fn did_you_mean(names: &[String]) -> String {
    match names {
        [] => "; `bottega titles` lists them".to_owned(),
        names => format!("; did you mean {}?", names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(" or ")),
    }
}

fn listed(names: &[(i64, String)]) -> String {
    names.iter().map(|(id, name)| format!("`{name}` ({id})")).collect::<Vec<_>>().join(" or ")
}

impl Library {
    /// The title that `asked` means: its number, its name in any case, the beginning of one name, or a part of one name.
    pub fn title(&self, asked: &str) -> Result<TitleCard, LookupError> {
        let titles = self.titles()?;
        if titles.is_empty() {
            return Err(LookupError::Empty);
        }
        choose(titles, asked)
    }
}

fn choose(mut titles: Vec<TitleCard>, asked: &str) -> Result<TitleCard, LookupError> {
    let want = fold(asked);
    let names: Vec<String> = titles.iter().map(|t| fold(&t.name)).collect();
    let id: Option<i64> = asked.trim().trim_start_matches('#').parse().ok();
    let id_is = |i: usize| Some(titles[i].id) == id;
    let tests: [&dyn Fn(usize) -> bool; 4] =
        [&|i| names[i] == want, &id_is, &|i| !want.is_empty() && names[i].starts_with(&want), &|i| {
            !want.is_empty() && names[i].contains(&want)
        }];
    let fits =
        tests.iter().map(|test| (0..titles.len()).filter(|&i| test(i)).collect::<Vec<_>>()).find(|f| !f.is_empty());
    match fits.as_deref() {
        Some([one]) => return Ok(titles.swap_remove(*one)),
        Some(all) => {
            let names = all.iter().map(|&i| (titles[i].id, titles[i].name.clone())).collect();
            return Err(LookupError::Several { asked: asked.to_owned(), names });
        }
        None => {}
    }
    let mut by_distance: Vec<(usize, &String)> =
        names.iter().zip(&titles).map(|(n, t)| (distance(n, &want), &t.name)).collect();
    by_distance.sort();
    let limit = (want.chars().count() / 2).max(2);
    let near = by_distance.into_iter().filter(|(d, _)| *d <= limit).take(3).map(|(_, n)| n.clone()).collect();
    Err(LookupError::Unknown { asked: asked.to_owned(), near })
}

/// A name without case, and with one space for whatever stands between words.
fn fold(name: &str) -> String {
    name.to_lowercase()
        .split(|c: char| c.is_whitespace() || "_-.,:;".contains(c))
        .filter(|w| !w.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// How many letters to put in, take out or change (Levenshtein 1966).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut corner = i;
        row[0] = i + 1;
        for (j, &cb) in b.iter().enumerate() {
            let change = corner + usize::from(ca != cb);
            corner = row[j + 1];
            row[j + 1] = change.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles() -> Vec<TitleCard> {
        ["Big Buck Bunny", "Big Buck Bunny (HD)", "Sintel", "七人の侍"]
            .iter()
            .zip(1..)
            .map(|(name, id)| TitleCard { id, name: (*name).to_owned(), reels: vec![] })
            .collect()
    }

    #[test]
    fn names_numbers_beginnings_and_parts() {
        for (asked, id) in [
            ("big buck bunny", 1),
            ("BIG_BUCK_BUNNY", 1),
            ("2", 2),
            ("#3", 3),
            ("sin", 3),
            ("(hd)", 2),
            ("侍", 4),
            ("七人", 4),
        ] {
            assert_eq!(choose(titles(), asked).unwrap().id, id, "{asked}");
        }
        assert!(matches!(choose(titles(), "buck"), Err(LookupError::Several { names, .. }) if names.len() == 2));
    }

    #[test]
    fn near_names_are_offered() {
        let error = choose(titles(), "Sintell").unwrap_err().to_string();
        assert!(error.contains("did you mean `Sintel`?"), "{error}");
        let error = choose(titles(), "Metropolis").unwrap_err().to_string();
        assert!(error.contains("bottega titles"), "{error}");
    }
}
