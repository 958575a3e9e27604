//! Opening a file, and nothing but a file.

use std::ffi::{CStr, CString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr;
use std::sync::OnceLock;

use ffmpeg_next as av;
use ffmpeg_next::ffi;

use crate::sequence::Sequence;

/// Demuxers that never hold a film of their own: lists that name other files, devices, texts drawn as pictures, and
/// patterns of files, which [`Sequence`] opens by itself.
const NOT_FILMS: [&str; 18] = [
    "hls",
    "dash",
    "concat",
    "sdp",
    "rtsp",
    "rtp",
    "sap",
    "imf",
    "webm_dash_manifest",
    "image2",
    "lavfi",
    "ffmetadata",
    "tty",
    "bin",
    "xbin",
    "adf",
    "idf",
    "data",
];

/// An opened container.
pub(crate) struct Source {
    pub(crate) input: av::format::context::Input,
}

impl Source {
    /// Opens `path`: a file, or an image sequence by its pattern or first file.
    ///
    /// The name is taken literally, whatever letters are in it; no other protocol than `file` is ever used.
    pub(crate) fn open(path: &Path) -> Result<Source, av::Error> {
        static READY: OnceLock<()> = OnceLock::new();
        READY.get_or_init(|| {
            // Cannot fail: it only registers what old libav did not register by itself.
            let _ = av::init();
        });
        let sequence = Sequence::of(path);
        let mut options = av::Dictionary::new();
        options.set("protocol_whitelist", "file");
        let mut format: *const ffi::AVInputFormat = ptr::null();
        let name = match &sequence {
            Some(s) => {
                options.set("framerate", &s.rate.to_string());
                options.set("start_number", &s.first.to_string());
                options.set("pattern_type", "sequence");
                // SAFETY: looks a name up in a constant table.
                format = unsafe { ffi::av_find_input_format(c"image2".as_ptr()) };
                s.pattern.as_os_str().as_bytes().to_vec()
            }
            None => {
                options.set("format_whitelist", film_formats());
                path.as_os_str().as_bytes().to_vec()
            }
        };
        // A name with a zero byte cannot exist.
        let url = CString::new([b"file:".as_slice(), &name].concat())
            .map_err(|_| av::Error::from(ffi::AVERROR(libc::ENOENT)))?;
        // SAFETY: `options` is given up to libav, which replaces it by what it did not use, taken back at once; on success
        // `input` is a valid context, owned from here on by `Input`, which closes it.
        unsafe {
            let mut input = ptr::null_mut();
            let mut given = options.disown();
            let opened = ffi::avformat_open_input(&mut input, url.as_ptr(), format.cast_mut(), &mut given);
            drop(av::Dictionary::own(given));
            if opened < 0 {
                return Err(av::Error::from(opened));
            }
            let input = av::format::context::Input::wrap(input);
            Ok(Source { input })
        }
    }

    /// Opens `path` and reads as much as it takes to know its streams.
    pub(crate) fn open_known(path: &Path) -> Result<Source, av::Error> {
        let mut source = Source::open(path)?;
        // SAFETY: the context is valid and nothing else holds it.
        let found = unsafe { ffi::avformat_find_stream_info(source.input.as_mut_ptr(), ptr::null_mut()) };
        if found < 0 { Err(av::Error::from(found)) } else { Ok(source) }
    }

    /// Short name of the container, as libav calls it.
    pub(crate) fn format(&self) -> &str {
        // SAFETY: an open input has a format, whose name is a constant ASCII text.
        unsafe { CStr::from_ptr((*(*self.input.as_ptr()).iformat).name) }.to_str().unwrap_or("unknown")
    }

    /// Reads the next packet of stream `stream` that can be used; `None` at the end. A read error within the file is
    /// passed over as libav's own programs do, but not for ever.
    pub(crate) fn packet(&mut self, stream: usize) -> Option<av::Packet> {
        let mut failed = 0;
        loop {
            let mut packet = av::Packet::empty();
            match packet.read(&mut self.input) {
                Ok(()) if packet.stream() == stream => return Some(packet),
                Ok(()) => failed = 0,
                Err(av::Error::Eof) => return None,
                Err(_) => {
                    failed += 1;
                    if failed > 64 {
                        return None;
                    }
                }
            }
        }
    }

    /// Lets the demuxer pass over all streams but `stream`.
    pub(crate) fn only(&mut self, stream: usize) {
        // SAFETY: every index below `nb_streams` is a valid stream of this context.
        unsafe {
            let context = self.input.as_mut_ptr();
            for i in 0..(*context).nb_streams as usize {
                let keep = if i == stream { ffi::AVDiscard::AVDISCARD_DEFAULT } else { ffi::AVDiscard::AVDISCARD_ALL };
                (**(*context).streams.add(i)).discard = keep;
            }
        }
    }
}

fn film_formats() -> &'static str {
    static LIST: OnceLock<String> = OnceLock::new();
    LIST.get_or_init(|| {
        let mut names = Vec::new();
        let mut state = ptr::null_mut();
        loop {
            // SAFETY: `state` is libav's own cursor; formats and their names are constants.
            let name = unsafe {
                let format = ffi::av_demuxer_iterate(&mut state);
                if format.is_null() {
                    break;
                }
                CStr::from_ptr((*format).name)
            };
            let name = name.to_str().unwrap_or_default();
            if !NOT_FILMS.contains(&name) {
                names.push(name);
            }
        }
        names.join(",")
    })
}
