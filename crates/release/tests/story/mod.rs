//! The story of Notte Rossa with a decision made by hand, and every paper of it. Used by the example and by the tests.

use std::sync::OnceLock;

use film::Rate;
use jiff::civil::date;
use ledger::{Currency, Money};
use release::lineage::Shares;
use release::money;
use release::paper::{self, *};
use release::scheme::{Deal, Measured, simulate};
use rights::chain::Wanted;
use rights::{
    Act, Date, Document, Entry, Guild, Medium, Model, Purpose, Record, Strike, Synthetic, Territories, Text, Transfer,
};
use rules::decision::{Answer, Checked, Decision, Duty, Fact, NearMiss, PackVersion, Reason};
use rules::question::{Made, Release, Use};
use serde_json::Value;

/// The day of the story.
pub(crate) const TODAY: Date = date(2027, 3, 15);

/// The record of the story, with a few rows more so that every paper has something to say.
pub(crate) fn record() -> &'static Record {
    static RECORD: OnceLock<Record> = OnceLock::new();
    RECORD.get_or_init(|| {
        let text = include_str!("../../../rights/tests/notte/record.toml");
        let rows = [text, MORE].map(|text| rights::read::toml("record.toml", text).expect("the story can be read"));
        Record::new(rows.into_iter().flatten().map(|row| row.entry))
    })
}

const MORE: &str = r#"
[[party]]
id = "o:lucerna"
kind = "org"
name = "Lucerna Effetti"

[[party]]
id = "o:open-model"
kind = "org"
name = "Open Model Co."

[[party]]
id = "g:sag"
kind = "guild"
name = "SAG-AFTRA"
guild = "sag_aftra"

[[party]]
id = "p:hart-ruth"
kind = "person"
name = "Ruth Hart"

[[model]]
id = "m:grade-v3"
aspect = "light"
affiliated = false
public_facing = false
access_limited = true
train_flops = 3.1e15
memorization = { prompts = 5000, extracted = 0, report = "sha256:9999999999999999999999999999999999999999999999999999999999999999" }
vendor = { party = "o:lucerna", exclusive = false, retains_inputs = true, trains_on_inputs = false, weights_owner = "o:studio", deletion_proof = true }

[[transfer]]
id = "x:lucerna-1"
to = "o:lucerna"
what = "footage"
works = ["w:night-train"]
for_training = false
affiliated = false
public_facing = false
on = 2027-02-01
undertaking_on = 2027-01-20

[[transfer]]
id = "x:voice-out"
to = "o:lucerna"
what = "replica"
works = ["w:night-train"]
for_training = false
affiliated = false
public_facing = false
on = 2027-04-02
union_asked_on = 2027-03-08

[[transfer]]
id = "x:open-set"
to = "o:open-model"
what = "training_set"
works = ["w:night-train"]
for_training = true
affiliated = false
public_facing = true
on = 2027-06-01

[[text]]
id = "t:outline"
work = "w:night-train"
origin = "gai"
handed_to = "p:hart-ruth"
credited_as_source = false
tool_required = false

[[synthetic]]
id = "y:porter"
work = "w:night-train"
human_role = true
in_work = false
notice_on = 2027-02-11

[[strike]]
id = "k:sag-2027"
guild = "sag_aftra"
from = 2027-03-01

[[deed]]
id = "d:grade"
kind = "contribution"
about = "w:notte-rossa"
by = "p:conti-lucia"
on = 2026-02-03
note = "chose and graded every shot of the restored reel two"
"#;

/// A document of one digit.
pub(crate) fn document(digit: char) -> Document {
    Document::parse(&format!("sha256:{}", digit.to_string().repeat(64))).expect("64 digits")
}

fn used(title: &str, shot: Option<u32>, start: i64, end: i64) -> Use {
    Use {
        title: title.into(),
        shot,
        reel: None,
        seconds: Rate::FILM.seconds(end - start),
        record: Some((start, end)),
        picture: true,
        sound: true,
        made: None,
        edits: Vec::new(),
    }
}

/// What the trailer uses.
pub(crate) fn uses() -> Vec<Use> {
    vec![
        used("Notte Rossa", Some(1), 0, 96),
        used("Notte Rossa", Some(2), 96, 180),
        used("Notte Rossa", Some(3), 180, 240),
        used("Notte Rossa", Some(4), 240, 312),
        used("Notte Rossa", Some(5), 312, 444),
        used("Notte Rossa", None, 444, 470),
        Use {
            made: Some(Made {
                model: "m:voce-cole-v1".into(),
                persons: vec!["p:cole-james".into()],
                kinds: vec![rights::AppearanceKind::Voice],
            }),
            ..used("Night Train", Some(1), 470, 614)
        },
    ]
}

