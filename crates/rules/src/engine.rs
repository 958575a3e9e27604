//! Asking Cedar: which rules speak about a subject.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::{Arc, LazyLock, Mutex};

use cedar_policy::{Authorizer, Decision, Entities, EntityUid, Policy, PolicySet, Request};

use crate::glance::{Glance, Places};
use crate::pack::{Effect, Pack, SCHEMA};
use crate::subject::Subject;
use crate::vocabulary::Kind;

/// Packs that govern, one bit each in the order of the rulebook.
pub(crate) type Packs = u64;

/// A policy that spoke.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Spoken {
    /// Its rule.
    pub(crate) rule: Arc<str>,
    /// What it does.
    pub(crate) effect: Effect,
    /// What went wrong, where it could not be asked.
    pub(crate) error: Option<String>,
}

/// All policies about one kind of subject of one set of packs.
#[derive(Debug)]
pub(crate) struct Sheaf {
    policies: Vec<Leaf>,
    effects: HashMap<String, (Arc<str>, Effect)>,
    places: Places,
    /// Sets of the policies that a glance left, by which they are.
    sets: Mutex<HashMap<Vec<usize>, Arc<PolicySet>>>,
    /// Rules, by id.
    pub(crate) rules: Vec<Arc<str>>,
}

#[derive(Debug)]
struct Leaf {
    policy: Policy,
    glance: Glance,
}

/// So many sets of a sheaf are kept; others are made each time they are needed.
const SETS: usize = 256;

/// Cedar with the sets of policies that were needed so far.
#[derive(Debug, Default)]
pub(crate) struct Engine {
    sheaves: Mutex<HashMap<(Kind, Packs), Arc<Sheaf>>>,
}

pub(crate) static PRINCIPAL: LazyLock<EntityUid> = LazyLock::new(|| uid("Studio::\"studio\""));
pub(crate) static RESOURCE: LazyLock<EntityUid> = LazyLock::new(|| uid("Subject::\"subject\""));
pub(crate) static ACTIONS: LazyLock<Vec<EntityUid>> =
    LazyLock::new(|| Kind::ALL.iter().map(|kind| uid(&format!("Action::\"{}\"", kind.as_str()))).collect());
pub(crate) static AUTHORIZER: LazyLock<Authorizer> = LazyLock::new(Authorizer::new);
pub(crate) static EVERYTHING: LazyLock<Policy> =
    LazyLock::new(|| Policy::parse(None, "permit (principal, action, resource);").expect("written here"));
pub(crate) static NOBODY: LazyLock<Entities> = LazyLock::new(Entities::empty);

fn uid(text: &str) -> EntityUid {
    EntityUid::from_str(text).expect("written here")
}

impl Engine {
    /// The policies about a kind of subject.
    pub(crate) fn sheaf(&self, packs: &[Pack], governing: Packs, kind: Kind) -> Arc<Sheaf> {
        let mut sheaves = self.sheaves.lock().unwrap_or_else(|broken| broken.into_inner());
        let sheaf = sheaves.entry((kind, governing)).or_insert_with(|| Arc::new(Sheaf::of(packs, governing, kind)));
        Arc::clone(sheaf)
    }
}

impl Sheaf {
    fn of(packs: &[Pack], governing: Packs, kind: Kind) -> Sheaf {
        let places = Places::of(kind);
        let mut policies = Vec::new();
        let mut effects = HashMap::new();
        let mut rules: Vec<Arc<str>> = Vec::new();
        for (at, pack) in packs.iter().enumerate().filter(|(at, _)| governing >> at & 1 == 1) {
            debug_assert!(at < Packs::BITS as usize);
            for said in pack.policies.iter().filter(|said| said.kinds.contains(&kind)) {
                let rule = match rules.iter().find(|rule| ***rule == *said.rule) {
                    Some(rule) => Arc::clone(rule),
                    None => {
                        rules.push(Arc::from(said.rule.as_str()));
                        Arc::clone(rules.last().expect("just put"))
                    }
                };
                effects.insert(said.policy.id().to_string(), (rule, said.effect));
                // What Cedar does not write out is not glanced at.
                let glance = said.json.as_ref().map_or(Glance::Unread, |json| Glance::read(json, &places));
                policies.push(Leaf { policy: said.policy.clone(), glance });
            }
        }
        rules.sort();
        Sheaf { policies, effects, places, sets: Mutex::default(), rules }
    }

