use std::path::PathBuf;
use std::process::ExitCode;

use acts::verify::Believed;
use clap::Args;

use super::{Call, NO};
use crate::failure::Failure;

/// Ask a file where it comes from and whether it is as it left: credentials, what it was made of, its place in the ledger.
///
/// Works on any machine, without the library and without a network. A film that lost its credential is looked into for the
/// invisible mark it left with; with the library at hand, the release that it was is told. Exit code 3 if something speaks
/// against it.
#[derive(Args)]
pub(crate) struct Verify {
    /// A film, picture or sound, a file with a sidecar, or the proof of a statement (.proof.json).
    file: PathBuf,
    /// Folder with the studio's roots and public keys, as `bottega keys trust` writes it; else the library's own.
    #[arg(long, value_name = "DIR")]
    trust: Option<PathBuf>,
    /// Look for the invisible mark in the picture even if the file carries its credential.
    #[arg(long)]
    mark: bool,
}

impl Verify {
    pub(crate) fn run(&self, call: &Call<'_>) -> Result<ExitCode, Failure> {
        let t = call.terminal;
        // Opened only where something is asked of it.
        let house = || call.house().ok();
        let believed = match &self.trust {
            Some(folder) => Believed::folder(folder)?,
            // Without a library nobody is believed, and the answer says so.
            None => house().as_ref().map(Believed::of).transpose()?.unwrap_or_default(),
        };
        let mut said = acts::verify::verify(&self.file, &believed)?;
        if self.mark || said.bare() {
            let program = acts::house::workers()?.program;
            match acts::mark::read(&program, &self.file, t, call.cancel) {
                Ok(Some(found)) => said.marked(&found, house().as_ref())?,
                Ok(None) => t.remark("no invisible mark can be told from chance in its picture"),
                // Not asked for: what is no film has no picture to look into.
                Err(_) if !self.mark && !call.cancel.is_canceled() => {}
                Err(error) => return Err(error.into()),
            }
        }
        t.result(&said, |said| {
            let verdict = if said.valid { "as it left" } else { "not to be believed as it is" };
            let mut out = format!("{}: {}\n", said.file.display(), t.verdict(said.valid, verdict));
            if let Some(title) = &said.title {
                out += &format!("  {:<12} {title}\n", "title");
            }
            if let Some(signer) = &said.signer {
                out += &format!("  {:<12} {}, key {}\n", "signed by", signer.name, signer.serial);
            }
            if let Some(place) = &said.ledger_inclusion {
                out += &format!("  {:<12} entry {} of {}, root {}\n", "ledger", place.entry, place.of, place.root);
            }
            if let Some(mark) = &said.mark {
                let whose = match &mark.release {
                    Some(r) => format!("left this house as {}, entry {} of {}", r.name, r.entry, r.at),
                    None => "ask the studio whose it is, or look with its library at hand".to_owned(),
                };
                out += &format!("  {:<12} {}: {whose}\n", "mark", mark.id);
            }
            for one in &said.ingredients {
                let shot = one.shot.map_or_else(|| "unknown shot".to_owned(), |shot| format!("shot {shot}"));
                out += &format!("  {:<12} {}, {shot}\n", "made of", one.title);
            }
            for problem in &said.problems {
                out += &format!("  {:<12} {}: {}\n", t.verdict(false, "problem"), problem.problem, problem.detail);
            }
            out
        });
        Ok(if said.valid { ExitCode::SUCCESS } else { ExitCode::from(NO) })
    }
}
