//! Consents as candidates: how each stands through all the days of a use, and its facts beside those that the use needs.

use std::borrow::Cow;

use rights::{Consent, Date, Event, EventKind, Party, Record, Until, Work};

use crate::case::{Asked, Case};
use crate::govern::Coverage;
use crate::need::{Class, Need};
use crate::pay;
use crate::person::{years, years_since_death};
use crate::subject::{Source, Subject};
use crate::vocabulary::Kind;

/// A consent through the days of a use: what is left of it on the last, and what ended it on any.
pub(crate) struct Standing<'a> {
    pub(crate) consent: Cow<'a, Consent>,
    pub(crate) ended: Option<&'a Event>,
}

/// The consents of a need's person.
pub(crate) fn standings<'a>(case: &mut Case<'a>, need: &Need<'a>) -> Vec<Standing<'a>> {
    let record = case.record;
    let first = case.asked.on.min(need.from);
    let last = need.until.max(case.asked.on);
    let mut all = Vec::new();
    for consent in record.consents_of(need.person) {
        case.trail.saw("consent", &consent.id, consent);
        let events: Vec<&Event> = record.events_of(&consent.id).collect();
        for event in &events {
            case.trail.saw("consent_event", &event.id, event);
        }
        all.push(through(consent, &events, first, last));
    }
    all
}

/// How it stands on each day from `first` to `last`: an end on one of them is an end, a narrowing on one of them is one.
fn through<'a>(consent: &'a Consent, events: &[&'a Event], first: Date, last: Date) -> Standing<'a> {
    if events.iter().all(|event| event.on > last) {
        return Standing { consent: Cow::Borrowed(consent), ended: None };
    }
    let changes = events.iter().map(|event| event.on).filter(|on| first < *on && *on <= last);
    let mut days: Vec<Date> = changes.chain([first, last]).collect();
    days.sort_unstable();
    let mut ended = None;
    for day in &days {
        let standing = consent.standing(events.iter().copied(), *day);
        ended =
            ended.or_else(|| standing.ended.and_then(|end| events.iter().copied().find(|event| event.id == end.id)));
    }
    Standing { consent: Cow::Owned(consent.standing(events.iter().copied(), last).consent), ended }
}

/// Puts first those that nothing plain stands against: one that carries ends the search. That they carry is for the rules to say.
/// Each of these conditions is one of `core`, which governs always, so that no consent that carries is put behind.
pub(crate) fn likely_first(asked: &Asked, need: &Need<'_>, standings: &mut [Standing<'_>]) {
    let wanted = Wanted::of(asked, need);
    standings.sort_by_cached_key(|standing| {
        let consent = &*standing.consent;
        let likely = standing.ended.is_none()
            && need.acts.iter().all(|act| consent.acts.contains(act))
            && need.purposes.iter().all(|purpose| consent.purposes.contains(purpose))
            && (need.class == Class::Subject
                || need.project.is_some_and(|project| consent.projects.iter().any(|given| given == project)))
            && wanted.media.iter().all(|medium| consent.media.iter().any(|given| given.as_str() == *medium))
            && wanted.territories.without(&consent.territories).is_empty();
        !likely
    });
}

