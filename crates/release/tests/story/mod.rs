//! The story of Notte Rossa with a decision made by hand, and every paper of it. Used by the example and by the tests.

use std::sync::OnceLock;

use film::Rate;
use jiff::civil::date;
use ledger::{Currency, Money};
use release::lineage::Shares;
use release::money;
use release::paper::*;
use release::scheme::{Deal, Measured, simulate};
use rights::chain::Wanted;
use rights::{
    Act, Date, Document, Guild, Medium, Model, Purpose, Record, Strike, Synthetic, Territories, Text, Transfer,
};
use rules::decision::{Answer, Decision};
use rules::question::{Made, Release, Use};

mod answer;
mod hostile;

pub(crate) use answer::decision;
pub(crate) use hostile::hostile;

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
                ..Made::default()
            }),
            ..used("Night Train", Some(1), 470, 614)
        },
    ]
}

/// What was asked.
pub(crate) fn question() -> Release {
    Release {
        uses: uses(),
        work: Some("w:notte-rossa".into()),
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
    let decisions = std::slice::from_ref(&decision);
    all.push((
        "scan",
        scan_notice(&ScanNotice { consent, decisions, services_at: None, place: name, record, on: TODAY }),
    ));
    let out: &Transfer = &rows.transfers["x:open-set"];
    for (file, guild) in [("union-sag", Guild::SagAftra), ("union-wga", Guild::Wga), ("union-dga", Guild::Dga)] {
        all.push((file, union_notice(&UnionNotice { transfer: out, guild, record, on: TODAY })));
    }
    let synthetic: &Synthetic = &rows.synthetics["y:porter"];
    all.push((
        "synthetic",
        synthetic_memo(&SyntheticMemo { synthetic, value: None, decision: &decision, record, on: TODAY }),
    ));
    all.push((
        "transfer",
        transfer_request(&TransferRequest { transfer: &rows.transfers["x:voice-out"], record, on: TODAY }),
    ));
    let text: &Text = &rows.texts["t:outline"];
    all.push(("writer", writer_disclosure(&WriterDisclosure { text, decision: &decision, record, on: TODAY })));
    let strike: &Strike = &rows.strikes["k:sag-2027"];
    all.push((
        "strike",
        strike_banner(&StrikeBanner { strike, resting: &[(consent, "SAG-39G".to_owned())], record, on: TODAY }),
    ));
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
