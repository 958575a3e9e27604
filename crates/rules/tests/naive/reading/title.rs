//! Whether the studio holds what it would use, day by day, country by country, medium by medium.

use rights::work::Direction;
use rights::{Act, Date, Medium, Record, Territories, Work};

/// A use to be covered.
pub(crate) struct Use<'a> {
    pub(crate) acts: &'a [Act],
    pub(crate) territories: Territories,
    /// Empty for uses inside the house: then holding the act for any one medium is enough.
    pub(crate) media: &'a [Medium],
    pub(crate) from: Date,
    pub(crate) until: Date,
}

/// What stands in the way of the use of `work`: one line each.
pub(crate) fn obstacles(record: &Record, studio: &str, work: &Work, wanted: &Use<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    let mut open: Vec<&str> = vec![&work.id];
    while let Some(id) = open.pop() {
        if seen.contains(&id) {
            continue;
        }
        seen.push(id);
        let Some(work) = record.works.get(id) else {
            found.push(format!("CORE-CHAIN: {id}, which it is made from, is not recorded"));
            continue;
        };
        one_work(studio, work, wanted, &mut found);
        given_away(record, studio, work, wanted, &mut found);
        open.extend(work.based_on.iter().map(String::as_str));
    }
    found
}

fn one_work(studio: &str, work: &Work, wanted: &Use<'_>, found: &mut Vec<String>) {
    let countries: Vec<&str> =
        wanted.territories.codes().into_iter().filter(|code| !work.public_domain.contains(code)).collect();
    if countries.is_empty() {
        return;
    }
    if work.authors.is_empty() {
        found.push(format!("CORE-CHAIN: the authors of {} are not recorded", work.id));
        return;
    }
    for author in &work.authors {
        for act in wanted.acts {
            for country in kinds_of_country(work, &countries) {
                for day in days(work, wanted) {
                    let holds = |medium: &Medium| reaches(author, studio, work, *act, country, *medium, day);
                    let held = if wanted.media.is_empty() {
                        Medium::ALL.iter().any(holds)
                    } else {
                        wanted.media.iter().all(holds)
                    };
                    if !held {
                        found.push(format!(
                            "CORE-CHAIN: {} of {} does not reach the studio for `{act}` in {country} on {day}",
                            author, work.id
                        ));
                        return;
                    }
                }
            }
        }
    }
}

/// One country stands for all that every paper of the work treats alike.
fn kinds_of_country<'c>(work: &Work, countries: &[&'c str]) -> Vec<&'c str> {
    let mut kinds: Vec<(Vec<bool>, &str)> = Vec::new();
    for country in countries {
        let alike: Vec<bool> = work.chain_of_title.iter().map(|link| link.territories.contains(country)).collect();
        if !kinds.iter().any(|(known, _)| *known == alike) {
            kinds.push((alike, country));
        }
    }
    kinds.into_iter().map(|(_, country)| country).collect()
}

/// The days on which something can change: the first and last of the use, and each day a paper begins or has just ended.
fn days(work: &Work, wanted: &Use<'_>) -> Vec<Date> {
    let mut days = vec![wanted.from, wanted.until];
    for link in &work.chain_of_title {
        days.push(link.date);
        if let Ok(after) = link.until.day().tomorrow() {
            days.push(after);
        }
    }
    days.retain(|day| wanted.from <= *day && *day <= wanted.until);
    days.sort();
    days.dedup();
    days
}

/// Whether the right goes, paper by paper in the order of their days, from the author to the studio, as things are on `day`.
fn reaches(author: &str, studio: &str, work: &Work, act: Act, country: &str, medium: Medium, day: Date) -> bool {
    let mut links: Vec<&rights::Link> = work
        .chain_of_title
        .iter()
        .filter(|link| link.date <= day && link.until.day() >= day)
        .filter(|link| link.rights.contains(&act) && link.territories.contains(country))
        .filter(|link| link.media.is_empty() || link.media.contains(&medium))
        .filter(|link| link.from != link.to)
        .collect();
    links.sort_by_key(|link| link.date);
    let mut holders: Vec<&str> = vec![author];
    let mut done = vec![false; links.len()];
    let mut at = 0;
    while at < links.len() {
        // Papers of one day may be listed in any order; each is carried out once, when its giver holds something.
        let same_day = links[at..].iter().take_while(|link| link.date == links[at].date).count();
        for _ in 0..same_day {
            for n in at..at + same_day {
                if done[n] || !holders.contains(&links[n].from.as_str()) {
                    continue;
                }
                done[n] = true;
                if links[n].instrument != "license" {
                    holders.retain(|holder| *holder != links[n].from);
                }
                // A paper that nobody can look up takes away and gives nothing: CORE-DOC.
                if links[n].document.is_some() && links[n].page.is_some() && links[n].verified_by.is_some() {
                    holders.push(&links[n].to);
                }
            }
        }
        at += same_day;
    }
    holders.contains(&studio)
}

/// What was given to others alone, the studio may not use.
fn given_away(record: &Record, studio: &str, work: &Work, wanted: &Use<'_>, found: &mut Vec<String>) {
    for grant in record.grants.values() {
        let overlaps = grant.direction == Direction::Out
            && grant.exclusive
            && grant.work == work.id
            && grant.party != studio
            && grant.from <= wanted.until
            && grant.until.day() >= wanted.from
            && grant.acts.iter().any(|act| wanted.acts.contains(act))
            && wanted.territories.codes().iter().any(|code| grant.territories.contains(code))
            && (grant.media.is_empty()
                || wanted.media.is_empty()
                || grant.media.iter().any(|medium| wanted.media.contains(medium)));
        if overlaps {
            found.push(format!("CORE-CHAIN: {} gave it away", grant.id));
        }
    }
}
