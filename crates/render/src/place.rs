//! A reel's picture on the canvas: turned, scaled, letterboxed or filled, in the canvas's format and colour.

use film::{Color, ColorRange, Matrix};
use media::Raster;
use media::probe::PictureStream;
use media::raster::{Layout, RasterError};
use media::scale::{ScaleError, Scaler, Shape, planar};
use timeline::{Fit, Point, Reframe};

use crate::blend;

/// The canvas that pictures are put on.
#[derive(Clone, Debug)]
pub(crate) struct Ground {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) layout: Layout,
    pub(crate) color: Color,
}

impl Ground {
    pub(crate) fn plain(&self, brightness: f32) -> Result<Raster, RasterError> {
        let mut raster = Raster::new(&self.layout.format, self.width, self.height)?;
        raster.fill(&self.layout.gray(brightness, self.color.range.unwrap_or(ColorRange::Limited)));
        raster.set_color(self.color);
        Ok(raster)
    }

    fn shape(&self, format: &str, width: u32, height: u32) -> Shape {
        Shape { format: format.to_owned(), width, height, color: self.color }
    }
}

/// What code values of a reel mean: its tags, and where they are missing what a player assumes, with a word on it.
pub(crate) fn meaning(stream: &PictureStream) -> (Color, Option<String>) {
    let rgb = Layout::of(&planar(&stream.format)).is_some_and(|l| l.rgb);
    let stated = if rgb {
        Color { matrix: Some(Matrix::Rgb), range: stream.color.range.or(Some(ColorRange::Full)), ..stream.color }
    } else if stream.format.starts_with("yuvj") {
        Color { range: Some(ColorRange::Full), ..stream.color }
    } else {
        stream.color
    };
    let color = stated.assumed(stream.height);
    let missing = stated.missing();
    let note = (!missing.is_empty()).then(|| {
        let said: Vec<String> = missing
            .iter()
            .map(|m| match *m {
                "primaries" => format!("primaries {}", color.primaries.expect("assumed")),
                "transfer" => format!("transfer {}", color.transfer.expect("assumed")),
                "matrix" => format!("matrix {}", color.matrix.expect("assumed")),
                _ => format!("{} range", color.range.expect("assumed")),
            })
            .collect();
        format!("does not state its colour; {} taken, as players do for {} lines", said.join(", "), stream.height)
    });
    (color, note)
}

/// Puts the pictures of one clip on the canvas.
pub(crate) struct Placer {
    ground: Ground,
    stream: PictureStream,
    color: Color,
    reframe: Option<Reframe>,
    way: Way,
    scaler: Option<Scaler>,
    widen: Option<Scaler>,
    black: Raster,
}

/// How a clip's pictures reach the canvas.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    /// They are the canvas's already.
    Untouched,
    /// Size is right to a pixel: cut or extended by one, never scaled.
    Trim,
    /// Scaled whole to `width` by `height` and put at `left`, `top`.
    Whole { width: u32, height: u32, left: i64, top: i64 },
    /// Scaled whole to `width` by `height`; the canvas is a window on it, whose centre moves.
    Window { width: u32, height: u32 },
    /// The part of the source from `left`, `top`, `width` by `height`, scaled to the canvas.
    Part { left: u32, top: u32, width: u32, height: u32 },
}

impl Placer {
    pub(crate) fn new(
        ground: &Ground,
        stream: &PictureStream,
        reframe: Option<&Reframe>,
    ) -> Result<Placer, RasterError> {
        let (color, _) = meaning(stream);
        Ok(Placer {
            way: way(ground, stream, reframe),
            ground: ground.clone(),
            stream: stream.clone(),
            color,
            reframe: reframe.cloned(),
            scaler: None,
            widen: None,
            black: ground.plain(0.0)?,
        })
    }

    /// Whether pictures pass as they are, every bit.
    pub(crate) fn untouched(&self) -> bool {
        matches!(self.way, Way::Untouched | Way::Trim) && self.stream.rotation == 0 && self.same_samples()
    }

    fn same_samples(&self) -> bool {
        let same = |a: Color, b: Color| a.matrix == b.matrix && a.range == b.range;
        planar(&self.stream.format) == self.ground.layout.format && same(self.color, self.ground.color)
    }

