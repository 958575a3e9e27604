//! A subtitle file of whatever bytes is read or refused, and soon.

#[path = "../../rights/tests/mischief/mod.rs"]
mod mischief;

use media::subtitles::Subtitles;
use mischief::{HUGE, fuzz, withstands};

const SRT: &str = "1\n00:00:01,000 --> 00:00:02,500\n<i>Caff&egrave;?</i> &amp; {\\an8}no\n\n2\n00:00:03.000 --> 00:00:02.000\nI <3 you\n\n00:01:04,5 --> 00:01:06,75\nlast\n";
const VTT: &str = "\u{feff}WEBVTT - a film\n\nNOTE not said\n\nSTYLE\n::cue { color: red }\n\nintro\n00:01.000 --> 00:04.000 line:0 align:start\n<v Ada>Good &lt;morning&gt;</v> &#x1F3AC;\n";
const ASS: &str = "[Script Info]\nTitle: x\n\n[V4+ Styles]\nFormat: Name\n\n[Events]\nFormat: Layer, Start, End, Style, Text\nDialogue: 0,0:00:01.00,0:00:02.50,Default,{\\i1}Hello,\\Nyou{\\p1}m 0 0{\\p0}\nComment: 0,0:00:01.00,0:00:02.50,Default,no\n";

fn seeds() -> Vec<Vec<u8>> {
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    vec![SRT.into(), VTT.into(), ASS.into(), wide(SRT), wide(VTT)]
}

fn read(bytes: &[u8]) -> bool {
    let Ok(read) = Subtitles::parse(bytes) else { return false };
    assert!(!read.cues.is_empty());
    assert!(read.cues.iter().all(|cue| cue.start_ms < cue.end_ms && !cue.text.trim().is_empty()));
    assert!(read.cues.windows(2).all(|two| two[0].start_ms <= two[1].start_ms));
    assert!(read.warnings.iter().all(|warning| warning.len() < 500));
    true
}

#[test]
fn subtitles() {
    fuzz("media::Subtitles", &seeds(), 3000, read);
}

#[test]
fn huge_subtitles() {
    let tried = |name: &str, text: String| {
        withstands(&format!("media::Subtitles, {name}"), text.as_bytes(), 600, |bytes| {
            read(bytes);
        });
    };
    let cue = |said: String| format!("1\n00:00:01,000 --> 00:00:02,500\n{said}\n");
    let event = |said: String| format!("{}{said}\n", ASS.split("{\\i1}").next().unwrap());
    tried("a line of 10 MB", cue("x".repeat(HUGE)));
    tried("tags that do not end", cue("<a".repeat(HUGE / 2)));
    tried("commands that do not end", cue("{\\".repeat(HUGE / 2)));
    tried("references that do not end", cue("&".repeat(HUGE)));
    tried("letters and references", cue("&a".repeat(HUGE / 2)));
    tried("arrows", cue("-->".repeat(HUGE / 3)));
    tried("a million arrows", "-->\n".repeat(1_000_000));
    tried("a million cues", cue("x".into()).repeat(300_000));
    tried("a million empty lines", "\n".repeat(HUGE));
    tried("braces that do not end", event("{".repeat(HUGE)));
    tried("commands", event("{\\p}".repeat(HUGE / 4)));
    tried("commas", event(",".repeat(HUGE)));
    tried("a format of a million", ASS.replace("Layer,", &"Layer,".repeat(HUGE / 6)));
    tried("many lines under a long format", {
        let head = ASS.replace("Layer,", &"Layer,".repeat(10_000));
        head + &"Dialogue: 0,0:00:01.00,0:00:02.50,Default,x\n".repeat(50_000)
    });
}
