//! The sound of a film being written.

use ffmpeg_next as ffmpeg;
use ffmpeg_next::format::Sample;
use ffmpeg_next::format::sample::Type;

use super::{Codec, SAMPLE_RATE};

/// Stereo sound on its way through the encoder: blocks of the size that the encoder wants, counted from sample 0.
pub(super) struct SoundTrack {
    encoder: ffmpeg::encoder::audio::Encoder,
    /// Samples an encoder's block holds.
    block: usize,
    /// Interleaved samples that do not fill a block yet.
    waiting: Vec<f32>,
    sent: i64,
    base: ffmpeg::Rational,
    packet: ffmpeg::Packet,
}

impl SoundTrack {
    pub(super) fn open(codec: Codec, global: bool) -> Result<SoundTrack, ffmpeg::Error> {
        let (name, format) = match codec {
            Codec::H264 => ("aac", Sample::F32(Type::Planar)),
            Codec::ProRes => ("pcm_s24le", Sample::I32(Type::Packed)),
            Codec::Ffv1 => ("flac", Sample::I32(Type::Packed)),
        };
        let found = ffmpeg::encoder::find_by_name(name).ok_or(ffmpeg::Error::EncoderNotFound)?;
        let mut context = ffmpeg::codec::Context::new_with_codec(found);
        if global {
            // SAFETY: a plain field of a context not yet opened.
            unsafe { (*context.as_mut_ptr()).flags |= ffmpeg::ffi::AV_CODEC_FLAG_GLOBAL_HEADER as i32 };
        }
        let mut audio = context.encoder().audio()?;
        audio.set_rate(SAMPLE_RATE as i32);
        audio.set_format(format);
        audio.set_channel_layout(ffmpeg::ChannelLayout::STEREO);
        audio.set_time_base(ffmpeg::Rational::new(1, SAMPLE_RATE as i32));
        if codec == Codec::H264 {
            audio.set_bit_rate(256_000);
        } else {
            // SAFETY: a plain field of a context not yet opened; 24 of the 32 bits of a sample are sound.
            unsafe { (*audio.as_mut_ptr()).bits_per_raw_sample = 24 };
        }
        let encoder = audio.open()?;
        let block = match encoder.frame_size() as usize {
            0 => 1024,
            n => n,
        };
        Ok(SoundTrack {
            encoder,
            block,
            waiting: Vec::new(),
            sent: 0,
            base: ffmpeg::Rational::new(1, SAMPLE_RATE as i32),
            packet: ffmpeg::Packet::empty(),
        })
    }

    pub(super) fn encoder(&self) -> &ffmpeg::encoder::audio::Encoder {
        &self.encoder
    }

    pub(super) fn set_base(&mut self, base: ffmpeg::Rational) {
        self.base = base;
    }

    pub(super) fn write(
        &mut self,
        samples: &[f32],
        output: &mut ffmpeg::format::context::Output,
    ) -> Result<(), ffmpeg::Error> {
        self.waiting.extend_from_slice(samples);
        let whole = self.waiting.len() / (2 * self.block) * (2 * self.block);
        let rest = self.waiting.split_off(whole);
        let ready = std::mem::replace(&mut self.waiting, rest);
        for block in ready.chunks_exact(2 * self.block) {
            self.send(block, output)?;
        }
        Ok(())
    }

    /// Sends what is left and gives the samples written.
    pub(super) fn finish(&mut self, output: &mut ffmpeg::format::context::Output) -> Result<i64, ffmpeg::Error> {
        let last = std::mem::take(&mut self.waiting);
        if !last.is_empty() {
            self.send(&last, output)?;
        }
        self.encoder.send_eof()?;
        self.drain(output)?;
        Ok(self.sent)
    }

    fn send(&mut self, block: &[f32], output: &mut ffmpeg::format::context::Output) -> Result<(), ffmpeg::Error> {
        let n = block.len() / 2;
        let format = self.encoder.format();
        let mut frame = ffmpeg::frame::Audio::new(format, n, ffmpeg::ChannelLayout::STEREO);
        frame.set_rate(SAMPLE_RATE);
        frame.set_pts(Some(self.sent));
        if format.is_planar() {
            for side in 0..2 {
                for (to, from) in frame.plane_mut::<f32>(side).iter_mut().zip(block[side..].iter().step_by(2)) {
                    *to = *from;
                }
            }
        } else {
            for (to, from) in frame.plane_mut::<(i32, i32)>(0).iter_mut().zip(block.chunks_exact(2)) {
                *to = (whole_24(from[0]), whole_24(from[1]));
            }
        }
        self.encoder.send_frame(&frame)?;
        self.sent += n as i64;
        self.drain(output)
    }

    fn drain(&mut self, output: &mut ffmpeg::format::context::Output) -> Result<(), ffmpeg::Error> {
        loop {
            match self.encoder.receive_packet(&mut self.packet) {
                Ok(()) => {}
                Err(ffmpeg::Error::Eof | ffmpeg::Error::Other { errno: ffmpeg::error::EAGAIN }) => return Ok(()),
                Err(e) => return Err(e),
            }
            self.packet.set_stream(1);
            self.packet.rescale_ts(ffmpeg::Rational::new(1, SAMPLE_RATE as i32), self.base);
            // FLAC's last packet holds no sound but the header's checksum, as side data; ffmpeg-next refuses to write one.
            // SAFETY: the context has its header written, and the packet is the encoder's and valid.
            let code = unsafe {
                use ffmpeg::packet::Mut;
                ffmpeg::ffi::av_interleaved_write_frame(output.as_mut_ptr(), self.packet.as_mut_ptr())
            };
            if code < 0 {
                return Err(ffmpeg::Error::from(code));
            }
        }
    }
}

/// A sample as 24 bits at the top of 32.
fn whole_24(sample: f32) -> i32 {
    ((f64::from(sample) * 8_388_608.0).round().clamp(-8_388_608.0, 8_388_607.0) as i32) << 8
}
