//! Small records by chance, mostly such that the question is nearly met: what is wrong is wrong by one fact or two.

mod consents;
mod house;

use rights::{
    Act, Appearance, AppearanceKind, Document, Entry, Guild, Link, Medium, Record, Shot, Territories, ThirdParty,
    Until, Work,
};
use rules::Question;

use crate::dice::Dice;
use crate::questions::{self, CAST, day, near};

/// The studio of every case.
pub(crate) const STUDIO: &str = "o:studio";

/// A record and what is asked of it.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) entries: Vec<Entry>,
    pub(crate) question: Question,
}

impl Case {
    pub(crate) fn record(&self) -> Record {
        Record::new(self.entries.iter().cloned())
    }
}

/// Chance, and how seldom a fact is wrong in this case.
pub(crate) struct Fate<'d> {
    pub(crate) dice: &'d mut Dice,
    pub(crate) rare: usize,
}

impl Fate<'_> {
    /// Whether this fact is wrong.
    pub(crate) fn flaw(&mut self) -> bool {
        self.dice.one_in(self.rare)
    }

    /// The fact, or nothing if it is wrong.
    pub(crate) fn known<T>(&mut self, fact: T) -> Option<T> {
        if self.flaw() { None } else { Some(fact) }
    }

    /// One of these, or nothing if it is wrong.
    pub(crate) fn known_of<T: Clone>(&mut self, list: &[T]) -> Option<T> {
        let one = self.dice.of(list).clone();
        self.known(one)
    }

    /// Yes; or no, or unknown, if it is wrong.
    pub(crate) fn yes(&mut self) -> Option<bool> {
        if !self.flaw() {
            return Some(true);
        }
        self.dice.one_in(2).then_some(false)
    }
}

/// A document by the digit it repeats.
pub(crate) fn document(digit: char) -> Document {
    Document::parse(&format!("sha256:{}", digit.to_string().repeat(64))).expect("64 digits")
}

/// The case of a number: always the same.
pub(crate) fn case(seed: u64) -> Case {
    let mut dice = Dice::new(seed);
    let rare = *dice.of(&[10, 40, 120, 400]);
    let question = questions::question(&mut dice, rare);
    let mut fate = Fate { dice: &mut dice, rare };
    let mut entries: Vec<Entry> = Vec::new();
    entries.extend(works(&mut fate, &question).into_iter().map(Entry::from));
    entries.extend(shots(&mut fate).into_iter().map(Entry::from));
    house::fill(&mut fate, &question, &mut entries);
    consents::fill(&mut fate, &question, &mut entries);
    Case { entries, question }
}

fn guilds(fate: &mut Fate<'_>) -> Vec<Guild> {
    match fate.dice.below(10) {
        0..=3 => Vec::new(),
        4..=5 => vec![Guild::SagAftra],
        6 => vec![Guild::SagAftra, Guild::Wga, Guild::Dga],
        7 => vec![Guild::CcnlAttori],
        8 => vec![*fate.dice.of(&[Guild::CcnlDoppiaggio, Guild::Iatse, Guild::Afm])],
        _ if fate.flaw() => vec![Guild::Equity],
        _ => vec![Guild::Dga],
    }
}

fn works(fate: &mut Fate<'_>, question: &Question) -> Vec<Work> {
    let mut works = Vec::new();
    for (id, title) in [("w:one", "Notte Rossa"), ("w:two", "Due"), ("w:old", "Vecchio"), ("w:song", "song.wav")] {
        if fate.flaw() && fate.dice.one_in(2) {
            continue;
        }
        let begun: &[&str] = if fate.flaw() {
            &["2023-07-01", "2023-11-08", "2024-03-31", "2027-03-01", "2027-07-31", "2030-07-01"]
        } else {
            &["2024-09-01", "2026-06-30", "2026-07-01", "2026-10-05", "2027-02-28"]
        };
        let begun = day(fate.dice.word(begun));
        let late = fate.dice.one_in(8);
        let mut work = Work {
            id: id.to_owned(),
            kind: "feature".to_owned(),
            title: title.to_owned(),
            aliases: if id == "w:one" { vec!["Notte".to_owned()] } else { Vec::new() },
            photography_start: fate.known(if late { day("2027-07-01") } else { begun }),
            country: None,
            guilds: Some(guilds(fate)),
            packs: Vec::new(),
            ids: Default::default(),
            authors: if fate.flaw() { Vec::new() } else { vec!["p:autore".to_owned()] },
            public_domain: Territories::default(),
            chain_of_title: chain(fate, question),
            based_on: Vec::new(),
        };
        work.guilds = if fate.flaw() { None } else { work.guilds };
        if fate.dice.one_in(8) {
            work.authors.push("p:coautrice".to_owned());
        }
        if fate.dice.one_in(10) {
            work.public_domain = Territories::parse([*fate.dice.of(&["IT", "WORLD", "US"])]).expect("territories");
        }
        if id == "w:one" && fate.dice.one_in(6) {
            work.based_on.push(if fate.flaw() { "w:lost" } else { "w:old" }.to_owned());
        }
        works.push(work);
    }
    for id in ["w:twice-a", "w:twice-b"] {
        if let Some(one) = works.first().filter(|_| fate.dice.one_in(10)) {
            works.push(Work { id: id.to_owned(), title: "Twice".to_owned(), aliases: Vec::new(), ..one.clone() });
        }
    }
    works
}

