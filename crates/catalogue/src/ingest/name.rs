//! A title's name from the name of its file.

/// What a file's name says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The title.
    pub title: String,
    /// Which part of it, from 1, where the name says so.
    pub part: Option<u32>,
}

/// Reads a file's stem: underscores and dots become spaces; size, rate, codec, source and year tags go; words get capitals
/// where the name has none; names in other scripts stay as they are.
///
/// ```
/// use catalogue::ingest::name::named;
/// assert_eq!(named("big_buck_bunny_640x360_24fps").title, "Big Buck Bunny");
/// assert_eq!(named("Il.Sorpasso.1962.1080p.BluRay.x264").title, "Il Sorpasso");
/// assert_eq!(named("metropolis reel 2").part, Some(2));
/// ```
pub fn named(stem: &str) -> Named {
    // Dots stand for spaces only where there are no spaces; "Dr. No" keeps its own.
    let spaced = stem.contains(' ');
    let mut words: Vec<String> = stem
        .split(|c: char| c.is_whitespace() || c == '_' || (c == '.' && !spaced) || "[](){}".contains(c))
        .flat_map(|w| if spaced { vec![w] } else { split_hyphen(w) })
        .filter(|w| !w.is_empty())
        .map(str::to_owned)
        .collect();
    let part = take_part(&mut words);
    // A tag in first place is the name itself: "1917", "24fps".
    let mut kept: Vec<String> = Vec::new();
    for (i, word) in words.iter().enumerate() {
        if i > 0 && is_tag(word) {
            continue;
        }
        // What follows a year or a size in a release's name are tags too, all but words of the title.
        kept.push(word.clone());
    }
    let mut title = kept.join(" ").trim_matches(|c: char| c == '-' || c.is_whitespace()).to_owned();
    if title.is_empty() {
        title = stem.trim().to_owned();
    }
    // Names written without any capitals get them.
    if !title.chars().any(char::is_uppercase) {
        title = title.split(' ').map(capital).collect::<Vec<_>>().join(" ");
    }
    Named { title, part }
}

/// `big-buck-bunny` is three words; `spider-man` cannot be told from it, `x-men` stays: a part of one letter is no word.
fn split_hyphen(word: &str) -> Vec<&str> {
    let parts: Vec<&str> = word.split('-').collect();
    if parts.len() > 2 && parts.iter().all(|p| p.chars().count() > 1 || p.bytes().all(|b| b.is_ascii_digit())) {
        parts
    } else {
        vec![word]
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |c| c.to_uppercase().chain(letters).collect())
}

/// Takes `reel 2`, `part1`, `cd 1`, `disc-3` off the end or the middle.
fn take_part(words: &mut Vec<String>) -> Option<u32> {
    const MARKS: [&str; 8] = ["reel", "part", "cd", "disc", "disk", "rolle", "bobine", "pt"];
    for i in (1..words.len()).rev() {
        let word = words[i].to_lowercase();
        for mark in MARKS {
            let Some(rest) = word.strip_prefix(mark) else { continue };
            let rest = rest.trim_start_matches('-');
            if !rest.is_empty() {
                if let Some(n) = rest.parse().ok().filter(|&n| (1..100).contains(&n)) {
                    words.remove(i);
                    return Some(n);
                }
            } else if let Some(n) = words.get(i + 1).and_then(|w| w.parse().ok()).filter(|&n| (1..100).contains(&n)) {
                words.drain(i..i + 2);
                return Some(n);
            }
        }
    }
    None
}

/// Whether a word is about the file, not the film.
fn is_tag(word: &str) -> bool {
    const TAGS: [&str; 44] = [
        "x264", "x265", "h264", "h265", "h.264", "h.265", "hevc", "avc", "av1", "vp9", "vp8", "xvid", "divx", "mpeg2",
        "mpeg4", "prores", "dnxhd", "dnxhr", "aac", "ac3", "eac3", "dts", "flac", "opus", "mp3", "bluray", "blu-ray",
        "bdrip", "brrip", "dvdrip", "webrip", "web-dl", "hdtv", "hdr", "hdr10", "sdr", "uhd", "4k", "8k", "10bit",
        "8bit", "remux", "surround", "stereo",
    ];
    let w = word.to_lowercase();
    let number = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let rate = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    TAGS.contains(&w.as_str())
        || w.split_once('x').is_some_and(|(a, b)| number(a) && number(b) && a.len() > 2 && b.len() > 2)
        || ["p", "i"].iter().any(|s| w.strip_suffix(s).is_some_and(|n| number(n) && (3..=4).contains(&n.len())))
        || w.strip_suffix("fps").is_some_and(rate)
        || w.strip_suffix("hz").is_some_and(number)
        || w.strip_suffix("bit").is_some_and(number)
        || (w.len() == 4 && number(&w) && ("1890"..="2099").contains(&w.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_people_have() {
        for (stem, title) in [
            ("big_buck_bunny_640x360_24fps", "Big Buck Bunny"),
            ("big-buck-bunny-1080p", "Big Buck Bunny"),
            ("Il.Sorpasso.1962.1080p.BluRay.x264", "Il Sorpasso"),
            ("sintel_trailer_480x204_24fps", "Sintel Trailer"),
            ("steamboat_willie_1928_excerpt_854x480", "Steamboat Willie Excerpt"),
            ("La Dolce Vita (1960)", "La Dolce Vita"),
            ("1917", "1917"),
            ("2001", "2001"),
            ("七人の侍_1080p", "七人の侍"),
            ("Броненосец Потёмкин 1925", "Броненосец Потёмкин"),
            ("Dr. No", "Dr. No"),
            ("x-men", "X-men"),
            ("1080p", "1080p"),
            ("IMG_4032", "IMG 4032"),
        ] {
            assert_eq!(named(stem), Named { title: title.to_owned(), part: None }, "{stem}");
        }
    }

    #[test]
    fn parts_of_a_set() {
        for (stem, title, part) in [
            ("metropolis reel 2", "Metropolis", 2),
            ("metropolis_reel1_1080p", "Metropolis", 1),
            ("Gone with the Wind CD2", "Gone with the Wind", 2),
            ("gone-with-the-wind-part-1", "Gone With The Wind", 1),
            ("napoleon.part.3.1927", "Napoleon", 3),
        ] {
            assert_eq!(named(stem), Named { title: title.to_owned(), part: Some(part) }, "{stem}");
        }
        assert_eq!(named("party 2").part, None);
        assert_eq!(named("reel 2").part, None, "nothing would be left for a name");
    }
}
