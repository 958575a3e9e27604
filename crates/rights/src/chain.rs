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
/// no longer (a license leaves it with the giver). A link carries a use that begins on or after its day and ends by its last.
/// Territories where the work is in the public domain need no chain. Every author must be followed: rights are shared.
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
        open.extend(work.based_on.iter().filter_map(|id| record.works.get(id)));
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

/// What of `act` the studio holds in the end, and the links that brought it.
fn arrive<'l>(author: &str, studio: &str, act: Act, links: &[&'l Link], wanted: &Wanted<'_>) -> (Held, Vec<&'l Link>) {
    let mut holders: BTreeMap<&str, Held> = BTreeMap::from([(author, everything())]);
    let mut used: Vec<&Link> = Vec::new();
    let carries =
        |link: &Link| link.rights.contains(&act) && link.date <= wanted.from && link.until.day() >= wanted.until;
    // Papers of one day may be listed in any order: such a group is gone through until nothing moves.
    for group in links.chunk_by(|a, b| a.date == b.date) {
        for _ in 0..group.len() {
            let mut moved = false;
            for link in group.iter().filter(|link| carries(link)) {
                let Some(from) = holders.get(link.from.as_str()).copied() else { continue };
                let given: Held = std::array::from_fn(|m| {
                    let medium = Medium::ALL[m];
                    let by = link.media.is_empty() || link.media.contains(&medium);
                    if by { from[m].and(&link.territories) } else { Territories::default() }
                });
                if given.iter().all(Territories::is_empty) || link.from == link.to {
                    continue;
                }
                if link.instrument != "license" {
                    holders.insert(&link.from, std::array::from_fn(|m| from[m].without(&given[m])));
                }
                let to = holders.entry(&link.to).or_default();
                let more: Held = std::array::from_fn(|m| to[m].or(&given[m]));
                moved |= more != *to;
                *to = more;
                if !used.iter().any(|known| std::ptr::eq(*known, *link)) {
                    used.push(*link);
                }
            }
            if !moved {
                break;
            }
        }
    }
    (holders.get(studio).copied().unwrap_or_default(), used)
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
}
