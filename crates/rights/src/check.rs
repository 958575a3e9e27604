//! Whether what was recorded can be: names that exist, days in order, numbers with right check digits, no circles.

mod alike;
mod known;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::consent::{Consent, EventKind};
use crate::entry::Entry;
use crate::identifier;
use crate::party::{Party, PartyKind};
use crate::record::Record;
use crate::shot::Shot;
use crate::word::brief;
use crate::work::{Agreement, Direction, Grant, Work};

/// How much a flag weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Gravity {
    /// The row is not taken.
    Refuse,
    /// It is taken, and a person should look.
    Look,
}

/// Something that is wrong with a row, or strange.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Flag {
    /// How much it weighs.
    pub gravity: Gravity,
    /// Kind of row.
    pub kind: &'static str,
    /// Its name.
    pub id: String,
    /// The row of the same kind that it does not go with, where there is one; which of the two is new is not known here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beside: Option<String>,
    /// What, and what to do.
    pub what: String,
}

/// Checks every row of `record`.
pub fn check(record: &Record) -> Vec<Flag> {
    let mut flags = Flags(Vec::new());
    for entry in record.entries() {
        name(&entry, &mut flags);
        known::words(&entry, &mut flags);
        match &entry {
            Entry::Party(row) => party(record, row, &mut flags),
            Entry::Work(row) => work(record, row, &mut flags),
            Entry::Engagement(row) => {
                flags.refers(record, &entry, "party", &row.party, Kind::Party);
                flags.refers(record, &entry, "work", &row.work, Kind::Work);
                if let Some(agreement) = &row.agreement {
                    flags.refers(record, &entry, "agreement", agreement, Kind::Agreement);
                }
            }
            Entry::Agreement(row) => agreement(record, row, &entry, &mut flags),
            Entry::Grant(row) => grant(record, row, &entry, &mut flags),
            Entry::Consent(row) => consent(record, row, &entry, &mut flags),
            Entry::Event(row) => {
                flags.refers(record, &entry, "consent", &row.consent, Kind::Consent);
                page(&entry, row.page, &mut flags);
                // Else a consent that was taken back would stand again on the page of the old one.
                if row.kind == EventKind::Grant && (row.document.is_none() || row.page.is_none()) {
                    let what =
                        "a grant needs `document` and `page`: name the paper by which it was given, or given again";
                    flags.refuse(&entry, what.into());
                }
            }
            Entry::Shot(row) => shot(record, row, &entry, &mut flags),
            Entry::Model(row) => {
                if let Some(person) = &row.subject_person {
                    flags.refers(record, &entry, "subject_person", person, Kind::Party);
                }
                if let Some(model) = &row.made_from {
                    flags.refers(record, &entry, "made_from", model, Kind::Model);
                }
                if row.memorization.as_ref().is_some_and(|m| m.extracted > m.prompts) {
                    flags.refuse(&entry, "memorization.extracted is more than memorization.prompts".into());
                }
            }
            Entry::Deed(_) => {}
            Entry::Strike(row) => {
                if row.until.is_some_and(|until| until < row.from) {
                    flags.refuse(
                        &entry,
                        format!("until ({}) is before from ({})", row.until.expect("is there"), row.from),
                    );
                }
            }
            Entry::Text(row) => {
                flags.refers(record, &entry, "work", &row.work, Kind::Work);
                if !["human", "writer_with_gai", "gai"].contains(&row.origin.as_str()) {
                    let what = format!("origin: `{}` is not one of human, writer_with_gai, gai", brief(&row.origin));
                    flags.refuse(&entry, what);
                }
            }
            Entry::Synthetic(row) => flags.refers(record, &entry, "work", &row.work, Kind::Work),
            Entry::Transfer(row) => {
                flags.refers(record, &entry, "to", &row.to, Kind::Party);
                for work in &row.works {
                    flags.refers(record, &entry, "works", work, Kind::Work);
                }
            }
        }
    }
    alike::look_alikes(record, &mut flags);
    circles(record, &mut flags);
    rivals(record, &mut flags);
    flags.0
}

enum Kind {
    Party,
    Work,
    Agreement,
    Consent,
    Grant,
    Model,
}

struct Flags(Vec<Flag>);

