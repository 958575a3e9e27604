//! A pack of rules: its Cedar policies and the sheet that says where each rule comes from.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::LazyLock;

use cedar_policy::{
    ActionConstraint, Effect as Verdict, Policy, PolicyId, PolicySet, Schema, ValidationMode, Validator,
};
use rights::{Date, Guild, Place, Territories};
use serde::Deserialize;
use toml::Spanned;

use crate::vocabulary::{Kind, Type, schema};

/// A pack as text: two files of one name.
#[derive(Clone, Debug)]
pub struct PackText {
    /// The name that both files have, `core`.
    pub name: String,
    /// `NAME.cedar`: one `forbid` per rule, `@id` its id.
    pub cedar: String,
    /// `NAME.toml`: the pack, and a `[[rule]]` for each id.
    pub sheet: String,
}

/// Why a pack is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct PackFault {
    /// File and line.
    pub place: Place,
    /// What, and what to do.
    pub what: String,
}

/// What a rule does when it speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It blocks.
    Deny,
    /// It blocks until a person records an act.
    Gate,
    /// It cannot tell.
    Unknown,
    /// Something is owed or must be done.
    Duty,
    /// A person should look; nothing is stopped.
    Warn,
}

/// Whether a pack is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It is.
    InForce,
    /// Its terms were not settled when it was written.
    Pending,
    /// It is a draft: its rules may only warn.
    Draft,
}

/// When a pack governs.
#[derive(Clone, Debug, PartialEq)]
pub enum Select {
    /// Always, from its first day to its last by the day of the question.
    Always,
    /// Works made under this agreement, by the first day of photography.
    Guild(Guild),
    /// Uses in these countries, by the days of the use.
    Territories(Territories),
}

/// What a rule's duty is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Owed {
    /// `pay`, `notify`, `label`, `consult`, `disclose`, `quarantine`.
    pub kind: String,
    /// To whom: a name, or a fact in braces.
    pub to: String,
    /// The day it counts from: `on`, `from`, `until` or another day among the facts; no day if not said.
    #[serde(default)]
    pub due: Option<String>,
    /// Days after that, or before.
    #[serde(default)]
    pub days: i64,
    /// How the amount of a payment is worked out: `consent`, `day_rate`, `sessions`.
    #[serde(default)]
    pub formula: Option<String>,
    /// The sentence.
    pub sentence: String,
}

/// One rule's sheet.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheet {
    /// Its id.
    pub id: Spanned<String>,
    /// What it does.
    pub effect: Effect,
    /// What it says when it blocks or warns, facts in braces.
    #[serde(default)]
    pub sentence: String,
    /// What it says when it cannot tell.
    #[serde(default)]
    pub unknown: Option<String>,
    /// Facts that are shown with it.
    #[serde(default)]
    pub facts: Vec<String>,
    /// What would change the answer.
    #[serde(default)]
    pub remedy: String,
    /// What would let it tell; the remedy if not said.
    #[serde(default)]
    pub record: Option<String>,
    /// Where it comes from.
    #[serde(default)]
    pub source: String,
    /// How sure that is: `P`, `S`, `C`, `R`, or `design`.
    #[serde(default)]
    pub evidence: String,
    /// Who reviewed it, and when.
    #[serde(default)]
    pub reviewed_by: String,
    /// Questions and classes that it is about (`release`, `replica`); all if not said. For reports only.
    #[serde(default)]
    pub about: Vec<String>,
    /// The duty it creates.
    #[serde(default)]
    pub duty: Option<Owed>,
    /// Words for one kind of its subjects, where it has several: `[rule.on.shot]`.
    #[serde(default)]
    pub on: BTreeMap<String, Wording>,
}

