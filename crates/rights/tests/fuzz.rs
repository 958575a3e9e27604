//! Nothing that is written in a contract brings the readers of contracts down, and what they take they can write again.

mod mischief;

use mischief::{HUGE, fuzz, withstands};
use rights::{Document, Record, Territories, check, identifier, omc, read, sheet, write};

const STORY: &str = include_str!("notte/record.toml");

/// The small world of the rules' fixtures, for kinds of rows that the story has none of.
const WORLD: &str = include_str!("../../rules/fixtures/base.toml");

fn story() -> Record {
    let rows = [STORY, WORLD, FORMS].map(|text| read::toml("record.toml", text).unwrap());
    Record::new(rows.into_iter().flatten().map(|row| row.entry))
}

/// What was taken is checked, and written and read again: nothing may change.
fn kept(record: &Record) {
    check::check(record);
    omc::omc(record);
    let text = write::toml(record);
    let again = read::toml("again.toml", &text).unwrap_or_else(|e| panic!("{e:?}\n{text}"));
    let again = Record::new(again.into_iter().map(|row| row.entry));
    assert_eq!(again.entries(), record.entries(), "written as\n{text}");
}

#[test]
fn contracts_in_toml() {
    let seeds = [STORY.into(), write::toml(&story()).into_bytes(), FORMS.into(), WORLD.into()];
    fuzz("rights::read::toml", &seeds, 1000, |bytes| {
        let Ok(text) = std::str::from_utf8(bytes) else { return false };
        let lines = text.bytes().filter(|b| *b == b'\n').count() + 1;
        match read::toml("x.toml", text) {
            Ok(rows) => {
                assert!(rows.iter().all(|row| (1..=lines).contains(&row.place.line)));
                kept(&Record::new(rows.into_iter().map(|row| row.entry)));
                true
            }
            Err(wrong) => {
                assert!(!wrong.is_empty());
                for wrong in wrong {
                    assert!(
                        wrong.to_string().starts_with("x.toml:") && (1..=lines).contains(&wrong.place.line),
                        "{wrong}"
                    );
                    assert!(wrong.what.len() < 3000, "a fault repeats {} bytes of what it found", wrong.what.len());
                }
                false
            }
        }
    });
}

#[test]
fn lists_in_csv() {
    let record = story();
    let lists: Vec<(String, Vec<u8>)> = rights::Entry::KINDS
        .iter()
        .map(|kind| {
            let rows = record.entries().into_iter().filter(|entry| entry.kind() == *kind).map(|entry| entry.body());
            // Tables in lists have no place in a cell.
            let rows = rows.filter(|row| !row.to_string().contains("[{"));
            (sheet::file_name(kind), write::csv(rows).into_bytes())
        })
        .chain([(
            "appearances.csv".to_owned(),
            b"work,shot,person,kinds,seconds,confidence,verified_by\nw:a,7,p:x,face;voice,4.1,0.99,ed:lg\nw:a,7,p:y,body,2.0,,ed:lg\nw:a,8,,,,,ed:lg\n".to_vec(),
        )])
        .collect();
    let seeds: Vec<Vec<u8>> = lists.iter().map(|(_, text)| text.clone()).collect();
    for (name, text) in &lists {
        let own: Vec<Vec<u8>> = [text.clone(), text.clone(), text.clone()].into_iter().chain(seeds.clone()).collect();
        fuzz(&format!("rights::sheet::csv {name}"), &own, 60, |bytes| {
            let Ok(text) = std::str::from_utf8(bytes) else { return false };
            match sheet::csv(name, text) {
                Ok(rows) => {
                    let took = !rows.is_empty();
                    kept(&Record::new(rows.into_iter().map(|row| row.entry)));
                    took
                }
                Err(wrong) => {
                    assert!(!wrong.is_empty());
                    for wrong in wrong {
                        assert!(wrong.to_string().starts_with(name.as_str()) && wrong.place.line >= 1, "{wrong}");
                        assert!(wrong.what.len() < 3000, "a fault repeats {} bytes of what it found", wrong.what.len());
                    }
                    false
                }
            }
        });
    }
}