impl Flags {
    fn add(&mut self, gravity: Gravity, entry: &Entry, what: String) {
        self.0.push(Flag { gravity, kind: entry.kind(), id: entry.id().to_owned(), beside: None, what });
    }

    fn refuse(&mut self, entry: &Entry, what: String) {
        self.add(Gravity::Refuse, entry, what);
    }

    fn look(&mut self, entry: &Entry, beside: &str, what: String) {
        self.add(Gravity::Look, entry, what);
        self.0.last_mut().expect("added above").beside = Some(beside.to_owned());
    }

    fn refers(&mut self, record: &Record, entry: &Entry, field: &str, id: &str, kind: Kind) {
        let (there, table) = match kind {
            Kind::Party => (record.parties.contains_key(id), "party"),
            Kind::Work => (record.works.contains_key(id), "work"),
            Kind::Agreement => (record.agreements.contains_key(id), "agreement"),
            Kind::Consent => (record.consents.contains_key(id), "consent"),
            Kind::Grant => (record.grants.contains_key(id), "grant"),
            Kind::Model => (record.models.contains_key(id), "model"),
        };
        if !there {
            self.refuse(
                entry,
                format!("{field}: no [[{table}]] `{}` is recorded; record it, or correct the name", brief(id)),
            );
        }
    }
}

/// Names of rows are plain, so that no two look alike.
fn name(entry: &Entry, flags: &mut Flags) {
    let id = entry.id();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_/.:".contains(c);
    if id.is_empty() || id.len() > 120 || !id.chars().all(plain) || !id.contains(':') {
        let what = format!(
            "id: `{}` should be a short prefix, a colon, and small letters a to z, digits, - _ / . (as {}:rossi-elena)",
            brief(id),
            entry.kind().chars().next().expect("kinds have names")
        );
        flags.refuse(entry, what);
    }
}

fn page(entry: &Entry, page: Option<u32>, flags: &mut Flags) {
    if page == Some(0) {
        flags.refuse(entry, "page: pages are counted from 1".into());
    }
}

fn ids(entry: &Entry, ids: &BTreeMap<String, String>, flags: &mut Flags) {
    for (scheme, value) in ids {
        if let Err(what) = identifier::canonical(scheme, value) {
            flags.refuse(entry, format!("ids.{scheme}: {what}"));
        }
    }
}

fn party(record: &Record, row: &Party, flags: &mut Flags) {
    let entry = Entry::from(row.clone());
    ids(&entry, &row.ids, flags);
    if row.name.trim().is_empty() {
        flags.refuse(&entry, "name: empty".into());
    }
    if let (Some(born), Some(died)) = (row.born, row.died)
        && died < born
    {
        flags.refuse(&entry, format!("died ({died}) is before born ({born})"));
    }
    if row.died.is_some() && row.deceased == Some(false) {
        flags.refuse(&entry, "deceased is false, and died names a day".into());
    }
    match (&row.for_person, row.kind) {
        (Some(person), _) => flags.refers(record, &entry, "for_person", person, Kind::Party),
        (None, PartyKind::Estate) => {
            flags.refuse(&entry, "for_person: an estate speaks for someone: say for whom".into())
        }
        _ => {}
    }
    for who in &row.representation {
        flags.refers(record, &entry, "representation.party", &who.party, Kind::Party);
        if let (Some(from), Some(until)) = (who.from, who.until)
            && until < from
        {
            flags.refuse(&entry, format!("representation: until ({until}) is before from ({from})"));
        }
    }
}