fn link(fate: &mut Fate<'_>, question: &Question, from: &str, to: &str, date: &str) -> Link {
    let date = day(date);
    let (first, last) = match question {
        Question::Release(release) => (release.from, release.until),
        Question::Train(train) => (train.on, train.on),
        Question::Make(make) => (make.on, make.on),
        _ => (date, date),
    };
    let mut rights = Act::ALL.to_vec();
    if fate.flaw() {
        rights.remove(fate.dice.below(Act::ALL.len()));
    }
    let territories: &[&str] = if fate.flaw() { &["WORLD", "-US"] } else { &["WORLD"] };
    Link {
        from: from.to_owned(),
        to: to.to_owned(),
        instrument: fate.dice.of(&["assignment", "work_for_hire", "license"]).to_string(),
        date: if fate.flaw() { near(fate.dice, first) } else { date },
        rights,
        territories: Territories::parse(territories.iter().copied()).expect("territories"),
        media: if fate.flaw() { fate.dice.some(&[Medium::Svod, Medium::Theatrical, Medium::Tv]) } else { Vec::new() },
        until: if fate.flaw() || fate.dice.one_in(8) { Until::Day(near(fate.dice, last)) } else { Until::Perpetual },
        document: fate.known(document('2')),
        page: fate.known(2),
        verified_by: fate.known("legal:mv".to_owned()),
        ai_training_mentioned: None,
    }
}

fn chain(fate: &mut Fate<'_>, question: &Question) -> Vec<Link> {
    let mut links = Vec::new();
    for author in ["p:autore", "p:coautrice"] {
        if fate.dice.one_in(2) {
            let second = if fate.dice.one_in(6) { "2019-03-01" } else { "2020-03-01" };
            links.push(link(fate, question, author, "o:alfa", "2019-03-01"));
            links.push(link(fate, question, "o:alfa", STUDIO, second));
        } else {
            links.push(link(fate, question, author, STUDIO, "2020-03-01"));
        }
    }
    if fate.dice.one_in(8) {
        // The same right given to another, before or after.
        let date = *fate.dice.of(&["2018-01-01", "2019-03-01", "2021-01-01"]);
        let giver = *fate.dice.of(&["p:autore", "o:alfa", STUDIO]);
        links.push(link(fate, question, giver, "o:beta", date));
        if fate.dice.one_in(3) {
            links.push(link(fate, question, "o:beta", giver, "2022-01-01"));
        }
    }
    if fate.dice.one_in(2) {
        links.reverse();
    }
    links
}

fn shots(fate: &mut Fate<'_>) -> Vec<Shot> {
    let mut shots = Vec::new();
    for work in ["w:one", "w:two"] {
        for number in 1..=3 {
            let twice = fate.dice.one_in(6);
            for reel in 0..=usize::from(twice) {
                if fate.flaw() {
                    continue;
                }
                shots.push(shot(fate, work, number, reel, twice));
            }
        }
    }
    shots
}

fn shot(fate: &mut Fate<'_>, work: &str, number: u32, reel: usize, twice: bool) -> Shot {
    let mut appearance = Vec::new();
    for person in CAST {
        if fate.dice.one_in(3) {
            appearance.push(Appearance {
                person: (*person).to_owned(),
                // Never empty: reading a record in refuses that.
                kinds: fate.dice.some(AppearanceKind::ALL),
                seconds: Some(2.0),
                confidence: None,
                verified_by: fate.known("ed:lg".to_owned()),
            });
        }
    }
    let mut third_party = Vec::new();
    if fate.dice.one_in(8) {
        let holder = if fate.flaw() { "unknown" } else { *fate.dice.of(&["o:gallery", "public_domain", STUDIO]) };
        third_party.push(ThirdParty {
            what: "painting".to_owned(),
            holder: holder.to_owned(),
            tdm: if fate.flaw() { "reserved" } else { *fate.dice.of(&["none", "none", "unknown"]) }.to_owned(),
            grant: fate.known("g:in".to_owned()),
        });
    }
    let one_of_two = ["reel-a", "reel-b"][reel].to_owned();
    Shot {
        span: None,
        id: format!("s:{work}/{number}/{reel}"),
        work: work.to_owned(),
        number,
        media: (twice || fate.dice.one_in(4)).then_some(one_of_two),
        scene: fate.known_of(&[31, 44]).filter(|_| !fate.dice.one_in(6)),
        appearance,
        third_party,
        made: None,
        edits: Vec::new(),
        verified_by: fate.known("ed:lg".to_owned()),
    }
}
