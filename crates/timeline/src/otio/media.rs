//! What a clip shows: media references in.

use std::path::PathBuf;

use film::{ContentHash, FrameRange, Rate};
use serde_json::{Map, Value};

use super::json::{Node, OtioError};
use super::read::{Reader, fields, foreign, keep};
use super::time::Span;
use super::{OURS, url};
use crate::check::brief;
use crate::{Media, ReelMedia, TitleCard};

/// The reference that a clip shows, and its key if the clip has several.
pub(super) fn active_reference<'a>(clip: &Node<'a>) -> Result<(Node<'a>, String), OtioError> {
    let many = clip.field("media_references");
    if many.is_null() {
        return Ok((clip.field("media_reference"), String::new()));
    }
    many.object()?;
    // Where none is named, the reference library takes the usual one.
    let named = clip.field("active_media_reference_key").text()?;
    let key = if named.is_empty() { super::write::MEDIA_KEY } else { named };
    Ok((many.field(key), key.to_owned()))
}

impl Reader {
    /// The medium that a reference names, and which of its frames the clip shows.
    pub(super) fn media(
        &mut self,
        clip: &Node<'_>,
        reference: &Node<'_>,
        range: Span,
        available: Option<Span>,
        kept: &mut Map<String, Value>,
    ) -> Result<(Media, FrameRange), OtioError> {
        let path = match reference.schema() {
            "ExternalReference" => {
                keep(kept, "media", fields(reference, &["target_url", "metadata", "available_range"])?);
                let text = reference.field("target_url").text()?;
                let path = url::to_path(text);
                if path.is_none() {
                    self.lose(clip, format!("media at {:?}", brief(text)), "no medium: only files are played");
                    keep(kept, "media", reference.map()?);
                }
                path.filter(|path| !path.as_os_str().is_empty())
            }
            "ImageSequenceReference" => {
                let mut said = fields(reference, &["available_range", "metadata", "target_url_base"])?;
                said.insert("OTIO_SCHEMA".into(), reference.field("OTIO_SCHEMA").value.clone());
                keep(&mut said, "metadata", foreign(&reference.field("metadata"))?);
                keep(kept, "media", said);
                Some(first_image(reference)?)
            }
            "GeneratorReference" if reference.field("generator_kind").value == super::write::TITLE_KIND => {
                keep(kept, "media", fields(reference, &["generator_kind", "parameters", "available_range"])?);
                let parameters = reference.field("parameters");
                let card: TitleCard = serde_json::from_value(parameters.value.clone())
                    .map_err(|_| parameters.shape("lines and a style"))?;
                let source = self.frames(clip, range, self.rate);
                return Ok((Media::Title(card), source));
            }
            "MissingReference" | "" => {
                keep(kept, "media", fields(reference, &[])?);
                None
            }
            other => {
                let kind = reference.field("generator_kind").value.as_str().unwrap_or("");
                let what = format!("{} {}", brief(other), brief(kind)).trim().to_owned();
                self.lose(clip, format!("media by {what}"), "no medium, written back as it was");
                keep(kept, "media", reference.map()?);
                None
            }
        };
        let Some(path) = path else {
            let source = self.frames(clip, range, self.rate);
            return Ok((Media::Missing, source));
        };
        let media = self.reel(clip, reference, path, range, available, kept)?;
        Ok(media)
    }

    fn reel(
        &mut self,
        clip: &Node<'_>,
        reference: &Node<'_>,
        path: PathBuf,
        range: Span,
        available: Option<Span>,
        kept: &mut Map<String, Value>,
    ) -> Result<(Media, FrameRange), OtioError> {
        let ours = reference.field("metadata").field(OURS);
        let float_rate = available.unwrap_or(range).duration.rate;
        // Our exact rate counts while the float beside it still means the same: somebody may have conformed the reel.
        let rate = match self.fact::<Rate>(&ours, "rate") {
            Some(rate) if (rate.fps() - float_rate.fps()).abs() < 1e-3 => rate,
            _ => float_rate,
        };
        let hash: Option<ContentHash> = self.fact(&ours, "hash");
        let mut source = self.frames(clip, range, rate);
        let mut held = ReelMedia::unmeasured();
        if let Some(span) = available {
            let whole = self.frames(reference, span, rate);
            // The file counts from the reel's own timecode, we from its first frame.
            source = source.shift(-whole.start());
            held = FrameRange::new(0, whole.len());
            if whole.start() != 0 {
                kept.insert("start".into(), whole.start().into());
            }
        }
        let mut said = foreign(&reference.field("metadata"))?;
        if reference.schema() == "ExternalReference" && !said.is_empty() {
            let media = kept.entry("media").or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(media) = media {
                media.insert("metadata".into(), Value::Object(std::mem::take(&mut said)));
            }
        }
        Ok((Media::Reel(ReelMedia { path, hash, available: held, rate }), source))
    }
}

/// Path of the first image of a sequence.
fn first_image(node: &Node<'_>) -> Result<PathBuf, OtioError> {
    let base = node.field("target_url_base").text()?;
    let number = |name: &str| {
        let field = node.field(name);
        if field.is_null() { Ok(0) } else { field.value.as_i64().ok_or_else(|| field.shape("a whole number")) }
    };
    let (start, padding) = (number("start_frame")?, number("frame_zero_padding")?.clamp(0, 20) as usize);
    let (prefix, suffix) = (node.field("name_prefix").text()?, node.field("name_suffix").text()?);
    let folder = url::to_path(base).ok_or_else(|| node.field("target_url_base").shape("a folder of this machine"))?;
    let sign = if start < 0 { "-" } else { "" };
    Ok(folder.join(format!("{prefix}{sign}{:0padding$}{suffix}", start.unsigned_abs())))
}
