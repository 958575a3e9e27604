//! Subtitles of every kind and letter, whole and broken.

use std::fs;

use media::subtitles::{Cue, SubtitleError, Subtitles, beside, embedded};
use media::{SubtitleStream, probe};

mod clips;
use clips::data;

fn cue(start_ms: i64, end_ms: i64, text: &str) -> Cue {
    Cue { start_ms, end_ms, text: text.to_owned() }
}

const SRT: &str = "1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>Perché</i> no?\r\n{\\an8}Già.\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\nTom & Jerry <3\r\n3\r\n00:01:05,5 --> 00:01:06,250 X1:3\r\nthree\r\n";

#[test]
fn subrip_in_every_encoding() {
    let want =
        vec![cue(1000, 2500, "Perché no?\nGià."), cue(3000, 4000, "Tom & Jerry <3"), cue(65_500, 66_250, "three")];
    let wide = |f: fn(u16) -> [u8; 2]| -> Vec<u8> { SRT.encode_utf16().flat_map(f).collect() };
    let cases = [
        ("UTF-8", SRT.as_bytes().to_vec(), 0),
        ("UTF-8 with mark", [b"\xef\xbb\xbf", SRT.as_bytes()].concat(), 0),
        ("UTF-16LE with mark", [b"\xff\xfe".to_vec(), wide(u16::to_le_bytes)].concat(), 0),
        ("UTF-16BE with mark", [b"\xfe\xff".to_vec(), wide(u16::to_be_bytes)].concat(), 0),
        ("UTF-16LE", wide(u16::to_le_bytes), 1),
        ("UTF-16BE", wide(u16::to_be_bytes), 1),
        ("Latin-1", SRT.chars().map(|c| c as u8).collect(), 1),
        ("old Macintosh line ends", SRT.replace("\r\n", "\r").into_bytes(), 0),
    ];
    for (name, bytes, warnings) in cases {
        let got = Subtitles::parse(&bytes).unwrap();
        assert_eq!(got.cues, want, "{name}");
        assert_eq!(got.warnings.len(), warnings, "{name}: {:?}", got.warnings);
    }
}

#[test]
fn out_of_order_and_backward_times_are_mended_and_said() {
    let text = "00:00:05,000 --> 00:00:06,000\nsecond\n\n00:00:01,000 --> 00:00:02,000\nfirst\n\n00:00:09,000 --> 00:00:08,000\nthird\n\nsoon --> later\nnever\n";
    let got = Subtitles::parse(text.as_bytes()).unwrap();
    assert_eq!(got.cues, [cue(1000, 2000, "first"), cue(5000, 6000, "second"), cue(9000, 11_000, "third")]);
    let told = got.warnings.join("; ");
    assert!(told.contains("out of order") && told.contains("before they began") && told.contains("line 10"), "{told}");
}

#[test]
fn webvtt_with_voices_settings_and_notes() {
    let text = "WEBVTT - a film\nX-TIMESTAMP-MAP=LOCAL:0\n\nNOTE not this\nnor 00:00 this\n\nSTYLE\n::cue { color: red }\n\nid 7\n00:01.000 --> 00:02.000 align:start\n<v Sintel>What &amp; why?</v>\n<00:01.500><c.loud>Now&#33;</c>\n";
    assert_eq!(Subtitles::parse(text.as_bytes()).unwrap().cues, [cue(1000, 2000, "What & why?\nNow!")]);
}

#[test]
fn ass_without_commands_comments_and_drawings() {
    let text = "[Script Info]\nTitle: x\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\nDialogue: 0,0:00:01.50,0:00:03.00,Default,,0,0,0,,{\\pos(1,2)\\b1}One, two\\Nthree\\hfour\nComment: 0,0:00:01.50,0:00:03.00,Default,,0,0,0,,not said\nDialogue: 0,0:00:04.00,0:00:05.00,Default,,0,0,0,,{\\p1}m 0 0 l 1 1{\\p0}è qui\n";
    assert_eq!(
        Subtitles::parse(text.as_bytes()).unwrap().cues,
        [cue(1500, 3000, "One, two\nthree four"), cue(4000, 5000, "è qui")]
    );
}

#[test]
fn what_is_no_subtitle_is_refused() {
    for bytes in [&b""[..], b"just a text\nof two lines", b"\x00\x01\x02\xff\xfe", b"WEBVTT\n\n", b"a --> b\nc"] {
        assert_eq!(Subtitles::parse(bytes), Err(SubtitleError::NoCues), "{bytes:?}");
    }
}

