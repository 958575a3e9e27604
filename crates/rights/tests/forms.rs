//! The forms of rows that the design shows people are read as they stand there.

use rights::{Entry, read};

const FORMS: &str = include_str!("notte/forms.toml");

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
