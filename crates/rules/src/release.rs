//! A release: what was filmed, what was made, and what leaves the house as a whole.

use std::collections::{BTreeMap, BTreeSet};

use rights::{Act, AppearanceKind, Medium, Purpose, ThirdParty, Work};

use crate::case::{About, Case};
use crate::consent::Wanted;
use crate::decide::{Sorted, words};
use crate::need::{Class, Need, release_acts};
use crate::person::Around;
use crate::question::{Made, Release, Use};
use crate::subject::Source;
use crate::vocabulary::Kind;
use crate::work::Used;

/// What a model made of a release.
#[derive(Default)]
struct Making<'r> {
    likeness: bool,
    uses: Vec<usize>,
    titles: BTreeSet<&'r str>,
}

impl<'a> Case<'a> {
    pub(crate) fn release(&mut self, ask: &'a Release) {
        let acts = release_acts(ask.purpose, ask.media.contains(&Medium::HomeVideo));
        let project = self.project(ask);
        let mut sorted = Sorted::default();
        let mut models: BTreeMap<&str, Making<'_>> = BTreeMap::new();
        let mut machined: BTreeSet<&str> = BTreeSet::new();
        let mut remade: BTreeSet<&str> = BTreeSet::new();
        for (at, used) in ask.uses.iter().enumerate() {
            sorted.titles.entry(&used.title).or_default().push(at);
            if used.made.is_some() || !used.edits.is_empty() {
                machined.insert(&used.title);
            }
            if let Some(made) = &used.made {
                remade.insert(&used.title);
                let known = models.entry(&made.model).or_default();
                known.likeness |= !self.shown(made).is_empty();
                known.uses.push(at);
                known.titles.insert(&used.title);
            }
            let Some(work) = self.title(&used.title) else { continue };
            self.footage(&mut sorted, work, used, at, |need| Need {
                project: project.map(|work| work.id.as_str()),
                acts: elsewhere(&acts, work, project),
                purposes: vec![ask.purpose],
                edits: words(&used.edits),
                ..need
            });
            if let Some(made) = &used.made {
                self.made(&mut sorted, ask, work, project, used, made, at);
            }
        }
        for (title, uses) in &sorted.titles {
            let machine = machined.contains(title) || !ask.synthetics.is_empty();
            let acts = self.title(title).map_or_else(|| acts.clone(), |work| elsewhere(&acts, work, project));
            let topics = if remade.contains(title) { REPLICA } else { &[] };
            self.work(title, &Used { acts, machine, topics, project }, uses);
        }
        if let Some(work) = project
            && !sorted.titles.keys().any(|title| self.title(title).is_some_and(|known| known.id == work.id))
        {
            let topics = if remade.is_empty() { &[] } else { REPLICA };
            self.work(&work.id, &Used { acts: acts.clone(), machine: !machined.is_empty(), topics, project }, &[]);
        }
        let thing = Wanted::thing(
            &self.asked,
            vec![Act::Communicate.as_str()],
            vec![ask.purpose.as_str()],
            project.map(|work| work.id.as_str()),
        );
        self.shots(&sorted, &thing);
        let around = Around { disclosure: ask.disclosure.as_deref(), ..Around::default() };
        for (need, uses) in &sorted.needs {
            self.person(need, uses, &around);
        }
        let works = self.works_of(ask, project);
        for (model, making) in &models {
            let mine: Vec<&Work> = making.titles.iter().filter_map(|title| self.title(title)).collect();
            self.model(model, making.likeness, false, &mine, project, &making.uses);
        }
        for name in &ask.synthetics {
            self.synthetic(name, &works, ask.disclosure.as_deref());
        }
        for text in self.record.texts.values().filter(|text| works.iter().any(|work| work.id == text.work)) {
            self.text(text);
        }
        self.music(ask, project);
        self.output(ask, &works);
    }

    /// What a model made of persons.
    #[expect(clippy::too_many_arguments, reason = "all of one use, called once")]
    fn made(
        &mut self,
        sorted: &mut Sorted<'a>,
        ask: &'a Release,
        work: &'a Work,
        project: Option<&'a Work>,
        used: &'a Use,
        made: &'a Made,
        at: usize,
    ) {
        let mut purposes = vec![made.purpose.unwrap_or(ask.purpose)];
        // What was made for a dub may be shown in the picture; elsewhere that use must be given as well.
        if ask.purpose != Purpose::Picture && !purposes.contains(&ask.purpose) {
            purposes.push(ask.purpose);
        }
        purposes.sort_unstable();
        let speaks = made.kinds.is_empty() || made.kinds.contains(&AppearanceKind::Voice);
        let tags = words(&made.tags);
        let persons = self.shown(made);
        for person in &persons {
            let mut kinds = made.kinds.clone();
            kinds.sort_unstable();
            kinds.dedup();
            let need = Need {
                class: Class::Replica,
                model: Some(&made.model),
                project: project.map(|work| work.id.as_str()),
                acts: vec![Act::Generate],
                purposes: purposes.clone(),
                languages: if speaks { words(&ask.languages) } else { Vec::new() },
                tags: tags.clone(),
                alone: persons.len() == 1,
                ..self.blank(person, work, kinds, made.scene)
            };
            let uses = sorted.needs.entry(need).or_default();
            uses.at.push(at);
            uses.times.add(at, used.seconds);
        }
    }

