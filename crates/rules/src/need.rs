//! What a use needs of a person: the acts, purposes and bounds that a consent must have to carry it.

use std::collections::BTreeMap;

use rights::{Act, AppearanceKind, Date, Purpose};

/// How a person is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Class {
    /// As they were filmed or recorded.
    Footage,
    /// Made anew by a model.
    Replica,
    /// As the subject that a model exists to show.
    Subject,
    /// As a lesson of a model.
    Training,
    /// As a lesson of a model that serves only the making of the very work.
    Post,
}

impl Class {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Class::Footage => "footage",
            Class::Replica => "replica",
            Class::Subject => "subject",
            Class::Training => "training",
            Class::Post => "post",
        }
    }
}

/// One way of using one person; uses with the same need are judged once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Need<'a> {
    pub(crate) person: &'a str,
    /// The work that it is taken from.
    pub(crate) work: &'a str,
    pub(crate) class: Class,
    /// The model, where one learns or makes.
    pub(crate) model: Option<&'a str>,
    /// The work that it is for.
    pub(crate) project: Option<&'a str>,
    pub(crate) acts: Vec<Act>,
    pub(crate) purposes: Vec<Purpose>,
    pub(crate) scene: Option<u32>,
    pub(crate) languages: Vec<&'a str>,
    pub(crate) tags: Vec<&'a str>,
    pub(crate) edits: Vec<&'a str>,
    pub(crate) kinds: Vec<AppearanceKind>,
    pub(crate) from: Date,
    pub(crate) until: Date,
    /// Whether the words given to the model name the person.
    pub(crate) prompted: bool,
    /// Whether nobody else is made with them.
    pub(crate) alone: bool,
}

impl Need<'_> {
    /// Whether a word of a consent's `forbid` names this use: its act, its purpose, a tag, or what else it is.
    pub(crate) fn is(&self, word: &str) -> bool {
        self.acts.iter().any(|act| act.as_str() == word)
            || self.purposes.iter().any(|purpose| purpose.as_str() == word)
            || self.tags.contains(&word)
            || (word == "training_other_models" && self.class == Class::Training)
    }
}

/// The uses that have a need.
#[derive(Clone, Debug, Default)]
pub(crate) struct Uses {
    pub(crate) at: Vec<usize>,
    pub(crate) times: Times,
}

/// For how long a person is in each of some uses.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Times(BTreeMap<usize, f64>);

impl Times {
    /// So long in the use `at`; who stands in it twice is there once, the longer time.
    pub(crate) fn add(&mut self, at: usize, seconds: f64) {
        let known = self.0.entry(at).or_default();
        *known = known.max(seconds);
    }

    pub(crate) fn join(&mut self, other: &Times) {
        other.0.iter().for_each(|(at, seconds)| self.add(*at, *seconds));
    }

    pub(crate) fn seconds(&self) -> f64 {
        self.0.values().sum()
    }

    /// Begun minutes.
    pub(crate) fn minutes(&self) -> i64 {
        (self.seconds() / 60.0).ceil() as i64
    }
}

/// Acts that showing a work to the public needs.
///
/// Every release copies and shows; discs are handed out; whatever is not the picture itself is cut from it.
pub(crate) fn release_acts(purpose: Purpose, discs: bool) -> Vec<Act> {
    let mut acts = vec![Act::Reproduce];
    if purpose != Purpose::Picture {
        acts.push(Act::Adapt);
    }
    if discs {
        acts.push(Act::Distribute);
    }
    acts.push(Act::Communicate);
    acts
}