fn work(record: &Record, row: &Work, flags: &mut Flags) {
    let entry = Entry::from(row.clone());
    ids(&entry, &row.ids, flags);
    for author in &row.authors {
        flags.refers(record, &entry, "authors", author, Kind::Party);
    }
    for work in &row.based_on {
        flags.refers(record, &entry, "based_on", work, Kind::Work);
    }
    for (number, link) in row.chain_of_title.iter().enumerate() {
        let field = format!("chain_of_title {}", number + 1);
        flags.refers(record, &entry, &field, &link.from, Kind::Party);
        flags.refers(record, &entry, &field, &link.to, Kind::Party);
        page(&entry, link.page, flags);
        if link.until.day() < link.date {
            flags.refuse(&entry, format!("{field}: until ({}) is before date ({})", link.until, link.date));
        }
        if link.from == link.to {
            flags.refuse(&entry, format!("{field}: from and to are the same party, `{}`", brief(&link.from)));
        }
        if link.rights.is_empty() || link.territories.is_empty() {
            flags.refuse(&entry, format!("{field}: it gives nothing: rights and territories are needed"));
        }
        let instruments = ["assignment", "license", "work_for_hire", "inheritance", "merger"];
        if !instruments.contains(&link.instrument.as_str()) {
            let what = format!("{field}: `{}` is not one of {}", brief(&link.instrument), instruments.join(", "));
            flags.refuse(&entry, what);
        }
    }
}

fn agreement(record: &Record, row: &Agreement, entry: &Entry, flags: &mut Flags) {
    flags.refers(record, entry, "work", &row.work, Kind::Work);
    page(entry, row.page, flags);
    let mut seen = BTreeSet::new();
    for share in &row.points {
        flags.refers(record, entry, "points.party", &share.party, Kind::Party);
        if !seen.insert((&share.party, &share.class)) {
            flags.refuse(entry, format!("points: `{}` is there twice as {}", brief(&share.party), brief(&share.class)));
        }
    }
    if !row.points.is_empty() && row.points.iter().all(|share| share.points == 0) {
        flags.refuse(entry, "points: all are 0, so nothing can be shared".into());
    }
    for clause in &row.clauses {
        page(entry, Some(clause.page), flags);
    }
}

fn grant(record: &Record, row: &Grant, entry: &Entry, flags: &mut Flags) {
    flags.refers(record, entry, "party", &row.party, Kind::Party);
    flags.refers(record, entry, "work", &row.work, Kind::Work);
    page(entry, row.page, flags);
    if row.until.day() < row.from {
        flags.refuse(entry, format!("until ({}) is before from ({})", row.until, row.from));
    }
    if row.acts.is_empty() || row.territories.is_empty() {
        flags.refuse(entry, "it gives nothing: acts and territories are needed".into());
    }
}

fn consent(record: &Record, row: &Consent, entry: &Entry, flags: &mut Flags) {
    flags.refers(record, entry, "person", &row.person, Kind::Party);
    if let Some(by) = &row.by {
        flags.refers(record, entry, "by", by, Kind::Party);
    }
    for work in &row.projects {
        flags.refers(record, entry, "projects", work, Kind::Work);
    }
    page(entry, row.page, flags);
    if let (Some(from), Some(until)) = (row.not_before, row.not_after)
        && until.day() < from
    {
        flags.refuse(entry, format!("not_after ({until}) is before not_before ({from}): no day is left"));
    }
    if let Some(notice) = &row.notice
        && let Some(engaged) = notice.engaged_at
        && engaged > notice.services_at
    {
        let what = format!("notice: engaged_at ({engaged}) is after services_at ({})", notice.services_at);
        flags.refuse(entry, what);
    }
    if let Some(language) = row.languages.iter().find(|l| l.len() != 2 || !l.bytes().all(|b| b.is_ascii_lowercase())) {
        flags.refuse(entry, format!("languages: `{}` is no two-letter code of ISO 639-1", brief(language)));
    }
    if let Some(pay) = &row.pay {
        let decimal = |text: &str| {
            let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
            !whole.is_empty()
                && whole.len() <= 12
                && !part.is_empty()
                && part.len() <= 4
                && whole.bytes().chain(part.bytes()).all(|b| b.is_ascii_digit())
        };
        if !decimal(&pay.amount) || pay.minimum.as_deref().is_some_and(|m| !decimal(m)) {
            flags.refuse(entry, format!("pay.amount: `{}` is no amount: write \"1500.00\"", brief(&pay.amount)));
        }
        if pay.currency.len() != 3 || !pay.currency.bytes().all(|b| b.is_ascii_uppercase()) {
            flags.refuse(entry, format!("pay.currency: `{}` is no code of ISO 4217", brief(&pay.currency)));
        }
    }
    if let Some(person) = record.parties.get(&row.person)
        && let (Some(signed), Some(died)) = (row.signed_at, person.died)
        && signed > died
        && row.by.is_none()
    {
        let what =
            format!("signed_at ({signed}) is after {} died ({died}): name who signed, with `by`", brief(&person.name));
        flags.refuse(entry, what);
    }
}

