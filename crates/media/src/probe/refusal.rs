//! Why a file is not taken as a film.

use std::fs;
use std::path::{Path, PathBuf};

use ffmpeg_next as av;

/// Why a file is not taken as a film.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProbeError {
    /// The file cannot be opened.
    #[error("{path} cannot be read: {cause}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: String,
    },
    /// No bytes.
    #[error("{} is empty", .0.display())]
    Empty(PathBuf),
    /// Of no kind known.
    #[error("{} is not a film or sound of any known kind", .0.display())]
    NotFilm(PathBuf),
    /// A single picture.
    #[error("{} is a still picture, not a film", .0.display())]
    Still(PathBuf),
    /// The container's table of contents is missing or cut.
    #[error("{path} is cut off or damaged: {cause}", path = path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        cause: String,
    },
    /// Sound only.
    #[error("{} has no picture", .0.display())]
    NoPicture(PathBuf),
    /// No frame can be decoded.
    #[error("{} has a picture stream without a single frame", .0.display())]
    NoFrames(PathBuf),
    /// A codec that the installed libav has no decoder for.
    #[error("{path} is coded as {codec}, which cannot be decoded here", path = path.display())]
    UnknownCodec {
        /// The file.
        path: PathBuf,
        /// Its codec.
        codec: String,
    },
}

impl ProbeError {
    /// Why, without the path.
    pub fn reason(&self) -> String {
        match self {
            ProbeError::Unreadable { cause, .. } => format!("cannot be read: {cause}"),
            ProbeError::Empty(_) => "the file is empty".to_owned(),
            ProbeError::NotFilm(_) => "not a film or sound of any known kind".to_owned(),
            ProbeError::Still(_) => "a still picture, not a film".to_owned(),
            ProbeError::Truncated { cause, .. } => format!("cut off or damaged: {cause}"),
            ProbeError::NoPicture(_) => "sound only, no picture".to_owned(),
            ProbeError::NoFrames(_) => "a picture stream without a single frame".to_owned(),
            ProbeError::UnknownCodec { codec, .. } => format!("coded as {codec}, which cannot be decoded here"),
        }
    }

    /// What a person can do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            ProbeError::Unreadable { .. } => "check that the file exists and that you may read it",
            ProbeError::Empty(_) => "copy or download the file again",
            ProbeError::NotFilm(_) => "if it is a film, its name or beginning is damaged: copy it again",
            ProbeError::Still(_) => "nothing to do; numbered pictures side by side are taken as one reel",
            ProbeError::Truncated { .. } => {
                "copy or download the file again; if that is all there is, repair its container with a recovery tool"
            }
            ProbeError::NoPicture(_) => "give it as music, or put it beside its film",
            ProbeError::NoFrames(_) => "copy or export the file again",
            ProbeError::UnknownCodec { .. } => "install FFmpeg libraries with this decoder, or convert the file",
        }
    }

    /// Whether the file is simply something else, nothing being wrong with it.
    pub fn is_other_kind(&self) -> bool {
        matches!(self, ProbeError::NotFilm(_) | ProbeError::Still(_) | ProbeError::NoPicture(_))
    }
}

/// A refusal in the words of a film, for what libav said.
pub(super) fn refusal(path: &Path, error: av::Error) -> ProbeError {
    let path = path.to_owned();
    match error {
        av::Error::InvalidData if known_beginning(&path) => {
            ProbeError::Truncated { path, cause: "its table of contents is missing or unreadable".to_owned() }
        }
        av::Error::InvalidData | av::Error::DemuxerNotFound => ProbeError::NotFilm(path),
        av::Error::Eof => ProbeError::Truncated { path, cause: "it ends before its first picture".to_owned() },
        av::Error::Other { errno } if errno == libc::EINVAL => ProbeError::NotFilm(path),
        other => ProbeError::Unreadable { path, cause: other.to_string() },
    }
}

/// Whether the first bytes are those of a film container, so that what is wrong is the rest.
fn known_beginning(path: &Path) -> bool {
    use std::io::Read;
    let mut head = [0u8; 12];
    let read = fs::File::open(path).and_then(|mut f| f.read(&mut head)).unwrap_or(0);
    let head = &head[..read];
    let atom = head.get(4..8).unwrap_or_default();
    [b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"].iter().any(|a| *a == atom)
        || head.starts_with(&[0x1a, 0x45, 0xdf, 0xa3])
        || head.starts_with(b"RIFF")
        || head.starts_with(b"OggS")
        || head.starts_with(b"FLV")
        || head.starts_with(&[0x06, 0x0e, 0x2b, 0x34])
        || head.starts_with(&[0x30, 0x26, 0xb2, 0x75])
}
