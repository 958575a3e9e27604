//! Works: whether one is recorded of a title's name, its chain of title, and which rules it was made under.

use rights::chain::{Chain, Wanted, chain};
use rights::work::{Clause, Effect};
use rights::{Act, Deed, Engagement, Guild, Territories, Work};

use crate::case::{About, Case};
use crate::govern::country;
use crate::person::topics;
use crate::subject::{Source, Subject};
use crate::vocabulary::Kind;

/// How a work is used.
#[derive(Clone, Debug)]
pub(crate) struct Used<'a> {
    pub(crate) acts: Vec<Act>,
    /// Whether a model learns from it, makes or changes something of it.
    pub(crate) machine: bool,
    /// Topics of clauses that what a machine does falls under.
    pub(crate) topics: &'static [&'static str],
    /// The work that the use is for; unknown if not said.
    pub(crate) project: Option<&'a Work>,
}

impl<'a> Case<'a> {
    /// The one work of a name; nothing if there is none, or several.
    pub(crate) fn title(&self, name: &str) -> Option<&'a Work> {
        match self.record.works_named(name).as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    /// Judges a work and its chain of title.
    pub(crate) fn work(&mut self, name: &str, used: &Used<'a>, uses: &[usize]) {
        let mut subject = self.subject(Kind::Work, name);
        let about = About { uses, ..About::default() };
        let acts: Vec<&str> = used.acts.iter().map(|act| act.as_str()).collect();
        subject.words("acts", &acts).bool("machine", used.machine).bool("project_known", used.project.is_some());
        let Some(work) = self.title(name) else {
            let several = self.record.works_named(name).len() > 1;
            subject
                .from(Source::row(name))
                .said(
                    "work",
                    if several { format!("{name} (two works bear that name)") } else { name.to_owned() }.as_str(),
                )
                .bool("recorded", false)
                .bool("chain_known", None)
                .words("gaps", NONE)
                .words("territories_missing", NONE)
                .words("papers_missing", NONE)
                .words("barred", NONE)
                .words("uncovered", NONE)
                .bool("contribution", false);
            let cover = self.cover(&[], &Default::default());
            self.judge(&subject, cover.packs, &about);
            return;
        };
        self.saw_work(work);
        let mut works = vec![work];
        works.extend(used.project.filter(|project| project.id != work.id));
        let cover = self.cover(&works, &Default::default());
        let found = self.chain_of(work, &used.acts);
        let name_of = |party: &str| self.record.name(party).to_owned();
        let mut gaps: Vec<String> = found
            .gaps
            .iter()
            .map(|gap| format!("{} of {} in {}: {}", gap.act, name_of(&gap.author), gap.territories, gap.because))
            .collect();
        let open =
            found.gaps.iter().map(|gap| gap.territories).chain(found.given_away.iter().map(|(_, places)| *places));
        let open = open.fold(Territories::default(), |all, places| all.or(&places));
        let given = found.given_away.iter();
        gaps.extend(given.map(|(grant, places)| format!("{grant} gives them exclusively to others in {places}")));
        let papers: Vec<String> = found
            .steps
            .iter()
            .filter(|step| step.document.is_none() || step.page.is_none() || step.verified_by.is_none())
            .map(|step| format!("{} of {} from {}", step.instrument, step.date, name_of(&step.from)))
            .collect();
        let out = found.given_away.first().and_then(|(grant, _)| self.record.grants.get(grant));
        let last = work.chain_of_title.iter().rfind(|link| link.to == self.studio && link.document.is_some());
        subject
            .from(match (out, last) {
                (Some(grant), _) if found.gaps.is_empty() => Source::paper(&grant.id, &grant.document, grant.page),
                (_, Some(link)) => Source::paper(&work.id, &link.document, link.page),
                _ => Source::row(&work.id),
            })
            .said("work", work.title.as_str())
            .bool("chain_known", found.known.then_some(true))
            .words("gaps", gaps)
            .places("territories_missing", Some(open))
            .words("papers_missing", papers);
        self.barred_for_all(&mut subject, work, used.topics);
        let contribution = self.record.deeds_about(&work.id, "contribution").next();
        let consulted = self.consulted(work, &works);
        for deed in contribution.into_iter().chain(consulted) {
            self.trail.saw("deed", &deed.id, deed);
        }
        subject.from(Source::row(&work.id)).bool("recorded", true).words("uncovered", &cover.uncovered);
        match &work.guilds {
            None => subject.listed::<&str>("guilds", &[]),
            Some(guilds) => subject.words("guilds", guilds.iter().map(|guild| guild.as_str())),
        };
        subject
            .day("photography_start", work.photography_start)
            .bool("contribution", contribution.is_some())
            .from(Source::row(consulted.map_or(work.id.as_str(), |deed| deed.id.as_str())))
            .day("consulted_on", consulted.map(|deed| deed.on));
        self.judge(&subject, cover.packs, &About { rows: &[&work.id], ..about });
    }

