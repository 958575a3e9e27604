//! Every kind of transition and every trap, in small made pictures.

use catalogue::shots::quick::{self, Glimpses};
use catalogue::shots::{FoundShot, FrameMark, ShotEye, detect};
use film::{FrameRange, Into, Rate};
use media::Plane;

const W: usize = 192;
const H: usize = 108;

/// A gray picture.
#[derive(Clone)]
struct Picture(Vec<u8>);

/// Scene number `scene` with the camera at `x`, `y` (pixels) and lines `zoom` times as large: blobs and bars, fixed by
/// the number.
fn scene(scene: u64, x: f32, y: f32, zoom: f32) -> Picture {
    let mut state = scene.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 24) as f32
    };
    let base = 60.0 + 100.0 * next();
    let slope = 60.0 * (next() - 0.5);
    let blobs: Vec<[f32; 5]> = (0..24)
        .map(|_| {
            [
                next() * 500.0 - 150.0,
                next() * 200.0 - 50.0,
                6.0 + 40.0 * next(),
                6.0 + 30.0 * next(),
                160.0 * (next() - 0.5),
            ]
        })
        .collect();
    let mut out = vec![0u8; W * H];
    for (i, o) in out.iter_mut().enumerate() {
        let (px, py) = ((i % W) as f32, (i / W) as f32);
        let (px, py) =
            ((px - W as f32 / 2.0) / zoom + W as f32 / 2.0 + x, (py - H as f32 / 2.0) / zoom + H as f32 / 2.0 + y);
        let mut v = base + slope * py / H as f32;
        for [cx, cy, w, h, light] in &blobs {
            let d = ((px - cx) / w).powi(2) + ((py - cy) / h).powi(2);
            // A soft edge of about two pixels, as lenses have.
            v += light * ((1.0 - d) * 6.0).clamp(0.0, 1.0);
        }
        *o = v.clamp(16.0, 235.0) as u8;
    }
    Picture(out)
}

/// A slow camera on scene `number`.
fn shot(number: u64, frames: usize) -> Vec<Picture> {
    (0..frames).map(|t| scene(number, 0.4 * t as f32, 0.0, 1.0)).collect()
}

impl Picture {
    fn plain(v: u8) -> Picture {
        Picture(vec![v; W * H])
    }

    fn mix(&self, other: &Picture, share: f32) -> Picture {
        Picture(
            self.0
                .iter()
                .zip(&other.0)
                .map(|(&a, &b)| (f32::from(a) * (1.0 - share) + f32::from(b) * share).round() as u8)
                .collect(),
        )
    }

    /// `other` where `inside(x, y)`, 0 to 1 each.
    fn with(&self, other: &Picture, inside: impl Fn(f32, f32) -> bool) -> Picture {
        let at = |i: usize| ((i % W) as f32 / W as f32, (i / W) as f32 / H as f32);
        Picture((0..W * H).map(|i| if inside(at(i).0, at(i).1) { other.0[i] } else { self.0[i] }).collect())
    }
}

fn marks(pictures: &[Picture]) -> Vec<FrameMark> {
    let mut eye = ShotEye::new(8);
    pictures.iter().map(|p| eye.see(Plane { bytes: &p.0, stride: W, width: W, height: H }, None)).collect()
}

fn find(pictures: &[Picture]) -> Vec<FoundShot> {
    let shots = detect(&marks(pictures), Rate::FILM);
    assert_eq!(shots[0].range.start(), 0);
    assert_eq!(shots.last().unwrap().range.end(), pictures.len() as i64);
    assert!(shots.windows(2).all(|s| s[0].range.end() == s[1].range.start()), "{shots:?}");
    shots
}

fn no_cut(pictures: &[Picture]) {
    let shots = find(pictures);
    assert_eq!(shots.len(), 1, "{:?}", &shots[1..]);
}

fn cuts(pictures: &[Picture]) -> Vec<i64> {
    find(pictures).iter().filter(|s| s.into == Into::Cut).map(|s| s.range.start()).collect()
}

/// Two shots of 60 frames, `n` of which mix by `mixed(share of the new)`.
fn joined(n: usize, mixed: impl Fn(&Picture, &Picture, f32) -> Picture) -> Vec<Picture> {
    let (a, b) = (shot(11, 60), shot(12, 60));
    let mut all = a[..60 - n].to_vec();
    all.extend((0..n).map(|i| mixed(&a[60 - n + i], &b[i], (i + 1) as f32 / (n + 1) as f32)));
    all.extend_from_slice(&b[n..]);
    all
}