/// A rule's words for one kind of its subjects.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wording {
    /// What it says.
    pub sentence: String,
    /// Facts that are shown with it.
    pub facts: Vec<String>,
    /// What would change the answer.
    pub remedy: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cover {
    pack: Spanned<String>,
    version: String,
    #[serde(default)]
    valid_from: Option<toml::value::Datetime>,
    #[serde(default)]
    valid_to: Option<toml::value::Datetime>,
    status: Status,
    #[serde(default)]
    reviewed_by: String,
    select: Spanned<Chosen>,
    #[serde(default)]
    rule: Vec<Sheet>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Chosen {
    #[serde(default)]
    always: bool,
    #[serde(default)]
    guild: Option<Guild>,
    #[serde(default)]
    territories: Option<Territories>,
}

/// The longest file of a pack, bytes; the longest of the house has some 20 KB.
const LONGEST_FILE: usize = 1 << 20;
/// The longest policy, bytes.
const LONGEST_POLICY: usize = 16 << 10;
/// The most brackets in one another in a policy.
const DEEPEST: usize = 24;
/// The most operators in a policy.
const MOST_JOINTS: usize = 400;

/// A pack that was read and held against the schema.
#[derive(Clone, Debug)]
pub struct Pack {
    /// Its name.
    pub name: String,
    /// Its version: the day it begins to hold.
    pub version: String,
    /// First day.
    pub valid_from: Option<Date>,
    /// Last day.
    pub valid_to: Option<Date>,
    /// Whether it is in force.
    pub status: Status,
    /// Who reviewed it, and when; empty if nobody yet.
    pub reviewed_by: String,
    /// When it governs.
    pub select: Select,
    /// BLAKE3 of both files.
    pub hash: String,
    /// Sheets of its rules, by id.
    pub rules: BTreeMap<String, Sheet>,
    pub(crate) policies: Vec<Said>,
    pub(crate) place: Place,
    /// Where each rule begins in its sheet.
    pub(crate) lines: BTreeMap<String, usize>,
}

/// One policy of a rule.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) policy: Policy,
    /// The same in Cedar's JSON form, where Cedar can write it out.
    pub(crate) json: Option<serde_json::Value>,
    pub(crate) rule: String,
    pub(crate) effect: Effect,
    pub(crate) kinds: Vec<Kind>,
}

pub(crate) static SCHEMA: LazyLock<Schema> =
    LazyLock::new(|| Schema::from_cedarschema_str(&schema()).expect("our own schema; a test reads it").0);

static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| Validator::new(SCHEMA.clone()));

impl Pack {
    /// Reads a pack and holds it against the schema, strictly.
    pub fn read(text: &PackText) -> Result<Pack, PackFault> {
        let sheet = format!("{}.toml", text.name);
        let fault = |at: usize, what: String| fault(&sheet, &text.sheet, at, what);
        if text.sheet.len().max(text.cedar.len()) > LONGEST_FILE {
            return Err(fault(0, format!("a file of the pack is longer than {} KB", LONGEST_FILE >> 10)));
        }
        let cover: Cover = toml::from_str(&text.sheet)
            .map_err(|e| fault(e.span().map_or(0, |span| span.start), e.message().trim().to_owned()))?;
        let day = |day: Option<toml::value::Datetime>| {
            let parse = |day: toml::value::Datetime| day.to_string().parse::<Date>();
            day.map(parse).transpose().map_err(|_| fault(0, "valid_from and valid_to are days".into()))
        };
        let select = match cover.select.get_ref() {
            Chosen { always: true, guild: None, territories: None } => Select::Always,
            Chosen { always: false, guild: Some(guild), territories: None } => Select::Guild(*guild),
            Chosen { always: false, guild: None, territories: Some(places) } => Select::Territories(*places),
            _ => return Err(fault(cover.select.span().start, "select: say one of always, guild, territories".into())),
        };
        let mut rules = BTreeMap::new();
        for rule in cover.rule {
            let at = rule.id.span().start;
            let id = rule.id.get_ref().clone();
            check(&rule, cover.status).map_err(|what| fault(at, format!("{id}: {what}")))?;
            if rules.insert(id.clone(), rule).is_some() {
                return Err(fault(at, format!("{id} is there twice: every rule has an id of its own")));
            }
        }
        let policies = policies(text, &rules)?;
        for (id, rule) in &rules {
            let at = rule.id.span().start;
            let mine: Vec<&Said> = policies.iter().filter(|said| said.rule == *id).collect();
            if mine.is_empty() {
                return Err(fault(
                    at,
                    format!("{id} has no policy in {}.cedar: write one with @id(\"{id}\")", text.name),
                ));
            }
            words(rule, &mine).map_err(|what| fault(at, format!("{id}: {what}")))?;
        }
        let lines = rules.iter().map(|(id, rule)| (id.clone(), fault(rule.id.span().start, String::new()).place.line));
        let lines = lines.collect();
        let mut hash = blake3::Hasher::new();
        hash.update(text.cedar.as_bytes()).update(&[0]).update(text.sheet.as_bytes());
        Ok(Pack {
            version: cover.version,
            valid_from: day(cover.valid_from)?,
            valid_to: day(cover.valid_to)?,
            status: cover.status,
            reviewed_by: cover.reviewed_by,
            select,
            hash: hash.finalize().to_hex().to_string(),
            place: fault(cover.pack.span().start, String::new()).place,
            lines,
            name: cover.pack.into_inner(),
            rules,
            policies,
        })
    }
}

