//! Appends batches of three to a ledger until it is killed, saying each one that is done. Used by the test `kill`.

use std::io::Write;
use std::path::Path;

use ledger::{Entry, Key, Kind, Ledger};

fn main() {
    let dir = std::env::args().nth(1).expect("a folder");
    let dir = Path::new(&dir);
    let key = Key::load_or_make(&dir.join("key"), "studio").expect("a key");
    let mut ledger = Ledger::open(&dir.join("ledger"), key).expect("a ledger opens again after any kill");
    for batch in ledger.size().. {
        let entry = |i| Entry::new(Kind::Act, jiff::Timestamp::now(), serde_json::json!({ "batch": batch, "of": i }));
        let receipts = ledger.append_all((0..3).map(entry)).expect("appended");
        println!("{}", receipts[2].index);
        std::io::stdout().flush().expect("someone listens");
    }
}
