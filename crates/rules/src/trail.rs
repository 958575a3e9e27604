//! Which rows were looked at, and their hash: the same decision can be made again years later and seen to be the same.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

/// Rows looked at, by kind and name.
#[derive(Default)]
pub(crate) struct Trail<'a> {
    rows: BTreeMap<(&'static str, &'a str), [u8; 32]>,
}

impl<'a> Trail<'a> {
    /// Notes a row.
    pub(crate) fn saw(&mut self, kind: &'static str, id: &'a str, row: &impl Serialize) {
        self.rows.entry((kind, id)).or_insert_with(|| hash(row));
    }

    /// The hash of question, rows and packs.
    pub(crate) fn hash(&self, question: &impl Serialize, packs: &impl Serialize) -> String {
        let mut all = blake3::Hasher::new();
        all.update(&hash(question)).update(&hash(packs));
        for ((kind, id), row) in &self.rows {
            all.update(kind.as_bytes()).update(&[0]).update(id.as_bytes()).update(&[0]).update(row);
        }
        all.finalize().to_hex().to_string()
    }
}

fn hash(row: &impl Serialize) -> [u8; 32] {
    let value = serde_json::to_value(row).expect("plain values");
    let mut text = String::new();
    canonical(&value, &mut text);
    *blake3::hash(text.as_bytes()).as_bytes()
}

/// JSON without spaces, its names in order.
fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            out.push('{');
            let mut names: Vec<&String> = map.keys().collect();
            names.sort();
            for (at, name) in names.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push(':');
                canonical(&map[name], out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                canonical(item, out);
            }
            out.push(']');
        }
        plain => out.push_str(&plain.to_string()),
    }
}
