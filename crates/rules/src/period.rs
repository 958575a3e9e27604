//! A period of the books: whether what was paid is what was to be shared, and every duty has its line.

use std::collections::BTreeSet;

use crate::case::{About, Case};
use crate::pay::Amount;
use crate::question::{Close, Payout};
use crate::subject::Source;
use crate::vocabulary::Kind;

impl<'a> Case<'a> {
    /// Judges a period.
    pub(crate) fn period(&mut self, ask: &'a Close) {
        let cover = self.cover(&[], &BTreeSet::new());
        let pool = Amount::parse(&ask.pool);
        let paid =
            ask.payouts.iter().try_fold(Amount::default(), |sum, line| Some(sum.plus(Amount::parse(&line.amount)?)));
        let zero = |line: &Payout| Amount::parse(&line.amount) == Some(Amount::default());
        let answers = |line: &&Payout, duty: &String| {
            let why = line.explained.as_deref().is_some_and(|why| !why.trim().is_empty());
            line.duty.as_ref() == Some(duty) && (!zero(line) || why)
        };
        let unanswered = ask.duties.iter().filter(|duty| !ask.payouts.iter().any(|line| answers(&line, duty)));
        let below = ask.payouts.iter().filter(|line| {
            // A share without a measured noise floor cannot be told from nothing.
            line.by == "attribution"
                && !zero(line)
                && line.share.zip(line.noise).is_none_or(|(share, noise)| share < noise)
        });
        let mut subject = self.subject(Kind::Period, &ask.period);
        subject
            .from(Source::row("question"))
            .said("period", ask.period.as_str())
            .text("pool", pool.map(|pool| pool.to_string()).as_deref())
            .text("paid", paid.map(|paid| paid.to_string()).as_deref())
            .long("difference", pool.zip(paid).map(|(pool, paid)| pool.less(paid)))
            .words("unanswered", unanswered)
            .words("below_floor", below.map(|line| self.record.name(&line.party)));
        self.judge(&subject, cover.packs, &About::default());
    }
}