#[test]
fn files_beside_a_film_are_found_with_their_language() {
    let dir = tempfile::tempdir().unwrap();
    for name in [
        "My film.srt",
        "My film.en.srt",
        "My film.pt-BR.forced.VTT",
        "My film 2.srt",
        "Other.srt",
        "My film.txt",
        "My film.ita.ass",
    ] {
        fs::write(dir.path().join(name), SRT).unwrap();
    }
    let found: Vec<_> = beside(&dir.path().join("My film.mp4"))
        .into_iter()
        .map(|b| (b.path.file_name().unwrap().to_str().unwrap().to_owned(), b.language))
        .collect();
    let language = |l: &str| Some(l.to_owned());
    assert_eq!(
        found,
        [
            ("My film.srt".to_owned(), None),
            ("My film.en.srt".to_owned(), language("en")),
            ("My film.ita.ass".to_owned(), language("ita")),
            ("My film.pt-BR.forced.VTT".to_owned(), language("pt-BR")),
        ]
    );
}

#[test]
fn tracks_inside_a_film_and_its_chapters() {
    let dir = tempfile::tempdir().unwrap();
    let d = dir.path();
    fs::write(
        d.join("a.srt"),
        "1\n00:00:01,000 --> 00:00:02,500\n<i>Ciao</i>, mondo\n\n2\n00:00:03,000 --> 00:00:03,500\nfine\n",
    )
    .unwrap();
    fs::write(d.join("b.ass"), "[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name, Fontname, Fontsize\nStyle: Default,Arial,20\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\nDialogue: 0,0:00:01.50,0:00:03.00,Default,,0,0,0,,{\\b1}Hello, world\n").unwrap();
    fs::write(d.join("chapters.txt"), ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=2000\ntitle=Opening\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=2000\nEND=4000\ntitle=Città\n").unwrap();
    let inputs = |extra: &str| {
        format!("-f lavfi -i testsrc2=s=64x36:r=24:d=4 -i {0}/a.srt {extra} -i {0}/chapters.txt", d.display())
    };
    let mkv = clips::make(
        d,
        "film.mkv",
        &format!(
            "{} -map 0 -map 1 -map 2 -map_metadata 3 -metadata:s:s:0 language=ita -c:v mpeg4 -c:s:0 srt -c:s:1 ass",
            inputs(&format!("-i {}/b.ass", d.display()))
        ),
    );
    let found = probe(&mkv).unwrap();
    let tracks: Vec<(&str, bool, Option<&str>)> =
        found.subtitles.iter().map(|s: &SubtitleStream| (&s.codec[..], s.text, s.language.as_deref())).collect();
    assert_eq!(tracks, [("subrip", true, Some("ita")), ("ass", true, None)]);
    assert_eq!(embedded(&mkv, &found, 0).unwrap().cues, [cue(1000, 2500, "Ciao, mondo"), cue(3000, 3500, "fine")]);
    assert_eq!(embedded(&mkv, &found, 1).unwrap().cues, [cue(1500, 3000, "Hello, world")]);
    assert!(matches!(embedded(&mkv, &found, 2), Err(SubtitleError::Track { .. })));
    let chapters: Vec<_> = found.chapters.iter().map(|c| (c.start, c.end, c.title.as_deref().unwrap())).collect();
    assert_eq!(chapters, [(0.0, 2.0, "Opening"), (2.0, 4.0, "Città")]);
    let mp4 = clips::make(d, "film.mp4", &format!("{} -map 0 -map 1 -c:v mpeg4 -c:s mov_text", inputs("")));
    let found = probe(&mp4).unwrap();
    assert_eq!(embedded(&mp4, &found, 0).unwrap().cues[0], cue(1000, 2500, "Ciao, mondo"));
}

#[test]
fn real_subtitles_of_many_languages() {
    let Some(root) = data("subtitles") else { return };
    let mut folders = vec![root];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if !path.extension().is_some_and(|e| e == "srt" || e == "vtt") {
                continue;
            }
            // Of UTF-16 as well.
            let bytes: Vec<u8> = fs::read(&path).unwrap().into_iter().filter(|&b| b != 0).collect();
            let arrows = bytes.windows(3).filter(|w| w == b"-->").count();
            let found = Subtitles::read(&path).unwrap();
            assert!(
                found.cues.len() <= arrows && found.cues.len() * 10 >= arrows * 9,
                "{}: {} of {arrows}",
                path.display(),
                found.cues.len()
            );
            assert!(
                found.cues.iter().all(|c| !c.text.contains('<') && !c.text.contains('\u{fffd}')),
                "{}",
                path.display()
            );
            files += 1;
        }
    }
    assert!(files > 10);
}
