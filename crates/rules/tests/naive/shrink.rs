//! The smallest case that still shows it: rows left out, then fields and items of what is left.

use rights::Entry;
use rules::Question;
use serde_json::Value;

use crate::worlds::Case;

/// Takes away from `case` whatever can be taken away with `shows` still true.
pub(crate) fn smallest(case: &Case, shows: &dyn Fn(&Case) -> bool) -> Case {
    let mut best = case.clone();
    loop {
        let before = size(&best);
        rows(&mut best, shows);
        fields(&mut best, shows);
        if size(&best) >= before {
            return best;
        }
    }
}

/// Whether it could have come in and been asked: a smaller case of another kind explains nothing.
fn proper(case: &Case) -> bool {
    let whole = |entry: &Entry| match entry {
        Entry::Shot(shot) => shot.appearance.iter().all(|appearance| !appearance.kinds.is_empty()),
        _ => true,
    };
    let said = match &case.question {
        Question::Release(release) => {
            !release.uses.is_empty() && !release.territories.is_empty() && !release.media.is_empty()
        }
        Question::Train(train) => !train.uses.is_empty(),
        _ => true,
    };
    said && case.entries.iter().all(whole)
}

fn size(case: &Case) -> usize {
    let rows: usize = case.entries.iter().map(|entry| entry.body().to_string().len()).sum();
    rows + serde_json::to_string(&case.question).expect("plain values").len()
}

fn rows(best: &mut Case, shows: &dyn Fn(&Case) -> bool) {
    let mut at = 0;
    while at < best.entries.len() {
        let mut less = best.clone();
        less.entries.remove(at);
        if shows(&less) { *best = less } else { at += 1 }
    }
}

fn fields(best: &mut Case, shows: &dyn Fn(&Case) -> bool) {
    for at in 0..best.entries.len() {
        let kind = best.entries[at].kind();
        let mut skip = 0;
        while let Some(body) = without(&best.entries[at].body(), &mut { skip }) {
            let mut less = best.clone();
            let taken = Entry::parse(kind, body).ok().is_some_and(|entry| {
                less.entries[at] = entry;
                size(&less) < size(best) && proper(&less) && shows(&less)
            });
            if taken { *best = less } else { skip += 1 }
        }
    }
    let mut skip = 0;
    while let Some(body) = without(&serde_json::to_value(&best.question).expect("plain values"), &mut { skip }) {
        let mut less = best.clone();
        let taken = serde_json::from_value(body).ok().is_some_and(|question| {
            less.question = question;
            size(&less) < size(best) && proper(&less) && shows(&less)
        });
        if taken { *best = less } else { skip += 1 }
    }
}

/// The value without its `n`th part, counting the parts of its parts; nothing if it has fewer.
fn without(value: &Value, n: &mut usize) -> Option<Value> {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                let mut less = map.clone();
                if *n == 0 {
                    less.remove(key);
                    return Some(Value::Object(less));
                }
                *n -= 1;
                if let Some(smaller) = without(inner, n) {
                    less.insert(key.clone(), smaller);
                    return Some(Value::Object(less));
                }
            }
            None
        }
        Value::Array(items) => {
            for (at, inner) in items.iter().enumerate() {
                let mut less = items.clone();
                if *n == 0 {
                    less.remove(at);
                    return Some(Value::Array(less));
                }
                *n -= 1;
                if let Some(smaller) = without(inner, n) {
                    less[at] = smaller;
                    return Some(Value::Array(less));
                }
            }
            None
        }
        _ => None,
    }
}
