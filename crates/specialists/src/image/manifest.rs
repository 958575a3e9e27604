//! What a net was taught and judged on, shot by shot: a list kept beside its card, which carries the list's hash. With it a
//! consent that ends later can be held against what was taught, after the library has changed.

use film::ContentHash;
use serde::{Deserialize, Serialize};

use super::crops::Piece;
use crate::split::Role;

/// A shot that pieces were taken from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lent {
    /// The title, as it was called then.
    pub title: String,
    /// Content of the reel.
    pub reel: ContentHash,
    /// Number of the shot.
    pub shot: u32,
    /// What its pieces were for.
    pub role: Role,
    /// How many.
    pub pieces: u32,
    /// Hash of which frames they are and how they were made.
    pub recipe: ContentHash,
}

/// The shots of one reel's pieces, in the order of the film.
pub(super) fn lent(title: &str, reel: ContentHash, recipe: ContentHash, pieces: &[Piece]) -> Vec<Lent> {
    let mut shots: Vec<Lent> = Vec::new();
    for place in pieces.iter().map(|piece| piece.place) {
        match shots.iter_mut().find(|known| (known.shot, known.role) == (place.shot, place.role)) {
            Some(known) => known.pieces += 1,
            None => shots.push(Lent {
                title: title.to_owned(),
                reel,
                shot: place.shot,
                role: place.role,
                pieces: 1,
                recipe,
            }),
        }
    }
    shots
}

/// The list as a table (CSV), one row a shot.
pub fn write(shots: &[Lent]) -> String {
    let mut table = csv::Writer::from_writer(Vec::new());
    for shot in shots {
        table.serialize(shot).expect("plain data, in memory");
    }
    String::from_utf8(table.into_inner().expect("in memory")).expect("text was written")
}

/// Reads such a table.
///
/// # Errors
/// If it is not one; the error names the line.
pub fn read(table: &[u8]) -> Result<Vec<Lent>, csv::Error> {
    csv::Reader::from_reader(table).into_deserialize().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::crops::Place;

    #[test]
    fn a_list_comes_back_as_it_was_written() {
        let hash = ContentHash::of(b"reel");
        let piece = |shot, role| Piece { place: Place { frame: 0, shot, setup: 0, role }, qp: 30, grain: 0.0 };
        let pieces = [piece(4, Role::Train), piece(4, Role::Train), piece(7, Role::Test)];
        let shots = lent("A \"film\", with commas\nand 光", hash, hash, &pieces);
        assert_eq!(
            shots.iter().map(|s| (s.shot, s.role, s.pieces)).collect::<Vec<_>>(),
            [(4, Role::Train, 2), (7, Role::Test, 1)]
        );
        assert_eq!(read(write(&shots).as_bytes()).unwrap(), shots);
        assert!(read(b"title,reel\nx,y\n").is_err());
        assert_eq!(read(write(&[]).as_bytes()).unwrap(), []);
    }
}
