//! What is in this file?
//!
//! The only room that knows codecs and containers. A file is probed ([`probe()`]), its packets are scanned for exact
//! presentation times ([`index()`]), then its [`Pictures`] and [`Sounds`] are decoded.
//!
//! What must be true: a frame number is the rank of its presentation timestamp; a seek gives exactly the frame asked for;
//! sample 0 of a sound is the instant of picture frame 0; a colour tag that the file does not state stays unknown; nothing
//! but local files is ever opened; no picture is copied on its way out of the decoder.
//!
//! Reading order: [`probe`](mod@probe), [`index`](mod@index), [`picture`], [`pictures`], [`sequence`], [`sound`],
//! [`subtitles`], [`still`], [`quantizer`]; [`yard`], where all that is done; what is written: [`raster`], [`scale`], [`deinterlace`],
//! [`encode`]. How files are opened is
//! in `source`, what libav says is in `log`.

mod log;
mod source;
mod stamps;

pub mod deinterlace;
pub mod encode;
pub mod index;
pub mod picture;
pub mod pictures;
pub mod probe;
pub mod quantizer;
pub mod raster;
pub mod scale;
pub mod sequence;
pub mod sound;
pub mod still;
pub mod subtitles;
pub mod yard;

pub use index::{Index, index, index_telling};
pub use log::hush;
pub use picture::{Picture, Plane};
pub use pictures::{DecodeError, Pictures, PicturesOptions, Skip};
pub use probe::{Chapter, PictureStream, Probe, ProbeError, Scan, SoundStream, SubtitleStream, probe};
pub use raster::Raster;
pub use sound::{SoundError, Sounds};