/// What was asked.
pub(crate) fn question() -> Release {
    Release {
        uses: uses(),
        purpose: Purpose::Trailer,
        territories: Territories::parse(["IT", "DE", "US"]).expect("codes"),
        media: vec![Medium::Svod, Medium::Theatrical],
        from: date(2027, 5, 1),
        until: date(2028, 4, 30),
        languages: vec!["it".into(), "de".into()],
        synthetics: vec!["y:porter".into()],
        disclosure: None,
        credentials: true,
        mark: true,
        music: vec!["adagio.wav".into()],
        on: TODAY,
    }
}

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

/// How the picture of the trailer came to be.
pub(crate) fn shares() -> Shares {
    Shares { real: 420, restored: 50, generated: 144, lettering: 48, unknown: 0 }
}

/// Every paper of the story, by name.
pub(crate) fn papers() -> Vec<(&'static str, String)> {
    papers_of(record(), record(), question(), decision(), "Notte Rossa, trailer 1")
}

/// Every paper on the rows of `rows`, where `record` is all that is known besides.
pub(crate) fn papers_of(
    record: &Record,
    rows: &Record,
    question: Release,
    decision: Decision,
    name: &str,
) -> Vec<(&'static str, String)> {
    let shares = shares();
    let inclusion = Inclusion {
        entry: "77".repeat(32),
        index: 1041,
        size: 1050,
        root: "c3".repeat(32),
        proof: "trailer.proof.json".into(),
    };
    let rate = Some(Rate::FILM);
    let mut all = vec![(
        "clearance",
        clearance(&Clearance {
            name,
            question: &question,
            decision: &decision,
            record,
            rate,
            shares: Some(&shares),
            flags: &[],
            ledger: Some(&inclusion),
        }),
    )];
    let allowed = Release {
        uses: question.uses.iter().take(2).cloned().collect(),
        territories: Territories::parse(["IT"]).expect("a code"),
        music: Vec::new(),
        synthetics: Vec::new(),
        ..question.clone()
    };
    let yes = Decision {
        decision: Answer::MeetsRecordedConditions,
        reasons: Vec::new(),
        warnings: Vec::new(),
        near_misses: Vec::new(),
        ..decision.clone()
    };
    all.push((
        "clearance-met",
        clearance(&Clearance {
            name,
            question: &allowed,
            decision: &yes,
            record,
            rate,
            shares: None,
            flags: &[],
            ledger: None,
        }),
    ));
    for (file, work) in [("chain", "w:notte-rossa"), ("chain-2", "w:notte-rossa-2")] {
        let work = &rows.works[work];
        let wanted = Wanted {
            acts: &[Act::Communicate, Act::Adapt],
            territories: question.territories,
            media: &question.media,
            from: question.from,
            until: question.until,
        };
        let chain = rights::chain::chain(record, work, "o:studio", &wanted);
        all.push((
            file,
            chain_of_title(&ChainOfTitle {
                work,
                studio: "o:studio",
                wanted: &wanted,
                chain: &chain,
                record,
                uses: &question.uses,
                rate,
                on: TODAY,
            }),
        ));
    }
    let model: &Model = &rows.models["m:grade-v3"];
    let facts = [
        ("Steps".to_owned(), "42,000".to_owned()),
        ("Parameters".to_owned(), "1,240,000".to_owned()),
        ("Seed".to_owned(), "7".to_owned()),
    ];
    let passport_of = Passport {
        model,
        allowed: &question.uses[..1.min(question.uses.len())],
        barred: &question.uses[1.min(question.uses.len())..4.min(question.uses.len())],
        decision: &decision,
        asked: &question.uses,
        sandbox: false,
        facts: &facts,
        record,
        on: TODAY,
    };
    all.push(("passport", passport(&passport_of)));
    all.push(("summary", training_summary(&passport_of)));
    let consent = &rows.consents["c:cole-dub"];
    all.push(("consent", consent_sheet(&ConsentSheet { consent, record, on: TODAY })));
    all.push(("scan", scan_notice(&ScanNotice { consent, services_at: None, place: name, record, on: TODAY })));
    let out: &Transfer = &rows.transfers["x:open-set"];
    for (file, guild) in [("union-sag", Guild::SagAftra), ("union-wga", Guild::Wga), ("union-dga", Guild::Dga)] {
        all.push((file, union_notice(&UnionNotice { transfer: out, guild, record, on: TODAY })));
    }
    let synthetic: &Synthetic = &rows.synthetics["y:porter"];
    all.push(("synthetic", synthetic_memo(&SyntheticMemo { synthetic, value: None, record, on: TODAY })));
    all.push((
        "transfer",
        transfer_request(&TransferRequest { transfer: &rows.transfers["x:voice-out"], record, on: TODAY }),
    ));
    let text: &Text = &rows.texts["t:outline"];
    all.push(("writer", writer_disclosure(&WriterDisclosure { text, record, on: TODAY })));
    let strike: &Strike = &rows.strikes["k:sag-2027"];
    all.push(("strike", strike_banner(&StrikeBanner { strike, record, on: TODAY })));
    all.push(("vendor", vendor_sheet(&VendorSheet { vendor: "o:lucerna", studio: "o:studio", record, on: TODAY })));
    all.push((
        "disclosure",
        disclosure_pack(&DisclosurePack {
            name,
            question: &question,
            decision: &decision,
            record,
            rate,
            shares: Some(&shares),
        }),
    ));
    let eur: Currency = "EUR".parse().expect("a code");
    let pool = Money::new(2_000_001, eur);
    let measured = [
        Measured { work: "w:notte-rossa".into(), share: 0.42, half: 0.06 },
        Measured { work: "w:night-train".into(), share: 0.004, half: 0.011 },
    ];
    let payouts = simulate(&Deal { pool, uses: &question.uses, record, on: TODAY, measured: &measured, floor: 0.01 });
    all.push(("simulator", simulator(&Simulator { name, pool, payouts: &payouts, record, on: TODAY })));
    let lines = money::lines(record, &question.uses, &decision, TODAY);
    for (file, party) in [
        ("statement-cole", "p:cole-james"),
        ("statement-verdi", "p:verdi-marta"),
        ("statement-bianchi", "p:bianchi-carlo"),
    ] {
        let posted: Vec<Posted> = lines
            .iter()
            .map(|line| Posted {
                line: line.clone(),
                entry: Some("5a".repeat(32)),
                on: Some(date(2027, 5, 31)),
                release: name.into(),
            })
            .collect();
        all.push((
            file,
            statement(&Statement {
                party,
                period: "2027-Q2".parse().expect("a period"),
                lines: &posted,
                proof: Some("cole-2027-Q2.proof.json"),
                root: Some(&"c3".repeat(32)),
                record,
                on: TODAY,
            }),
        ));
    }
    all
}

