//! Making: whether a model may make this of these persons.

use std::collections::BTreeSet;

use rights::{Act, PartyKind};

use crate::case::Case;
use crate::decide::words;
use crate::need::{Class, Need, Uses};
use crate::person::Around;
use crate::question::Make;
use crate::work::Used;

impl<'a> Case<'a> {
    pub(crate) fn make(&mut self, ask: &'a Make) {
        let project = self.title(&ask.work);
        self.work(&ask.work, &Used { acts: vec![Act::Adapt], machine: true, topics: &["replica"], project }, &[]);
        let named = ask.prompt.as_deref().map_or_else(BTreeSet::new, |prompt| self.named(prompt));
        let subject = self.record.models.get(&ask.model).and_then(|model| model.subject_person.as_deref());
        let mut persons: BTreeSet<&str> = ask.persons.iter().map(String::as_str).collect();
        persons.extend(named.iter().chain(&subject));
        let tags = words(&ask.tags);
        let around = Around { reference_image: ask.reference_image, ..Around::default() };
        for person in &persons {
            let Some(work) = project else { continue };
            let need = Need {
                class: Class::Replica,
                model: Some(&ask.model),
                acts: vec![Act::Generate],
                purposes: vec![ask.purpose],
                languages: ask.language.as_deref().into_iter().collect(),
                tags: tags.clone(),
                prompted: named.contains(person),
                alone: persons.len() == 1,
                ..self.blank(person, work, Vec::new(), ask.scene)
            };
            self.person(&need, &Uses::default(), &around);
        }
        let works: Vec<_> = project.into_iter().collect();
        let unnamed = ask.reference_image && persons.is_empty();
        self.model(&ask.model, !persons.is_empty(), unnamed, &works, project, &[]);
    }

    /// Persons whose name or other name stands in the words given to a model.
    fn named(&self, prompt: &str) -> BTreeSet<&'a str> {
        let plain = |text: &str| {
            let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
            format!(" {} ", words.map(str::to_lowercase).collect::<Vec<_>>().join(" "))
        };
        let prompt = plain(prompt);
        let stands = |name: &String| {
            let name = plain(name);
            name.len() > 2 && prompt.contains(&name)
        };
        let persons = self.record.parties.values().filter(|party| party.kind == PartyKind::Person);
        persons
            .filter(|party| stands(&party.name) || party.aliases.iter().any(stands))
            .map(|party| party.id.as_str())
            .collect()
    }
}
