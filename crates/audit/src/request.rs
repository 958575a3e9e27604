//! A request: what a person means to ask for, and how far that lies from the library.

use serde::Serialize;

use crate::cell::{Brightness, Light, Motion, Palette, Place, Wanted};
use crate::facts::{Kind, ShotFacts};
use crate::library::Library;
use crate::neighbor::{Reach, reach_of_picture, reach_of_wish};
use crate::reference::{figures, thousands};
use crate::variety::THIN;
use crate::verdict::Level;

/// Nearer to the library than this share of its own shots, in percent, a request is of its kind.
const OWN: f64 = 90.0;
/// Farther than this share, the library holds nothing like it.
const STRANGE: f64 = 99.0;

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// A kind of shot.
    Wish(Wanted),
    /// A picture, the descriptor of a shot; `title` is its own, and is not compared with.
    Picture {
        /// What the picture is called.
        name: String,
        /// The title it is of.
        title: u32,
        /// The descriptor.
        picture: Box<[u8]>,
    },
}

/// A request, and how far it lies from the library.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Asked {
    /// What was asked for, in words.
    pub request: String,
    /// Unique shots that are just that; `None` for a picture.
    pub shots: Option<usize>,
    /// How far it lies; `None` where there is too little to compare with.
    pub reach: Option<Reach>,
    /// Green: the library's own kind; amber: at its edge, or little of it; red: nothing like it.
    pub verdict: Level,
    /// Why.
    pub because: String,
}

impl Request {
    /// A kind of shot in words, with commas or without: `night exterior, fast motion`, `live action`.
    ///
    /// # Errors
    /// Names the word that is not understood, and those that are.
    ///
    /// ```
    /// use audit::Request;
    /// let Ok(Request::Wish(wish)) = Request::words("Night exterior, fast, warm") else { panic!() };
    /// assert_eq!(wish.words(), "night exterior, fast motion, warm");
    /// assert!(Request::words("underwater").is_err());
    /// ```
    pub fn words(text: &str) -> Result<Request, String> {
        let text = text.replace(',', " ").to_ascii_lowercase().replace("live action", "live-action");
        let mut wish = Wanted::default();
        for word in text.split_whitespace() {
            match word {
                "interior" => wish.place = Some(Place::Interior),
                "exterior" => wish.place = Some(Place::Exterior),
                "day" => wish.light = Some(Light::Day),
                "night" => wish.light = Some(Light::Night),
                "still" => wish.motion = Some(Motion::Still),
                "slow" => wish.motion = Some(Motion::Slow),
                "fast" => wish.motion = Some(Motion::Fast),
                // "fast motion", as the grid says it.
                "motion" if wish.motion.is_some() => {}
                "dark" => wish.brightness = Some(Brightness::Dark),
                "medium" => wish.brightness = Some(Brightness::Medium),
                "bright" if wish.brightness == Some(Brightness::Medium) => {}
                "bright" => wish.brightness = Some(Brightness::Bright),
                "warm" => wish.palette = Some(Palette::Warm),
                "cold" => wish.palette = Some(Palette::Cold),
                "neutral" => wish.palette = Some(Palette::Neutral),
                "monochrome" => wish.palette = Some(Palette::Monochrome),
                "animation" => wish.kind = Some(Kind::Animation),
                "live-action" => wish.kind = Some(Kind::LiveAction),
                other => {
                    return Err(format!(
                        "`{other}` is no kind of shot; say it with interior, exterior, day, night, still, slow, fast, dark, medium, bright, warm, cold, neutral, monochrome, animation, live action, or name a shot like \"Nosferatu#4\""
                    ));
                }
            }
        }
        if wish == Wanted::default() { Err("nothing is asked for".to_owned()) } else { Ok(Request::Wish(wish)) }
    }

