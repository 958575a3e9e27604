//! The attribute grid's words: the axes by which shots differ, one cell of them, and a wish for some.

use serde::{Deserialize, Serialize};

use crate::facts::{Kind, Look};

/// Surer than this, day and place are believed.
pub const SURE: f32 = 0.5;
/// Less motion than this, in picture widths a second, is still.
pub const STILL: f32 = 0.05;
/// More motion than this, in picture widths a second, is fast.
pub const FAST: f32 = 0.35;
/// Darker than this mean luma is dark.
pub const DARK: f32 = 0.22;
/// Brighter than this mean luma is bright.
pub const BRIGHT: f32 = 0.55;
/// Less mean saturation than this is monochrome.
pub const MONOCHROME: f32 = 0.04;
/// Less mean saturation than this is neutral.
pub const NEUTRAL: f32 = 0.12;

macro_rules! axis {
    ($(#[$about:meta])* $name:ident { $($(#[$what:meta])* $value:ident = $words:literal),+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$what])* $value),+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &[$name] = &[$($name::$value),+];

            /// The value in a word or two.
            pub fn words(self) -> &'static str {
                match self { $($name::$value => $words),+ }
            }
        }
    };
}

axis! {
    /// Where a shot plays.
    Place {
        /// Inside.
        Interior = "interior",
        /// Outside.
        Exterior = "exterior",
        /// Nobody can tell.
        Unknown = "place unknown"
    }
}
axis! {
    /// When a shot plays.
    Light {
        /// By day.
        Day = "day",
        /// By night.
        Night = "night",
        /// Nobody can tell.
        Unknown = "hour unknown"
    }
}
axis! {
    /// How much moves.
    Motion {
        /// Below [`STILL`].
        Still = "still",
        /// Between the two.
        Slow = "slow motion",
        /// Above [`FAST`].
        Fast = "fast motion"
    }
}
axis! {
    /// How bright the picture is.
    Brightness {
        /// Below [`DARK`].
        Dark = "dark",
        /// Between the two.
        Medium = "medium bright",
        /// Above [`BRIGHT`].
        Bright = "bright"
    }
}
axis! {
    /// What colors prevail.
    Palette {
        /// Reds to yellows.
        Warm = "warm",
        /// Cyans to violets.
        Cold = "cold",
        /// Little color, or greens and magentas.
        Neutral = "neutral",
        /// No color.
        Monochrome = "monochrome"
    }
}

impl Kind {
    /// Every value, in order.
    pub const ALL: &[Kind] = &[Kind::Animation, Kind::LiveAction, Kind::Unknown];

    /// The value in a word or two.
    pub fn words(self) -> &'static str {
        match self {
            Kind::Animation => "animation",
            Kind::LiveAction => "live action",
            Kind::Unknown => "kind unknown",
        }
    }
}

/// One cell of the grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Cell {
    /// Where.
    pub place: Place,
    /// When.
    pub light: Light,
    /// How much moves.
    pub motion: Motion,
    /// How bright.
    pub brightness: Brightness,
    /// What colors.
    pub palette: Palette,
    /// How the picture was made.
    pub kind: Kind,
}

impl Cell {
    /// The cell of a shot; place and hour are unknown below [`SURE`].
    pub fn of(look: &Look) -> Cell {
        let sure = |confidence: f32| confidence >= SURE;
        Cell {
            place: match look.exterior {
                _ if !sure(look.exterior_confidence) => Place::Unknown,
                e if e >= 0.5 => Place::Exterior,
                _ => Place::Interior,
            },
            light: match look.day {
                _ if !sure(look.day_confidence) => Light::Unknown,
                d if d >= 0.5 => Light::Day,
                _ => Light::Night,
            },
            motion: match look.motion {
                m if m < STILL => Motion::Still,
                m if m <= FAST => Motion::Slow,
                _ => Motion::Fast,
            },
            brightness: match look.brightness {
                b if b < DARK => Brightness::Dark,
                b if b <= BRIGHT => Brightness::Medium,
                _ => Brightness::Bright,
            },
            palette: palette(look),
            kind: look.kind,
        }
    }

    /// Whether film of it is to be expected: place and hour known, and no bright exterior by night.
    pub fn is_plausible(&self) -> bool {
        self.place != Place::Unknown
            && self.light != Light::Unknown
            && !(self.place == Place::Exterior && self.light == Light::Night && self.brightness == Brightness::Bright)
    }

    /// The cell in words: "day exterior, fast motion, medium bright, warm".
    pub fn words(&self) -> String {
        Wanted {
            place: Some(self.place),
            light: Some(self.light),
            motion: Some(self.motion),
            brightness: Some(self.brightness),
            palette: Some(self.palette),
            kind: (self.kind != Kind::Unknown).then_some(self.kind),
        }
        .words()
    }

    /// Every plausible cell of one kind of picture.
    pub fn plausible(kind: Kind) -> Vec<Cell> {
        let mut out = Vec::new();
        for &place in Place::ALL {
            for &light in Light::ALL {
                for &motion in Motion::ALL {
                    for &brightness in Brightness::ALL {
                        for &palette in Palette::ALL {
                            out.push(Cell { place, light, motion, brightness, palette, kind });
                        }
                    }
                }
            }
        }
        out.retain(Cell::is_plausible);
        out
    }
}

