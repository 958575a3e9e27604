//! Sets cards in type and writes them as pictures into a folder, to be looked at.
fn main() {
    let dir = std::path::PathBuf::from(std::env::args().nth(1).expect("a folder"));
    let mut setter = render::title::Setter::new();
    use timeline::TitleStyle::{Card, Credit, Title};
    let cards: &[(&str, timeline::TitleStyle, &[&str])] = &[
        ("title", Title, &["Big Buck Bunny"]),
        ("title-long", Title, &["The Strange and Wonderful Adventures of a Rabbit in Spring"]),
        ("title-arabic", Title, &["أرنب كبير"]),
        ("title-japanese", Title, &["大きなうさぎの物語"]),
        ("title-hindi", Title, &["बड़ा खरगोश"]),
        ("card", Card, &["This spring"]),
        (
            "card-long",
            Card,
            &["In a meadow far away lives a rabbit who has had enough of everyone, and of the squirrels most of all"],
        ),
        ("card-accents", Card, &["Crème brûlée à Łódź, Été élégant", "Ελλάδα και Быстрая лиса"]),
        (
            "credit",
            Credit,
            &[
                "Big Buck Bunny © 2008 Blender Foundation, peach.blender.org, CC BY 3.0",
                "Music: Tears of Steel score, Joram Letwory, CC BY 3.0",
            ],
        ),
    ];
    for (name, style, lines) in cards {
        for (w, h) in [(1280u32, 720u32), (608, 1080)] {
            let card = timeline::TitleCard { lines: lines.iter().map(|l| (*l).to_string()).collect(), style: *style };
            let set = setter.set(&card, w, h);
            set.notes.iter().for_each(|n| eprintln!("{n}"));
            let gray: Vec<u8> = set.coverage.iter().map(|c| (f32::from(*c) * set.brightness) as u8).collect();
            image::GrayImage::from_raw(w, h, gray).unwrap().save(dir.join(format!("{name}-{w}.png"))).unwrap();
        }
    }
}