    /// `picture` of the reel on the canvas, `offset` frames of the timeline after the clip's start.
    pub(crate) fn place(&mut self, picture: &Raster, offset: i64) -> Result<Raster, ScaleError> {
        let (w, h) = (self.ground.width, self.ground.height);
        let format = self.ground.layout.format.clone();
        let turned = !self.stream.rotation.is_multiple_of(180);
        let back = |a: u32, b: u32| if turned { (b, a) } else { (a, b) };
        match self.way {
            Way::Untouched => Ok(picture.clone()),
            Way::Trim => {
                let (pw, ph) = (picture.width(), picture.height());
                let own = self.scaled(picture, [0, 0, pw, ph], (pw, ph))?;
                let mut out = self.black.clone();
                blend::paste(&mut out, &own, 0, 0);
                blend::extend(&mut out, own.width().min(w), own.height().min(h));
                Ok(out)
            }
            Way::Part { left, top, width, height } => self.scaled(picture, [left, top, width, height], (w, h)),
            Way::Whole { width, height, left, top } => {
                let (tw, th) = back(width, height);
                let own = self.scaled(picture, [0, 0, picture.width(), picture.height()], (tw, th))?;
                if (own.width(), own.height()) == (w, h) {
                    return Ok(own);
                }
                let mut out = self.black.clone();
                blend::paste(&mut out, &own, left, top);
                Ok(out)
            }
            Way::Window { width, height } => {
                let (tw, th) = back(width, height);
                let own = self.scaled(picture, [0, 0, picture.width(), picture.height()], (tw, th))?;
                debug_assert_eq!(own.layout().format, format);
                let (x, y) = center(self.reframe.as_ref().map_or(&[], |r| &r.center), offset);
                let at = |c: f32, size: u32, canvas: u32| {
                    (f64::from(c) * f64::from(size) - f64::from(canvas) / 2.0).clamp(0.0, f64::from(size - canvas))
                };
                Ok(blend::window(&own, at(x, width, w), at(y, height, h), w, h)?)
            }
        }
    }

    /// A part of the source (left, top, width, height) scaled to a size (before turning) in the canvas's format and colour, and turned.
    fn scaled(
        &mut self,
        picture: &Raster,
        [left, top, width, height]: [u32; 4],
        (tw, th): (u32, u32),
    ) -> Result<Raster, ScaleError> {
        let ground = &self.ground;
        let layout = &ground.layout;
        let turn = self.stream.rotation;
        // A quarter turn swaps what is coarse across and down: such formats are turned at full chroma.
        let uneven = !turn.is_multiple_of(180) && layout.chroma_across != layout.chroma_down;
        let format = if uneven {
            layout.format.replace("422", "444").replace("440", "444").replace("411", "444")
        } else {
            layout.format.clone()
        };
        let to = ground.shape(&format, tw, th);
        let from = Shape { format: picture.layout().format.clone(), width, height, color: self.color };
        let as_is = from.format == to.format
            && (width, height) == (tw, th)
            && (left, top) == (0, 0)
            && from.color.matrix == to.color.matrix
            && from.color.range == to.color.range
            && (picture.width(), picture.height()) == (width, height);
        let mut own = if as_is {
            picture.clone()
        } else {
            if self.scaler.as_ref().is_none_or(|s| *s.from() != from || *s.to() != to) {
                self.scaler = Some(Scaler::new(&from, &to)?);
            }
            self.scaler.as_mut().expect("just made").scale(picture, left, top)?
        };
        if turn != 0 {
            own = blend::turn(&own, turn)?;
        }
        if uneven {
            let (from, to) = (
                ground.shape(&format, own.width(), own.height()),
                ground.shape(&layout.format, own.width(), own.height()),
            );
            if self.widen.as_ref().is_none_or(|s| *s.from() != from) {
                self.widen = Some(Scaler::new(&from, &to)?);
            }
            own = self.widen.as_mut().expect("just made").scale(&own, 0, 0)?;
        }
        Ok(own)
    }
}

fn way(ground: &Ground, stream: &PictureStream, reframe: Option<&Reframe>) -> Way {
    let (w, h) = (f64::from(ground.width), f64::from(ground.height));
    let square = stream.pixel_aspect.0 == stream.pixel_aspect.1;
    let (dw, dh) = stream.display_size();
    let trim = square && dw.abs_diff(ground.width) <= 1 && dh.abs_diff(ground.height) <= 1;
    let (meaning, _) = meaning(stream);
    if trim {
        let same = stream.rotation == 0
            && (dw, dh) == (ground.width, ground.height)
            && planar(&stream.format) == ground.layout.format
            && meaning.matrix == ground.color.matrix
            && meaning.range == ground.color.range;
        return if same { Way::Untouched } else { Way::Trim };
    }
    let (dw, dh) = (f64::from(dw), f64::from(dh));
    let even = |v: f64| ((v / 2.0).round() as u32 * 2).max(2);
    let fill = reframe.is_some_and(|r| r.fit == Fit::Fill);
    let scale = if fill { (w / dw).max(h / dh) } else { (w / dw).min(h / dh) };
    let near = |v: f64, canvas: u32| {
        let v = even(v);
        // A bar of a pixel or two is a flaw, not a letterbox.
        if v.abs_diff(canvas) <= 2 { canvas } else { v }
    };
    let (width, height) = (near(dw * scale, ground.width), near(dh * scale, ground.height));
    if !fill {
        let margin = |canvas: u32, size: u32| i64::from((canvas - size) / 4 * 2);
        return Way::Whole { width, height, left: margin(ground.width, width), top: margin(ground.height, height) };
    }
    if (width, height) == (ground.width, ground.height) {
        return Way::Whole { width, height, left: 0, top: 0 };
    }
    let points = &reframe.expect("it fills").center;
    let still = points.windows(2).all(|p| (p[0].x, p[0].y) == (p[1].x, p[1].y));
    if !still || stream.rotation != 0 {
        return Way::Window { width, height };
    }
    let (x, y) = center(points, 0);
    let part = |c: f32, coded: u32, size: u32, canvas: u32| {
        let kept = even(f64::from(coded) * f64::from(canvas) / f64::from(size)).min(coded);
        let first = f64::from(c) * f64::from(coded) - f64::from(kept) / 2.0;
        (
            even(first.clamp(0.0, f64::from(coded - kept)) + 0.001).min((coded - kept) / 2 * 2)
                * u32::from(coded > kept),
            kept,
        )
    };
    let (left, pw) = part(x, stream.width, width, ground.width);
    let (top, ph) = part(y, stream.height, height, ground.height);
    Way::Part { left, top, width: pw, height: ph }
}