fn shot(record: &Record, row: &Shot, entry: &Entry, flags: &mut Flags) {
    flags.refers(record, entry, "work", &row.work, Kind::Work);
    for appearance in &row.appearance {
        flags.refers(record, entry, "appearance.person", &appearance.person, Kind::Party);
        if appearance.confidence.is_some_and(|c| !(0.0..=1.0).contains(&c)) {
            flags.refuse(entry, "appearance.confidence: lies between 0 and 1".into());
        }
        if appearance.seconds.is_some_and(|s| !s.is_finite() || s < 0.0) {
            flags.refuse(entry, "appearance.seconds: is no length".into());
        }
        if appearance.kinds.is_empty() {
            flags.refuse(entry, "appearance.kinds: say what of the person is in the shot".into());
        }
    }
    if let Some(made) = &row.made {
        flags.refers(record, entry, "made.model", &made.model, Kind::Model);
        made.persons.iter().for_each(|id| flags.refers(record, entry, "made.persons", id, Kind::Party));
    }
    for thing in &row.third_party {
        if !["unknown", "public_domain"].contains(&thing.holder.as_str()) {
            flags.refers(record, entry, "third_party.holder", &thing.holder, Kind::Party);
        }
        if !["none", "reserved", "unknown"].contains(&thing.tdm.as_str()) {
            flags.refuse(
                entry,
                format!("third_party.tdm: `{}` is not one of none, reserved, unknown", brief(&thing.tdm)),
            );
        }
        if let Some(grant) = &thing.grant {
            flags.refers(record, entry, "third_party.grant", grant, Kind::Grant);
        }
    }
}

/// Rights that come back to whom they left, and works made from themselves.
fn circles(record: &Record, flags: &mut Flags) {
    for work in record.works.values() {
        let mut next: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for link in work.chain_of_title.iter().filter(|link| link.instrument != "license") {
            next.entry(&link.from).or_default().push(&link.to);
        }
        if let Some(round) = circle(&next) {
            let what = format!("chain_of_title goes in a circle: {}; one of these papers is wrong", round.join(" to "));
            flags.refuse(&Entry::from(work.clone()), what);
        }
    }
    let made: BTreeMap<&str, Vec<&str>> = record
        .works
        .values()
        .map(|work| (work.id.as_str(), work.based_on.iter().map(String::as_str).collect()))
        .collect();
    if let Some(round) = circle(&made) {
        let what = format!("based_on goes in a circle: {}", round.join(" from "));
        flags.refuse(&Entry::from(record.works[round[0]].clone()), what);
    }
    let models: BTreeMap<&str, Vec<&str>> = record
        .models
        .values()
        .filter_map(|model| Some((model.id.as_str(), vec![model.made_from.as_deref()?])))
        .collect();
    if let Some(round) = circle(&models) {
        let what = format!("made_from goes in a circle: {}", round.join(" from "));
        flags.refuse(&Entry::from(record.models[round[0]].clone()), what);
    }
}

/// Some way round, its first name repeated at the end.
fn circle<'a>(next: &BTreeMap<&'a str, Vec<&'a str>>) -> Option<Vec<&'a str>> {
    let mut whole = BTreeSet::new();
    for start in next.keys() {
        // A walk without recursion: a hostile chain may be very long.
        let mut way: Vec<(&str, usize)> = vec![(start, 0)];
        let mut on_way = BTreeSet::from([*start]);
        while let Some((at, turn)) = way.last_mut() {
            let to = next.get(at).and_then(|list| list.get(*turn)).copied();
            *turn += 1;
            match to {
                None => {
                    whole.insert(*at);
                    on_way.remove(*at);
                    way.pop();
                }
                Some(to) if on_way.contains(to) => {
                    let from = way.iter().position(|(name, _)| *name == to).expect("it is on the way");
                    return Some(way[from..].iter().map(|(name, _)| *name).chain([to]).collect());
                }
                Some(to) if whole.contains(to) => {}
                Some(to) => {
                    on_way.insert(to);
                    way.push((to, 0));
                }
            }
        }
    }
    None
}

