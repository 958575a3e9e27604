//! The rules of the house, and the door where questions are put to them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use rights::{Date, Place, Record};
use serde::Serialize;

use crate::decide;
use crate::decision::{Decision, Duty};
use crate::due;
use crate::engine::{Engine, Packs, Sheaf};
use crate::pack::{Effect, Pack, PackFault, PackText, Sheet, Status};
use crate::question::Question;
use crate::shelf;
use crate::subject::Subject;
use crate::vocabulary::Kind;

/// Packs of rules, ready to be asked.
///
/// ```
/// let book = rules::Rulebook::load().unwrap();
/// let rule = book.rules().into_iter().find(|rule| rule.id == "CORE-TERR").unwrap();
/// assert_eq!((rule.pack.as_str(), rule.evidence.as_str()), ("core", "design"));
/// ```
#[derive(Debug)]
pub struct Rulebook {
    packs: Vec<Pack>,
    at: BTreeMap<String, usize>,
    engine: Engine,
}

/// A rule as a person reads it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleView {
    /// Its id.
    pub id: String,
    /// Its pack.
    pub pack: String,
    /// The pack's version.
    pub version: String,
    /// Whether the pack is in force, pending or a draft.
    pub status: Status,
    /// What it does when it speaks.
    pub effect: Effect,
    /// What it says, facts in braces.
    pub sentence: String,
    /// What would change its word.
    pub remedy: String,
    /// Where it comes from.
    pub source: String,
    /// How sure that is: `P`, `S`, `C`, `R`, or `design`.
    pub evidence: String,
    /// Who reviewed it, and when; empty if nobody yet.
    pub reviewed_by: String,
    /// First day of its pack.
    pub valid_from: Option<Date>,
    /// Last day.
    pub valid_to: Option<Date>,
    /// Its policies in Cedar.
    pub cedar: String,
}

impl Rulebook {
    /// The packs that come with the house.
    pub fn load() -> Result<Rulebook, PackFault> {
        Rulebook::of(&shelf::ours())
    }

    /// The packs of the house and those of a studio's folder, read as strictly; one of theirs in force takes the place of one of
    /// ours that is pending for the same guild.
    pub fn with(dir: &Path) -> Result<Rulebook, PackFault> {
        let mut texts = shelf::ours();
        texts.extend(shelf::folder(dir)?);
        Rulebook::of(&texts)
    }

    /// These packs and no others.
    pub fn of(texts: &[PackText]) -> Result<Rulebook, PackFault> {
        Rulebook::bind(texts.iter().map(Pack::read).collect::<Result<_, _>>()?)
    }

    /// Packs that were read, bound together; no two have a name and version, and no two rules an id, in common.
    pub fn bind(packs: Vec<Pack>) -> Result<Rulebook, PackFault> {
        let mut book = Rulebook { packs: Vec::new(), at: BTreeMap::new(), engine: Engine::default() };
        for pack in packs {
            let fault = |what: String| PackFault { place: pack.place.clone(), what };
            let twin = |other: &&Pack| other.name == pack.name && other.version == pack.version;
            if let Some(other) = book.packs.iter().find(twin) {
                return Err(fault(format!("the pack {} of {} is there already", other.name, other.version)));
            }
            if book.packs.len() == Packs::BITS as usize {
                return Err(fault(format!("a rulebook holds {} packs", Packs::BITS)));
            }
            for id in pack.rules.keys() {
                if let Some(other) = book.at.insert(id.clone(), book.packs.len()) {
                    let place = Place { line: pack.lines[id], ..pack.place.clone() };
                    let other = &book.packs[other].name;
                    let what = format!("{id} is a rule of the pack {other} already: every rule has an id of its own");
                    return Err(PackFault { place, what });
                }
            }
            book.packs.push(pack);
        }
        Ok(book)
    }

    /// Answers a question from the record. `studio` is the party on whose behalf it is asked.
    ///
    /// Nothing but its arguments is looked at, so the same question over the same record has the same answer and hash.
    pub fn decide(&self, record: &Record, studio: &str, question: &Question) -> Decision {
        decide::decide(self, record, studio, question)
    }

    /// Everything that the record shows to be owed on a day and that no deed answers, whatever is asked.
    pub fn due(&self, record: &Record, studio: &str, on: Date) -> Vec<Duty> {
        due::due(self, record, studio, on)
    }

    /// Every rule, for reading, by id.
    pub fn rules(&self) -> Vec<RuleView> {
        let view = |(id, at): (&String, &usize)| {
            let pack = &self.packs[*at];
            let sheet = &pack.rules[id];
            let texts = [sheet.sentence.as_str(), sheet.unknown.as_deref().unwrap_or_default()];
            let owed = sheet.duty.as_ref().map_or("", |duty| duty.sentence.as_str());
            let sentence = texts.into_iter().chain([owed]).find(|text| !text.is_empty()).unwrap_or_default();
            let mine = pack.policies.iter().filter(|said| said.rule == *id);
            RuleView {
                id: id.clone(),
                pack: pack.name.clone(),
                version: pack.version.clone(),
                status: pack.status,
                effect: sheet.effect,
                sentence: sentence.to_owned(),
                remedy: sheet.remedy.clone(),
                source: sheet.source.clone(),
                evidence: sheet.evidence.clone(),
                reviewed_by: sheet.reviewed_by.clone(),
                valid_from: pack.valid_from,
                valid_to: pack.valid_to,
                cedar: mine.map(|said| said.policy.to_string()).collect::<Vec<_>>().join("\n"),
            }
        };
        self.at.iter().map(view).collect()
    }

    /// Its packs, in order, as many as 64.
    pub fn packs(&self) -> &[Pack] {
        &self.packs
    }

    pub(crate) fn sheet(&self, rule: &str) -> (&Pack, &Sheet) {
        let pack = &self.packs[self.at[rule]];
        (pack, &pack.rules[rule])
    }

    pub(crate) fn sheaf(&self, governing: Packs, kind: Kind) -> Arc<Sheaf> {
        self.engine.sheaf(&self.packs, governing, kind)
    }

    /// Whether a rule that said nothing had something to look at.
    pub(crate) fn is_about(&self, rule: &str, subject: &Subject) -> bool {
        let about = &self.sheet(rule).1.about;
        let is = |name: &str| subject.word(name).is_some_and(|word| about.iter().any(|one| one == word));
        about.is_empty() || is("ask") || is("class")
    }
}