fn transition(pictures: &[Picture], into: Into, truth: FrameRange) {
    let shots = find(pictures);
    assert_eq!(shots.len(), 2, "{shots:?}");
    assert_eq!(shots[1].into, into, "{shots:?}");
    let found = shots[1].transition.unwrap();
    let shared = found.overlap(truth).map_or(0, FrameRange::len);
    assert!(2 * shared >= found.len().max(truth.len()), "found {found}, true {truth}");
    assert!(found.covers(FrameRange::at(shots[1].range.start(), 0)));
}

#[test]
fn nothing_one_frame_and_one_shot() {
    assert!(detect(&[], Rate::FILM).is_empty());
    let shots = find(&shot(1, 1));
    assert_eq!((shots.len(), shots[0].into), (1, Into::Start));
    no_cut(&shot(1, 80));
    no_cut(&vec![Picture::plain(16); 60]);
}

#[test]
fn hard_cuts_are_exact() {
    let mut film = Vec::new();
    for (number, frames) in [(1, 40), (2, 7), (3, 25), (1, 30), (4, 50)] {
        film.extend(shot(number, frames));
    }
    assert_eq!(cuts(&film), [40, 47, 72, 102]);
    // On twos, as animation is drawn: every picture is shown twice.
    let twos: Vec<Picture> = film.iter().flat_map(|p| [p.clone(), p.clone()]).collect();
    assert_eq!(cuts(&twos), [80, 94, 144, 204]);
    // In a letterbox, and very dark.
    let bars = |p: &Picture| p.with(&Picture::plain(16), |_, y| !(0.15..0.85).contains(&y));
    assert_eq!(cuts(&film.iter().map(bars).collect::<Vec<_>>()), [40, 47, 72, 102]);
    let dark = |p: &Picture| Picture(p.0.iter().map(|&v| 16 + v / 4).collect());
    assert_eq!(cuts(&film.iter().map(dark).collect::<Vec<_>>()), [40, 47, 72, 102]);
}

#[test]
fn grain_and_combing_hide_no_cut_and_make_none() {
    let mut film = shot(5, 40);
    film.extend(shot(6, 40));
    let mut state = 7u32;
    let grained: Vec<Picture> = film
        .iter()
        .map(|p| {
            let grain = |v: &u8| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                v.saturating_add_signed(((state >> 24) as i32 / 8 - 16) as i8)
            };
            Picture(p.0.iter().map(grain).collect())
        })
        .collect();
    assert_eq!(cuts(&grained), [40]);
    // Interlaced: the even lines show a moment later than the odd ones; a pan of 4 pixels a field.
    let pan = |number: u64, t: usize| {
        let (one, two) = (scene(number, 8.0 * t as f32, 0.0, 1.0), scene(number, 8.0 * t as f32 + 4.0, 0.0, 1.0));
        Picture((0..W * H).map(|i| if (i / W).is_multiple_of(2) { one.0[i] } else { two.0[i] }).collect())
    };
    let combed: Vec<Picture> = (0..20).map(|t| pan(5, t)).chain((0..20).map(|t| pan(6, t))).collect();
    assert_eq!(cuts(&combed), [20]);
}

#[test]
fn dissolves() {
    for n in [8, 14, 24, 40] {
        transition(&joined(n, |a, b, s| a.mix(b, s)), Into::Dissolve, FrameRange::new(60 - n as i64, 60));
    }
}

#[test]
fn wipes_from_every_side() {
    for n in [12, 24] {
        let truth = FrameRange::new(60 - n as i64, 60);
        transition(&joined(n, |a, b, s| a.with(b, |x, _| x < s)), Into::Wipe, truth);
        transition(&joined(n, |a, b, s| a.with(b, |x, _| x > 1.0 - s)), Into::Wipe, truth);
        transition(&joined(n, |a, b, s| a.with(b, |_, y| y < s)), Into::Wipe, truth);
        transition(&joined(n, |a, b, s| a.with(b, |x, y| x + y > 2.0 - 2.0 * s)), Into::Wipe, truth);
        transition(&joined(n, |a, b, s| a.with(b, |x, y| (x - 0.5).hypot(y - 0.5) < 0.75 * s)), Into::Wipe, truth);
    }
}

