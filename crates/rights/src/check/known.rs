//! Words that the rules hold against lists of their own: a word outside its list would quietly bar, or free, nothing.

use super::Flags;
use crate::consent::Consent;
use crate::entry::Entry;
use crate::word::{Act, Purpose, brief};

/// What a machine does, as clauses call it; their other topics are the purposes.
const TOPICS: &[&str] = &["ai_training", "replica", "transfer"];
const CRAFTS: &[&str] = &["performer", "dubbing", "director", "writer", "cinematography", "crew", "musician", "other"];
const BODY: &[&str] = &["face", "voice", "finger", "palm", "iris"];
const MADE_BY: &[&str] = &["scan", "set_photography", "archive"];
const BASES: &[&str] = &["equivalent_days", "day_rate", "flat", "none"];
const RESIDUALS: &[&str] = &["as_if_performed", "none"];
const HANDED: &[&str] = &["footage", "replica", "training_set", "script"];
const BARGAINING: &[&str] = &["open", "agreed", "arbitration"];
/// Kinds of human acts that rules and papers look for by name; a studio may record others of its own.
const DEEDS: &[&str] = &["consultation", "contribution", "deletion", "review"];
/// What a consent may forbid beside acts, purposes and its own words for a use.
const FORBIDDEN: &str = "training_other_models";

/// Refuses words of `entry` that no rule would know.
pub(super) fn words(entry: &Entry, flags: &mut Flags) {
    let mut is_one_of = |field: &str, word: &str, known: &[&str], hint: &str| {
        if !known.contains(&word) {
            flags.refuse(entry, format!("{field}: `{}` is not one of {}{hint}", brief(word), known.join(", ")));
        }
    };
    match entry {
        Entry::Engagement(row) => {
            let hint = "; in their own words it belongs in `role`, and whom none of these fits is `other`";
            is_one_of("craft", &row.craft, CRAFTS, hint);
        }
        Entry::Agreement(row) => {
            let topics: Vec<&str> =
                TOPICS.iter().copied().chain(Purpose::ALL.iter().map(|purpose| purpose.as_str())).collect();
            for clause in &row.clauses {
                is_one_of("clauses.topic", &clause.topic, &topics, "; else it would bar nothing");
            }
        }
        Entry::Consent(row) => {
            for word in &row.biometrics {
                is_one_of("biometrics", word, BODY, "");
            }
            if let Some(word) = &row.made_by {
                is_one_of("made_by", word, MADE_BY, "");
            }
            if let Some(pay) = &row.pay {
                is_one_of("pay.basis", &pay.basis, BASES, "");
                if let Some(word) = &pay.residuals {
                    is_one_of("pay.residuals", word, RESIDUALS, "");
                }
            }
            forbidden(entry, row, flags);
        }
        Entry::Deed(row) => {
            if let Some(known) = meant(&row.kind, DEEDS.iter().copied()) {
                // A kind of the studio's own may look like one of ours, `preview`, and answer its duty all the same.
                let what = format!(
                    "kind: `{}` is not `{known}`, which rules look for; write that if it is meant",
                    brief(&row.kind)
                );
                flags.add(super::Gravity::Look, entry, what);
            }
        }
        Entry::Transfer(row) => is_one_of("what", &row.what, HANDED, ""),
        Entry::Synthetic(row) => {
            if let Some(word) = &row.bargaining {
                is_one_of("bargaining", word, BARGAINING, "");
            }
        }
        _ => {}
    }
}

/// What a consent forbids may be told in words of its own, as its `tags` are; one that is nearly ours is ours misspelt.
fn forbidden(entry: &Entry, row: &Consent, flags: &mut Flags) {
    let ours = || Act::ALL.iter().map(|act| act.as_str()).chain(Purpose::ALL.iter().map(|p| p.as_str()));
    for word in row.forbid.iter().filter(|word| !row.tags.contains(word)) {
        if let Some(known) = meant(word, ours().chain([FORBIDDEN])) {
            flags.refuse(entry, format!("forbid: `{}` would forbid nothing; write `{known}`", brief(word)));
        }
    }
}

/// The known word that `word` is misspelt from, if it is nearly one.
fn meant<'k>(word: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let (away, known) = known.map(|known| (distance(word, known), known)).min()?;
    (1..=known.len().div_ceil(6).min(2)).contains(&away).then_some(known)
}

