//! Shots: what is recorded of each, and the things of others in it.

use rights::{AppearanceKind, Grant, Shot, ThirdParty, Work};

use crate::case::{About, Case};
use crate::consent::Wanted;
use crate::decision::Answer;
use crate::question::Use;
use crate::subject::{Source, Subject};
use crate::vocabulary::Kind;

impl<'a> Case<'a> {
    /// The rows of a use's shot; several if its title has several reels and the use does not say which.
    pub(crate) fn shots_of(&self, work: &Work, used: &Use) -> Vec<&'a Shot> {
        let Some(number) = used.shot else { return Vec::new() };
        self.record.shot(&work.id, number).filter(|shot| shot.is_of(used.reel.as_deref())).collect()
    }

    /// Judges what is known of a shot; `row` is nothing where nothing is recorded.
    pub(crate) fn shot(&mut self, work: &'a Work, number: Option<u32>, row: Option<&'a Shot>, uses: &[usize]) {
        let cover = self.cover(&[work], &Default::default());
        let name = row.map_or_else(
            || format!("{}/{}", work.id, number.map_or("?".into(), |n| format!("{n:04}"))),
            |shot| shot.id.clone(),
        );
        let mut subject = self.subject(Kind::Shot, &name);
        if let Some(row) = row {
            self.trail.saw("shot", &row.id, row);
        }
        subject
            .from(Source::row(&name))
            .said("shot", number.map(|n| n.to_string()).as_deref())
            .said("work", work.title.as_str())
            .bool("numbered", number.is_some())
            .bool("recorded", row.is_some())
            .bool("whole", row.is_some_and(whole));
        self.judge(&subject, cover.packs, &About { uses, ..About::default() });
    }

    /// Judges a thing of others. `carried` says whether its grant carries the use.
    pub(crate) fn thing(
        &mut self,
        work: Option<&'a Work>,
        shot: Option<&'a Shot>,
        thing: &ThirdParty,
        wanted: &Wanted<'_>,
        uses: &[usize],
    ) {
        let works: Vec<&Work> = work.into_iter().collect();
        let cover = self.cover(&works, &Default::default());
        let record = self.record;
        let about = About { uses, ..About::default() };
        let mut carried = None;
        let free = thing.holder == "public_domain" || thing.holder == self.studio;
        // Where nobody's leave is needed, no paper is asked whether it gives it.
        let unneeded = free || (self.asked.ask == "train" && thing.tdm == "none");
        if !unneeded && let Some(grant) = thing.grant.as_deref().and_then(|grant| record.grants.get(grant)) {
            self.trail.saw("grant", &grant.id, grant);
            // Who is not the holder cannot give what is the holder's; and whose an unknown thing is, nobody can say.
            if grant.direction == rights::work::Direction::In && grant.party == thing.holder {
                let subject = self.grant(grant, wanted);
                carried = match self.judge(&subject, cover.packs, &about) {
                    Answer::MeetsRecordedConditions => Some(true),
                    Answer::Unknown => None,
                    Answer::Blocked => Some(false),
                };
            }
        }
        let entity = shot.map_or(thing.what.as_str(), |shot| shot.id.as_str());
        let mut subject = self.subject(Kind::Thing, entity);
        subject
            .from(Source::row(entity))
            .said("what", thing.what.as_str())
            .said("shot", shot.map(|shot| shot.number.to_string()).as_deref())
            .text("holder", Some(thing.holder.as_str()).filter(|holder| *holder != "unknown"))
            .bool("free", free)
            .text("tdm", Some(thing.tdm.as_str()).filter(|tdm| *tdm != "unknown"))
            .bool("carried", carried)
            .said("grant", thing.grant.as_deref());
        self.judge(&subject, cover.packs, &about);
    }

    fn grant(&self, grant: &Grant, wanted: &Wanted<'_>) -> Subject {
        let mut subject = Subject::new(Kind::Grant, &grant.id);
        wanted.put(&mut subject, &self.asked);
        wanted.granted(&mut subject, grant);
        subject
    }

    /// Whether a grant carries a use, without taking down what the rules say of it.
    pub(crate) fn carries(&mut self, grant: &'a Grant, wanted: &Wanted<'_>) -> bool {
        self.trail.saw("grant", &grant.id, grant);
        let packs = self.cover(&[], &Default::default()).packs;
        let subject = self.grant(grant, wanted);
        self.ask(&subject, packs).answer() == Answer::MeetsRecordedConditions
    }
}

/// Whether someone says that the lists of a shot are whole.
fn whole(shot: &Shot) -> bool {
    shot.verified_by.is_some()
        || (!shot.appearance.is_empty() && shot.appearance.iter().all(|a| a.verified_by.is_some()))
}

/// What of a person a use takes, if anything.
pub(crate) fn taken(kinds: &[AppearanceKind], used: &Use) -> Vec<AppearanceKind> {
    // A use of neither picture nor sound is not understood: then everything is taken.
    let all = !used.picture && !used.sound;
    let takes = |kind: &AppearanceKind| match kind {
        AppearanceKind::Face | AppearanceKind::Body => all || used.picture,
        AppearanceKind::Voice => all || used.sound,
        AppearanceKind::Performance => true,
    };
    let mut kinds: Vec<AppearanceKind> = kinds.iter().copied().filter(takes).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}
