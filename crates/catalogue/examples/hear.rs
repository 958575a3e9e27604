//! What is heard in a film: `hear FILM [SUBTITLES]` prints what listening costs and how its frames are called; with
//! subtitles also how well the likelihood of a voice tells frames inside lines from those outside (area under the curve).

use std::path::Path;
use std::time::{Duration, Instant};

use catalogue::SoundKind;
use catalogue::sound::{SAMPLE_RATE, listen};
use media::Sounds;
use media::subtitles::Subtitles;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let path = Path::new(args.first().expect("hear FILM [SUBTITLES]"));
    let probe = media::probe(path).expect("a file with sound");
    let (rate, mut sounds) = match &probe.picture {
        Some(p) => (p.rate, Sounds::open(path, &probe, 0, SAMPLE_RATE, 2).expect("sound that opens")),
        None => (film::Rate::FILM, Sounds::open_music(path, SAMPLE_RATE, 2).expect("sound that opens")),
    };
    let frames = rate.frames_in_seconds(probe.seconds.expect("a known length"));
    let (begun, mut decoding) = (Instant::now(), Duration::ZERO);
    let sound = listen(
        |out| {
            let begun = Instant::now();
            let more = sounds.read(out);
            decoding += begun.elapsed();
            more
        },
        rate,
        frames,
    )
    .expect("sound that decodes");
    let (cost, seconds) = (begun.elapsed() - decoding, rate.seconds(frames));
    let share = seconds / cost.as_secs_f64();
    println!(
        "{seconds:.1} s heard in {:.2} s (1/{share:.0} of real time), decoding {:.2} s",
        cost.as_secs_f64(),
        decoding.as_secs_f64()
    );
    for kind in [SoundKind::Silence, SoundKind::Speech, SoundKind::Music, SoundKind::Other] {
        let held: i64 = sound.spans.iter().filter(|s| s.kind == kind).map(|s| s.range.len()).sum();
        println!("{kind:?}: {:.1} %", 100.0 * held as f64 / frames.max(1) as f64);
    }
    let Some(subtitles) = args.get(1) else { return };
    let cues = Subtitles::read(Path::new(subtitles)).expect("subtitles").cues;
    let said = |f: i64| {
        let ms = (rate.seconds(f) * 1000.0) as i64;
        cues.iter().any(|c| (c.start_ms..c.end_ms).contains(&ms))
    };
    // Ranks of the frames inside lines among all frames.
    let mut ranked: Vec<(f32, bool)> = (0..frames).map(|f| (sound.voice[f as usize], said(f))).collect();
    ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
    let inside = ranked.iter().filter(|r| r.1).count() as f64;
    let sum: f64 = ranked.iter().enumerate().filter(|(_, r)| r.1).map(|(i, _)| i as f64 + 1.0).sum();
    let auc = (sum - inside * (inside + 1.0) / 2.0) / (inside * (ranked.len() as f64 - inside));
    println!("area under the curve of voice: {auc:.3} ({inside} of {frames} frames inside lines)");
    let taken = ranked.iter().filter(|r| r.0 > 0.5).count() as f64;
    let right = ranked.iter().filter(|r| r.0 > 0.5 && r.1).count() as f64;
    println!(
        "likelihood above one half: {:.1} % of all frames, {:.1} % of those inside lines",
        100.0 * taken / ranked.len() as f64,
        100.0 * right / inside
    );
}
