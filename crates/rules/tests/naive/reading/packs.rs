//! Which agreements and laws govern, from the days they hold.

use rights::{Date, Guild, Record, Work};

/// The packs in force, by the guild and the first days of photography they are for: the heads of `packs/*.toml`.
const AGREEMENTS: &[(&str, Guild, &str, &str)] = &[
    ("sag-aftra-2023", Guild::SagAftra, "2023-11-09", "2030-06-30"),
    ("sag-aftra-2026", Guild::SagAftra, "2026-07-01", "2030-06-30"),
    ("wga-2023", Guild::Wga, "2023-09-25", "2030-05-01"),
    ("wga-2026", Guild::Wga, "2026-05-02", "2030-05-01"),
    ("dga-2023", Guild::Dga, "2023-07-01", "2030-06-30"),
    ("dga-2026", Guild::Dga, "2026-07-01", "2030-06-30"),
    ("iatse-2024", Guild::Iatse, "2024-08-01", "2027-07-31"),
    ("afm-2024", Guild::Afm, "2024-04-01", "2027-03-31"),
    ("ccnl-attori", Guild::CcnlAttori, "2024-03-01", "2027-02-28"),
    ("ccnl-doppiaggio", Guild::CcnlDoppiaggio, "2023-12-20", "9999-12-31"),
];

/// The agreements that govern, and what stands in the way of saying so.
#[derive(Default)]
pub(crate) struct Governing {
    pub(crate) packs: Vec<&'static str>,
    pub(crate) obstacles: Vec<String>,
}

impl Governing {
    pub(crate) fn has(&self, pack: &str) -> bool {
        self.packs.contains(&pack)
    }

    /// Adds what a work was made under.
    pub(crate) fn add_work(&mut self, work: &Work) {
        match &work.guilds {
            None => self.obstacles.push(format!("CORE-UNKNOWN: guilds of {}", work.id)),
            Some(guilds) => guilds.iter().for_each(|guild| self.add(*guild, work)),
        }
        // The first day chooses among an agreement's rules: where no agreement is, no day is asked for.
        for pack in &work.packs {
            let name = pack.split('@').next().unwrap_or_default();
            match AGREEMENTS.iter().find(|known| known.0 == name) {
                Some(known) => self.packs.push(known.0),
                None => self.obstacles.push(format!("CORE-UNKNOWN: pack {pack} of {}", work.id)),
            }
        }
    }

    /// Adds what a person was engaged under on a work.
    pub(crate) fn add_person(&mut self, record: &Record, work: &Work, person: &str) {
        for engagement in record.engagements.values() {
            let theirs = engagement.work == work.id && engagement.party == person;
            if let Some(guild) = engagement.guild.filter(|_| theirs) {
                self.add(guild, work);
            }
        }
    }

    fn add(&mut self, guild: Guild, work: &Work) {
        if guild == Guild::Equity {
            self.obstacles.push(format!("EQUITY-PENDING: {}", work.id));
            return;
        }
        let Some(day) = work.photography_start else {
            self.obstacles.push(format!("CORE-UNKNOWN: first day of photography of {}", work.id));
            return;
        };
        let mut any = false;
        for (name, of, from, to) in AGREEMENTS {
            if *of == guild && parse(from) <= day && day <= parse(to) {
                self.packs.push(name);
                any = true;
            }
        }
        if !any {
            self.obstacles.push(format!("CORE-UNKNOWN: no rules of {guild} for {} on {day}", work.id));
        }
    }
}

/// A day written out.
pub(crate) fn parse(day: &str) -> Date {
    day.parse().expect("a day")
}