    /// Persons whom something made shows: those it names, and the one its model exists to show.
    fn shown(&self, made: &'a Made) -> BTreeSet<&'a str> {
        let subject = self.record.models.get(&made.model).and_then(|model| model.subject_person.as_deref());
        made.persons.iter().map(String::as_str).chain(subject).collect()
    }

    /// The work that a release is, or is for.
    fn project(&self, ask: &'a Release) -> Option<&'a Work> {
        if let Some(name) = &ask.work {
            return self.title(name);
        }
        let mut works = ask.uses.iter().map(|used| self.title(&used.title));
        let first = works.next()??;
        works.all(|work| work.is_some_and(|work| work.id == first.id)).then_some(first)
    }

    fn works_of(&self, ask: &'a Release, project: Option<&'a Work>) -> Vec<&'a Work> {
        let mut works: Vec<&Work> = ask.uses.iter().filter_map(|used| self.title(&used.title)).chain(project).collect();
        works.sort_unstable_by_key(|work| &work.id);
        works.dedup_by_key(|work| &work.id);
        works
    }

    /// Music of others: a work of the record, a grant by its name, or unknown.
    fn music(&mut self, ask: &'a Release, project: Option<&'a Work>) {
        for name in &ask.music {
            let record = self.record;
            let given = |work: &&Work| {
                let mine = record.grants.values().filter(|grant| grant.work == work.id);
                mine.filter(|grant| grant.direction == rights::work::Direction::In).collect::<Vec<_>>()
            };
            let work = self.title(name);
            let granted = work.as_ref().map(given).unwrap_or_default();
            let acts = vec![Act::Communicate.as_str()];
            let carrying = granted.iter().copied().find(|grant| {
                let wanted = Wanted::thing(&self.asked, acts.clone(), vec![ask.purpose.as_str()], Some(&grant.work));
                self.carries(grant, &wanted)
            });
            let grant = match work {
                None => record.grants.get(name),
                // Without a grant that carries it, the studio's own title may; what the nearest grant lacks is told where it
                // has none.
                Some(work) if carrying.is_none() && (granted.is_empty() || !work.authors.is_empty()) => {
                    let acts = release_acts(ask.purpose, ask.media.contains(&Medium::HomeVideo));
                    self.work(name, &Used { acts, machine: false, topics: &[], project: Some(work) }, &[]);
                    continue;
                }
                Some(_) => carrying.or(granted.first().copied()),
            };
            let thing = ThirdParty {
                what: name.clone(),
                holder: grant.map_or("unknown", |grant| &grant.party).to_owned(),
                tdm: "unknown".into(),
                grant: grant.map(|grant| grant.id.clone()),
            };
            let for_work = grant.map(|grant| grant.work.as_str());
            let wanted = Wanted::thing(&self.asked, acts, vec![ask.purpose.as_str()], for_work);
            self.thing(project, None, &thing, &wanted, &[]);
        }
    }

    fn output(&mut self, ask: &'a Release, works: &[&'a Work]) {
        let cover = self.cover(works, &BTreeSet::new());
        let made: Vec<&Made> = ask.uses.iter().filter_map(|used| used.made.as_ref()).collect();
        let edited = ask.uses.iter().any(|used| !used.edits.is_empty());
        let persons: BTreeSet<&str> = made.iter().flat_map(|made| self.shown(made)).collect();
        let said =
            !ask.uses.is_empty() && !ask.territories.is_empty() && !ask.media.is_empty() && ask.from <= ask.until;
        let mut subject = self.subject(Kind::Output, "release");
        subject
            .from(Source::row("question"))
            .bool("said", said)
            .bool("machine", !made.is_empty() || edited || !ask.synthetics.is_empty())
            .bool("likeness", !persons.is_empty())
            .words("persons", persons.iter().map(|person| self.record.name(person)))
            .text("disclosure", ask.disclosure.as_deref())
            .bool("credentials", ask.credentials)
            .bool("mark", ask.mark);
        self.judge(&subject, cover.packs, &About { rows: &[], ..About::default() });
    }
}

const REPLICA: &[&str] = &["replica"];

/// Whatever is taken into another work is adapted.
fn elsewhere(acts: &[Act], work: &Work, project: Option<&Work>) -> Vec<Act> {
    let mut acts = acts.to_vec();
    if project.is_some_and(|project| project.id != work.id) && !acts.contains(&Act::Adapt) {
        acts.push(Act::Adapt);
        acts.sort_unstable();
    }
    acts
}