/// How many letters must be changed, added or left out to make one word of the other; capitals and spaces count too.
fn distance(one: &str, other: &str) -> usize {
    // A word much longer than any of ours is none of ours misspelt, and may be huge.
    let most = other.chars().count() + 2;
    if one.chars().take(most + 1).count() > most { usize::MAX } else { strsim::levenshtein(one, other) }
}

#[cfg(test)]
mod tests {
    use super::super::{Flag, Gravity, check};
    use crate::record::Record;

    const ROWS: &str = "
        [[party]]
        id = 'p:a'
        kind = 'person'
        name = 'Elena Rossi'
        [[work]]
        id = 'w:a'
        kind = 'feature'
        title = 'A'
    ";

    fn flags(text: &str) -> Vec<Flag> {
        let rows = crate::read::toml("x.toml", &format!("{ROWS}{text}")).unwrap();
        check(&Record::new(rows.into_iter().map(|row| row.entry)))
    }

    #[test]
    fn a_word_that_no_rule_knows_is_refused_with_those_it_knows() {
        let consent = |field: &str| format!("[[consent]]\nid='c:1'\nperson='p:a'\n{field}");
        for (text, word) in [
            (
                "[[agreement]]\nid='a:1'\nwork='w:a'\nfor='engagement'\nclauses=[{topic='trailers',effect='barred',page=1}]"
                    .to_owned(),
                "`trailers` is not one of ai_training, replica, transfer, picture, trailer",
            ),
            ("[[engagement]]\nid='n:1'\nparty='p:a'\nwork='w:a'\ncraft='actor'".to_owned(), "not one of performer"),
            (consent("biometrics=['face','fingerprint']"), "`fingerprint` is not one of face, voice, finger"),
            (consent("made_by='scanner'"), "not one of scan,"),
            (consent("pay={basis='daily',amount='1.00',currency='EUR'}"), "not one of equivalent_days"),
            (consent("pay={basis='flat',amount='1.00',currency='EUR',residuals='yes'}"), "as_if_performed"),
            (consent("forbid=['nudity','Trailers']"), "write `trailer`"),
            (consent("forbid=['advertisng']"), "write `advertising`"),
            (
                "[[transfer]]\nid='x:1'\nto='p:a'\nwhat='replicas'\nworks=['w:a']\non=2027-01-01".to_owned(),
                "not one of footage, replica",
            ),
            ("[[synthetic]]\nid='y:1'\nwork='w:a'\nhuman_role=true\nbargaining='no'".to_owned(), "not one of open"),
        ] {
            let found = flags(&text);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert!(found[0].gravity == Gravity::Refuse && found[0].what.contains(word), "{found:?}");
        }
    }

    #[test]
    fn a_human_act_of_nearly_our_name_is_taken_and_looked_at() {
        let deed = |kind: &str| format!("[[deed]]\nid='d:1'\nkind='{kind}'\nabout='w:a'\nby='lg'\non=2027-01-01");
        let found = flags(&deed("Consultaton"));
        assert!(found.len() == 1 && found[0].gravity == Gravity::Look, "{found:?}");
        assert!(found[0].what.contains("is not `consultation`"), "{found:?}");
        for own in ["consultation", "screening", "notice", "payment"] {
            assert_eq!(flags(&deed(own)), []);
        }
    }

    #[test]
    fn words_that_rules_know_or_that_are_a_consents_own_are_taken() {
        let text = "[[agreement]]\nid='a:1'\nwork='w:a'\nfor='engagement'\nclauses=[{topic='promotion',effect='barred',page=1},{topic='transfer',effect='barred',page=2}]\n\
            [[engagement]]\nid='n:1'\nparty='p:a'\nwork='w:a'\ncraft='other'\nrole='producer'\n\
            [[consent]]\nid='c:1'\nperson='p:a'\nbiometrics=['iris']\nmade_by='archive'\nforbid=['nudity','political','training_other_models','dub','smoking']\n\
            [[deed]]\nid='d:1'\nkind='screening'\nabout='w:a'\nby='lg'\non=2027-01-01";
        assert_eq!(flags(text), []);
    }
}