/// Lists that the house writes and that come in again.
#[test]
fn lists_are_read_as_they_are_written() {
    fuzz("rights::write::csv", &[STORY.into(), FORMS.into(), WORLD.into()], 1000, |bytes| {
        let Ok(text) = std::str::from_utf8(bytes) else { return false };
        let Ok(rows) = read::toml("x.toml", text) else { return false };
        let record = Record::new(rows.into_iter().map(|row| row.entry));
        if check::check(&record)
            .iter()
            .any(|flag| flag.gravity == check::Gravity::Refuse && flag.what.starts_with("id:"))
        {
            return false;
        }
        for kind in ["party", "consent", "grant", "consent_event", "deed", "strike", "engagement"] {
            let of_kind: Vec<_> = record.entries().into_iter().filter(|entry| entry.kind() == kind).collect();
            // Tables in lists have no place in a cell.
            let flat = of_kind.iter().all(|entry| !entry.body().to_string().contains("[{"));
            // Nor has a text with the mark between items, or with space around it.
            let plain = of_kind.iter().all(|entry| plain(&entry.body()));
            if !flat || !plain {
                continue;
            }
            let list = write::csv(of_kind.iter().map(|entry| entry.body()));
            let again = sheet::csv(&sheet::file_name(kind), &list).unwrap_or_else(|e| panic!("{e:?}\n{list}"));
            let again = Record::new(again.into_iter().map(|row| row.entry));
            assert_eq!(again.entries(), of_kind, "{list}");
        }
        true
    });
}

fn plain(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::String(text) => !text.is_empty() && text.trim() == text,
        serde_json::Value::Array(items) => {
            !items.is_empty()
                && items.iter().all(|item| plain(item) && !item.as_str().is_some_and(|text| text.contains(';')))
        }
        serde_json::Value::Object(fields) => fields
            .iter()
            .all(|(name, value)| plain(value) && !name.contains('.') && !name.is_empty() && name.trim() == name),
        _ => true,
    }
}

