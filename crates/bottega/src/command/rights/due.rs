use std::process::ExitCode;

use clap::Args;

use crate::command::Call;
use crate::failure::Failure;

/// List what must be paid, told, shown or asked, and by when.
#[derive(Args)]
pub(crate) struct Due {}

impl Due {
    pub(crate) fn run(&self, call: &Call<'_>) -> Result<ExitCode, Failure> {
        let t = call.terminal;
        t.result(&acts::rights::due(&call.house()?)?, |due| {
            let mut out = String::new();
            for duty in &due.duties {
                let day = duty.due.map_or_else(|| "no day".to_owned(), |day| day.to_string());
                let amount =
                    duty.amount.as_ref().map_or(String::new(), |(sum, currency)| format!("  {sum} {currency}"));
                out +=
                    &format!("{day:<12} {}  {}{amount}  {}\n", t.bold(&duty.kind), duty.sentence, t.faint(&duty.rule));
            }
            if due.duties.is_empty() {
                out += "nothing is due by what is recorded\n";
            }
            out
        });
        Ok(ExitCode::SUCCESS)
    }
}