/// A consent beside what is needed.
pub(crate) fn subject<'a>(
    case: &mut Case<'a>,
    need: &Need<'a>,
    standing: &Standing<'a>,
    cover: &Coverage,
    works: &[&'a Work],
) -> Subject {
    let record = case.record;
    let consent = &*standing.consent;
    let paper = Source::paper(&consent.id, &consent.document, consent.page);
    let mut subject = Subject::new(Kind::Consent, &consent.id);
    let payee = paid(case, need.person, Some(consent));
    let wanted = Wanted::of(&case.asked, need);
    wanted.put(&mut subject, &case.asked);
    let project = need.project.and_then(|id| record.works.get(id)).or(works.first().copied());
    subject
        .words("wanted_tags", &need.tags)
        .words("wanted_languages", &need.languages)
        .long("scene", need.scene.map(i64::from))
        .words("covered_by", cover.guilds.iter().map(|guild| guild.as_str()))
        .day("photography_start", project.and_then(|work| work.photography_start));
    subject.from(paper);
    wanted.given(&mut subject, consent);
    if let Some(end) = standing.ended {
        subject.from(Source::paper(&end.id, &end.document, end.page));
    }
    subject.text("ended", ended(standing.ended));
    subject
        .from(Source::paper(&consent.id, &consent.document, consent.page))
        .said("person", record.name(need.person))
        .said("who", payee)
        .said("payee", record.name(payee))
        .words("forbidden", consent.forbid.iter().filter(|word| need.is(word)))
        .longs("scenes", consent.scenes.iter().copied().map(i64::from).collect())
        .listed("languages", &consent.languages)
        .listed("tags", &consent.tags)
        .words("edits_beyond", need.edits.iter().filter(|edit| !consent.tags.iter().any(|tag| tag == *edit)))
        .text("replica", consent.replica.as_str())
        .text("description", consent.description.as_deref())
        .bool("specific", consent.specific)
        .bool("conspicuous", consent.conspicuous)
        .bool("separately_signed", consent.separately_signed)
        .text(
            "represented_by",
            consent.represented_by.map(|side| match side {
                rights::consent::Side::Counsel => "counsel",
                rights::consent::Side::Union => "union",
                rights::consent::Side::None => "none",
            }),
        )
        .bool("replaces_work", consent.replaces_work)
        .words("biometrics", &consent.biometrics)
        .day("signed_at", consent.signed_at)
        .text("business_reason", consent.business_reason.as_deref())
        .text("made_by", consent.made_by.as_deref());
    let minutes = |from: rights::Timestamp, to: rights::Timestamp| to.duration_since(from).as_mins();
    let notice = consent.notice.as_ref();
    subject
        .long("notice_minutes", notice.map(|notice| minutes(notice.given_at, notice.services_at)))
        .long("engaged_minutes", notice.and_then(|n| Some(minutes(n.engaged_at?, n.services_at))))
        .bool("notice_by_engagement", notice.and_then(|n| Some(n.given_at <= n.engaged_at?)));
    let home = match (consent.made_for.as_deref(), consent.projects.as_slice()) {
        (Some(work), _) => Some(work),
        (None, [only]) => Some(only.as_str()),
        _ => None,
    };
    subject
        .bool("same_picture", home.zip(need.project).map(|(home, project)| home == project))
        .bool(
            "one_paper",
            consent.projects.len() > 1 && home.is_none_or(|home| consent.projects.iter().any(|p| p == home)),
        )
        .text("pay_basis", consent.pay.as_ref().map(|pay| pay.basis.as_str()))
        .bool("pay_below_minimum", consent.pay.as_ref().and_then(pay::below_minimum))
        .text("residuals", consent.pay.as_ref().and_then(|pay| pay.residuals.as_deref()))
        .long("term_years", term(consent));
    let party = record.parties.get(need.person);
    let estate = consent.by.as_deref().and_then(|by| record.parties.get(by));
    if let Some(estate) = estate {
        case.trail.saw("party", &estate.id, estate);
    }
    let speaks = |party: &&Party| party.for_person.as_deref() == Some(need.person);
    subject
        .from(Source::row(need.person))
        .bool("deceased", party.and_then(Party::is_deceased))
        .long("years_since_death", years_since_death(party, need.from))
        .text("domicile", party.and_then(|party| party.domicile.as_deref()))
        .bool("minor", party.and_then(|party| party.is_minor(consent.signed_at.unwrap_or(case.asked.on))));
    let authority = estate.and_then(|estate| estate.authority.as_ref());
    subject
        .from(match (estate, authority) {
            (Some(estate), Some(paper)) => Source::paper(&estate.id, &Some(paper.document.clone()), Some(paper.page)),
            (Some(estate), None) => Source::row(&estate.id),
            _ => Source::row(&consent.id),
        })
        .bool("by_other", consent.by.as_deref().is_some_and(|by| by != need.person))
        .bool("by_estate", estate.as_ref().is_some_and(speaks))
        .bool("authority_verified", authority.is_some_and(|paper| paper.verified_by.is_some()));
    subject
}

/// Who is paid for a person: where the person has died, the estate that signed for them; that on record where
/// they had signed themselves.
pub(crate) fn paid<'a>(case: &mut Case<'a>, person: &'a str, consent: Option<&Consent>) -> &'a str {
    let record = case.record;
    let payee = payee(record, person, consent);
    if let Some(party) = record.parties.get(payee) {
        case.trail.saw("party", &party.id, party);
    }
    payee
}