    /// These policies, ready for Cedar.
    fn set(&self, which: Vec<usize>) -> Arc<PolicySet> {
        let sets = || self.sets.lock().unwrap_or_else(|broken| broken.into_inner());
        if let Some(known) = sets().get(&which) {
            return Arc::clone(known);
        }
        let policies = which.iter().map(|at| self.policies[*at].policy.clone());
        let set = PolicySet::from_policies([EVERYTHING.clone()].into_iter().chain(policies));
        let set = Arc::new(set.expect("ids are held apart when packs are read"));
        let mut sets = sets();
        if sets.len() < SETS {
            sets.insert(which, Arc::clone(&set));
        }
        set
    }

    /// What speaks about `subject`. A rule that cannot be asked speaks against.
    pub(crate) fn ask(&self, subject: &Subject) -> Vec<Spoken> {
        let spoken = self.cedar(subject, self.glance(subject));
        // In builds for tests Cedar is asked every policy as well: what a glance leaves out must be silent.
        #[cfg(debug_assertions)]
        assert_eq!(spoken, self.whole(subject), "{subject:?}");
        spoken
    }

    /// Policies that may speak.
    pub(crate) fn glance(&self, subject: &Subject) -> Vec<usize> {
        let facts = self.places.facts(subject);
        (0..self.policies.len()).filter(|at| self.policies[*at].glance.holds(&facts) != Some(false)).collect()
    }

    /// The same as `ask`, of Cedar alone.
    #[cfg(any(test, debug_assertions))]
    pub(crate) fn whole(&self, subject: &Subject) -> Vec<Spoken> {
        self.cedar(subject, (0..self.policies.len()).collect())
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.policies.len()
    }

    /// What these policies say.
    fn cedar(&self, subject: &Subject, which: Vec<usize>) -> Vec<Spoken> {
        // Where no policy is left, none can speak or err, whatever the facts.
        if which.is_empty() {
            return Vec::new();
        }
        let action = ACTIONS[subject.kind as usize].clone();
        // In builds for tests every request is held against the schema; a rule that then finds another type errs, and blocks.
        let schema = cfg!(debug_assertions).then(|| &*SCHEMA);
        let request = Request::new(PRINCIPAL.clone(), action, RESOURCE.clone(), subject.context(), schema);
        let request = match request {
            Ok(request) => request,
            Err(e) => {
                let all = self.rules.iter().map(|rule| Spoken {
                    rule: Arc::clone(rule),
                    effect: Effect::Deny,
                    error: Some(e.to_string()),
                });
                return all.collect();
            }
        };
        let response = AUTHORIZER.is_authorized(&request, &self.set(which), &NOBODY);
        let mut spoken: Vec<Spoken> = response
            .diagnostics()
            .errors()
            .map(|e| {
                let cedar_policy::AuthorizationError::PolicyEvaluationError(e) = e;
                let rule = &self.effects[&e.policy_id().to_string()].0;
                Spoken { rule: Arc::clone(rule), effect: Effect::Deny, error: Some(e.to_string()) }
            })
            .collect();
        if response.decision() == Decision::Deny {
            spoken.extend(response.diagnostics().reason().map(|id| {
                let (rule, effect) = &self.effects[<_ as AsRef<str>>::as_ref(id)];
                Spoken { rule: Arc::clone(rule), effect: *effect, error: None }
            }));
        }
        spoken.sort_by(|a, b| (&a.rule, a.effect).cmp(&(&b.rule, b.effect)));
        spoken
    }
}
