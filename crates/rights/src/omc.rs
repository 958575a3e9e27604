//! Writing participants, works and depictions as OMC-JSON, for other studios' systems.
//!
//! Source: MovieLabs Ontology for Media Creation, OMC-JSON 2.8: entities with `schemaVersion`, `entityType` and `identifier`.

use serde_json::{Value, json};

use crate::party::{Party, PartyKind};
use crate::record::Record;
use crate::work::Work;

const SCHEMA: &str = "https://movielabs.com/omc/json/schema/v2.8";
const SCOPE: &str = "bottega";

/// The record's parties, works and appearances as a list of OMC entities; what was agreed stays in the house.
pub fn omc(record: &Record) -> Value {
    let mut all: Vec<Value> = Vec::new();
    all.extend(record.parties.values().map(participant));
    all.extend(record.works.values().map(work));
    for shot in record.shots.values() {
        for (number, seen) in shot.appearance.iter().enumerate() {
            all.push(json!({
                "schemaVersion": SCHEMA,
                "entityType": "Depiction",
                "identifier": [identifier(SCOPE, &format!("{}#{}", shot.id, number + 1))],
                "Depicts": { "identifier": [identifier(SCOPE, &seen.person)] },
                "Depictor": { "identifier": [identifier(SCOPE, &shot.id)] },
                "depictionProperties": { "kinds": seen.kinds, "verified": seen.verified_by.is_some() },
            }));
        }
    }
    Value::Array(all)
}

fn identifier(scope: &str, value: &str) -> Value {
    json!({ "identifierScope": scope, "identifierValue": value })
}

fn identifiers(id: &str, ids: &std::collections::BTreeMap<String, String>) -> Vec<Value> {
    std::iter::once(identifier(SCOPE, id)).chain(ids.iter().map(|(scheme, value)| identifier(scheme, value))).collect()
}

fn participant(party: &Party) -> Value {
    let structure = match party.kind {
        PartyKind::Person => json!({ "entityType": "Person", "personName": { "fullName": party.name } }),
        PartyKind::Org | PartyKind::Estate | PartyKind::Guild | PartyKind::Cmo => {
            json!({ "entityType": "Organization", "organizationName": { "fullName": party.name } })
        }
    };
    json!({
        "schemaVersion": SCHEMA,
        "entityType": "Participant",
        "identifier": identifiers(&party.id, &party.ids),
        "name": party.name,
        "ParticipantSC": structure,
    })
}

fn work(work: &Work) -> Value {
    json!({
        "schemaVersion": SCHEMA,
        "entityType": "CreativeWork",
        "identifier": identifiers(&work.id, &work.ids),
        "name": work.title,
        "creativeWorkType": work.kind,
        "creativeWorkTitle": [{ "titleName": work.title, "titleType": "release" }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entity_has_what_the_ontology_asks_of_it() {
        let text = include_str!("../tests/notte/record.toml");
        let rows = crate::read::toml("record.toml", text).unwrap();
        let all = omc(&Record::new(rows.into_iter().map(|row| row.entry)));
        let all = all.as_array().unwrap();
        assert!(all.iter().any(|e| e["entityType"] == "Depiction"));
        for entity in all {
            assert!(entity["schemaVersion"] == SCHEMA && entity["identifier"][0]["identifierValue"].is_string());
        }
    }
}