/// Puts `new` in the place of every text that people write freely.
fn replace(value: &mut Value, new: &str) {
    const FREE: [&str; 24] = [
        "name",
        "title",
        "description",
        "business_reason",
        "note",
        "what",
        "role",
        "source",
        "approved_by",
        "verified_by",
        "sentence",
        "remedy",
        "value",
        "field",
        "entity",
        "evidence",
        "basis",
        "needs_review_by",
        "instrument",
        "craft",
        "origin",
        "bargaining",
        "pack",
        "holder",
    ];
    match value {
        Value::Object(fields) => {
            for (key, field) in fields {
                match field {
                    Value::String(text) if FREE.contains(&key.as_str()) => *text = new.to_owned(),
                    other => replace(other, new),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, new)),
        _ => {}
    }
}

/// Every paper, with `new` in the place of every text that people write freely.
pub(crate) fn hostile(new: &str) -> Vec<(&'static str, String)> {
    let entries = record().entries().into_iter().map(|entry| {
        let (kind, mut body) = (entry.kind(), entry.body());
        replace(&mut body, new);
        Entry::parse(kind, body).map_err(|(path, why)| format!("{kind} {path}: {why}")).expect("plain values")
    });
    let record = Record::new(entries);
    let mut decision = serde_json::to_value(decision()).expect("plain values");
    replace(&mut decision, new);
    let mut question = serde_json::to_value(question()).expect("plain values");
    replace(&mut question, new);
    question["music"] = serde_json::json!([new]);
    papers_of(
        &record,
        &record,
        serde_json::from_value(question).expect("a question"),
        serde_json::from_value(decision).expect("a decision"),
        new,
    )
}
