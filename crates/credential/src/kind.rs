//! What kind of file it is, as to where a credential can be put: told by its first bytes, never by its name.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};

/// Where the credential of a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// In an MP4 file.
    Mp4,
    /// In a QuickTime file.
    Mov,
    /// In a JPEG picture.
    Jpeg,
    /// In a PNG picture.
    Png,
    /// In a WAV sound.
    Wav,
    /// Beside the file, in a file of its own.
    Sidecar,
}

impl Kind {
    /// The kind of the file at `path`.
    ///
    /// # Errors
    /// If it cannot be opened or read.
    pub fn of(path: &Path) -> io::Result<Kind> {
        let mut head = Vec::new();
        File::open(path)?.take(16).read_to_end(&mut head)?;
        Ok(Kind::of_head(&head))
    }

    fn of_head(head: &[u8]) -> Kind {
        match head {
            [0xff, 0xd8, 0xff, ..] => Kind::Jpeg,
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Kind::Png,
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => Kind::Wav,
            [_, _, _, _, b'f', b't', b'y', b'p', b'q', b't', b' ', b' ', ..] => Kind::Mov,
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => Kind::Mp4,
            _ => Kind::Sidecar,
        }
    }

    /// As C2PA calls it; `None` of what it does not hold.
    pub(crate) fn mime(self) -> Option<&'static str> {
        match self {
            Kind::Mp4 => Some("video/mp4"),
            Kind::Mov => Some("video/quicktime"),
            Kind::Jpeg => Some("image/jpeg"),
            Kind::Png => Some("image/png"),
            Kind::Wav => Some("audio/wav"),
            Kind::Sidecar => None,
        }
    }

    /// Whether it consists of the boxes of ISO 14496-12.
    pub(crate) fn is_boxed(self) -> bool {
        matches!(self, Kind::Mp4 | Kind::Mov)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Mp4 => "MP4",
            Kind::Mov => "MOV",
            Kind::Jpeg => "JPEG",
            Kind::Png => "PNG",
            Kind::Wav => "WAV",
            Kind::Sidecar => "sidecar",
        })
    }
}
