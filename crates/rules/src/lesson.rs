//! Training: which shots may teach a model, and which persons in them.

use std::collections::BTreeSet;

use rights::{Act, Purpose};

use crate::case::Case;
use crate::consent::Wanted;
use crate::decide::Sorted;
use crate::need::{Class, Need};
use crate::person::Around;
use crate::question::Train;
use crate::work::Used;

impl<'a> Case<'a> {
    pub(crate) fn train(&mut self, ask: &'a Train) {
        let model = self.record.models.get(&ask.model);
        let subject_person = model.and_then(|model| model.subject_person.as_deref());
        let mut sorted = Sorted::default();
        for (at, used) in ask.uses.iter().enumerate() {
            sorted.titles.entry(&used.title).or_default().push(at);
        }
        // What serves the making of the very work learns from one work only, and shows nobody.
        let taught: BTreeSet<Option<&str>> =
            sorted.titles.keys().map(|title| self.title(title).map(|work| work.id.as_str())).collect();
        let post = ask.post_production_only && subject_person.is_none() && taught.len() == 1;
        for (at, used) in ask.uses.iter().enumerate() {
            let Some(work) = self.title(&used.title) else { continue };
            self.footage(&mut sorted, work, used, at, |need| {
                let subject = subject_person == Some(need.person);
                let (class, acts, purposes) = match (subject, post) {
                    (true, _) => (Class::Subject, vec![Act::CreateModel], Vec::new()),
                    (_, true) => (Class::Post, vec![Act::Adapt], vec![Purpose::Picture]),
                    (_, false) => (Class::Training, vec![Act::Train], vec![Purpose::Training]),
                };
                Need { class, acts, purposes, model: Some(&ask.model), ..need }
            });
        }
        let act = if post { Act::Adapt } else { Act::Train };
        let mut works = Vec::new();
        for (title, uses) in &sorted.titles {
            let project = self.title(title);
            works.extend(project);
            self.work(title, &Used { acts: vec![act], machine: true, topics: &["ai_training"], project }, uses);
        }
        let purpose = if post { Purpose::Picture } else { Purpose::Training };
        let thing = Wanted::thing(&self.asked, vec![act.as_str()], vec![purpose.as_str()], None);
        self.shots(&sorted, &thing);
        for (need, uses) in &sorted.needs {
            self.person(need, uses, &Around::default());
        }
        self.model(&ask.model, false, false, &works, None, &[]);
    }
}