#[test]
fn fades_through_any_colour_and_at_the_ends() {
    for colour in [16, 235, 120] {
        let plain = Picture::plain(colour);
        let (a, b) = (shot(21, 60), shot(22, 60));
        let out = |i: usize| (i + 1) as f32 / 13.0;
        let mut film = a[..48].to_vec();
        film.extend((0..12).map(|i| a[48 + i].mix(&plain, out(i))));
        film.extend(vec![plain.clone(); 5]);
        film.extend((0..12).map(|i| plain.mix(&b[i], out(i))));
        film.extend_from_slice(&b[12..]);
        transition(&film, Into::Fade, FrameRange::new(48, 77));
        // Out and then a cut; a cut and then in.
        let mut half = film[..65].to_vec();
        half.extend(shot(23, 40));
        transition(&half, Into::Fade, FrameRange::new(48, 65));
        let mut half = shot(24, 40);
        half.extend_from_slice(&film[60..]);
        transition(&half, Into::Fade, FrameRange::new(40, 57));
    }
    // A reel that begins with a fade: its first shot does.
    let black = Picture::plain(16);
    let film: Vec<Picture> =
        (0..60).map(|t| black.mix(&scene(30, 0.0, 0.0, 1.0), (t as f32 / 20.0).min(1.0))).collect();
    let shots = find(&film);
    assert_eq!(shots.len(), 1, "{shots:?}");
    let fade = shots[0].transition.unwrap();
    assert!(fade.start() == 0 && (16..=22).contains(&fade.end()), "{fade}");
}

#[test]
fn flashes_and_strobes() {
    let white = Picture::plain(235);
    for (length, share) in [(1, 1.0), (2, 0.8), (3, 0.6), (5, 0.5)] {
        let mut film = shot(31, 80);
        film[30..30 + length].iter_mut().for_each(|p| *p = p.mix(&white, share));
        no_cut(&film);
    }
    for period in [1, 2, 3] {
        let mut film = shot(32, 80);
        for (i, p) in film[30..54].iter_mut().enumerate() {
            if (i / period).is_multiple_of(2) {
                *p = p.mix(&white, 0.7);
            }
        }
        no_cut(&film);
    }
    // A lamp goes on, at once and slowly.
    for n in [1.0, 10.0] {
        let lit =
            |t: usize, v: u8| 16.0 + (f32::from(v) - 16.0) * (1.0 - 0.5 * ((t as f32 - 40.0) / n).clamp(0.0, 1.0));
        let film: Vec<Picture> = shot(33, 80)
            .iter()
            .enumerate()
            .map(|(t, p)| Picture(p.0.iter().map(|&v| lit(t, v) as u8).collect()))
            .collect();
        assert!(find(&film).iter().all(|s| s.into != Into::Dissolve && s.into != Into::Wipe));
        if n > 1.0 {
            no_cut(&film);
        }
    }
}

#[test]
fn cameras_that_swing_shake_and_zoom() {
    let ease = |t: usize| {
        let s = ((t as f32 - 30.0) / 12.0).clamp(0.0, 1.0);
        s * s * (3.0 - 2.0 * s)
    };
    no_cut(&(0..80).map(|t| scene(41, 170.0 * ease(t), 0.0, 1.0)).collect::<Vec<_>>());
    no_cut(
        &(0..80)
            .map(|t| scene(42, 9.0 * (t as f32 * 2.1).sin(), 6.0 * (t as f32 * 2.9).cos(), 1.0))
            .collect::<Vec<_>>(),
    );
    no_cut(&(0..80).map(|t| scene(43, 0.0, 0.0, 1.0 + 1.5 * ease(t))).collect::<Vec<_>>());
    no_cut(&(0..120).map(|t| scene(44, 1.6 * t as f32, 0.0, 1.0)).collect::<Vec<_>>());
}

#[test]
fn bodies_explosions_lettering_and_still_frames() {
    let other = scene(52, 0.0, 0.0, 1.0);
    let mut film = shot(51, 80);
    for (i, p) in film[30..38].iter_mut().enumerate() {
        let centre = -0.3 + 0.2 * i as f32;
        *p = p.with(&other, |x, y| (x - centre).abs() < 0.3 && y > 0.1);
    }
    no_cut(&film);
    let (mut film, fire) = (shot(53, 80), Picture::plain(225));
    for (i, p) in film[30..46].iter_mut().enumerate() {
        let size = if i < 4 { 0.2 * (i + 1) as f32 } else { 0.8 * (1.0 - (i - 4) as f32 / 12.0) };
        *p = p.with(&fire, |x, y| (x - 0.5).hypot(y - 0.5) < size + 0.04 * (30.0 * x).sin());
    }
    no_cut(&film);
    let mut film = shot(54, 80);
    for p in &mut film[30..60] {
        *p = p.with(&Picture::plain(235), |x, y| {
            (0.42..0.58).contains(&y) && (0.2..0.8).contains(&x) && (x * 20.0).fract() < 0.5
        });
    }
    no_cut(&film);
    let mut film = shot(55, 80);
    let held = film[30].clone();
    film[30..50].iter_mut().for_each(|p| *p = held.clone());
    no_cut(&film);
}

