//! The streams of a file, from its headers and first packets.

use std::ffi::CStr;
use std::path::Path;

use ffmpeg_next as av;
use ffmpeg_next::ffi;
use film::{Rate, TimeBase};

use super::{PictureStream, ProbeError, Scan, SoundStream, SubtitleStream};
use crate::picture::{Layout, tags};
use crate::source::Source;
use crate::stamps::Stamps;

pub(super) fn picture(
    source: &mut Source,
    path: &Path,
    warnings: &mut Vec<String>,
) -> Result<Option<PictureStream>, ProbeError> {
    // SAFETY: the context is valid; a null decoder pointer is allowed.
    let best = unsafe {
        ffi::av_find_best_stream(
            source.input.as_mut_ptr(),
            ffi::AVMediaType::AVMEDIA_TYPE_VIDEO,
            -1,
            -1,
            std::ptr::null_mut(),
            0,
        )
    };
    let Some(stream) = usize::try_from(best).ok().and_then(|i| source.input.stream(i)) else { return Ok(None) };
    if stream.disposition().contains(av::format::stream::Disposition::ATTACHED_PIC) {
        return Ok(None);
    }
    let index = stream.index();
    let base = tick(stream.time_base());
    let rotation = rotation(&stream, warnings);
    // SAFETY: fields of live structures; enumerations are read as numbers.
    let (codec, width, height, code, field, color, aspect) = unsafe {
        let parameters = stream.parameters();
        let p = parameters.as_ptr();
        let aspect = ffi::av_guess_sample_aspect_ratio(
            source.input.as_ptr() as *mut _,
            stream.as_ptr() as *mut _,
            std::ptr::null_mut(),
        );
        (
            CStr::from_ptr(ffi::avcodec_get_name((*p).codec_id)).to_string_lossy().into_owned(),
            (*p).width,
            (*p).height,
            (*p).format,
            *(&raw const (*p).field_order as *const u32),
            tags(
                &raw const (*p).color_primaries as *const u32,
                &raw const (*p).color_trc as *const u32,
                &raw const (*p).color_space as *const u32,
                &raw const (*p).color_range as *const u32,
            ),
            aspect,
        )
    };
    if av::decoder::find(stream.parameters().id()).is_none() {
        return Err(ProbeError::UnknownCodec { path: path.to_owned(), codec });
    }
    // SAFETY: as above; the frame may be null.
    let guess = unsafe {
        ffi::av_guess_frame_rate(source.input.as_ptr() as *mut _, stream.as_ptr() as *mut _, std::ptr::null_mut())
    };
    let average = stream.avg_frame_rate();
    let rate = nominal(guess.num, guess.den)
        .or_else(|| nominal(average.numerator(), average.denominator()))
        .unwrap_or_else(|| {
            warnings.push("no frame rate is stated: 25 is assumed until the frames are counted".to_owned());
            Rate::new(25, 1).expect("25 is a rate")
        });
    let (Some(layout), true) = (Layout::of(code), width > 0 && height > 0) else {
        let cause = format!("its {codec} picture stream gives neither size nor format");
        return Err(ProbeError::Truncated { path: path.to_owned(), cause });
    };
    let pixel_aspect = if aspect.num > 0 && aspect.den > 0 { (aspect.num as u32, aspect.den as u32) } else { (1, 1) };
    let scan = match field {
        1 => Scan::Progressive,
        2 | 5 => Scan::TopFirst,
        3 | 4 => Scan::BottomFirst,
        _ => Scan::Unknown,
    };
    source.only(index);
    let first = Stamps::read(source, index, 96, &mut |_| ());
    if first.packets.is_empty() {
        return Err(ProbeError::NoFrames(path.to_owned()));
    }
    if first.packets.len() == 1 && matches!(source.format(), "gif" | "apng") {
        return Err(ProbeError::Still(path.to_owned()));
    }
    let first_pts = first.packets.iter().filter_map(|p| p.pts).min().unwrap_or(0);
    Ok(Some(PictureStream {
        stream: index,
        codec,
        width: width as u32,
        height: height as u32,
        rate,
        time_base: base,
        first_pts,
        format: layout.name().to_owned(),
        bits: layout.bits(),
        chroma: layout.chroma(),
        pixel_aspect,
        rotation,
        scan,
        telecine: false,
        color,
    }))
}

/// A believable rate: between 1 and 1000, a broadcast rate where it is within a thousandth of one.
pub(crate) fn nominal(num: i32, den: i32) -> Option<Rate> {
    let rate = Rate::new(u32::try_from(num).ok()?, u32::try_from(den).ok()?)?;
    let fps = rate.fps();
    if !(0.1..=1000.0).contains(&fps) {
        return None;
    }
    let standard = [24000u32, 30000, 48000, 60000, 120_000].map(|n| Rate::new(n, 1001).expect("a rate"));
    let whole = [24u32, 25, 30, 48, 50, 60, 100, 120].map(|n| Rate::new(n, 1).expect("a rate"));
    let near = standard.into_iter().chain(whole).find(|r| ((r.fps() - fps) / fps).abs() < 0.0003);
    Some(near.unwrap_or(rate))
}

