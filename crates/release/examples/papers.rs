//! Writes every paper for the story in `crates/rights/tests/notte/record.toml`, with a decision made by hand, to a
//! folder; clearance and disclosure also with the rules' own answer.
//!
//! `cargo run -p release --example papers -- DIR [NAME]`; NAME, if given, is put in the place of every text that people write
//! freely, to see what a page does with it.

use std::path::Path;

#[path = "../tests/story/mod.rs"]
mod story;

fn main() {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "papers".to_owned());
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder).expect("the folder can be made");
    let papers = std::env::args().nth(2).map_or_else(story::papers, |name| story::hostile(&name));
    for (name, page) in papers {
        std::fs::write(folder.join(format!("{name}.html")), page).expect("the page can be written");
    }
    // The same on what the rules themselves answer.
    let book = rules::Rulebook::load().unwrap_or_else(|e| panic!("{e}"));
    let (record, question) = (story::record(), story::question());
    let decision = book.decide(record, "o:studio", &rules::Question::Release(question.clone()));
    let ruled = story::papers_of(record, record, question, decision, "Notte Rossa, trailer 1");
    for (name, page) in ruled.into_iter().filter(|(name, _)| matches!(*name, "clearance" | "disclosure")) {
        std::fs::write(folder.join(format!("{name}-ruled.html")), page).expect("the page can be written");
    }
}