fn palette(look: &Look) -> Palette {
    match look.hue.map(|h| h.rem_euclid(360.0)) {
        _ if look.saturation < MONOCHROME => Palette::Monochrome,
        _ if look.saturation < NEUTRAL => Palette::Neutral,
        Some(h) if !(75.0..330.0).contains(&h) => Palette::Warm,
        Some(h) if (150.0..290.0).contains(&h) => Palette::Cold,
        _ => Palette::Neutral,
    }
}

/// What is asked for: a value on some axes, anything on the others.
///
/// ```
/// use audit::cell::{Light, Motion, Place, Wanted};
/// let chase = Wanted {
///     place: Some(Place::Exterior),
///     light: Some(Light::Day),
///     motion: Some(Motion::Fast),
///     ..Wanted::default()
/// };
/// assert_eq!(chase.words(), "day exterior, fast motion");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Wanted {
    /// Where.
    pub place: Option<Place>,
    /// When.
    pub light: Option<Light>,
    /// How much moves.
    pub motion: Option<Motion>,
    /// How bright.
    pub brightness: Option<Brightness>,
    /// What colors.
    pub palette: Option<Palette>,
    /// How the picture was made.
    pub kind: Option<Kind>,
}

impl Wanted {
    /// Whether a cell is what is asked for.
    pub fn has(&self, cell: &Cell) -> bool {
        fn fits<T: PartialEq>(wanted: Option<T>, is: T) -> bool {
            wanted.is_none_or(|w| w == is)
        }
        fits(self.place, cell.place)
            && fits(self.light, cell.light)
            && fits(self.motion, cell.motion)
            && fits(self.brightness, cell.brightness)
            && fits(self.palette, cell.palette)
            && fits(self.kind, cell.kind)
    }

    /// The twelve cells of place, hour and motion, by which the audit says what to add.
    pub fn main_cells() -> Vec<Wanted> {
        let mut out = Vec::new();
        for light in [Light::Day, Light::Night] {
            for place in [Place::Exterior, Place::Interior] {
                for &motion in Motion::ALL {
                    let (place, light, motion) = (Some(place), Some(light), Some(motion));
                    out.push(Wanted { place, light, motion, ..Wanted::default() });
                }
            }
        }
        out
    }

    /// What is asked for, in words; "anything" where nothing is.
    pub fn words(&self) -> String {
        let setting: Vec<&str> =
            [self.light.map(Light::words), self.place.map(Place::words)].into_iter().flatten().collect();
        let rest = [
            self.motion.map(Motion::words),
            self.brightness.map(Brightness::words),
            self.palette.map(Palette::words),
            self.kind.map(Kind::words),
        ];
        let words: Vec<String> = (!setting.is_empty())
            .then(|| setting.join(" "))
            .into_iter()
            .chain(rest.into_iter().flatten().map(str::to_owned))
            .collect();
        if words.is_empty() { "anything".to_owned() } else { words.join(", ") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look() -> Look {
        Look {
            day: 0.9,
            day_confidence: 0.8,
            exterior: 0.9,
            exterior_confidence: 0.8,
            motion: 0.5,
            brightness: 0.4,
            saturation: 0.3,
            hue: Some(20.0),
            kind: Kind::LiveAction,
        }
    }

    #[test]
    fn a_shot_falls_into_its_cell() {
        let cell = Cell::of(&look());
        assert_eq!(cell.words(), "day exterior, fast motion, medium bright, warm, live action");
        assert!(cell.is_plausible());
        let unsure = Cell::of(&Look { day_confidence: 0.2, exterior_confidence: 0.1, ..look() });
        assert_eq!((unsure.light, unsure.place), (Light::Unknown, Place::Unknown));
        assert!(!unsure.is_plausible());
        for (hue, saturation, palette) in [
            (Some(350.0), 0.3, Palette::Warm),
            (Some(-20.0), 0.3, Palette::Warm),
            (Some(220.0), 0.3, Palette::Cold),
            (Some(110.0), 0.3, Palette::Neutral),
            (Some(220.0), 0.1, Palette::Neutral),
            (Some(220.0), 0.01, Palette::Monochrome),
            (None, 0.3, Palette::Neutral),
        ] {
            assert_eq!(Cell::of(&Look { hue, saturation, ..look() }).palette, palette, "{hue:?} {saturation}");
        }
    }

    #[test]
    fn a_wish_has_the_cells_it_names() {
        let cell = Cell::of(&look());
        assert!(Wanted::default().has(&cell) && Wanted::default().words() == "anything");
        assert!(Wanted { motion: Some(Motion::Fast), ..Wanted::default() }.has(&cell));
        assert!(!Wanted { kind: Some(Kind::Animation), ..Wanted::default() }.has(&cell));
        assert_eq!(Wanted { kind: Some(Kind::Animation), ..Wanted::default() }.words(), "animation");
        let main = Wanted::main_cells();
        assert_eq!(main.len(), 12);
        assert_eq!(main.iter().filter(|w| w.has(&cell)).count(), 1);
    }

    #[test]
    fn plausible_cells_leave_out_what_is_not_filmed() {
        // 2 places, 2 hours, 3 motions, 3 brightnesses, 4 palettes, less the bright exteriors by night.
        assert_eq!(Cell::plausible(Kind::LiveAction).len(), 2 * 2 * 3 * 3 * 4 - 3 * 4);
    }
}
