//! The invisible mark: a payload written into the picture itself, which stays when a credential beside it is stripped.
//!
//! A tile of 48 by 48 chips, each plus or minus one, is repeated over the luma of every frame, its strength following what the
//! eye forgives: much in texture, little in flats and in the dark, nothing in letterbox bars. A quarter of the chips is a pilot
//! that is the same in every mark; the others carry payload and checksum under a convolutional code. To read it, frames are
//! whitened and added up (the film moves, the mark does not), folded at every chip size that scaling and cropping can have
//! led to, and matched against the pilot; where the pilot is found, the code is read, and believed only if its checksum holds
//! *and* the whole tile agrees with it.
//!
//! After I. J. Cox et al., "Secure spread spectrum watermarking for multimedia" (IEEE Trans. Image Processing 6, 1997), and
//! T. Kalker et al., "A video watermarking system for broadcast monitoring" (SPIE 3657, 1999: the tile, the whitening, the
//! search for the shift by Fourier transform).
//!
//! It is no secret: whoever has this program can read a mark, and whoever knows how it is made can wash it out. It says where
//! an honest copy comes from; it does not stop a thief.
//!
//! Reading order: [`payload`], `code`, `tile`, [`embed`], [`reader`], `search`.

mod code;
pub mod embed;
pub mod payload;
pub mod reader;
mod search;
mod tile;

pub use embed::Mark;
pub use payload::Payload;
pub use reader::{Found, Reader};
