use std::path::PathBuf;
use std::process::ExitCode;

use acts::rights::Form;
use clap::{Args, ValueEnum};

use crate::command::Call;
use crate::failure::Failure;

/// Write the record of rights into a folder.
#[derive(Args)]
pub(crate) struct Export {
    /// toml comes in again as it is; csv is a list of each kind; omc is for other studios' systems (MovieLabs OMC-JSON) and
    /// holds parties, works and who is in which shot, not what was agreed.
    #[arg(long = "as", value_enum, default_value = "toml")]
    form: FormName,
    /// The folder.
    #[arg(long, short = 'o', value_name = "DIR")]
    out: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum FormName {
    /// One TOML file.
    Toml,
    /// A CSV file for each kind of row.
    Csv,
    /// OMC-JSON.
    Omc,
}

impl Export {
    pub(crate) fn run(&self, call: &Call<'_>) -> Result<ExitCode, Failure> {
        let form = match self.form {
            FormName::Toml => Form::Toml,
            FormName::Csv => Form::Csv,
            FormName::Omc => Form::Omc,
        };
        let made = acts::rights::export(&call.house()?, form, &self.out)?;
        call.terminal.result(&made, |made| {
            let files: String = made.files.iter().map(|file| format!("  {}\n", file.display())).collect();
            format!("{} rows\n{files}", made.rows)
        });
        Ok(ExitCode::SUCCESS)
    }
}
