//! What a release owes: posted once, whenever and however often it leaves on the same terms.

use std::collections::BTreeMap;

use film::ContentHash;
use ledger::{
    Account, AppendError, Currency, Entry, Ledger, Line, NameError, Pending, ReadError, Reading, Record as Records,
    Seconds, Transaction,
};
use release::money::{self, Owed};
use rights::Record;
use rules::decision::Duty;
use rules::question::Release;

use crate::House;
use crate::rights::{now, today};

/// Why nothing was posted.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// A party's name is none for an account.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The ledger.
    #[error(transparent)]
    Append(#[from] AppendError),
}

/// The release and what it owes, in one batch: both are in the ledger or neither is.
///
/// Each line has a transaction of its own, under the cut, its terms and its duty: the same release on another day owes nothing
/// anew. A line that was reversed is posted again; an amount that was pending is posted once it is known.
pub(crate) fn post(
    ledger: &mut Ledger,
    fact: Entry,
    name: &str,
    asked: &Release,
    owed: &[money::Line],
) -> Result<(), PostError> {
    let euro: Currency = "EUR".parse().expect("a currency");
    let cost: Account = "cost:use".parse()?;
    let terms = terms(asked);
    let mut batch: Vec<Records> = vec![fact.into()];
    let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
    for line in owed.iter().filter(|line| line.answered_by.is_none()) {
        let payable = Account::payable(&line.party.parse()?);
        let said = |posted: Line| Line {
            duty: line.duty.clone(),
            used: Some(line.what.clone()),
            seconds: (line.milliseconds > 0).then_some(Seconds(line.milliseconds)),
            basis: (!line.basis.is_empty()).then(|| line.basis.clone()),
            ..posted
        };
        let (word, lines) = match (&line.owed, &line.duty) {
            (Owed::Amount(money), _) => {
                ("owed", vec![said(Line::credit(payable, *money)), Line::debit(cost.clone(), *money)])
            }
            (Owed::Zero(why), _) => ("owed", vec![said(Line::nothing(payable, euro, why))]),
            (Owed::Unknown(why), Some(duty)) => ("pending", vec![said(Line::pending(payable, euro, duty, why))]),
            // Where no duty is known there is nothing that a later line could meet; the report says it.
            (Owed::Unknown(_), None) => continue,
        };
        let what = format!("{terms} {} {}", line.party, line.duty.as_deref().unwrap_or(&line.what));
        // Two lines of one release under one name are two.
        let number = numbers.entry(what.clone()).or_default();
        *number += 1;
        let what = format!("{what} {number}");
        if word == "pending" && free(ledger, "owed", &what).is_none() {
            continue;
        }
        let Some(key) = free(ledger, word, &what) else { continue };
        let about = format!("release of {name}");
        batch.push(Transaction { at: now(), on: today(), about, key: Some(key), lines }.into());
    }
    ledger.append_all(batch)?;
    Ok(())
}

/// What is asked, whatever the day.
fn terms(asked: &Release) -> ContentHash {
    let asked = Release { on: asked.from, ..asked.clone() };
    ContentHash::of(&serde_json::to_vec(&asked).expect("plain data"))
}

/// The key to post under; `None` where it was posted and stands.
fn free(ledger: &Reading, word: &str, what: &str) -> Option<String> {
    let mut key = format!("{word} {what}");
    for again in 1.. {
        match ledger.keyed(&key) {
            None => break,
            Some(entry) if ledger.reversed(entry).is_none() => return None,
            Some(_) => key = format!("{word} {what} again {again}"),
        }
    }
    Some(key)
}

/// What past releases owe and nobody could say how much, each with the deed that answered it since.
pub(crate) fn pending(house: &House, record: &Record) -> Result<Vec<(Pending, Option<String>)>, ReadError> {
    let reading = match house.reading() {
        Err(ReadError::None(_)) => return Ok(Vec::new()),
        reading => reading?,
    };
    let open = reading.pending()?.into_iter().map(|one| {
        let deed = record.deeds_named(&one.duty).find(|deed| deed.on <= today()).map(|deed| deed.id.clone());
        (one, deed)
    });
    Ok(open.collect())
}

/// A duty of the ledger among those of the rules.
pub(crate) fn as_duty(one: Pending, done_by: Option<String>) -> Duty {
    let rule = one.duty.split('/').next().unwrap_or_default().to_owned();
    Duty {
        kind: "pay".to_owned(),
        to: one.party.to_string(),
        rule,
        sentence: one.line.used.unwrap_or_default(),
        due: Some(one.on),
        amount: None,
        basis: one.line.zero,
        seconds: one.line.seconds.map(|seconds| seconds.0 as f64 / 1000.0),
        document: None,
        page: None,
        done_by,
        id: one.duty,
    }
}