/// The centre at `frame`, on straight lines between the points.
fn center(points: &[Point], frame: i64) -> (f32, f32) {
    let Some(next) = points.iter().position(|p| p.frame >= frame) else {
        return points.last().map_or((0.5, 0.5), |p| (p.x, p.y));
    };
    let b = points[next];
    if next == 0 || b.frame == frame {
        return (b.x, b.y);
    }
    let a = points[next - 1];
    let t = (frame - a.frame) as f32 / (b.frame - a.frame) as f32;
    (a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t)
}

#[cfg(test)]
mod tests {
    use film::{Rate, TimeBase};
    use media::probe::Scan;

    use super::*;

    fn stream(width: u32, height: u32, rotation: u16, pixel_aspect: (u32, u32)) -> PictureStream {
        PictureStream {
            stream: 0,
            codec: "h264".into(),
            width,
            height,
            rate: Rate::FILM,
            time_base: TimeBase { num: 1, den: 24 },
            first_pts: 0,
            format: "yuv420p".into(),
            bits: 8,
            chroma: "4:2:0".into(),
            pixel_aspect,
            rotation,
            scan: Scan::Progressive,
            telecine: false,
            color: Color::default().assumed(height),
        }
    }

    fn ground(width: u32, height: u32) -> Ground {
        Ground { width, height, layout: Layout::of("yuv420p").unwrap(), color: Color::default().assumed(360) }
    }

    #[test]
    fn pictures_take_their_place() {
        let fill = |center: Vec<Point>| Reframe { fit: Fit::Fill, center };
        let hd = ground(640, 360);
        assert_eq!(way(&hd, &stream(640, 360, 0, (1, 1)), None), Way::Untouched);
        assert_eq!(way(&hd, &stream(641, 361, 0, (1, 1)), None), Way::Trim);
        assert_eq!(
            way(&hd, &stream(1280, 544, 0, (1, 1)), None),
            Way::Whole { width: 640, height: 272, left: 0, top: 44 }
        );
        assert_eq!(
            way(&hd, &stream(720, 576, 0, (64, 45)), None),
            Way::Whole { width: 640, height: 360, left: 0, top: 0 }
        );
        assert_eq!(
            way(&hd, &stream(640, 360, 90, (1, 1)), None),
            Way::Whole { width: 202, height: 360, left: 218, top: 0 }
        );
        let tall = ground(202, 360);
        assert_eq!(
            way(&tall, &stream(640, 360, 0, (1, 1)), Some(&fill(vec![]))),
            Way::Part { left: 220, top: 0, width: 202, height: 360 }
        );
        assert_eq!(
            way(&tall, &stream(640, 360, 0, (1, 1)), Some(&fill(vec![Point { frame: 0, x: 1.0, y: 0.5 }]))),
            Way::Part { left: 438, top: 0, width: 202, height: 360 }
        );
        let moving = fill(vec![Point { frame: 0, x: 0.2, y: 0.5 }, Point { frame: 10, x: 0.8, y: 0.5 }]);
        assert_eq!(way(&tall, &stream(640, 360, 0, (1, 1)), Some(&moving)), Way::Window { width: 640, height: 360 });
        assert_eq!(center(&moving.center, 5), (0.5, 0.5));
        assert_eq!(center(&moving.center, 99), (0.8, 0.5));
    }

    #[test]
    fn a_letterbox_has_the_black_of_the_range() {
        let source = stream(320, 90, 0, (1, 1));
        let mut placer = Placer::new(&ground(320, 180), &source, None).unwrap();
        let mut white = Raster::new("yuv420p", 320, 90).unwrap();
        white.fill(&[235, 128, 128]);
        let out = placer.place(&white, 0).unwrap();
        let luma = out.plane(0);
        let at = |x: usize, y: usize| luma.bytes[y * luma.stride + x];
        assert_eq!((at(5, 0), at(5, 43), at(5, 46), at(319, 179)), (16, 16, 235, 16));
    }
}