fn payee<'a>(record: &'a Record, person: &'a str, consent: Option<&Consent>) -> &'a str {
    if record.parties.get(person).and_then(Party::is_deceased) != Some(true) {
        return person;
    }
    let speaks = |party: &&Party| party.for_person.as_deref() == Some(person);
    match consent.and_then(|consent| consent.by.as_deref()) {
        Some(by) => record.parties.get(by).filter(speaks).map_or(person, |estate| &estate.id),
        None => record.estate_of(person).map_or(person, |estate| &estate.id),
    }
}

/// Whole years from first to last day; a consent without end lasts longer than any limit.
fn term(consent: &Consent) -> Option<i64> {
    let from = consent.not_before.or(consent.signed_at)?;
    match consent.not_after? {
        Until::Perpetual => Some(9_999),
        Until::Day(last) => Some(years(from, last.saturating_add(jiff::Span::new().days(1)))),
    }
}

/// What a use needs, as the rules about consents and grants see it.
#[derive(Clone)]
pub(crate) struct Wanted<'n> {
    class: &'n str,
    acts: Vec<&'static str>,
    purposes: Vec<&'static str>,
    media: Vec<&'static str>,
    project: Option<&'n str>,
    territories: rights::Territories,
    from: Date,
    until: Date,
}

impl<'n> Wanted<'n> {
    fn of(asked: &Asked, need: &Need<'n>) -> Wanted<'n> {
        // A model is made inside the house: where its pictures go is asked of what it makes.
        let inside = need.class == Class::Subject;
        Wanted {
            class: need.class.as_str(),
            acts: need.acts.iter().map(|act| act.as_str()).collect(),
            purposes: need.purposes.iter().map(|purpose| purpose.as_str()).collect(),
            media: if inside { Vec::new() } else { asked.media.iter().map(|medium| medium.as_str()).collect() },
            project: need.project,
            territories: if inside { rights::Territories::default() } else { asked.territories },
            from: need.from,
            until: need.until,
        }
    }

    /// The same for a thing of others.
    pub(crate) fn thing(
        asked: &Asked,
        acts: Vec<&'static str>,
        purposes: Vec<&'static str>,
        project: Option<&'n str>,
    ) -> Wanted<'n> {
        Wanted {
            class: "thing",
            acts,
            purposes,
            media: asked.media.iter().map(|medium| medium.as_str()).collect(),
            project,
            territories: asked.territories,
            from: asked.from,
            until: asked.until,
        }
    }

