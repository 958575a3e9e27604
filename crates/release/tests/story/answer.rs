//! The answer of the story, made by hand: blocked, with everything that a report can show.

use jiff::civil::date;
use release::paper;
use rules::decision::{Answer, Checked, Decision, Duty, Fact, NearMiss, PackVersion, Reason};

use super::document;

fn reason(rule: &str, answer: Answer, sentence: &str, remedy: &str, uses: Vec<usize>, person: Option<&str>) -> Reason {
    Reason {
        rule: rule.into(),
        answer,
        sentence: sentence.into(),
        facts: Vec::new(),
        document: None,
        page: None,
        remedy: remedy.into(),
        source: "design".into(),
        evidence: "design".into(),
        reviewed_by: String::new(),
        uses,
        person: person.map(str::to_owned),
    }
}

fn duty(id: &str, kind: &str, to: &str, rule: &str, sentence: &str) -> Duty {
    Duty {
        id: id.into(),
        kind: kind.into(),
        to: to.into(),
        rule: rule.into(),
        sentence: sentence.into(),
        due: None,
        amount: None,
        basis: None,
        seconds: None,
        done_by: None,
        document: None,
        page: None,
    }
}

/// An answer made by hand: blocked, with everything that a report can show.
pub(crate) fn decision() -> Decision {
    let checked = |rule: &str, subject: &str, outcome: &str| Checked {
        rule: rule.into(),
        subject: subject.into(),
        outcome: outcome.into(),
    };
    let mut all = Vec::new();
    for person in ["p:rossi-elena", "p:bianchi-carlo", "p:verdi-marta", "p:cole-james"] {
        for rule in ["CORE-TERM", "CORE-TERR", "CORE-MEDIUM", "CORE-PROJECT", "CORE-PURPOSE", "CORE-DOC"] {
            all.push(checked(
                rule,
                person,
                if person == "p:cole-james" && matches!(rule, "CORE-PURPOSE") { "blocked" } else { "pass" },
            ));
        }
        all.push(checked("CORE-REVOKED", person, if person == "p:verdi-marta" { "blocked" } else { "pass" }));
    }
    all.push(checked("CORE-CHAIN", "w:notte-rossa", "blocked"));
    all.push(checked("CORE-CHAIN", "w:night-train", "pass"));
    all.push(checked("CORE-UNKNOWN", "s:notte-rossa/0003", "unknown"));
    all.push(checked("SAG-EBDR-PAY", "p:cole-james", "duty"));
    all.push(checked("EU-50-4", "release", "duty"));
    all.push(checked("IT-612Q", "p:cole-james", "warn"));
    all.push(checked("AFM-PROMPT", "release", "not_applicable"));
    Decision {
        decision: Answer::Blocked,
        reasons: vec![
            Reason {
                facts: vec![Fact {
                    entity: "w:notte-rossa".into(),
                    field: "chain_of_title[2].territories".into(),
                    value: "WORLD -US".into(),
                    document: Some(document('3')),
                    page: Some(7),
                }],
                document: Some(document('3')),
                page: Some(7),
                ..reason(
                    "CORE-CHAIN",
                    Answer::Blocked,
                    "The assignment of Notte Rossa from Alfa Film of 2025-03-02 is for the world without the United States.",
                    "leave out the United States, or record an assignment of US rights from Alfa Film",
                    vec![0, 1, 2, 3, 4, 5],
                    None,
                )
            },
            Reason {
                facts: vec![
                    Fact {
                        entity: "c:verdi-footage".into(),
                        field: "person".into(),
                        value: "Marta Verdi".into(),
                        document: Some(document('5')),
                        page: Some(2),
                    },
                    Fact {
                        entity: "v:verdi-2026-11".into(),
                        field: "kind".into(),
                        value: "revoke, on 2026-11-02".into(),
                        document: Some(document('6')),
                        page: Some(1),
                    },
                ],
                document: Some(document('6')),
                page: Some(1),
                ..reason(
                    "CORE-REVOKED",
                    Answer::Blocked,
                    "Marta Verdi revoked her consent on 2 November 2026; she is in shot 4.",
                    "a new consent of Marta Verdi, or cut 00:00:10:00–00:00:13:00",
                    vec![3],
                    Some("p:verdi-marta"),
                )
            },
            Reason {
                source: "2026 TV/Theatrical, 39.B (union summary)".into(),
                evidence: "C".into(),
                document: Some(document('7')),
                page: Some(1),
                facts: vec![Fact {
                    entity: "c:cole-dub".into(),
                    field: "purposes".into(),
                    value: "dub".into(),
                    document: Some(document('7')),
                    page: Some(1),
                }],
                ..reason(
                    "CORE-PURPOSE",
                    Answer::Blocked,
                    "The replica of James Cole’s voice may be used to dub; a trailer is asked for.",
                    "a consent that covers purpose `trailer`, or the voice as it was recorded",
                    vec![6],
                    Some("p:cole-james"),
                )
            },
            Reason {
                facts: vec![Fact {
                    entity: "s:notte-rossa/0003".into(),
                    field: "third_party[1].holder".into(),
                    value: "unknown".into(),
                    document: None,
                    page: None,
                }],
                ..reason(
                    "CORE-UNKNOWN",
                    Answer::Unknown,
                    "Whose the painting on the wall in shot 3 of Notte Rossa is, is not known.",
                    "record its holder and a grant, or that it is in the public domain, or cut the shot",
                    vec![2],
                    None,
                )
            },
        ],
        warnings: vec![reason(
            "IT-612Q",
            Answer::Unknown,
            "A voice made by a model speaks for James Cole: someone should judge whether it can deceive.",
            "a review by a person, recorded as a deed",
            vec![6],
            Some("p:cole-james"),
        )],
        duties: vec![
            Duty {
                due: Some(date(2027, 5, 31)),
                amount: Some(("3000.00".into(), "USD".into())),
                basis: Some("2 equivalent days × 1500.00".into()),
                seconds: Some(6.0),
                document: Some(document('7')),
                page: Some(1),
                ..duty("u:1", "pay", "p:cole-james", "SAG-EBDR-PAY", "Pay James Cole for two equivalent days.")
            },
            Duty {
                amount: Some(("1000.00".into(), "EUR".into())),
                basis: Some("flat, as agreed".into()),
                due: Some(date(2027, 3, 1)),
                document: Some(document('4')),
                page: Some(4),
                ..duty("u:2", "pay", "p:rossi-elena", "CORE-PAY", "Pay Elena Rossi the flat sum for promotion.")
            },
            Duty {
                due: Some(date(2027, 5, 1)),
                ..duty("u:3", "label", "public", "EU-50-4", "Say that a voice was made, where viewers see it.")
            },
            Duty {
                done_by: Some("d:review-7".into()),
                ..duty(
                    "u:4",
                    "consult",
                    "p:conti-lucia",
                    "DGA-CONSULT",
                    "Consult the director before the first use of a model.",
                )
            },
            duty("u:5", "pay", "p:bianchi-carlo", "CORE-PAY", "Pay the estate of Carlo Bianchi."),
        ],
        near_misses: vec![
            NearMiss {
                person: "p:cole-james".into(),
                consent: "c:cole-dub".into(),
                fails: vec!["CORE-PURPOSE".into()],
                sentence: "The closest consent fails only purpose (trailer).".into(),
                document: Some(document('7')),
                page: Some(1),
            },
            NearMiss {
                person: "p:verdi-marta".into(),
                consent: "c:verdi-footage".into(),
                fails: vec!["CORE-REVOKED".into()],
                sentence: "The closest consent was revoked on 2026-11-02.".into(),
                document: Some(document('6')),
                page: Some(1),
            },
        ],
        checked: all,
        packs: ["core", "it-ccnl-attori", "us-sag-aftra-tv-theatrical", "eu"]
            .iter()
            .zip(["2026-01-01", "2024-03-01", "2026-07-01", "2026-08-02"])
            .map(|(pack, version)| PackVersion { pack: (*pack).into(), version: version.into(), hash: "ab".repeat(32) })
            .collect(),
        facts_hash: "4f3a9c0b".repeat(8),
        advice: false,
        needs_review_by: String::new(),
        disclaimer: paper::DISCLAIMER.into(),
    }
}