fn check(rule: &Sheet, status: Status) -> Result<(), String> {
    let speaks = matches!(rule.effect, Effect::Deny | Effect::Gate | Effect::Warn) || rule.unknown.is_none();
    if speaks && rule.effect != Effect::Duty && rule.sentence.trim().is_empty() {
        return Err("it has no sentence: say in plain words what it says".into());
    }
    if rule.source.trim().is_empty() {
        return Err("it has no source: say where it comes from, or `design`".into());
    }
    if !["P", "S", "C", "R", "design"].contains(&rule.evidence.as_str()) {
        return Err("evidence is one of P, S, C, R, design".into());
    }
    if matches!(rule.effect, Effect::Deny | Effect::Gate | Effect::Unknown) && rule.remedy.trim().is_empty() {
        return Err("it has no remedy: say what would change the answer".into());
    }
    if rule.effect == Effect::Duty && rule.duty.is_none() {
        return Err("it creates a duty and has no [rule.duty]".into());
    }
    if status == Status::Draft && rule.effect != Effect::Warn {
        return Err("a draft may only warn".into());
    }
    Ok(())
}

/// Holds the facts and braces of a sheet against the facts of the subjects that the rule is about.
fn words(rule: &Sheet, said: &[&Said]) -> Result<(), String> {
    let kinds: Vec<Kind> = said.iter().flat_map(|said| said.kinds.iter().copied()).collect();
    let known = |name: &str| name == "subject" || kinds.iter().any(|kind| kind.term(name).is_some());
    let texts = [Some(&rule.sentence), rule.unknown.as_ref(), Some(&rule.remedy), rule.record.as_ref()];
    let owed = rule.duty.iter().flat_map(|duty| [&duty.sentence, &duty.to]);
    for text in texts.into_iter().flatten().chain(owed) {
        for name in braces(text)? {
            if !known(name) {
                return Err(format!("{{{name}}} is no fact of its subjects"));
            }
        }
    }
    if let Some(name) = rule.facts.iter().find(|name| !known(name)) {
        return Err(format!("facts: `{name}` is no fact of its subjects"));
    }
    for (kind, wording) in &rule.on {
        let kind =
            kinds.iter().find(|known| known.as_str() == kind).ok_or(format!("on.{kind}: it has no such subjects"))?;
        let names = braces(&wording.sentence)?.into_iter().chain(braces(&wording.remedy)?);
        for name in names.chain(wording.facts.iter().map(String::as_str)) {
            if name != "subject" && kind.term(name).is_none() {
                return Err(format!("on.{}: `{name}` is no fact of it", kind.as_str()));
            }
        }
    }
    if let Some(duty) = &rule.duty {
        let kinds_of_duty = ["pay", "notify", "label", "consult", "disclose", "quarantine"];
        if !kinds_of_duty.contains(&duty.kind.as_str()) {
            return Err(format!("duty.kind is one of {}", kinds_of_duty.join(", ")));
        }
        let is_day = |name: &str| kinds.iter().any(|kind| kind.term(name).is_some_and(|term| term.of == Type::Day));
        if duty.due.as_deref().is_some_and(|due| !is_day(due)) {
            return Err("duty.due is no day among its facts".into());
        }
        if duty.formula.as_deref().is_some_and(|formula| !["consent", "day_rate", "sessions"].contains(&formula)) {
            return Err("duty.formula is one of consent, day_rate, sessions".into());
        }
    }
    let unknown = rule.effect != Effect::Unknown && said.iter().any(|said| said.effect == Effect::Unknown);
    if unknown && rule.unknown.is_none() {
        return Err("it has a policy for the unknown and no sentence `unknown`".into());
    }
    if said.iter().any(|said| said.effect == Effect::Duty) && rule.duty.is_none() {
        return Err("it has a policy for a duty and no [rule.duty]".into());
    }
    Ok(())
}

