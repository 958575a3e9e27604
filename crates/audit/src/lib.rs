//! Is the library enough?
//!
//! A library of films is enough for one task and hopeless for another, by factors of a million. This room says which, task by
//! task: whether there is enough film ([`curve`]: the learning curve of small trainings, followed to all of the library),
//! whether it is dense enough ([`density`]: what repeats counts once), whether it is varied enough ([`variety`]), and whether
//! film is what is missing at all ([`trace`]: a training cut short wants time).
//!
//! What must be true: nothing is opened and nothing is trained here, plain values come in and verdicts go out; the same
//! values give the same verdicts; repeated film never improves a verdict; beyond eight times the largest training the
//! answer is "unknown"; every verdict says why, with its numbers, and what would change it.
//!
//! Reading order: [`facts`] (what is known of a shot), [`stock`] (of many shots, those that are held), [`copies`], [`strip`],
//! [`density`]; [`cell`], [`variety`], [`neighbor`], [`request`]; [`library`]
//! (all of that in one value); [`curve`], [`trace`]; [`reference`](mod@reference) (what others needed); [`verdict`], [`whatif`]; and what is shown of
//! it: [`report`](mod@report).
//!
//! ```
//! use audit::{Evidence, Level, Library, ShotFacts, audit};
//! let shots = [ShotFacts { seconds: 4.5, frames: 108, picture: [128; 12].into(), ..ShotFacts::default() }];
//! let answer = audit(&Library::of(&shots, None), &[Evidence { task: "denoising".into(), ..Evidence::default() }]);
//! assert_eq!(answer.verdicts[0].verdict, Level::Unknown);
//! assert!(answer.verdicts[0].because.contains("1 unique shot"));
//! ```

pub mod cell;
pub mod copies;
pub mod curve;
pub mod density;
pub mod facts;
pub mod library;
pub mod neighbor;
pub mod reference;
pub mod report;
pub mod request;
pub mod stock;
pub mod strip;
pub mod trace;
pub mod variety;
pub mod verdict;
pub mod whatif;

pub use curve::{Curve, CurveError, Outlook, Point, Prediction};
pub use facts::{Kind, Look, ShotFacts};
pub use library::{Library, Summary};
pub use report::{ReportSpec, report};
pub use request::{Asked, Request};
pub use stock::Stock;
pub use trace::{Ending, compute_limited};
pub use verdict::{Audit, Evidence, HeldOut, Level, Need, Part, Scale, Verdict, audit};
pub use whatif::{Plan, PlanError, WhatIf, what_if};
