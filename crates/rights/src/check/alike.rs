//! Names and titles that look alike (Unicode TS 39).

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;
use unicode_security::confusable_detection::skeleton;

use super::Flags;
use crate::entry::Entry;
use crate::record::Record;
use crate::word::brief;

/// Names that look the same and are not: `Rossi` with a Cyrillic o, `PauI` with a capital i, letters that do not show.
pub(super) fn look_alikes(record: &Record, flags: &mut Flags) {
    let parties = record.parties.values().map(|party| (Entry::from(party.clone()), &party.name));
    alike("name", parties, flags, |other| {
        Some(format!("the same name as `{other}`: one person or two? give both an identifier, or keep one"))
    });
    // Two films of one title are usual; two whose titles only look the same are not.
    let works = record.works.values().map(|work| (Entry::from(work.clone()), &work.title));
    alike("title", works, flags, |_| None);
}

fn alike<'a>(
    field: &str,
    names: impl Iterator<Item = (Entry, &'a String)>,
    flags: &mut Flags,
    same: impl Fn(&str) -> Option<String>,
) {
    let mut seen: BTreeMap<String, (String, &str)> = BTreeMap::new();
    for (entry, name) in names {
        let plain: String = name.nfkc().collect();
        // As it is written, where a capital I is like an l, and without capitals, where `ROSSI` is `Rossi`.
        let seems = [skeleton(&plain).collect::<String>(), skeleton(&plain.to_lowercase()).collect()];
        if let Some((id, other)) = seems.iter().find_map(|seems| seen.get(seems)) {
            let what = if other == name {
                same(id)
            } else {
                let other = brief(other);
                Some(format!(
                    "{field}: looks like `{other}` ({id}), and is written with other letters: check where it came from"
                ))
            };
            if let Some(what) = what {
                flags.look(&entry, id, what);
            }
        } else {
            for seems in seems {
                seen.insert(seems, (entry.id().to_owned(), name));
            }
        }
    }
}