/// Exclusive grants of the same thing to two: each grant is told of one that it cannot stand beside.
fn rivals(record: &Record, flags: &mut Flags) {
    let mut by_work: BTreeMap<&str, Vec<&Grant>> = BTreeMap::new();
    for grant in record.grants.values().filter(|g| g.direction == Direction::Out) {
        by_work.entry(&grant.work).or_default().push(grant);
    }
    for grants in by_work.values_mut() {
        grants.sort_by_key(|grant| (grant.from, &grant.id));
        // Of those that began earlier, only what has not ended by then can be a rival.
        let mut open: Vec<&Grant> = Vec::new();
        for b in grants {
            open.retain(|a| a.until.day() >= b.from);
            if let Some(a) = open.iter().find(|a| meet(a, b)) {
                let what = format!(
                    "overlaps with `{}` to {} in {}, {} to {}, and one of them is exclusive: one of the two cannot be kept",
                    a.id,
                    brief(record.name(&a.party)),
                    a.territories.and(&b.territories),
                    b.from,
                    a.until.day().min(b.until.day()),
                );
                flags.look(&Entry::from((*b).clone()), &a.id, what);
            }
            open.push(b);
        }
    }
}

/// Whether two grants of one work and one time give two parties what only one can have.
fn meet(a: &Grant, b: &Grant) -> bool {
    (a.exclusive || b.exclusive)
        && a.party != b.party
        && !a.territories.and(&b.territories).is_empty()
        && a.acts.iter().any(|act| b.acts.contains(act))
        && (a.media.is_empty() || b.media.is_empty() || a.media.iter().any(|m| b.media.contains(m)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read;

    fn flags(text: &str) -> Vec<Flag> {
        let rows = read::toml("x.toml", text).unwrap();
        check(&Record::new(rows.into_iter().map(|row| row.entry)))
    }

    const PEOPLE: &str = "
        [[party]]
        id = 'p:a'
        kind = 'person'
        name = 'Elena Rossi'
        [[party]]
        id = 'o:s'
        kind = 'org'
        name = 'Studio'
        [[party]]
        id = 'o:b'
        kind = 'org'
        name = 'Beta'
    ";

    fn only(text: &str) -> Flag {
        let mut found = flags(&format!("{PEOPLE}{text}"));
        assert_eq!(found.len(), 1, "{found:?}");
        found.remove(0)
    }

    #[test]
    fn people_alone_are_well() {
        assert_eq!(flags(PEOPLE), []);
    }

    #[test]
    fn circles_in_a_chain_are_refused() {
        let link = |from, to| {
            format!(
                "{{ from = '{from}', to = '{to}', instrument = 'assignment', date = 2020-01-01, rights = ['adapt'], territories = ['WORLD'], until = 'perpetual' }}"
            )
        };
        let text = format!(
            "[[work]]\nid='w:a'\nkind='feature'\ntitle='A'\nauthors=['p:a']\nchain_of_title=[{},{},{}]",
            link("p:a", "o:s"),
            link("o:s", "o:b"),
            link("o:b", "p:a")
        );
        let flag = only(&text);
        assert!(flag.gravity == Gravity::Refuse && flag.what.contains("circle"), "{flag:?}");
    }

    #[test]
    fn a_very_long_chain_is_walked() {
        let names: Vec<String> = (0..100_000).map(|i| format!("o:{i}")).collect();
        let next: BTreeMap<&str, Vec<&str>> = names.windows(2).map(|w| (w[0].as_str(), vec![w[1].as_str()])).collect();
        assert_eq!(circle(&next), None);
    }

    #[test]
    fn overlapping_exclusive_grants_are_shown() {
        let grant = |id: &str, party: &str, from: &str| {
            format!(
                "[[grant]]\nid='{id}'\ndirection='out'\nwork='w:a'\nparty='{party}'\nacts=['communicate']\nterritories=['IT','DE']\nmedia=['svod']\nfrom={from}\nuntil=2028-12-31\nexclusive=true\n"
            )
        };
        let work = "[[work]]\nid='w:a'\nkind='feature'\ntitle='A'\n";
        let flag = only(&format!("{work}{}{}", grant("g:1", "o:s", "2027-01-01"), grant("g:2", "o:b", "2028-01-01")));
        assert!(
            flag.gravity == Gravity::Look && flag.what.contains("g:1") && flag.what.contains("2028-01-01"),
            "{flag:?}"
        );
        let apart = format!("{PEOPLE}{work}{}{}", grant("g:1", "o:s", "2027-01-01"), grant("g:2", "o:b", "2029-01-01"));
        assert!(
            flags(&apart).iter().all(|f| f.what.contains("is before from")),
            "a grant that ends before it begins is refused"
        );
    }

    #[test]
    fn names_that_look_alike_are_shown() {
        // A Cyrillic o, a capital i for an l, a joiner that does not show, wide letters.
        for name in ["Elena R\u{43e}ssi", "EIena Rossi", "Elena\u{200d} Rossi", "\u{ff25}lena Rossi", "ELENA ROSSI"] {
            let flag = only(&format!("[[party]]\nid='p:z'\nkind='person'\nname='{name}'\n"));
            assert!(flag.gravity == Gravity::Look && flag.what.contains("other letters"), "{flag:?}");
        }
        let two = |one: &str, other: &str| {
            flags(&format!(
                "{PEOPLE}[[work]]\nid='w:a'\nkind='feature'\ntitle='{one}'\n[[work]]\nid='w:b'\nkind='feature'\ntitle='{other}'\n"
            ))
        };
        assert_eq!(two("Sintel", "Sintel"), []);
        assert!(two("Sintel", "S\u{456}ntel")[0].what.contains("other letters"));
    }

    #[test]
    fn a_consent_stands_again_only_by_a_paper() {
        let event = |kind: &str, paper: &str| {
            format!(
                "[[consent]]\nid='c:1'\nperson='p:a'\n[[consent_event]]\nid='v:1'\nconsent='c:1'\nkind='{kind}'\non=2027-01-01\n{paper}"
            )
        };
        let document = format!("document='sha256:{}'\n", "1".repeat(64));
        for paper in ["", &document, "page=1\n"] {
            let flag = only(&event("grant", paper));
            assert!(flag.gravity == Gravity::Refuse && flag.what.contains("`document` and `page`"), "{flag:?}");
        }
        assert_eq!(flags(&format!("{PEOPLE}{}", event("grant", &format!("{document}page=1")))), []);
        assert_eq!(flags(&format!("{PEOPLE}{}", event("revoke", ""))), [], "who takes it back may do so by word");
    }

    #[test]
    fn impossible_rows_are_refused() {
        for (text, word) in [
            ("[[party]]\nid='p:z'\nkind='person'\nname='Z'\nids={isni='0000 0001 2103 2684'}", "check digit"),
            ("[[party]]\nid='p:z'\nkind='person'\nname='Z'\nborn=1990-01-01\ndied=1980-01-01", "before born"),
            ("[[party]]\nid='P z'\nkind='person'\nname='Z'", "small letters"),
            ("[[party]]\nid='e:z'\nkind='estate'\nname='Z'", "for whom"),
            ("[[consent]]\nid='c:1'\nperson='p:nobody'", "no [[party]]"),
            ("[[consent]]\nid='c:1'\nperson='p:a'\nnot_before=2027-01-01\nnot_after=2026-01-01", "no day is left"),
            ("[[consent]]\nid='c:1'\nperson='p:a'\npage=0", "from 1"),
            ("[[consent]]\nid='c:1'\nperson='p:a'\npay={basis='flat',amount='1.500,00',currency='EUR'}", "1500.00"),
            (
                "[[consent]]\nid='c:1'\nperson='p:a'\nnotice={given_at=2026-06-24T08:00:00Z,services_at=2026-06-24T07:00:00Z,engaged_at=2026-06-24T09:00:00Z}",
                "after services_at",
            ),
            ("[[strike]]\nid='k:1'\nguild='wga'\nfrom=2026-02-01\nuntil=2026-01-01", "before from"),
            ("[[shot]]\nid='s:1'\nwork='w:none'\nnumber=1", "no [[work]]"),
        ] {
            let flag = only(text);
            assert!(flag.gravity == Gravity::Refuse && flag.what.contains(word), "{flag:?}");
        }
    }
}
