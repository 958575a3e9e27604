//! How hard a film was compressed: the quantizer that its own stream says, where the decoder tells it.

use std::path::Path;

use ffmpeg_next::ffi;

use crate::index::Index;
use crate::picture::Picture;
use crate::pictures::{DecodeError, Pictures, PicturesOptions, Skip};
use crate::probe::Probe;

/// The head of libav's `AVVideoEncParams`, which its headers keep stable (libavutil/video_enc_params.h, since FFmpeg 4.3).
#[repr(C)]
struct Params {
    blocks: libc::c_uint,
    blocks_offset: libc::size_t,
    block_size: libc::size_t,
    kind: libc::c_int,
    qp: i32,
    delta_qp: [[i32; 2]; 4],
}

/// One block of it.
#[repr(C)]
struct Block {
    x: libc::c_int,
    y: libc::c_int,
    width: libc::c_int,
    height: libc::c_int,
    delta_qp: i32,
}

/// `AV_VIDEO_ENC_PARAMS_H264`.
const H264: libc::c_int = 1;

/// Mean quantizer of H.264 pictures, 0 to 51, over up to `count` frames from `first`; `None` for codecs that do not tell.
pub fn quantizer(
    path: &Path,
    probe: &Probe,
    index: &Index,
    first: i64,
    count: usize,
) -> Result<Option<f32>, DecodeError> {
    let options = PicturesOptions { threads: 1, skip: Skip::Nothing };
    let mut pictures = Pictures::open(path, probe, index, options)?;
    pictures.tell_quantizers()?;
    pictures.seek(first)?;
    let (mut sum, mut n) = (0.0, 0);
    for _ in 0..count {
        let Some(picture) = pictures.next()? else { break };
        if let Some(qp) = of(&picture) {
            (sum, n) = (sum + qp, n + 1);
        }
    }
    Ok((n > 0).then(|| sum / n as f32))
}

/// Mean quantizer of one decoded picture.
fn of(picture: &Picture) -> Option<f32> {
    // SAFETY: the frame is live; side data of this kind begins with the structure above, and its blocks lie at the offset
    // and distance that it says, all inside `size`, which is checked.
    unsafe {
        let data = ffi::av_frame_get_side_data(
            picture.frame().as_ptr(),
            ffi::AVFrameSideDataType::AV_FRAME_DATA_VIDEO_ENC_PARAMS,
        );
        let data = data.as_ref()?;
        let size = data.size;
        if size < size_of::<Params>() {
            return None;
        }
        let params = &*(data.data as *const Params);
        if params.kind != H264 || params.block_size < size_of::<Block>() {
            return None;
        }
        let (mut sum, mut n) = (0i64, 0i64);
        for i in 0..params.blocks as usize {
            let at = params.blocks_offset + i * params.block_size;
            if at + size_of::<Block>() > size {
                break;
            }
            let block = &*(data.data.add(at) as *const Block);
            sum += i64::from(block.delta_qp);
            n += 1;
        }
        let delta = if n > 0 { sum as f32 / n as f32 } else { 0.0 };
        Some((params.qp as f32 + delta).clamp(0.0, 51.0))
    }
}
