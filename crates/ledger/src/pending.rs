//! What is owed and has no amount yet.

use jiff::civil::Date;

use crate::frame::HEADER;
use crate::matter::{Matter, understand};
use crate::reading::{ReadError, changed};
use crate::{Line, Party, Reading, Side};

/// Something owed of which nobody could say how much when it was posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The entry that says so.
    pub entry: u64,
    /// The day in whose period it falls.
    pub on: Date,
    /// The duty.
    pub duty: String,
    /// To whom.
    pub party: Party,
    /// The line: what was used, for how long, and why nobody knows how much.
    pub line: Line,
}

impl Reading {
    /// What is owed and nobody could say how much when it was posted: neither met by a later line of the same duty and party nor
    /// reversed. In the order of the log.
    pub fn pending(&self) -> Result<Vec<Pending>, ReadError> {
        let mut open: Vec<Pending> = Vec::new();
        for (index, framed) in (0..).zip(self.frames(HEADER.len() as u64)?) {
            let framed = framed?;
            if framed.sealed.is_empty() || self.reversed(index).is_some() {
                continue;
            }
            let at = framed.at;
            let entry = understand(&framed).map_err(|what| changed(&self.dir, at, what))?;
            let Matter::Posting { body, lines } = entry.matter else { continue };
            if body.reverses.is_some() {
                continue;
            }
            for (line, _) in lines.into_iter().filter(|(line, _)| line.side == Side::Credit) {
                let (Some(duty), Some(party)) = (line.duty.clone(), line.account.party()) else { continue };
                let same = |known: &Pending| (known.duty.as_str(), &known.party) == (duty.as_str(), &party);
                match (line.pending, open.iter().any(same)) {
                    (true, false) => open.push(Pending { entry: index, on: body.on, duty, party, line }),
                    (false, true) => open.retain(|known| !same(known)),
                    _ => {}
                }
            }
        }
        Ok(open)
    }
}
