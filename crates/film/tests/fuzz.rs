//! Words of film are read or refused, whatever they hold, and read again as they are written.

#[path = "../../rights/tests/mischief/mod.rs"]
mod mischief;

use film::{ContentHash, Rate, Timecode};
use mischief::fuzz;

#[test]
fn rates_timecodes_and_hashes() {
    let words = ["24000/1001", "23.976", "29.97", "0.01", "4294967295/1", "1/4294967295", "00:59:59:23", "00:01:00;02"];
    let mut seeds: Vec<Vec<u8>> = words.iter().map(|text| text.as_bytes().to_vec()).collect();
    seeds.push(ContentHash::of(b"x").to_string().into_bytes());
    let usual = ["24", "30000/1001", "60000/1001", "1/3", "4294967295"].map(|rate| rate.parse::<Rate>().unwrap());
    fuzz("film: words", &seeds, 5000, |bytes| {
        let Ok(text) = std::str::from_utf8(bytes) else { return false };
        let mut took = false;
        if let Ok(hash) = text.parse::<ContentHash>() {
            assert_eq!(hash.to_string().parse(), Ok(hash));
            took = true;
        }
        if let Ok(rate) = text.parse::<Rate>() {
            assert_eq!(rate.to_string().parse(), Ok(rate));
            for frame in [0, 1, -1, 86_399, i64::MAX, i64::MIN] {
                assert!(Timecode::new(frame, rate, true).to_string().len() < 60);
            }
            let _ = (rate.seconds(1), rate.convert(1, Rate::FILM), Rate::FILM.convert(1, rate));
            took = true;
        }
        for rate in usual {
            if let Ok(timecode) = Timecode::parse(text, rate) {
                assert_eq!(Timecode::parse(&timecode.to_string(), rate), Ok(timecode));
                took = true;
            }
        }
        took
    });
}