#[cfg(test)]
mod tests {
    use ledger::{Key, Kind, Reversal};

    use super::*;

    fn asked(on: &str) -> Release {
        let asked = serde_json::json!({
            "uses": [{ "title": "X", "shot": 1, "seconds": 2.0 }], "purpose": "trailer", "territories": ["IT"],
            "media": ["svod"], "from": "2027-01-01", "until": "2027-12-31", "credentials": true, "mark": true, "on": on
        });
        serde_json::from_value(asked).unwrap()
    }

    fn line(owed: serde_json::Value, duty: &str) -> money::Line {
        let owed = match owed.as_str() {
            Some("?") => Owed::Unknown("no amount is recorded".into()),
            amount => Owed::Amount(ledger::Money::parse(amount.unwrap(), "EUR".parse().unwrap()).unwrap()),
        };
        money::Line {
            party: "p:a".into(),
            work: None,
            what: "pay A".into(),
            milliseconds: 2_000,
            basis: String::new(),
            owed,
            rule: None,
            duty: Some(duty.into()),
            agreement: None,
            document: None,
            page: None,
            answered_by: None,
        }
    }

    #[test]
    fn what_is_owed_is_posted_once_whatever_the_day_and_again_when_it_was_reversed() {
        let dir = tempfile::tempdir().unwrap();
        let key = Key::make(&dir.path().join("key"), "studio").unwrap();
        let mut ledger = Ledger::open(&dir.path().join("ledger"), key).unwrap();
        let leave = |ledger: &mut Ledger, day: u8, lines: &[money::Line]| {
            let fact = Entry::new(Kind::Release, now(), serde_json::json!({ "day": day })).with_key(format!("r {day}"));
            post(ledger, fact, "X", &asked(&format!("2026-12-0{day}")), lines).unwrap();
        };
        let owed =
            |ledger: &Ledger| ledger.balance(&Account::payable(&"p:a".parse().unwrap()), "EUR".parse().unwrap()).minor;
        let hundred = [line("100.00".into(), "R/p:a/c:1")];
        for day in [1, 1, 2] {
            leave(&mut ledger, day, &hundred);
            assert_eq!(owed(&ledger), -10_000, "day {day}");
        }
        // Two lines of one release are two, though they say the same.
        let twice = [hundred[0].clone(), hundred[0].clone()];
        leave(&mut ledger, 3, &twice);
        assert_eq!(owed(&ledger), -20_000);
        let first = (0..ledger.size()).find(|i| ledger.entry(*i).unwrap().unwrap().kind == Kind::Posting).unwrap();
        let why = "the terms were wrong".to_owned();
        ledger.reverse(Reversal { at: now(), on: today(), of: first, why, key: None }).unwrap();
        assert_eq!(owed(&ledger), -10_000);
        leave(&mut ledger, 4, &twice);
        assert_eq!(owed(&ledger), -20_000, "what was reversed is owed again, what stands is not");
    }

    #[test]
    fn an_amount_that_nobody_knows_is_pending_until_it_is_known() {
        let dir = tempfile::tempdir().unwrap();
        let key = Key::make(&dir.path().join("key"), "studio").unwrap();
        let mut ledger = Ledger::open(&dir.path().join("ledger"), key).unwrap();
        let fact = |n: u32| Entry::new(Kind::Release, now(), serde_json::json!(n)).with_key(format!("r {n}"));
        let unknown = [line("?".into(), "R/p:a/c:1")];
        for n in 0..2 {
            post(&mut ledger, fact(n), "X", &asked("2026-12-01"), &unknown).unwrap();
        }
        let pending = ledger.pending().unwrap();
        assert_eq!(pending.iter().map(|one| one.duty.as_str()).collect::<Vec<_>>(), ["R/p:a/c:1"]);
        post(&mut ledger, fact(2), "X", &asked("2026-12-02"), &[line("5.00".into(), "R/p:a/c:1")]).unwrap();
        assert_eq!(ledger.pending().unwrap(), []);
        // Once it is known it does not become unknown again.
        post(&mut ledger, fact(3), "X", &asked("2026-12-03"), &unknown).unwrap();
        assert_eq!(ledger.pending().unwrap(), []);
    }
}