#[test]
fn other_rates() {
    // 12 frames a second moves twice as far a frame, 60 less than half as far.
    for (rate, step) in [(Rate::new(12, 1).unwrap(), 2.0), (Rate::new(60, 1).unwrap(), 0.4)] {
        let pan = |number: u64| (0..60).map(move |t| scene(number, 1.5 * step * t as f32, 0.0, 1.0));
        let film: Vec<Picture> = pan(61).chain(pan(62)).collect();
        let shots = detect(&marks(&film), rate);
        assert_eq!(shots.iter().map(|s| s.range.start()).collect::<Vec<_>>(), [0, 60]);
    }
}

#[test]
fn seams_do_not_matter() {
    let mut film = shot(71, 50);
    film.extend(joined(16, |a, b, s| a.mix(b, s)));
    film.extend(shot(72, 40));
    let whole = detect(&marks(&film), Rate::FILM);
    assert_eq!(whole.len(), 4, "{whole:?}");
    // Cut into stretches in the middle of a shot, at a cut, after one, and within the dissolve.
    for at in [[20, 100], [50, 101], [51, 102], [49, 170]] {
        let (a, rest) = film.split_at(at[0]);
        let (b, c) = rest.split_at(at[1] - at[0]);
        let joined = [marks(a), marks(b), marks(c)].concat();
        assert!(joined[at[0]].fresh.is_nan());
        let found = detect(&joined, Rate::FILM);
        let plain = |s: &[FoundShot]| s.iter().map(|s| (s.range, s.into, s.transition)).collect::<Vec<_>>();
        assert_eq!(plain(&found), plain(&whole), "{at:?}");
    }
}

#[test]
fn ten_bits_and_any_size() {
    let film: Vec<Picture> = shot(81, 30).into_iter().chain(shot(82, 30)).collect();
    let mut eye = ShotEye::new(10);
    let wide: Vec<FrameMark> = film
        .iter()
        .map(|p| {
            let bytes: Vec<u8> = p.0.iter().flat_map(|&v| (u16::from(v) << 2).to_ne_bytes()).collect();
            eye.see(Plane { bytes: &bytes, stride: 2 * W, width: W, height: H }, None)
        })
        .collect();
    // Compared as bytes: what is not known of the first frame is not equal to itself.
    let bytes = |marks: &[FrameMark]| {
        let mut out = Vec::new();
        marks.iter().for_each(|m| m.write(&mut out));
        out
    };
    assert!(bytes(&wide) == bytes(&marks(&film)), "ten bits look as eight do");
    for (w, h) in [(1, 1), (3, 500), (17, 9), (161, 7)] {
        let bytes = vec![77u8; w * h];
        let mut eye = ShotEye::new(8);
        for _ in 0..2 {
            let mark = eye.see(Plane { bytes: &bytes, stride: w, width: w, height: h }, None);
            assert!(mark.luma.iter().all(|&v| v == 77), "{w}x{h}");
        }
    }
}

#[test]
fn few_frames_and_a_second_look() {
    let mut film = Vec::new();
    for (number, frames) in [(91, 41), (92, 33), (93, 46)] {
        film.extend(shot(number, frames));
    }
    // The eye of the cheap decode sees only these.
    let few: Vec<Picture> = film.iter().step_by(4).cloned().collect();
    let seen: Vec<(i64, FrameMark)> = marks(&few).into_iter().enumerate().map(|(i, m)| (4 * i as i64, m)).collect();
    let glimpses = Glimpses { seen, frames: 120, keyframes: vec![0, 74] };
    let mut asked = Vec::new();
    let look = |r: FrameRange| {
        asked.push(r);
        let again = marks(&film[r.start() as usize..r.end() as usize]);
        Ok::<_, ()>(r.frames().zip(again).collect())
    };
    let shots = quick::find(glimpses.clone(), Rate::FILM, 0, look).unwrap();
    assert_eq!(shots.iter().map(|s| s.range.start()).collect::<Vec<_>>(), [0, 41, 74]);
    assert_eq!(asked, [FrameRange::new(40, 45), FrameRange::new(72, 77)], "only the gaps with cuts in them");
    assert_eq!(quick::find(glimpses, Rate::FILM, 0, |_| Err("gone")), Err("gone"));
}