/// Names in braces.
pub(crate) fn braces(text: &str) -> Result<Vec<&str>, String> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let Some(close) = rest[open..].find('}') else { return Err(format!("a brace is not closed in `{text}`")) };
        names.push(&rest[open + 1..open + close]);
        rest = &rest[open + close + 1..];
    }
    Ok(names)
}

/// Reads the policies one by one, so that each fault has its line.
fn policies(text: &PackText, rules: &BTreeMap<String, Sheet>) -> Result<Vec<Said>, PackFault> {
    let file = format!("{}.cedar", text.name);
    let fault = |at: usize, what: String| fault(&file, &text.cedar, at, what);
    let mut all: Vec<Said> = Vec::new();
    for (at, source) in statements(&text.cedar) {
        bounded(source).map_err(|what| fault(at, what))?;
        let policy = Policy::parse(None, source).map_err(|e| fault(at, format!("no Cedar policy: {e}")))?;
        if policy.effect() != Verdict::Forbid {
            return Err(fault(at, "rules forbid; what no rule forbids is answered by the record".into()));
        }
        let id = policy.annotation("id").map(str::to_owned).unwrap_or_default();
        let (rule, suffix) = split(&id);
        let Some(sheet) = rules.get(rule) else {
            return Err(fault(at, format!("@id(\"{id}\") has no [[rule]] in {}.toml", text.name)));
        };
        let effect = match suffix {
            "" => sheet.effect,
            "unknown" => Effect::Unknown,
            "duty" => Effect::Duty,
            "warn" => Effect::Warn,
            "deny" => Effect::Deny,
            kind if Kind::ALL.iter().any(|known| known.as_str() == kind) => sheet.effect,
            other => {
                return Err(fault(
                    at,
                    format!(
                        "@id(\"{id}\"): `.{other}` is not one of .unknown .duty .warn .deny, nor a kind of subject"
                    ),
                ));
            }
        };
        if all.iter().any(|said| said.policy.id().to_string() == id) {
            return Err(fault(at, format!("@id(\"{id}\") is there twice")));
        }
        let kinds = match policy.action_constraint() {
            ActionConstraint::Any => {
                return Err(fault(at, format!("{id}: say which subjects it is about: action == Action::\"consent\"")));
            }
            ActionConstraint::In(list) => list,
            ActionConstraint::Eq(one) => vec![one],
        };
        let kinds: Option<Vec<Kind>> =
            kinds.iter().map(|uid| Kind::ALL.into_iter().find(|kind| kind.as_str() == uid.id().unescaped())).collect();
        let Some(kinds) = kinds else { return Err(fault(at, format!("{id}: no such subject"))) };
        let policy = policy.new_id(PolicyId::from_str(&id).expect("any text is an id"));
        let set = PolicySet::from_policies([policy.clone()]).expect("one policy");
        let result = VALIDATOR.validate(&set, ValidationMode::Strict);
        if let Some(e) = result.validation_errors().next() {
            return Err(fault(at, format!("{id} does not hold against the schema: {e}")));
        }
        if let Some(e) = result.validation_warnings().next() {
            return Err(fault(at, format!("{id} does not hold against the schema: {e}")));
        }
        all.push(Said { json: policy.to_json().ok(), policy, rule: rule.to_owned(), effect, kinds });
    }
    Ok(all)
}

