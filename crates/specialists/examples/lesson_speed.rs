//! How long lessons take to make: `cargo run --release -p specialists --example lesson_speed LIBRARY`.

use std::time::Instant;

use jobs::{Cancel, Silent};
use specialists::image::material::Material;
use specialists::image::task::Task;
use specialists::split::Role;

fn main() {
    let root = std::env::args().nth(1).expect("a library's folder");
    let library = catalogue::Library::open(root.as_ref()).expect("a library");
    let program = std::path::Path::new("target/release/bottega");
    let begun = Instant::now();
    let material = Material::gather(&library, program, &[], &Silent, &Cancel::new()).expect("material");
    println!("gathered in {:.1} s", begun.elapsed().as_secs_f64());
    for task in Task::ALL {
        for role in [Role::Train, Role::Watch, Role::Test] {
            println!("{task} {role:?}: {} pieces", material.pool(task, role).len());
        }
        let pool = material.pool(task, Role::Train);
        let begun = Instant::now();
        let mut gain = [0.0f64; 2];
        for n in 0..64 {
            let lesson = pool.make(task, n * pool.len() / 64, n as u64, false).expect("a lesson");
            gain[0] += lesson.nothing.psnr(&lesson.target) / 64.0;
            gain[1] += lesson.classical.psnr(&lesson.target) / 64.0;
        }
        println!(
            "{task}: {:.2} ms a lesson, nothing {:.2} dB, classical {:.2} dB",
            begun.elapsed().as_secs_f64() * 1000.0 / 64.0,
            gain[0],
            gain[1]
        );
    }
}
