//! What the rules are asked before a period is closed: the books of that period as they stand in the ledger.

use std::collections::BTreeMap;

use ledger::{Currency, Kind, Line, Money, Period, ReadError, Reading, Side, Sum};
use rights::Date;
use rules::question::{Close, Payout};

/// What the lines of a period come to in one currency.
#[derive(Default)]
struct Share {
    pool: i128,
    payouts: Vec<Payout>,
}

/// The questions that closing `period` puts on the day `on`, one for each currency: is what was booked as cost what the parties
/// were credited, has each of `duties` a line, and was nobody paid for a share that cannot be told from nothing?
pub(crate) fn questions(
    ledger: &Reading,
    period: Period,
    duties: &[String],
    on: Date,
) -> Result<Vec<Close>, ReadError> {
    let mut shares: BTreeMap<Currency, Share> = BTreeMap::new();
    for entry in ledger.entries()? {
        let entry = entry?;
        let day = entry.body["on"].as_str().and_then(|day| day.parse().ok());
        if !matches!(entry.kind, Kind::Posting | Kind::Reversal) || !day.is_some_and(|day| period.holds(day)) {
            continue;
        }
        let read = |line: &String| serde_json::from_str(line).expect("a line that was verified can be read");
        let lines: Vec<Line> = entry.sealed.iter().map(read).collect();
        // A posting that was undone answers no duty any more.
        let stands = entry.kind == Kind::Posting && ledger.reversed(entry.index).is_none();
        // What only pays off what was credited before is no sharing out.
        let shared = lines.iter().any(is_cost);
        for line in lines {
            let share = shares.entry(line.currency).or_default();
            if is_cost(&line) {
                share.pool -= line.owed();
            } else if let Some(party) = line.account.party().filter(|_| shared || line.minor == 0) {
                share.payouts.push(payout(party.as_str(), &line, stands));
            }
        }
    }
    if shares.is_empty() {
        shares.insert("EUR".parse().expect("a currency"), Share::default());
    }
    // A duty is asked for where a line names it; one that none names, with the first.
    let mut open: Vec<&String> = duties.iter().collect();
    let mut questions: Vec<Close> = Vec::new();
    for (currency, share) in shares {
        let named = |duty: &String| share.payouts.iter().any(|line| line.duty.as_ref() == Some(duty));
        let (mine, others): (Vec<&String>, Vec<&String>) = open.into_iter().partition(|duty| named(duty));
        open = others;
        questions.push(Close {
            period: period.to_string(),
            currency: currency.to_string(),
            pool: Sum { currency, minor: share.pool }.decimal(),
            payouts: share.payouts,
            duties: mine.into_iter().cloned().collect(),
            on,
        });
    }
    questions[0].duties.extend(open.into_iter().cloned());
    Ok(questions)
}

/// Whether the line says what the studio spends on what it uses.
fn is_cost(line: &Line) -> bool {
    line.account.as_str().starts_with("cost:")
}

fn payout(party: &str, line: &Line, stands: bool) -> Payout {
    let minor = if line.side == Side::Credit { line.minor } else { -line.minor };
    let basis = line.basis.clone().unwrap_or_default();
    Payout {
        party: party.to_owned(),
        amount: Money::new(minor, line.currency).decimal(),
        // As the scheme of that name words it. The ledger holds no share and no noise: what it cannot show is not above any floor.
        by: if basis.starts_with("measured ") { "attribution".to_owned() } else { basis },
        share: None,
        noise: None,
        duty: line.duty.clone().filter(|_| stands),
        explained: line.zero.clone(),
    }
}

#[cfg(test)]
mod tests {
    use ledger::{Key, Ledger, Reversal, Transaction};
    use rights::{Record, Timestamp};
    use rules::{Answer, Question, Rulebook};

    use super::*;

    fn line(text: &str, side: fn(ledger::Account, Money) -> Line, amount: &str) -> Line {
        side(text.parse().unwrap(), Money::parse(amount, "EUR".parse().unwrap()).unwrap())
    }

    /// Rules that stop the closing of a quarter with these lines and duties.
    fn stops(batches: Vec<Vec<Line>>, undo: Option<u64>, duties: &[&str]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let key = Key::make(&folder.path().join("key"), "studio").unwrap();
        let mut ledger = Ledger::open(&folder.path().join("ledger"), key).unwrap();
        let (at, on): (Timestamp, Date) = ("2026-05-03T10:00:00Z".parse().unwrap(), "2026-05-03".parse().unwrap());
        for lines in batches {
            ledger.post(Transaction { at, on, about: "use".into(), key: None, lines }).unwrap();
        }
        if let Some(of) = undo {
            ledger.reverse(Reversal { at, on, of, why: "wrong".into(), key: None }).unwrap();
        }
        let duties: Vec<String> = duties.iter().map(|duty| (*duty).to_owned()).collect();
        let asked = questions(&ledger, "2026-Q2".parse().unwrap(), &duties, on).unwrap();
        let elsewhen = questions(&ledger, "2026-Q1".parse().unwrap(), &[], on).unwrap();
        assert_eq!((elsewhen[0].pool.as_str(), elsewhen[0].payouts.len()), ("0.00", 0), "nothing of another quarter");
        let book = Rulebook::load().unwrap();
        let decide = |close| book.decide(&Record::default(), "o:studio", &Question::Close(close));
        let decisions: Vec<_> = asked.into_iter().map(decide).collect();
        let reasons = decisions.iter().flat_map(|decision| &decision.reasons);
        let stopped: Vec<String> = reasons.map(|reason| reason.rule.clone()).collect();
        let all_met = decisions.iter().all(|decision| decision.decision == Answer::MeetsRecordedConditions);
        assert_eq!(stopped.is_empty(), all_met);
        stopped
    }

    #[test]
    fn books_that_do_not_balance_or_pay_for_nothing_stop_a_closing() {
        let cost = |amount| line("cost:use", Line::debit, amount);
        let owed = |amount: &str| line("payable:p:rossi", Line::credit, amount);
        let met = |amount: &str| Line { duty: Some("duty:1".into()), ..owed(amount) };
        assert!(stops(vec![], None, &[]).is_empty());
        assert!(stops(vec![vec![cost("10.00"), met("10.00")]], None, &["duty:1"]).is_empty());
        let nothing = Line::nothing("payable:p:verdi".parse().unwrap(), "EUR".parse().unwrap(), "not seen");
        let nothing = Line { duty: Some("duty:1".into()), ..nothing };
        assert!(stops(vec![vec![nothing]], None, &["duty:1"]).is_empty());
        // Paid off: no line of a sharing out.
        let paid = vec![line("payable:p:rossi", Line::debit, "10.00"), line("bank:a", Line::credit, "10.00")];
        assert!(stops(vec![vec![cost("10.00"), owed("10.00")], paid], None, &[]).is_empty());

        let short = vec![cost("10.00"), owed("6.00"), line("reserve:a", Line::credit, "4.00")];
        assert_eq!(stops(vec![short], None, &[]), ["PAY-BALANCE"]);
        assert_eq!(stops(vec![vec![cost("10.00"), owed("10.00")]], None, &["duty:1"]), ["PAY-BALANCE"]);
        let undone = vec![vec![cost("10.00"), met("10.00")]];
        assert_eq!(stops(undone, Some(1), &["duty:1"]), ["PAY-BALANCE"], "a line that was undone answers nothing");
        let measured = Line { basis: Some("measured 2 % give or take 3 %".into()), ..owed("10.00") };
        assert_eq!(stops(vec![vec![cost("10.00"), measured]], None, &[]), ["ATTR-FLOOR"]);
    }
}
