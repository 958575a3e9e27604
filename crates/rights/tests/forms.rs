//! The forms of rows that the design shows people are read as they stand there.

use rights::{Entry, read};

const FORMS: &str = r#"
[[party]]
id = "p:rossi-elena"
kind = "person"
name = "Elena Rossi"
born = 1988-04-02
deceased = false
minor_until = 2006-04-02
ids = { isni = "0000 0001 2103 2683", guild = { sag_aftra = "10023" } }
representation = [{ kind = "agent", party = "o:agenzia-sole", from = 2021-01-01 }]

[[shot]]
id = "s:notte-rossa/0147"
work = "w:notte-rossa"
span = ["00:42:10.040","00:42:14.960"]
media = "sha256:11"
[[shot.appearance]]
person = "p:rossi-elena"
kinds = ["face","voice","performance"]
seconds = 4.1
confidence = 0.997
verified_by = "ed:lg"
[[shot.third_party]]
what = "painting on wall"
holder = "unknown"
tdm = "unknown"

[[consent]]
id = "c:rossi-2026-014"
person = "p:rossi-elena"
replica = "EBDR"
acts = ["create_model","generate"]
purposes = ["scene_adr"]
projects = ["w:notte-rossa-2"]
scenes = [31,44]
languages = ["it"]
territories = ["WORLD"]
media = ["theatrical","svod","tv"]
not_before = 2026-07-01
not_after = 2029-06-30
notice = { given_at = 2026-06-20T10:00:00Z, services_at = 2026-06-24T07:00:00Z }
represented_by = "counsel"
pay = { basis = "equivalent_days", days = 2, daily = "1500.00", currency = "EUR", residual_class = "as_if_performed" }
status = "active"

[[model]]
id = "m:volto-rossi-v2"
role = "actor"
subject_person = "p:rossi-elena"
params = 8_400_000
train_flops = 3.1e15
affiliated = true
public_facing = false
vendor = "o:vendor"
shots = 412
titles = 3
memorisation = { prompts = 5000, extracted = 0, max_copy_grade = "D2", report = "sha256:1111111111111111111111111111111111111111111111111111111111111111" }
[model.vendor_terms]
exclusive = false
retains_inputs = false
trains_on_inputs = false
weights_owner = "o:studio"
deletion_proof = "required"

[[model]]
id = "m:in-house"
vendor = "none"
[model.vendor_terms]
exclusive = false
retains_inputs = false
trains_on_inputs = false
weights_owner = "o:studio"
deletion_proof = "required"
"#;

#[test]
fn the_forms_of_the_design_are_read() {
    let rows = read::toml("forms.toml", FORMS).unwrap();
    let of = |id: &str| rows.iter().map(|row| &row.entry).find(|entry| entry.id() == id).unwrap();
    let Entry::Party(party) = of("p:rossi-elena") else { panic!() };
    assert_eq!(party.ids["sag_aftra"], "10023");
    let Entry::Shot(shot) = of("s:notte-rossa/0147") else { panic!() };
    assert_eq!(shot.number, 147);
    let Entry::Consent(consent) = of("c:rossi-2026-014") else { panic!() };
    assert_eq!(consent.pay.as_ref().unwrap().amount, "1500.00");
    let Entry::Model(model) = of("m:volto-rossi-v2") else { panic!() };
    let vendor = model.vendor.as_ref().unwrap();
    assert!(vendor.party == "o:vendor" && vendor.deletion_proof);
    let Entry::Model(model) = of("m:in-house") else { panic!() };
    assert!(model.vendor.is_none());
}

#[test]
fn a_shot_without_any_number_is_refused() {
    let wrong = read::toml("x.toml", "[[shot]]\nid = 's:opening'\nwork = 'w:a'\n").unwrap_err();
    assert!(wrong[0].what.contains("number"), "{wrong:?}");
}
