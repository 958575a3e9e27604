//! Files that are whole or not there.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// A file being written: under its name with `.part` before the ending until [`Whole::keep`]; removed if dropped before.
///
/// The `.part` file keeps the ending (`master.part.mp4`), since encoders choose the container by it.
///
/// ```
/// # let dir = tempfile::tempdir().unwrap();
/// let whole = jobs::Whole::begin(&dir.path().join("a.txt")).unwrap();
/// std::fs::write(whole.part(), "text").unwrap();
/// whole.keep().unwrap();
/// assert_eq!(std::fs::read(dir.path().join("a.txt")).unwrap(), b"text");
/// ```
#[derive(Debug)]
pub struct Whole {
    path: PathBuf,
    part: PathBuf,
    kept: bool,
}

impl Whole {
    /// Begins the file `path`, making its folder; an old `.part` of a killed run is removed.
    pub fn begin(path: &Path) -> io::Result<Whole> {
        if let Some(dir) = path.parent().filter(|d| !d.as_os_str().is_empty()) {
            fs::create_dir_all(dir)?;
        }
        let mut name = path.file_stem().unwrap_or_default().to_owned();
        name.push(".part");
        if let Some(ending) = path.extension() {
            name.push(".");
            name.push(ending);
        }
        let part = path.with_file_name(name);
        match fs::remove_file(&part) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
        Ok(Whole { path: path.to_owned(), part, kept: false })
    }

    /// Where to write.
    pub fn part(&self) -> &Path {
        &self.part
    }

    /// Flushes to disk and gives the file its name.
    pub fn keep(mut self) -> io::Result<()> {
        File::open(&self.part)?.sync_all()?;
        fs::rename(&self.part, &self.path)?;
        self.kept = true;
        if let Some(dir) = self.path.parent().filter(|d| !d.as_os_str().is_empty()) {
            // So that the name itself survives a power cut; not every file system can, and the file is whole either way.
            let _ = File::open(dir).and_then(|d| d.sync_all());
        }
        Ok(())
    }

    /// Writes `bytes` to `path`, whole or not at all.
    pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
        let whole = Whole::begin(path)?;
        fs::write(whole.part(), bytes)?;
        whole.keep()
    }
}

impl Drop for Whole {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_file(&self.part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropped_leaves_nothing_and_an_old_part_is_cleared() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sub/a film.mov");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(dir.path().join("sub/a film.part.mov"), "half").unwrap();
        let whole = Whole::begin(&path).unwrap();
        assert_eq!(whole.part().file_name().unwrap(), "a film.part.mov");
        fs::write(whole.part(), "more").unwrap();
        drop(whole);
        assert_eq!(fs::read_dir(dir.path().join("sub")).unwrap().count(), 0);
    }
}
