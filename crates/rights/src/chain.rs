//! Chain of title: how a work's rights came from its authors to the studio, and where the way breaks off.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use crate::record::Record;
use crate::territory::Territories;
use crate::word::{Act, Document, Medium};
use crate::work::{Direction, Link, Work};

/// A use to be covered.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// Every one of these acts.
    pub acts: &'a [Act],
    /// In every one of these territories.
    pub territories: Territories,
    /// By every one of these media; none for uses inside the house.
    pub media: &'a [Medium],
    /// From this day.
    pub from: Date,
    /// Through this day.
    pub until: Date,
}

/// What of a use a chain leaves uncovered.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Gap {
    /// Which work, the one asked about or one it is made from.
    pub work: String,
    /// The author whose right did not arrive.
    pub author: String,
    /// For which act.
    pub act: Act,
    /// Where.
    pub territories: Territories,
    /// Why, in a sentence.
    pub because: String,
}

/// A link that carries the use, and its paper.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// Which work.
    pub work: String,
    /// Who gave.
    pub from: String,
    /// Who received.
    pub to: String,
    /// How.
    pub instrument: String,
    /// When.
    pub date: Date,
    /// The paper.
    pub document: Option<Document>,
    /// Its page.
    pub page: Option<u32>,
    /// Who read it.
    pub verified_by: Option<String>,
}

/// How a use is covered.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Chain {
    /// Whether the work's authors are recorded at all; without them nothing can be said.
    pub known: bool,
    /// What is not covered.
    pub gaps: Vec<Gap>,
    /// Links that carry the use.
    pub steps: Vec<Step>,
    /// Exclusive grants out that bar the use: the grant and its territories.
    pub given_away: Vec<(String, Territories)>,
}

/// What a party holds of one act: a set of territories for each medium.
type Held = [Territories; Medium::ALL.len()];

fn everything() -> Held {
    [Territories::world(); Medium::ALL.len()]
}

fn index(medium: Medium) -> usize {
    medium as usize
}

/// Follows the rights of `work` and of the works it is made from, from their authors to `studio`.
///
/// Links are taken in the order of their days: who assigns what he does not hold yet gives nothing, who has assigned holds it
/// no longer while that paper lasts (a license leaves it with the giver), and of what one gave to two on one day neither is sure.
/// The studio must hold the use on every day of it, by whichever papers hold on that day.
/// Territories where the work is in the public domain need no chain. Every author must be followed: rights are shared. Of a work
/// that it is made from and that is not recorded nothing is known.
pub fn chain(record: &Record, work: &Work, studio: &str, wanted: &Wanted<'_>) -> Chain {
    let mut chain = Chain { known: true, gaps: Vec::new(), steps: Vec::new(), given_away: Vec::new() };
    let mut done = Vec::new();
    let mut open = vec![work];
    while let Some(work) = open.pop() {
        if done.contains(&&work.id) {
            continue;
        }
        done.push(&work.id);
        follow(work, studio, wanted, &mut chain);
        for id in &work.based_on {
            match record.works.get(id) {
                Some(earlier) => open.push(earlier),
                None => chain.known = false,
            }
        }
        for grant in record.grants.values() {
            let overlaps = grant.direction == Direction::Out
                && grant.exclusive
                && grant.work == work.id
                && grant.party != studio
                && grant.from <= wanted.until
                && grant.until.day() >= wanted.from
                && grant.acts.iter().any(|act| wanted.acts.contains(act))
                && (grant.media.is_empty()
                    || wanted.media.is_empty()
                    || grant.media.iter().any(|m| wanted.media.contains(m)));
            let common = grant.territories.and(&wanted.territories);
            if overlaps && !common.is_empty() {
                chain.given_away.push((grant.id.clone(), common));
            }
        }
    }
    chain
}

