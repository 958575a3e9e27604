use std::process::ExitCode;

use clap::Args;
use neural::State;

use super::Call;
use super::fix::house;
use crate::failure::Failure;

/// Show the specialists: in what state each is, taught on what, how good beside the classical method and nothing.
#[derive(Args)]
pub(crate) struct Specialists {}

impl Specialists {
    pub(crate) fn run(&self, call: &Call<'_>) -> Result<ExitCode, Failure> {
        let t = call.terminal;
        let all = acts::specialists::specialists(house(call)?.as_ref(), t, call.cancel);
        t.result(&serde_json::json!({ "specialists": all }), |_| {
            let mut out = String::new();
            for one in &all {
                let state = serde_json::to_value(one.state)
                    .map(|v| v.as_str().unwrap_or_default().to_owned())
                    .unwrap_or_default();
                let name = format!("{} {}", one.aspect, one.task);
                out += &format!("{}  {}\n", t.bold(&name), t.verdict(one.state != State::Classical, &state));
                for m in &one.metrics {
                    out += &format!(
                        "  {:<12} {:.2} dB [{:.2}, {:.2}]; classical {:.2}, nothing {:.2} ({})\n",
                        "held out", m.value, m.low, m.high, m.classical, m.nothing, m.name
                    );
                }
                out += &format!("  {:<12} {}\n", "gate", one.because);
                if !one.trained_on.is_empty() {
                    out += &format!("  {:<12} {}\n", "taught on", one.trained_on.join(", "));
                    out += &format!("  {:<12} {}\n", "measured on", one.held_out.join(", "));
                    out += &format!("  {:<12} {} numbers; {}\n", "net", one.parameters, one.licence);
                }
            }
            out
        });
        Ok(ExitCode::SUCCESS)
    }
}
