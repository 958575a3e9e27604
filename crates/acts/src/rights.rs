//! Rights: recording what was agreed, and asking.
//!
//! Reading order: [`import`], [`export`], [`who`]; [`ask`], [`fix`], [`due`], [`simulate`]; [`paper`], [`print`].

pub mod ask;
pub mod due;
pub mod export;
pub mod fix;
pub mod import;
pub mod paper;
pub mod print;
pub mod simulate;
pub mod who;

pub use due::due;
pub use export::{Form, export};
pub use fix::fix;
pub use import::import;
pub use paper::paper;
pub use simulate::simulate;
pub use who::who;

/// The studio itself, as a party of its own record.
pub const STUDIO: &str = "o:studio";

/// The rules that this studio's questions are put to: those of the house, and its own packs of `.bottega/packs`.
pub(crate) fn rules(house: &crate::House) -> Result<rules::Rulebook, rules::PackFault> {
    let own = house.library().folder().join("packs");
    if own.is_dir() { rules::Rulebook::with(&own) } else { rules::Rulebook::load() }
}

/// Now, to the second.
pub(crate) fn now() -> rights::Timestamp {
    let second =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |passed| passed.as_secs() as i64);
    rights::Timestamp::from_second(second).expect("a day before the year 9999")
}

/// Today, in UTC: contracts that begin at midnight somewhere are a matter for their readers.
pub fn today() -> rights::Date {
    rights::today(now())
}