#[test]
fn words_and_numbers() {
    let seeds: Vec<Vec<u8>> = [
        "10.5240/EA73-79D7-1B2B-B378-3A73-M",
        "ISAN 0000-0000-D07A-0090-Q-0000-0000-X",
        "0000 0001 2103 2683",
        "0000-0002-1825-0097",
        "T-034.524.680-1",
        "us-rc1-76-07839",
        "00014107338",
        "WORLD -US EU IT",
        "sha256:0af90af90af90af90af90af90af90af90af90af90af90af90af90af90af90af9",
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .collect();
    fuzz("rights::identifier, territory, word", &seeds, 5000, |bytes| {
        let Ok(text) = std::str::from_utf8(bytes) else { return false };
        let mut took = false;
        for scheme in ["eidr", "isan", "isni", "orcid", "iswc", "ipi", "isrc", "sag_aftra"] {
            match identifier::canonical(scheme, text) {
                Ok(written) => {
                    assert_eq!(identifier::canonical(scheme, &written).as_ref(), Ok(&written), "{scheme}");
                    took |= scheme != "sag_aftra";
                }
                Err(what) => assert!(what.len() < 1000),
            }
        }
        match Territories::parse(text.split(' ')) {
            Ok(set) => {
                assert_eq!(Territories::parse(set.words().iter().map(String::as_str)), Ok(set));
                took = true;
            }
            Err(what) => assert!(what.len() < 1000),
        }
        if let Ok(document) = Document::parse(text) {
            assert_eq!(Document::parse(document.as_str()), Ok(document.clone()));
            took = true;
        }
        took
    });
}

#[test]
fn huge_and_deep_contracts() {
    let toml = |name: &str, text: String, most: u64| {
        withstands(&format!("rights::read::toml, {name}"), text.as_bytes(), most, |bytes| {
            if let Err(wrong) = read::toml("x.toml", std::str::from_utf8(bytes).unwrap()) {
                assert!(wrong.len() <= 1001 && wrong.iter().all(|wrong| wrong.what.len() < 3000));
            }
        });
    };
    let x = "x".repeat(HUGE);
    toml("a field of 10 MB", format!("[[party]]\nid='p:a'\nkind='person'\nname='{x}'\n"), 200);
    toml("a key of 10 MB", format!("[[party]]\nid='p:a'\nkind='person'\nname='A'\n{x}=1\n"), 200);
    toml("a scheme of 10 MB", format!("[[party]]\nid='p:a'\nkind='person'\nname='A'\nids={{{x}=1}}\n"), 200);
    toml("a kind of 10 MB", format!("[[{x}]]\n"), 200);
    toml("a number of 10 MB", format!("[[shot]]\nid='s:a/1'\nwork='w:a'\nnumber={}\n", "9".repeat(HUGE)), 300);
    toml("a float of 10 MB", format!("[[model]]\nid='m:a'\ntrain_flops=1.{}\n", "9".repeat(HUGE)), 300);
    toml("10,000 brackets", format!("[[party]]\nid={}\n", "[".repeat(10_000)), 100);
    toml("10,000 tables", format!("[[party]]\nid={}\n", "{a=".repeat(10_000)), 100);
    toml("a path of 10,000", format!("[[party]]\n{}x=1\n", "a.".repeat(10_000)), 100);
    toml("a heading of 10,000", format!("[party{}]\nx=1\n", ".a".repeat(10_000)), 100);
    toml("a million brackets", "[".repeat(1_000_000), 400);
    toml("a million empty rows", "[[party]]\n".repeat(1_000_000), 1500);
    toml("a million stray letters", "=\n".repeat(1_000_000), 400);
    toml("one key many times", "a=1\n".repeat(500_000), 400);
    toml(
        "a list of a million",
        format!("[[consent]]\nid='c:a'\nperson='p:a'\nscenes=[{}]\n", "1,".repeat(1_000_000)),
        800,
    );
    toml("lists in lists", format!("a=[{}]\n", "[],".repeat(1_000_000)), 800);

    let grants = "[[party]]\nid='o:a'\nkind='org'\nname='A'\n[[party]]\nid='o:b'\nkind='org'\nname='B'\n[[work]]\nid='w:a'\nkind='feature'\ntitle='A'\n"
        .to_owned()
        + &(0..20_000)
            .map(|i| format!("[[grant]]\nid='g:{i}'\ndirection='out'\nwork='w:a'\nparty='o:{}'\nacts=['adapt']\nterritories=['WORLD']\nfrom=2026-01-01\nuntil='perpetual'\nexclusive=true\n", ["a", "b"][i % 2]))
            .collect::<String>();
    withstands("rights::check, 20,000 rivals", grants.as_bytes(), 400, |bytes| {
        let rows = read::toml("x.toml", std::str::from_utf8(bytes).unwrap()).unwrap();
        let flags = check::check(&Record::new(rows.into_iter().map(|row| row.entry)));
        assert_eq!(flags.iter().filter(|flag| flag.what.contains("exclusive")).count(), 19_999);
    });

    let csv = |name: &str, text: String, most: u64| {
        withstands(&format!("rights::sheet::csv, {name}"), text.as_bytes(), most, |bytes| {
            if let Err(wrong) = sheet::csv("parties.csv", std::str::from_utf8(bytes).unwrap()) {
                assert!(wrong.len() <= 1001 && wrong.iter().all(|wrong| wrong.what.len() < 3000));
            }
        });
    };
    csv("a cell of 10 MB", format!("id,kind,name\np:a,person,{x}\n"), 200);
    csv("a column's name of 10 MB", format!("id,kind,{x}\np:a,person,A\n"), 200);
    csv("a column within columns", format!("id,kind,{}name\np:a,person,A\n", "a.".repeat(HUGE / 2)), 200);
    csv(
        "a million columns",
        format!("{}\n1\n", (0..1_000_000).map(|i| format!("c{i}")).collect::<Vec<_>>().join(",")),
        400,
    );
    csv("a quote that does not end", format!("id,kind,name\np:a,person,\"{x}\n"), 200);
    csv("a million short rows", format!("id,kind,name\n{}", "p\n".repeat(1_000_000)), 400);
    csv("a million wrong rows", format!("id,kind,name\n{}", "p,x,y\n".repeat(1_000_000)), 400);
    csv("a list of a million", format!("id,kind,name,aliases\np:a,person,A,{}\n", "a;".repeat(30_000)), 200);
}

const FORMS: &str = include_str!("notte/forms.toml");