fn follow(work: &Work, studio: &str, wanted: &Wanted<'_>, chain: &mut Chain) {
    let needed = wanted.territories.without(&work.public_domain);
    if needed.is_empty() {
        return;
    }
    if work.authors.is_empty() {
        chain.known = false;
        return;
    }
    let mut links: Vec<&Link> = work.chain_of_title.iter().collect();
    links.sort_by_key(|link| link.date);
    for author in &work.authors {
        for act in wanted.acts {
            let (held, used) = arrive(author, studio, *act, &links, wanted);
            let media: Vec<usize> = if wanted.media.is_empty() {
                // Inside the house no medium is used: holding any one of them shows that the act was given.
                (0..Medium::ALL.len()).collect()
            } else {
                wanted.media.iter().map(|m| index(*m)).collect()
            };
            let covered = if wanted.media.is_empty() {
                media.iter().fold(Territories::default(), |sum, m| sum.or(&held[*m]))
            } else {
                media.iter().fold(Territories::world(), |least, m| least.and(&held[*m]))
            };
            let missing = needed.without(&covered);
            if !missing.is_empty() {
                let because = why(author, studio, *act, &links, wanted, &missing);
                chain.gaps.push(Gap {
                    work: work.id.clone(),
                    author: author.clone(),
                    act: *act,
                    territories: missing,
                    because,
                });
            }
            for link in used {
                let step = step(work, link);
                if !chain.steps.contains(&step) {
                    chain.steps.push(step);
                }
            }
        }
    }
}

fn step(work: &Work, link: &Link) -> Step {
    Step {
        work: work.id.clone(),
        from: link.from.clone(),
        to: link.to.clone(),
        instrument: link.instrument.clone(),
        date: link.date,
        document: link.document.clone(),
        page: link.page,
        verified_by: link.verified_by.clone(),
    }
}

/// What of `act` the studio holds on every day of the use, and the links that brought it.
fn arrive<'l>(author: &str, studio: &str, act: Act, links: &[&'l Link], wanted: &Wanted<'_>) -> (Held, Vec<&'l Link>) {
    let mine: Vec<&Link> =
        links.iter().copied().filter(|link| link.rights.contains(&act) && link.from != link.to).collect();
    let mut held = everything();
    let mut used: Vec<&Link> = Vec::new();
    for day in days(&mine, wanted) {
        let (on_day, brought) = arrive_on(author, studio, &mine, day);
        held = std::array::from_fn(|m| held[m].and(&on_day[m]));
        for link in brought {
            if !used.iter().any(|known| std::ptr::eq(*known, link)) {
                used.push(link);
            }
        }
    }
    (held, used)
}

/// The first day of the use, and each later one of it on which a paper begins or has just ended.
fn days(links: &[&Link], wanted: &Wanted<'_>) -> Vec<Date> {
    let after = |link: &&Link| link.until.day().tomorrow().ok();
    let changes = links.iter().map(|link| link.date).chain(links.iter().filter_map(after));
    let mut days: Vec<Date> = changes.filter(|day| wanted.from < *day && *day <= wanted.until).collect();
    days.push(wanted.from);
    days.sort_unstable();
    days.dedup();
    days
}

/// What of an act, which `links` all carry, the studio holds on `day`.
fn arrive_on<'l>(author: &str, studio: &str, links: &[&'l Link], day: Date) -> (Held, Vec<&'l Link>) {
    let mut holders: BTreeMap<&str, Held> = BTreeMap::from([(author, everything())]);
    let mut used: Vec<&Link> = Vec::new();
    let links: Vec<&Link> = links.iter().copied().filter(|link| link.date <= day && day <= link.until.day()).collect();
    // Papers of one day may be listed in any order: what a group brings is gathered until nothing is added.
    for group in links.chunk_by(|a, b| a.date == b.date) {
        let mut gained: BTreeMap<&str, Held> = BTreeMap::new();
        let mut lost: BTreeMap<&str, Held> = BTreeMap::new();
        loop {
            let mut moved = false;
            for link in group {
                let had = holders.get(link.from.as_str()).copied().unwrap_or_default();
                let has = or(&had, &gained.get(link.from.as_str()).copied().unwrap_or_default());
                let passed: Held = std::array::from_fn(|m| has[m].and(&scope(link)[m]));
                if passed.iter().all(Territories::is_empty) {
                    continue;
                }
                let rivals = group.iter().filter(|other| rivals(link, other));
                let given = rivals.fold(passed, |left, other| without(&left, &scope(other)));
                moved |= add(gained.entry(&link.to).or_default(), &given);
                if link.instrument != "license" {
                    moved |= add(lost.entry(&link.from).or_default(), &passed);
                }
                if !used.iter().any(|known| std::ptr::eq(*known, *link)) {
                    used.push(*link);
                }
            }
            if !moved {
                break;
            }
        }
        for (party, more) in gained {
            add(holders.entry(party).or_default(), &more);
        }
        for (party, less) in lost {
            let held = holders.entry(party).or_default();
            *held = without(held, &less);
        }
    }
    // Papers that lead elsewhere are none of those that brought it.
    let mut leads = vec![studio];
    while let Some(link) = used.iter().find(|l| leads.contains(&l.to.as_str()) && !leads.contains(&l.from.as_str())) {
        leads.push(&link.from);
    }
    used.retain(|link| leads.contains(&link.to.as_str()));
    (holders.get(studio).copied().unwrap_or_default(), used)
}

