//! Writing the record out: TOML that reads back the same, and lists as CSV.

use serde_json::{Map, Value};

use crate::record::Record;

/// The whole record as one TOML file that [`crate::read::toml`] reads back.
pub fn toml(record: &Record) -> String {
    let mut out = String::from("# The record of rights, as Bottega keeps it.\n");
    for entry in record.entries() {
        let body = ::toml::Value::try_from(entry.body()).expect("the record holds no nulls");
        let mut table = ::toml::Table::new();
        table.insert(entry.kind().to_owned(), ::toml::Value::Array(vec![body]));
        out.push('\n');
        out.push_str(&::toml::to_string(&table).expect("plain tables"));
    }
    out
}

const IN_MEMORY: &str = "rows of one width are written to memory";

/// Rows of one kind as CSV, the columns those that any row has; a list in a cell is joined with semicolons, a field within a
/// field is a column `outer.inner`.
pub fn csv(rows: impl IntoIterator<Item = Value>) -> String {
    let rows: Vec<Map<String, Value>> = rows.into_iter().map(|row| flat("", &row)).collect();
    let mut columns: Vec<&String> = Vec::new();
    for column in rows.iter().flat_map(Map::keys) {
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    let mut out = csv::Writer::from_writer(Vec::new());
    if !columns.is_empty() {
        out.write_record(&columns).expect(IN_MEMORY);
    }
    for row in &rows {
        out.write_record(columns.iter().map(|column| row.get(*column).map_or(String::new(), cell))).expect(IN_MEMORY);
    }
    let bytes = out.into_inner().expect(IN_MEMORY);
    String::from_utf8(bytes).expect("text goes in")
}

fn flat(prefix: &str, value: &Value) -> Map<String, Value> {
    let mut out = Map::new();
    if let Value::Object(map) = value {
        for (key, inner) in map {
            let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
            match inner {
                Value::Object(_) => out.extend(flat(&name, inner)),
                other => drop(out.insert(name, other.clone())),
            }
        }
    }
    out
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(";"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read;

    #[test]
    fn what_is_written_reads_back() {
        let text = include_str!("../tests/notte/record.toml");
        let record = Record::new(read::toml("record.toml", text).unwrap().into_iter().map(|row| row.entry));
        let again = toml(&record);
        let back = Record::new(read::toml("again.toml", &again).unwrap().into_iter().map(|row| row.entry));
        assert_eq!(back.entries(), record.entries());
    }

    #[test]
    fn consents_are_written_as_a_list_that_reads_back() {
        let text = include_str!("../tests/notte/record.toml");
        let record = Record::new(read::toml("record.toml", text).unwrap().into_iter().map(|row| row.entry));
        let list = csv(record.consents.values().map(|c| serde_json::to_value(c).unwrap()));
        let back = Record::new(crate::sheet::csv("consents.csv", &list).unwrap().into_iter().map(|row| row.entry));
        assert_eq!(back.consents, record.consents);
    }
}