    /// The first consultation with the director about models; where several works have one, the last of those.
    fn consulted(&self, work: &'a Work, works: &[&'a Work]) -> Option<&'a Deed> {
        let directed = |work: &&Work| work.guilds.iter().flatten().any(|guild| *guild == Guild::Dga);
        let mut theirs: Vec<&Work> = works.iter().copied().filter(directed).collect();
        if theirs.is_empty() {
            theirs.push(work);
        }
        let first = |work: &Work| {
            let deeds = self.record.deeds_about(&work.id, "consultation");
            deeds.min_by(|a, b| (a.on, &a.id).cmp(&(b.on, &b.id)))
        };
        let firsts: Option<Vec<&Deed>> = theirs.into_iter().map(first).collect();
        // Of several on one day the first of the works named.
        firsts?.into_iter().rev().max_by_key(|deed| deed.on)
    }

    /// Topics that a clause bars in papers of the work that belong to nobody's engagement.
    fn barred_for_all(&mut self, subject: &mut Subject, work: &'a Work, machine: &[&'static str]) {
        let record = self.record;
        let topics = topics(machine, self.asked.purpose.as_slice());
        let mut barred = Vec::new();
        let mut paper = Source::row(&work.id);
        for agreement in record.agreements.values().filter(|agreement| agreement.work == work.id) {
            let bars = |clause: &&Clause| clause.effect == Effect::Barred && topics.contains(&clause.topic.as_str());
            let mine = |e: &Engagement| e.agreement.as_deref() == Some(agreement.id.as_str());
            let Some(clause) = agreement.clauses.iter().find(bars) else { continue };
            if record.engagements.values().any(mine) {
                continue;
            }
            self.trail.saw("agreement", &agreement.id, agreement);
            if barred.is_empty() {
                paper = Source::paper(&agreement.id, &agreement.document, Some(clause.page));
            }
            barred.push(clause.topic.as_str());
        }
        subject.from(paper).words("barred", barred);
    }

    fn saw_work(&mut self, work: &'a Work) {
        let mut open = vec![work];
        let mut done: Vec<&str> = Vec::new();
        while let Some(work) = open.pop() {
            if done.contains(&work.id.as_str()) {
                continue;
            }
            done.push(&work.id);
            self.trail.saw("work", &work.id, work);
            open.extend(work.based_on.iter().filter_map(|id| self.record.works.get(id)));
        }
    }

    fn chain_of(&mut self, work: &'a Work, acts: &[Act]) -> Chain {
        let record = self.record;
        let outside = !self.asked.territories.is_empty();
        let territories = if outside { self.asked.territories } else { self.seat(work) };
        let media = self.asked.media.clone();
        let wanted = Wanted { acts, territories, media: &media, from: self.asked.from, until: self.asked.until };
        let found = chain(record, work, self.studio, &wanted);
        for (grant, _) in &found.given_away {
            if let Some(grant) = record.grants.get(grant) {
                self.trail.saw("grant", &grant.id, grant);
            }
        }
        found
    }

    /// Where uses inside the house take place: the studio's seat, else the country of the work, else anywhere.
    fn seat(&self, work: &Work) -> Territories {
        let seat = self.record.parties.get(self.studio).and_then(|party| country(party.domicile.as_deref()?));
        seat.or_else(|| Territories::parse([work.country.as_deref()?]).ok()).unwrap_or(Territories::world())
    }
}

const NONE: [&str; 0] = [];