/// What a link is for, by medium.
fn scope(link: &Link) -> Held {
    let by = |medium: &Medium| link.media.is_empty() || link.media.contains(medium);
    std::array::from_fn(|m| if by(&Medium::ALL[m]) { link.territories } else { Territories::default() })
}

/// Whether `other`, a paper of the same day, parts with what `one` gives to somebody else.
fn rivals(one: &Link, other: &Link) -> bool {
    one.from == other.from && one.to != other.to && other.instrument != "license"
}

fn or(a: &Held, b: &Held) -> Held {
    std::array::from_fn(|m| a[m].or(&b[m]))
}

fn without(a: &Held, b: &Held) -> Held {
    std::array::from_fn(|m| a[m].without(&b[m]))
}

/// Adds, and says whether that was anything new.
fn add(held: &mut Held, more: &Held) -> bool {
    let sum = or(held, more);
    let new = sum != *held;
    *held = sum;
    new
}

fn why(author: &str, studio: &str, act: Act, links: &[&Link], wanted: &Wanted<'_>, missing: &Territories) -> String {
    let to_studio: Vec<&&Link> = links.iter().filter(|link| link.to == studio).collect();
    if links.is_empty() {
        return format!("no assignment from {author} is recorded");
    }
    if to_studio.is_empty() {
        return format!("no assignment to {studio} is recorded");
    }
    if let Some(link) = to_studio.iter().find(|link| !link.rights.contains(&act)) {
        return format!("the {} of {} from {} does not name `{act}`", link.instrument, link.date, link.from);
    }
    if let Some(link) = to_studio.iter().find(|link| link.until.day() < wanted.until) {
        return format!("the {} of {} from {} ends {}", link.instrument, link.date, link.from, link.until);
    }
    if let Some(link) = to_studio.iter().find(|link| link.date > wanted.from) {
        return format!("the {} from {} takes effect only {}", link.instrument, link.from, link.date);
    }
    if let Some(link) = to_studio.iter().find(|link| !missing.without(&link.territories).is_empty()) {
        return format!("the {} of {} from {} is for {}", link.instrument, link.date, link.from, link.territories);
    }
    format!("no unbroken way of papers leads from {author} to {studio} for `{act}`")
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::word::Until;

    fn link(from: &str, to: &str, year: i16) -> Link {
        Link {
            from: from.into(),
            to: to.into(),
            instrument: "assignment".into(),
            date: date(year, 1, 1),
            rights: vec![Act::Communicate, Act::Adapt],
            territories: Territories::world(),
            media: Vec::new(),
            until: Until::Perpetual,
            document: None,
            page: None,
            verified_by: None,
            ai_training_mentioned: None,
        }
    }

    fn asked(links: Vec<Link>) -> Chain {
        let work = Work {
            id: "w:a".into(),
            kind: "feature".into(),
            title: "A".into(),
            aliases: Vec::new(),
            photography_start: None,
            country: None,
            guilds: None,
            packs: Vec::new(),
            ids: BTreeMap::new(),
            authors: vec!["p:author".into()],
            public_domain: Territories::default(),
            chain_of_title: links,
            based_on: Vec::new(),
        };
        let wanted = Wanted {
            acts: &[Act::Communicate],
            territories: Territories::parse(["IT", "DE"]).unwrap(),
            media: &[Medium::Svod],
            from: date(2027, 5, 1),
            until: date(2028, 4, 30),
        };
        chain(&Record::default(), &work, "o:studio", &wanted)
    }

    #[test]
    fn an_unbroken_way_covers() {
        let found = asked(vec![link("o:alfa", "o:studio", 2019), link("p:author", "o:alfa", 2010)]);
        assert!(found.gaps.is_empty(), "{found:?}");
        assert_eq!(found.steps.len(), 2);
        let one_day = asked(vec![link("o:alfa", "o:studio", 2019), link("p:author", "o:alfa", 2019)]);
        assert!(one_day.gaps.is_empty());
    }

    #[test]
    fn what_breaks_it_is_said() {
        let late = asked(vec![link("p:author", "o:alfa", 2020), link("o:alfa", "o:studio", 2019)]);
        assert_eq!(late.gaps.len(), 1, "nobody gives what he does not hold yet");
        let sold = asked(vec![link("p:author", "o:beta", 2010), link("p:author", "o:studio", 2011)]);
        assert_eq!(sold.gaps.len(), 1, "what was assigned is gone");
        let licensed = Link { instrument: "license".into(), ..link("p:author", "o:beta", 2010) };
        assert!(asked(vec![licensed, link("p:author", "o:studio", 2011)]).gaps.is_empty());
        let part = Link { territories: Territories::parse(["IT"]).unwrap(), ..link("p:author", "o:studio", 2011) };
        let gap = asked(vec![part]).gaps.remove(0);
        assert_eq!(gap.territories.codes(), ["DE"]);
        let tv = Link { media: vec![Medium::Tv], ..link("p:author", "o:studio", 2011) };
        assert_eq!(asked(vec![tv]).gaps.len(), 1);
        let short = Link { until: Until::Day(date(2028, 1, 1)), ..link("p:author", "o:studio", 2011) };
        assert!(asked(vec![short]).gaps[0].because.contains("ends 2028-01-01"));
        let silent = Link { rights: vec![Act::Adapt], ..link("p:author", "o:studio", 2011) };
        assert!(asked(vec![silent]).gaps[0].because.contains("does not name `communicate`"));
        assert!(asked(Vec::new()).gaps[0].because.contains("no assignment"));
    }

    #[test]
    fn a_paper_takes_away_on_each_day_it_holds() {
        let until = |link: Link, day| Link { until: Until::Day(day), ..link };
        // The author sold to another first, and that paper ends within the use.
        let sold = until(link("p:author", "o:beta", 2010), date(2027, 6, 30));
        assert_eq!(asked(vec![sold.clone(), link("p:author", "o:studio", 2011)]).gaps.len(), 1);
        let before = until(sold, date(2027, 4, 30));
        assert!(asked(vec![before, link("p:author", "o:studio", 2011)]).gaps.is_empty(), "it had come back by then");
        // A paper renewed while the first still runs: each covers a part, together they cover all.
        let first = until(link("p:author", "o:studio", 2010), date(2027, 12, 31));
        assert!(asked(vec![first.clone(), link("p:author", "o:studio", 2027)]).gaps.is_empty());
        let late = Link { date: date(2028, 1, 2), ..link("p:author", "o:studio", 2028) };
        assert_eq!(asked(vec![first, late]).gaps.len(), 1, "one day is nobody's");
    }

    #[test]
    fn what_went_to_two_on_one_day_is_nobodys() {
        let studio = link("p:author", "o:studio", 2011);
        let beta = link("p:author", "o:beta", 2011);
        assert_eq!(asked(vec![studio.clone(), beta.clone()]).gaps.len(), 1);
        assert_eq!(asked(vec![beta, studio]).gaps.len(), 1);
    }
}
