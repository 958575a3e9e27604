use std::process::ExitCode;

use clap::Args;

use crate::command::Call;
use crate::failure::Failure;

/// Say who made and who appears in a title or a shot of it, what was agreed with them, and what is not known.
#[derive(Args)]
pub(crate) struct Who {
    /// The title: its name, part of it, or its number.
    title: String,
    /// Only this shot, numbered as `bottega shots` prints it.
    #[arg(long)]
    shot: Option<u32>,
}

impl Who {
    pub(crate) fn run(&self, call: &Call<'_>) -> Result<ExitCode, Failure> {
        let t = call.terminal;
        let who = acts::rights::who(&call.house()?, &self.title, self.shot)?;
        t.result(&who, |who| {
            let mut out = t.bold(&who.title);
            if let Some(shot) = who.shot {
                out += &format!("  shot {shot}");
            }
            out += "\n";
            for person in &who.persons {
                out += &format!("  {}  {}\n", t.bold(&person.name), t.faint(&person.party));
                for e in &person.engagements {
                    let guild =
                        e.guild.map_or_else(|| "no agreement of a guild recorded".to_owned(), |g| g.to_string());
                    let role = e.role.as_deref().map_or(String::new(), |role| format!(" ({role})"));
                    out += &format!("    engaged as {}{role}, {guild}\n", e.craft);
                }
                let seen: Vec<String> = person
                    .appearances
                    .iter()
                    .map(|a| format!("{}{}", a.shot, if a.verified { "" } else { "?" }))
                    .collect();
                if !seen.is_empty() {
                    out += &format!("    in shot {}\n", seen.join(", "));
                }
                for stand in &person.consents {
                    let c = &stand.consent;
                    let words =
                        |list: Vec<String>| if list.is_empty() { "not said".to_owned() } else { list.join(", ") };
                    let state = match &stand.ended {
                        Some(event) => t.verdict(false, &format!("{} {}", event.kind, event.on)),
                        None => c
                            .not_after
                            .map_or_else(|| "no last day recorded".to_owned(), |until| format!("until {until}")),
                    };
                    out += &format!(
                        "    consent {}  {state}  for {}  in {}  by {}\n",
                        c.id,
                        words(c.purposes.iter().map(ToString::to_string).collect()),
                        if c.territories.is_empty() { "not said".to_owned() } else { c.territories.to_string() },
                        words(c.media.iter().map(ToString::to_string).collect()),
                    );
                }
                if person.consents.is_empty() {
                    out += &format!("    {}\n", t.verdict(false, "no consent recorded"));
                }
            }
            if !who.chain_of_title.is_empty() {
                out += "  chain of title\n";
                for link in &who.chain_of_title {
                    out += &format!(
                        "    {}  {} from {} to {}, until {}{}\n",
                        link.date,
                        link.instrument,
                        link.from,
                        link.to,
                        link.until,
                        link.page.map_or(String::new(), |page| format!(", page {page}"))
                    );
                }
            }
            for thing in &who.third_party {
                out += &format!("  shot {}: {}, of {}\n", thing.shot, thing.thing.what, thing.thing.holder);
            }
            for gap in &who.gaps {
                out += &format!("  {}  {gap}\n", t.verdict(false, "not known"));
            }
            out
        });
        Ok(ExitCode::SUCCESS)
    }
}