    /// How far it lies from a library with these shots.
    pub fn ask(&self, library: &Library, shots: &[ShotFacts]) -> Asked {
        let (request, count, reach) = match self {
            Request::Wish(wish) => (wish.words(), Some(library.grid.amount(wish).shots), reach_of_wish(shots, wish)),
            Request::Picture { name, title, picture } => {
                (name.clone(), None, reach_of_picture(shots.iter().filter(|s| s.title != *title), picture))
            }
        };
        let edge = |of: Reach| {
            format!(
                "{} % of the library's shots lie nearer to their fellows than this lies to it.",
                figures(of.percentile)
            )
        };
        let (mut verdict, mut because) = match (count, reach) {
            (Some(count), _) if count >= THIN => {
                (Level::Green, format!("{} unique shots are just that.", thousands(count as f64)))
            }
            (_, None) => (Level::Unknown, "There are too few shots to compare it with.".to_owned()),
            (_, Some(r)) if r.percentile > STRANGE => {
                (Level::Red, "The library holds next to nothing like it.".to_owned())
            }
            (None, Some(r)) if r.percentile < OWN => {
                (Level::Green, format!("It is of the library's own kind: {}", edge(r)))
            }
            (None, Some(r)) => (Level::Amber, format!("It lies at the library's edge: {}", edge(r))),
            (Some(count), Some(r)) => {
                let shots = if count == 1 { "shot is" } else { "shots are" };
                (Level::Amber, format!("Only {count} unique {shots} just that; {}", edge(r)))
            }
        };
        // What is not known of the library is not missing from it either.
        let Request::Wish(wish) = self else { return Asked { request, shots: count, reach, verdict, because } };
        let mut unsure = Vec::new();
        if (wish.place.is_some() || wish.light.is_some()) && library.unsure() > 0.5 {
            unsure.push(format!(
                "The catalogue is unsure of place or hour in {:.0} % of the shots. ",
                100.0 * library.unsure()
            ));
        }
        let unsaid = Wanted { kind: Some(Kind::Unknown), ..Wanted::default() };
        if wish.kind.is_some() && library.grid.amount(&unsaid).shots > 0 {
            unsure.push(
                "Of some titles nobody said whether they are animation or live action (--animation, --live-action). "
                    .to_owned(),
            );
        }
        if !unsure.is_empty() && verdict != Level::Green {
            (verdict, because) = (Level::Unknown, format!("{}As far as is known: {because}", unsure.concat()));
        }
        Asked { request, shots: count, reach, verdict, because }
    }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::facts::Look;

    fn shots(kind: Kind) -> Vec<ShotFacts> {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let shot = |shot: u32, rng: &mut ChaCha8Rng| ShotFacts {
            title: shot % 2,
            shot,
            seconds: 4.0,
            frames: 96,
            picture: (0..48).map(|_| rng.random_range(60..120)).collect(),
            look: Look { kind, motion: rng.random_range(0.06..0.3), ..Look::default() },
            ..ShotFacts::default()
        };
        (0..60).map(|i| shot(i, &mut rng)).collect()
    }

    #[test]
    fn live_action_is_far_from_a_library_of_animation_only() {
        let ask = |text: &str, shots: &[ShotFacts]| Request::words(text).unwrap().ask(&Library::of(shots, None), shots);
        let drawn = shots(Kind::Animation);
        let far = ask("live action", &drawn);
        assert_eq!((far.verdict, far.shots, far.reach.unwrap().percentile), (Level::Red, Some(0), 100.0), "{far:?}");
        assert_eq!(ask("animation, slow", &drawn).verdict, Level::Green);
        // Where nobody said how the titles were made, nobody can tell.
        let unsaid = ask("live action", &shots(Kind::Unknown));
        assert_eq!(unsaid.verdict, Level::Unknown);
        assert!(unsaid.because.contains("--animation"), "{unsaid:?}");
    }

    #[test]
    fn a_picture_is_compared_with_the_other_titles() {
        let all = shots(Kind::Unknown);
        let library = Library::of(&all, None);
        let picture = |of: &[u8]| Request::Picture { name: "A#0".into(), title: 0, picture: of.into() };
        let like = picture(&all[0].picture).ask(&library, &all);
        assert!(like.verdict != Level::Red && like.shots.is_none(), "{like:?}");
        assert_eq!(picture(&[250; 48]).ask(&library, &all).verdict, Level::Red);
        assert_eq!(picture(&[]).ask(&library, &all).verdict, Level::Unknown);
    }

    #[test]
    fn what_is_not_understood_is_said() {
        assert!(Request::words("a chase").unwrap_err().contains("`a`"));
        assert!(Request::words(" , ").is_err());
        let all = "interior day still medium bright neutral live action";
        let Ok(Request::Wish(wish)) = Request::words(all) else { panic!() };
        assert_eq!(Request::words(&wish.words()), Ok(Request::Wish(wish)), "it reads its own words");
    }
}
