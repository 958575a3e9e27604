//! Which packs govern: by the agreements a work was made under and its first day of photography, by country, or always.

use std::collections::BTreeSet;

use rights::{Date, Guild, Record, Territories, Work};

use crate::case::Asked;
use crate::engine::Packs;
use crate::pack::{Pack, Select, Status};
use crate::rulebook::Rulebook;

/// What governs a use.
#[derive(Clone, Debug, Default)]
pub(crate) struct Coverage {
    /// Packs, one bit each.
    pub(crate) packs: Packs,
    /// Guilds whose agreements cover it.
    pub(crate) guilds: BTreeSet<Guild>,
    /// Guilds, or packs named by a work, for which no rules of that day are held.
    pub(crate) uncovered: Vec<String>,
}

impl Rulebook {
    pub(crate) fn cover(
        &self,
        record: &Record,
        studio: &str,
        asked: &Asked,
        works: &[&Work],
        engaged: &BTreeSet<Guild>,
    ) -> Coverage {
        let mut found = Coverage { guilds: engaged.clone(), ..Coverage::default() };
        found.guilds.extend(works.iter().flat_map(|work| work.guilds.iter().flatten()));
        let places = places(record, studio, asked, works);
        let first = asked.on.min(asked.from);
        for (at, pack) in self.packs().iter().enumerate() {
            let governs = match &pack.select {
                Select::Always => holds(pack, asked.on, asked.on),
                Select::Territories(of) => {
                    holds(pack, first, asked.until) && places.is_none_or(|places| !places.and(of).is_empty())
                }
                Select::Guild(guild) => works.iter().any(|work| {
                    under(work, *guild, engaged) && photographed(pack, work) && !self.replaced(pack, *guild, work)
                }),
            };
            if governs {
                found.packs |= 1 << at;
            }
        }
        for guild in &found.guilds {
            for work in works.iter().filter(|work| under(work, *guild, engaged)) {
                let held = self.of_guild(*guild, work).any(|pack| pack.status != Status::Draft);
                if !held {
                    let name = guild.to_string();
                    if !found.uncovered.contains(&name) {
                        found.uncovered.push(name);
                    }
                }
            }
        }
        for name in works.iter().flat_map(|work| &work.packs) {
            match self.packs().iter().rposition(|pack| is_named(pack, name)) {
                Some(at) => found.packs |= 1 << at,
                None => found.uncovered.push(name.clone()),
            }
        }
        found
    }

    /// Packs of a guild for a work: by its first day of photography, or because the work names them.
    fn of_guild<'b>(&'b self, guild: Guild, work: &'b Work) -> impl Iterator<Item = &'b Pack> {
        let mine = self.packs().iter().filter(move |pack| pack.select == Select::Guild(guild));
        mine.filter(|pack| photographed(pack, work) || work.packs.iter().any(|name| is_named(pack, name)))
    }

    /// Whether a pack in force takes the place of one whose terms were not settled when it was written.
    fn replaced(&self, pack: &Pack, guild: Guild, work: &Work) -> bool {
        pack.status == Status::Pending && self.of_guild(guild, work).any(|other| other.status == Status::InForce)
    }
}

/// Whether `name`, as a work gives it, is that of a pack: `core`, or `core@2026-11-01`.
fn is_named(pack: &Pack, name: &str) -> bool {
    let (own, version) = name.split_once('@').map_or((name, None), |(own, version)| (own, Some(version)));
    pack.name == own && version.is_none_or(|version| pack.version == version)
}

/// Whether a pack holds on some day of these.
fn holds(pack: &Pack, first: Date, last: Date) -> bool {
    pack.valid_from.is_none_or(|from| from <= last) && pack.valid_to.is_none_or(|to| first <= to)
}

fn under(work: &Work, guild: Guild, engaged: &BTreeSet<Guild>) -> bool {
    work.guilds.as_ref().is_some_and(|guilds| guilds.contains(&guild)) || engaged.contains(&guild)
}

/// Whether a pack governs by the first day of photography; unknown is no.
fn photographed(pack: &Pack, work: &Work) -> bool {
    (pack.valid_from.is_none() && pack.valid_to.is_none())
        || work.photography_start.is_some_and(|day| holds(pack, day, day))
}

/// Countries whose rules may apply: where it goes, where the works were made, where the studio is. Nothing if one is not known:
/// then the rules of every country are asked.
fn places(record: &Record, studio: &str, asked: &Asked, works: &[&Work]) -> Option<Territories> {
    let mut places = asked.territories;
    for work in works {
        places = places.or(&Territories::parse([work.country.as_deref()?]).ok()?);
    }
    if let Some(seat) = record.parties.get(studio).and_then(|party| party.domicile.as_deref()) {
        places = places.or(&country(seat)?);
    }
    Some(places)
}

/// The country of a domicile, `US` of `US-CA`.
pub(crate) fn country(domicile: &str) -> Option<Territories> {
    Territories::parse([domicile.get(..2)?]).ok()
}