    /// The same, for the very work where no other is said.
    pub(crate) fn of_work(&self, work: &'n str) -> Wanted<'n> {
        Wanted { project: self.project.or(Some(work)), ..self.clone() }
    }

    pub(crate) fn put(&self, subject: &mut Subject, asked: &Asked) {
        subject
            .from(Source::row("question"))
            .text("ask", asked.ask)
            .day("on", asked.on)
            .day("from", self.from)
            .day("until", self.until)
            .text("purpose", asked.purpose.map(rights::Purpose::as_str))
            .text("class", self.class)
            .words("wanted_acts", &self.acts)
            .words("wanted_purposes", &self.purposes)
            .words("wanted_media", &self.media)
            .text("project", self.project);
    }

    fn given(&self, subject: &mut Subject, consent: &Consent) {
        let words = |list: &[rights::Act]| list.iter().map(|act| act.as_str()).collect::<Vec<_>>();
        let missing = self.territories.without(&consent.territories);
        let known = self.territories.is_empty() || !consent.territories.is_empty();
        subject
            .listed("acts", &words(&consent.acts))
            .listed("purposes", &consent.purposes.iter().map(|p| p.as_str()).collect::<Vec<_>>())
            .listed("projects", &consent.projects)
            .listed("media", &consent.media.iter().map(|m| m.as_str()).collect::<Vec<_>>())
            .places("territories_missing", known.then_some(missing))
            .said("territories", (!consent.territories.is_empty()).then(|| consent.territories.to_string()).as_deref())
            .day("not_before", self.first(consent))
            .day("not_after", consent.not_after.map(Until::day));
        self.paper(subject, &consent.document, consent.page, consent.verified_by.as_deref());
    }

    /// From when a consent holds: if it does not say, from its signature; and no model of a person is begun before they signed.
    fn first(&self, consent: &Consent) -> Option<Date> {
        let from = consent.not_before.or(consent.signed_at)?;
        if self.class == Class::Subject.as_str() { Some(from.max(consent.signed_at?)) } else { Some(from) }
    }

    /// Which ends of a consent's term leave days of the use outside, or are not known.
    fn days_beyond(&self, consent: &Consent) -> String {
        let first = match self.first(consent) {
            None => Some("no first day".to_owned()),
            Some(first) => (first > self.from).then(|| format!("only from {first}")),
        };
        let last = match consent.not_after {
            None => Some("no last day".to_owned()),
            Some(last) => (last.day() < self.until).then(|| format!("until {last}")),
        };
        first.into_iter().chain(last).collect::<Vec<_>>().join(", ")
    }

    /// A grant's side of the same facts.
    pub(crate) fn granted(&self, subject: &mut Subject, grant: &rights::Grant) {
        let all_media = grant.media.is_empty();
        let all_purposes = grant.purposes.is_empty();
        let acts: Vec<&str> = grant.acts.iter().map(|act| act.as_str()).collect();
        let purposes: Vec<&str> =
            if all_purposes { self.purposes.clone() } else { grant.purposes.iter().map(|p| p.as_str()).collect() };
        let media: Vec<&str> =
            if all_media { self.media.clone() } else { grant.media.iter().map(|m| m.as_str()).collect() };
        subject
            .from(Source::paper(&grant.id, &grant.document, grant.page))
            .listed("acts", &acts)
            // A grant that names no purpose or medium is for all.
            .words("purposes", purposes)
            .words("projects", [&grant.work])
            .words("media", media)
            .places("territories_missing", Some(self.territories.without(&grant.territories)))
            .said("territories", grant.territories.to_string().as_str())
            .day("not_before", grant.from)
            .day("not_after", grant.until.day())
            .text("ended", None);
        self.paper(subject, &grant.document, grant.page, grant.verified_by.as_deref());
    }

    fn paper(&self, subject: &mut Subject, document: &Option<rights::Document>, page: Option<u32>, by: Option<&str>) {
        subject
            .text("document", document.as_ref().map(|document| document.as_str()))
            .long("page", page.map(i64::from))
            .text("verified_by", by);
    }
}

/// `ended` as rules see it.
fn ended(event: Option<&Event>) -> Option<&'static str> {
    event.map(|event| if event.kind == EventKind::Revoke { "revoked" } else { "expired" })
}

/// What of a rule a consent lacks, in a word or two: `territory (US)`.
pub(crate) fn lacks(rule: &str, need: &Need<'_>, standing: &Standing<'_>, asked: &Asked) -> String {
    let consent = &*standing.consent;
    let wanted = Wanted::of(asked, need);
    let less = |wanted: &[&str], given: Vec<&str>| {
        wanted.iter().copied().filter(|word| !given.contains(word)).collect::<Vec<_>>().join(", ")
    };
    let (what, which) = match rule {
        "CORE-TERR" => ("territory", wanted.territories.without(&consent.territories).to_string()),
        "CORE-TERM" => ("term", wanted.days_beyond(consent)),
        "CORE-PURPOSE" => {
            ("purpose", less(&wanted.purposes, consent.purposes.iter().map(|purpose| purpose.as_str()).collect()))
        }
        "CORE-PROJECT" => ("project", need.project.unwrap_or("unknown").to_owned()),
        "CORE-ACT" => ("act", less(&wanted.acts, consent.acts.iter().map(|act| act.as_str()).collect())),
        "CORE-MEDIUM" => ("medium", less(&wanted.media, consent.media.iter().map(|medium| medium.as_str()).collect())),
        "CORE-REVOKED" => ("", standing.ended.map_or(String::new(), |end| format!("{} {}", end.kind, end.on))),
        "CORE-DOC" => ("its paper", String::new()),
        _ => ("", String::new()),
    };
    match (what, which.as_str()) {
        ("", "") => rule.to_owned(),
        ("", which) => format!("{rule} ({which})"),
        (what, "") => format!("{rule} ({what})"),
        (what, which) => format!("{rule} ({what}: {which})"),
    }
}
