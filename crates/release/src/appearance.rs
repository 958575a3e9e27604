//! Who is seen or heard in a use, and for how long, as the record says.

use rights::{AppearanceKind, Record, Shot};
use rules::question::Use;

/// A person in a use.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen<'a> {
    /// The person's record.
    pub person: &'a str,
    /// What of them.
    pub kinds: Vec<&'static str>,
    /// How long, in thousandths of a second: no longer than the use, and than they are in the shot.
    pub milliseconds: u64,
    /// Whether a person of the studio's confirmed it; only that is paid for.
    pub confirmed: bool,
}

/// What was recorded of the shot that a use is cut from; several rows if its title has several reels that nobody told apart, or
/// if several works bear the title: whoever may be in it is asked about.
pub fn rows<'a>(record: &'a Record, one: &'a Use) -> impl Iterator<Item = &'a Shot> {
    let works = one.shot.map(|number| (record.works_named(&one.title), number));
    let shots = works
        .into_iter()
        .flat_map(move |(works, number)| works.into_iter().flat_map(move |work| record.shot(&work.id, number)));
    shots.filter(|shot| shot.media.is_none() || one.reel.is_none() || shot.media == one.reel)
}

/// Persons of a use: those of its shot, as far as its picture or sound is used, and those that it was made to show. A person
/// who stands in several rows counts once, with the longest.
pub fn seen<'a>(record: &'a Record, one: &'a Use) -> Vec<Seen<'a>> {
    let whole = milliseconds(one.seconds);
    let mut all: Vec<Seen<'_>> = Vec::new();
    let mut put = |new: Seen<'a>| match all.iter_mut().find(|known| known.person == new.person) {
        Some(known) => {
            known.milliseconds = known.milliseconds.max(new.milliseconds);
            known.confirmed |= new.confirmed;
            for kind in new.kinds {
                if !known.kinds.contains(&kind) {
                    known.kinds.push(kind);
                }
            }
        }
        None => all.push(new),
    };
    for shot in rows(record, one) {
        for appearance in &shot.appearance {
            let used = |kind: &&AppearanceKind| match kind {
                AppearanceKind::Voice => one.sound,
                AppearanceKind::Face | AppearanceKind::Body => one.picture,
                AppearanceKind::Performance => one.picture || one.sound,
            };
            let kinds: Vec<_> = appearance.kinds.iter().filter(used).map(|kind| kind.as_str()).collect();
            // Kinds that nobody recorded are taken for all of them.
            if kinds.is_empty() && !appearance.kinds.is_empty() {
                continue;
            }
            put(Seen {
                person: &appearance.person,
                kinds,
                milliseconds: appearance.seconds.map_or(whole, |seconds| milliseconds(seconds).min(whole)),
                confirmed: appearance.verified_by.is_some() || shot.verified_by.is_some(),
            });
        }
    }
    if let Some(made) = &one.made {
        for person in &made.persons {
            let kinds = made.kinds.iter().map(|kind| kind.as_str()).collect();
            put(Seen { person, kinds, milliseconds: whole, confirmed: true });
        }
    }
    all
}

/// Seconds as whole thousandths, so that sums of them are exact; none of what is no length.
pub fn milliseconds(seconds: f64) -> u64 {
    // Longer than any film, and short enough that sums of very many stay exact.
    const LONGEST: f64 = 1e12;
    if seconds.is_finite() { (seconds * 1000.0).round().clamp(0.0, LONGEST) as u64 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        let text = "[[work]]\nid='w:a'\nkind='feature'\ntitle='A'\n[[shot]]\nid='s:a/1'\nwork='w:a'\nnumber=1\n\
            appearance=[{person='p:face',kinds=['face'],seconds=2.0},{person='p:voice',kinds=['voice']},\
            {person='p:both',kinds=['voice','body'],verified_by='ed'}]\n";
        Record::new(rights::read::toml("a.toml", text).unwrap().into_iter().map(|row| row.entry))
    }

    fn one(picture: bool, sound: bool) -> Use {
        let json = serde_json::json!({ "title": "A", "shot": 1, "seconds": 3.0, "picture": picture, "sound": sound });
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn who_is_not_used_is_not_in_it() {
        let record = record();
        let names = |picture, sound| {
            seen(&record, &one(picture, sound))
                .into_iter()
                .map(|s| (s.person.to_owned(), s.milliseconds))
                .collect::<Vec<_>>()
        };
        assert_eq!(names(true, false), [("p:face".into(), 2000), ("p:both".into(), 3000)]);
        assert_eq!(names(false, true), [("p:voice".into(), 3000), ("p:both".into(), 3000)]);
        assert!(names(false, false).is_empty());
    }

    #[test]
    fn only_what_a_person_confirmed_is_confirmed() {
        let record = record();
        let sure: Vec<bool> = seen(&record, &one(true, true)).iter().map(|s| s.confirmed).collect();
        assert_eq!(sure, [false, false, true]);
    }

    #[test]
    fn what_is_no_length_is_none() {
        assert_eq!((milliseconds(f64::NAN), milliseconds(-1.0), milliseconds(f64::INFINITY)), (0, 0, 0));
    }
}
