//! Why no trailer can be cut.

use film::Timecode;

/// Why no trailer can be cut: what was asked, what was found, what to do.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DirectorError {
    /// A length that no trailer has.
    #[error("a trailer of {asked} frames was asked for; ask for {least} to {most} frames (3 seconds to 10 minutes)")]
    Length {
        /// Frames asked for.
        asked: i64,
        /// Fewest frames.
        least: i64,
        /// Most frames.
        most: i64,
    },
    /// A boundary outside the film.
    #[error("the trailer may show {0} of the film; give a share above 0 and up to 1, such as 0.7")]
    Until(f32),
    /// A raster that cannot be rendered.
    #[error("a canvas of {width}x{height} was asked for; both must be even and between 2 and 16384")]
    Canvas {
        /// Pixels across.
        width: u32,
        /// Lines.
        height: u32,
    },
    /// A title without pictures.
    #[error("{title} has no reel with pictures; ingest one first")]
    NoReel {
        /// The film.
        title: String,
    },
    /// Nothing that may be shown.
    #[error("none of the {shots} shots of {title} can be shown: {because}")]
    NothingToShow {
        /// The film.
        title: String,
        /// How many shots it has.
        shots: usize,
        /// What became of them and what to do.
        because: String,
    },
    /// Fewer frames than asked for.
    #[error(
        "a trailer of {asked} frames needs {need} frames of pictures without showing a shot twice, and {title} has {have} \
         that may be shown ({because}); ask for at most {longest} frames"
    )]
    TooShort {
        /// The film.
        title: String,
        /// Frames asked for.
        asked: i64,
        /// Frames of pictures that such a trailer needs.
        need: i64,
        /// Frames there are.
        have: i64,
        /// The longest trailer there can be, in frames.
        longest: i64,
        /// What was left out.
        because: String,
    },
    /// A shot that is not there.
    #[error("shot {shot} of reel {reel} is asked for, but {title} has no such shot; list its shots to find the number")]
    NoSuchShot {
        /// The film.
        title: String,
        /// Short form of the reel's hash.
        reel: String,
        /// The number.
        shot: u32,
    },
    /// Asked for and forbidden.
    #[error("shot {shot} must be in and must not be in; take it off one of the two lists")]
    Contradiction {
        /// The number.
        shot: u32,
    },
    /// Asked for, but past the boundary.
    #[error(
        "shot {shot} must be in, but it begins at {at}, {share:.0} % into the film, and nothing after {until:.0} % may be \
         shown; move the boundary or let the shot go"
    )]
    MustSpoils {
        /// The number.
        shot: u32,
        /// Where it begins.
        at: Timecode,
        /// Where it begins, percent.
        share: f32,
        /// The boundary, percent.
        until: f32,
    },
    /// Asked for, but not fit to be shown.
    #[error("shot {shot} must be in, but {because}")]
    MustUnfit {
        /// The number.
        shot: u32,
        /// What is wrong and what to do.
        because: String,
    },
    /// More than fits.
    #[error(
        "{count} shots must be in, which takes at least {need} frames of pictures, and the trailer has room for {have}; \
         lengthen it or let some go"
    )]
    TooManyMust {
        /// How many.
        count: usize,
        /// Frames needed.
        need: i64,
        /// Frames of pictures there are.
        have: i64,
    },
}
