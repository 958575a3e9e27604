//! What happened, and who is owed?
//!
//! Reading order: [`money`], [`currency`], [`share`]; [`period`].

pub mod currency;
pub mod money;
pub mod period;
pub mod share;

pub use currency::{Currency, CurrencyError};
pub use money::{Money, MoneyError, Sum};
pub use period::{Period, PeriodError};
pub use share::allocate;