fn rotation(stream: &av::Stream<'_>, warnings: &mut Vec<String>) -> u16 {
    for data in stream.side_data() {
        if data.kind() != av::packet::side_data::Type::DisplayMatrix || data.data().len() < 36 {
            continue;
        }
        let matrix: Vec<i32> =
            data.data().chunks_exact(4).map(|b| i32::from_ne_bytes([b[0], b[1], b[2], b[3]])).collect();
        // SAFETY: nine numbers, as the function wants.
        let turn = -unsafe { ffi::av_display_rotation_get(matrix.as_ptr()) };
        if !turn.is_finite() {
            return 0;
        }
        if i64::from(matrix[0]) * i64::from(matrix[4]) - i64::from(matrix[1]) * i64::from(matrix[3]) < 0 {
            warnings.push("the file asks for a mirrored picture, which is not done".to_owned());
        }
        let right = (turn / 90.0).round() as i64;
        if (turn - right as f64 * 90.0).abs() > 1.0 {
            warnings.push(format!(
                "the file asks to turn the picture by {turn:.1} degrees; the nearest right angle is taken"
            ));
        }
        return (right.rem_euclid(4) * 90) as u16;
    }
    0
}

/// Instant that sample 0 is, of a file without picture: its first sound.
pub(super) fn sound_origin(source: &Source) -> f64 {
    source
        .input
        .streams()
        .filter(|s| s.parameters().medium() == av::media::Type::Audio && s.start_time() != ffi::AV_NOPTS_VALUE)
        .map(|s| tick(s.time_base()).seconds(s.start_time()))
        .min_by(f64::total_cmp)
        .unwrap_or(0.0)
}

pub(super) fn sounds(source: &Source, origin: f64, warnings: &mut Vec<String>) -> Vec<SoundStream> {
    let mut sounds = Vec::new();
    for stream in source.input.streams().filter(|s| s.parameters().medium() == av::media::Type::Audio) {
        let base = tick(stream.time_base());
        // SAFETY: a constant name of a live structure's codec.
        let codec = unsafe { CStr::from_ptr(ffi::avcodec_get_name((*stream.parameters().as_ptr()).codec_id)) };
        let codec = codec.to_string_lossy().into_owned();
        let opened = av::codec::Context::from_parameters(stream.parameters()).and_then(|c| c.decoder().audio());
        let Ok(decoder) = opened else {
            warnings.push(format!("sound track {} ({codec}) cannot be decoded here and is left out", sounds.len() + 1));
            continue;
        };
        if decoder.rate() == 0 || decoder.channels() == 0 {
            warnings.push(format!("sound stream {} ({codec}) holds no sound and is left out", stream.index()));
            continue;
        }
        let start =
            if stream.start_time() == ffi::AV_NOPTS_VALUE { 0.0 } else { base.seconds(stream.start_time()) - origin };
        let metadata = stream.metadata();
        sounds.push(SoundStream {
            stream: stream.index(),
            codec,
            sample_rate: decoder.rate(),
            channels: decoder.channels(),
            layout: crate::sound::layout_name(decoder.channel_layout(), decoder.channels()),
            language: text(&metadata, "language").filter(|l| l != "und"),
            title: text(&metadata, "title"),
            time_base: base,
            start,
        });
    }
    sounds
}

pub(super) fn subtitles(source: &Source) -> Vec<SubtitleStream> {
    let subtitle = |stream: av::Stream<'_>| {
        let id = stream.parameters().id();
        // SAFETY: constant tables, looked up by the id of a live structure.
        let (codec, text_based) = unsafe {
            let raw = (*stream.parameters().as_ptr()).codec_id;
            let about = ffi::avcodec_descriptor_get(raw);
            let text = !about.is_null() && (*about).props & ffi::AV_CODEC_PROP_TEXT_SUB != 0;
            (CStr::from_ptr(ffi::avcodec_get_name(raw)).to_string_lossy().into_owned(), text)
        };
        let metadata = stream.metadata();
        SubtitleStream {
            stream: stream.index(),
            codec,
            text: text_based && av::decoder::find(id).is_some(),
            language: text(&metadata, "language").filter(|l| l != "und"),
            title: text(&metadata, "title"),
        }
    };
    source.input.streams().filter(|s| s.parameters().medium() == av::media::Type::Subtitle).map(subtitle).collect()
}

pub(super) fn timecode(source: &Source, picture: Option<&PictureStream>) -> Option<String> {
    let own = picture.and_then(|p| source.input.stream(p.stream)).and_then(|s| text(&s.metadata(), "timecode"));
    own.or_else(|| source.input.streams().find_map(|s| text(&s.metadata(), "timecode")))
        .or_else(|| text(&source.input.metadata(), "timecode"))
}

/// A metadata entry; bytes that are no UTF-8, as in old files, are read as far as they go.
pub(crate) fn text(metadata: &av::DictionaryRef<'_>, key: &str) -> Option<String> {
    let key = std::ffi::CString::new(key).ok()?;
    // SAFETY: libav's dictionary and its entry live as long as the reference; a null dictionary is an empty one.
    let value = unsafe {
        let entry = ffi::av_dict_get(metadata.as_ptr(), key.as_ptr(), std::ptr::null(), 0);
        if entry.is_null() {
            return None;
        }
        CStr::from_ptr((*entry).value).to_string_lossy().trim().to_owned()
    };
    (!value.is_empty()).then_some(value)
}

pub(crate) fn tick(base: av::Rational) -> TimeBase {
    if base.numerator() > 0 && base.denominator() > 0 {
        TimeBase { num: base.numerator(), den: base.denominator() }
    } else {
        TimeBase { num: 1, den: ffi::AV_TIME_BASE }
    }
}
