//! Sound of one format converted without a break.

use ffmpeg_next as av;
use ffmpeg_next::ffi;
use ffmpeg_next::software::resampling;

use super::mix::Mix;

/// A converter fed with contiguous frames of one format; gaps between them become silence.
///
/// Positions in are samples of the source's rate from the origin; positions out, of the rate made. Input begins at a
/// position that is a whole position out as well, so that each sample made is the same wherever decoding began.
pub(super) struct Run {
    swr: resampling::Context,
    mix: Mix,
    format: av::format::Sample,
    mask: u64,
    channels: usize,
    rate: u32,
    /// Position that the next input is expected at.
    next: i64,
    begun: i64,
    drained: bool,
    /// Position of the next sample made.
    pub(super) made_at: i64,
    buffer: Vec<f32>,
}

/// Seconds by which a frame may lie off its place before sound is cut or silence put in: less than any codec's frame, more
/// than any container's rounding.
const SLACK: f64 = 0.012;

impl Run {
    pub(super) fn begin(frame: &av::frame::Audio, at: i64, rate_out: u32, channels_out: u16) -> Result<Run, av::Error> {
        let channels = frame.channels() as usize;
        let layout = layout(frame);
        let rate = frame.rate();
        let packed = av::format::Sample::F32(av::format::sample::Type::Packed);
        let swr = resampling::Context::get(frame.format(), layout, rate, packed, layout, rate_out)?;
        let common = gcd(rate, rate_out);
        let (down, up) = (i64::from(rate / common), i64::from(rate_out / common));
        let begun = at.div_euclid(down) * down;
        Ok(Run {
            swr,
            mix: Mix::new(layout.bits(), channels, channels_out as usize),
            format: frame.format(),
            mask: layout.bits(),
            channels,
            rate,
            next: begun,
            begun,
            drained: false,
            made_at: begun / down * up,
            buffer: Vec::new(),
        })
    }

    /// Whether `frame` is of this run's format and lies near enough to go on with.
    pub(super) fn takes(&self, frame: &av::frame::Audio, at: Option<i64>) -> bool {
        at.is_none_or(|at| (at - self.next).abs() < 10 * i64::from(self.rate))
            && frame.format() == self.format
            && frame.rate() == self.rate
            && frame.channels() as usize == self.channels
            && layout(frame).bits() == self.mask
    }

    /// Seconds from the origin at which it began.
    pub(super) fn begun_at(&self) -> f64 {
        self.begun as f64 / f64::from(self.rate)
    }

    /// Feeds `frame`, whose first sample belongs at position `at`, and appends what comes out.
    pub(super) fn push(&mut self, frame: &av::frame::Audio, at: Option<i64>, out: &mut Vec<f32>) {
        let slack = (SLACK * f64::from(self.rate)) as i64;
        let off = at.map_or(0, |at| at - self.next);
        // The first frame of a run is put exactly; after it, samples count.
        let off = if self.next == self.begun || off.abs() > slack { off } else { 0 };
        let samples = frame.samples() as i64;
        if off <= -samples {
            return;
        }
        if off > 0 {
            self.hush(off, out);
        }
        let cut = (-off).max(0);
        self.next += samples - cut;
        // SAFETY: `extended_data` holds a pointer for each plane; each is moved on by `cut` whole samples, fewer than are
        // there.
        unsafe {
            let raw = frame.as_ptr();
            let planes = if frame.is_planar() { self.channels } else { 1 };
            let step = frame.format().bytes() * if frame.is_planar() { 1 } else { self.channels };
            let mut from: Vec<*const u8> =
                (0..planes).map(|i| (*(*raw).extended_data.add(i)).add(cut as usize * step) as *const u8).collect();
            self.convert(from.as_mut_ptr(), (samples - cut) as i32, out);
        }
    }

    /// Feeds silence.
    fn hush(&mut self, samples: i64, out: &mut Vec<f32>) {
        const BLOCK: i64 = 8192;
        let zero = if self.format.bytes() == 1 { 0x80u8 } else { 0 };
        let bytes = vec![zero; BLOCK as usize * self.channels * self.format.bytes()];
        let mut from: Vec<*const u8> = vec![bytes.as_ptr(); self.channels];
        let mut left = samples;
        while left > 0 {
            let n = left.min(BLOCK);
            // SAFETY: each plane pointer holds a block of samples, packed or planar.
            unsafe { self.convert(from.as_mut_ptr(), n as i32, out) };
            left -= n;
        }
        self.next += samples;
    }

    /// Appends what the converter still holds; false if that was fetched before.
    pub(super) fn drain(&mut self, out: &mut Vec<f32>) -> bool {
        if self.drained {
            return false;
        }
        self.drained = true;
        // SAFETY: no input means: give what is held.
        unsafe { self.convert(std::ptr::null_mut(), 0, out) };
        true
    }

    /// # Safety
    /// `from` must point to a pointer for each plane of the source's format, each with `samples` samples, or be null.
    unsafe fn convert(&mut self, from: *mut *const u8, samples: i32, out: &mut Vec<f32>) {
        // SAFETY: the converter is open; the buffer holds as many samples as libav says may come at most.
        let made = unsafe {
            let most = ffi::swr_get_out_samples(self.swr.as_mut_ptr(), samples).max(0);
            self.buffer.resize(most as usize * self.channels, 0.0);
            let mut to: *mut u8 = self.buffer.as_mut_ptr().cast();
            ffi::swr_convert(self.swr.as_mut_ptr(), &mut to, most, from, samples)
        };
        let made = made.max(0) as usize;
        self.mix.mix(&self.buffer[..made * self.channels], out);
    }
}

/// The frame's layout, or the usual one of as many channels.
fn layout(frame: &av::frame::Audio) -> av::ChannelLayout {
    let layout = frame.channel_layout();
    if layout.bits().count_ones() == u32::from(frame.channels()) {
        layout
    } else {
        av::ChannelLayout::default(i32::from(frame.channels()))
    }
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}