/// A policy that is no deeper and longer than its readers can hold: Cedar's parser runs its stack out on a few hundred brackets,
/// and its validator lets pass what is too deep for it.
fn bounded(policy: &str) -> Result<(), String> {
    let (mut depth, mut deepest, mut joints, mut quoted, mut escaped) = (0usize, 0, 0usize, false, false);
    for (at, b) in policy.bytes().enumerate() {
        if quoted {
            quoted = escaped || b != b'"';
            escaped = !escaped && b == b'\\';
            continue;
        }
        match b {
            b'"' => quoted = true,
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b'.' | b'!' | b'-' | b'+' | b'*' | b'<' | b'>' | b'=' | b'&' | b'|' => joints += 1,
            b'i' if policy[at..].starts_with("if") => joints += 1,
            _ => {}
        }
        deepest = depth.max(deepest);
    }
    if deepest > DEEPEST || joints > MOST_JOINTS || policy.len() > LONGEST_POLICY {
        return Err(format!(
            "a policy of {} bytes, {deepest} brackets deep, with {joints} operators: no rule needs more than {LONGEST_POLICY}, \
             {DEEPEST} and {MOST_JOINTS}; write it as several",
            policy.len()
        ));
    }
    Ok(())
}

/// `SAG-39I.duty` is the rule `SAG-39I` and `duty`. A rule's own id may hold points, as `CA-3344.1` does.
fn split(id: &str) -> (&str, &str) {
    match id.rsplit_once('.') {
        Some((rule, suffix)) if suffix.chars().all(|c| c.is_ascii_lowercase()) => (rule, suffix),
        _ => (id, ""),
    }
}

/// Policies of a file: where each begins, and its text.
fn statements(text: &str) -> Vec<(usize, &str)> {
    let bytes = text.as_bytes();
    let (mut out, mut start, mut at) = (Vec::new(), None, 0);
    let mut quoted = false;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quoted => at += 1,
            b'"' => quoted = !quoted,
            b'/' if !quoted && bytes.get(at + 1) == Some(&b'/') => {
                while at < bytes.len() && bytes[at] != b'\n' {
                    at += 1;
                }
                continue;
            }
            b';' if !quoted => {
                if let Some(from) = start.take() {
                    out.push((from, &text[from..=at]));
                }
                at += 1;
                continue;
            }
            _ => {}
        }
        if start.is_none() && !bytes[at].is_ascii_whitespace() {
            start = Some(at);
        }
        at += 1;
    }
    if let Some(from) = start {
        out.push((from, &text[from..]));
    }
    out
}

fn fault(file: &str, text: &str, at: usize, mut what: String) -> PackFault {
    // Errors repeat what was found, and that may be huge.
    if let Some((end, _)) = what.char_indices().nth(600) {
        what.truncate(end);
        what.push('…');
    }
    PackFault { place: place(file, text, at), what }
}

fn place(file: &str, text: &str, at: usize) -> Place {
    let line = text.as_bytes()[..at.min(text.len())].iter().filter(|b| **b == b'\n').count() + 1;
    Place { file: file.to_owned(), line }
}
