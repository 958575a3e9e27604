//! The table of film-hours, with the library's own place drawn through it.

use maud::{Markup, html};

use super::length;
use crate::reference::{figures, thousands};
use crate::verdict::Audit;

/// Hours at the two ends of the scale.
const SCALE: (f64, f64) = (0.004, 6_000_000.0);
/// Hours marked on it.
const MARKS: [(f64, &str); 5] =
    [(1.0 / 60.0, "1 min"), (1.0, "1 h"), (100.0, "100 h"), (10_000.0, "10,000 h"), (1_000_000.0, "1,000,000 h")];

/// Where `hours` lie on the scale, in percent.
fn place(hours: f64) -> f64 {
    let at = |h: f64| h.max(SCALE.0).min(SCALE.1).log10();
    100.0 * (at(hours) - at(SCALE.0)) / (at(SCALE.1) - at(SCALE.0))
}

pub(super) fn reference(audit: &Audit) -> Markup {
    let hours = audit.library.unique_hours;
    let own = place(hours);
    html! {
        section {
            h2 { "How much film does it take?" }
            p.dim { "What the standard training set of each job amounts to, in hours of film at 24 frames a second, beside this library’s " b.own { (length(hours)) } " without copies. The scale is logarithmic." }
            div.wide { table.reference {
                thead { tr {
                    th { "Job" } th.n { "Hours" }
                    th.scale { div.track { @for (h, words) in MARKS { span style=(format!("left:{:.2}%", place(h))) { (words) } } } }
                    th { "This library is" }
                } }
                tbody { @for s in &audit.library.standing {
                    @let set = place(s.row.film_hours);
                    @let (from, to) = (own.min(set), own.max(set));
                    @let more = s.ratio >= 0.995;
                    tr {
                        td { (s.row.job) div.small { (s.row.set) "; " (s.row.evidence.words()) } }
                        td.n { (if s.row.film_hours < 10.0 { figures(s.row.film_hours) } else { thousands((s.row.film_hours).round()) }) }
                        td.scale { div.track aria-hidden="true" {
                            @for (h, _) in MARKS { u style=(format!("left:{:.2}%", place(h))) {} }
                            i.more[more] style=(format!("left:{from:.2}%;width:{:.2}%", to - from)) {}
                            b style=(format!("left:{set:.2}%")) {}
                            em style=(format!("left:{own:.2}%")) {}
                        } }
                        td.more[more].less[!more] { (s.words) }
                    }
                } }
            } }
            p.legend { span.dot {} " the standard set " span.bar {} " this library" }
            p.caveat { b { "Hours are not variety. " } "The frames of one shot are nearly the same picture: Vimeo-90K’s triplets come from some 15,000 different clips, and two hours of film are about 1,600 shots. Count the effective sample about ten times smaller than the hours suggest. Density and variety, below, measure it." }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_holds_every_library() {
        assert_eq!(place(0.0), 0.0);
        assert_eq!(place(1e12), 100.0);
        assert!(place(1.0) < place(100.0) && place(1.0) > place(0.01));
    }
}
