use std::path::PathBuf;
use std::process::ExitCode;

use acts::keys::KeyList;
use clap::{Args, Subcommand, ValueEnum};
use credential::revoked::Reason;

use super::Call;
use crate::failure::Failure;
use crate::terminal::Terminal;

/// Make and keep the keys that sign what leaves the house.
#[derive(Args)]
pub(crate) struct Keys {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Make a root and a key to sign with, readable by their owner alone.
    Init {
        /// The studio's name as credentials show it.
        #[arg(long, value_name = "NAME")]
        studio: String,
    },
    /// List the keys that sign or signed.
    List,
    /// Sign with a new key from now on; what the earlier one signed stays good.
    Rotate,
    /// Take a key back.
    Revoke {
        /// Serial number, as `bottega keys list` prints it.
        serial: String,
        /// Why.
        #[arg(long, value_enum)]
        reason: Why,
    },
    /// Write what others need to verify: roots, revoked keys, the ledger's public keys.
    Trust {
        /// The folder.
        #[arg(long, short = 'o', value_name = "DIR")]
        out: PathBuf,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Why {
    /// Somebody else may have it: nothing that it signed is believed.
    KeyCompromise,
    /// A newer one took its place: what it signed before is believed.
    Superseded,
}

impl Keys {
    pub(crate) fn run(&self, call: &Call<'_>) -> Result<ExitCode, Failure> {
        let (t, house) = (call.terminal, call.house()?);
        match &self.what {
            What::Init { studio } => show(t, &acts::keys::init(&house, studio)?),
            What::List => show(t, &acts::keys::list(&house)?),
            What::Rotate => show(t, &acts::keys::rotate(&house)?),
            What::Revoke { serial, reason } => {
                let reason = match reason {
                    Why::KeyCompromise => Reason::KeyCompromise,
                    Why::Superseded => Reason::Superseded,
                };
                show(t, &acts::keys::revoke(&house, serial, reason)?);
            }
            What::Trust { out } => t.result(&acts::keys::trust(&house, out)?, |trust| {
                format!(
                    "{}\n  give this folder away with what you release; `bottega verify FILE --trust {}` asks with it\n",
                    trust.folder.display(),
                    trust.folder.display()
                )
            }),
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn show(t: &Terminal, list: &KeyList) {
    t.result(list, |list| {
        let mut out = format!("{}  {}\n", t.bold(&list.studio), t.faint(&list.folder.display().to_string()));
        for key in &list.keys {
            let state = match (key.revoked, key.signs) {
                (true, _) => t.verdict(false, "revoked"),
                (false, true) => t.verdict(true, "signs"),
                (false, false) => "known".to_owned(),
            };
            out += &format!("  {}  {state}  {} to {}\n", key.serial, key.from, key.until);
        }
        out + &format!("  ledger  {}\n", list.ledger_key)
    });
}
