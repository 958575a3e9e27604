//! A library: a folder of the user's, and what Bottega keeps in it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use film::ContentHash;
use jobs::{Cancel, Progress};
use rusqlite::{Connection, OpenFlags};

use super::schema;

/// Name of Bottega's folder in a library.
pub const FOLDER: &str = ".bottega";

/// A library opened.
pub struct Library {
    root: PathBuf,
    db: Mutex<Connection>,
    writable: bool,
}

/// Why a library could not be used.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// There is none.
    #[error("{path} is not a library; make one with `bottega init {path}`", path = .0.display())]
    NotLibrary(PathBuf),
    /// The folder is in the way.
    #[error("{path} cannot become a library: {cause}", path = path.display())]
    NoFolder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        cause: String,
    },
    /// It may be read only.
    #[error("the library {path} may be read only: get leave to write in it, or copy it to a folder of your own", path = .0.display())]
    ReadOnly(PathBuf),
    /// No room.
    #[error("the disk of the library {path} is full: make room and run it again; what was done is kept", path = .0.display())]
    Full(PathBuf),
    /// Made by a newer program.
    #[error("the library {path} was made by a newer Bottega (version {found} of its tables, this one knows {known}): install that one; nothing was changed", path = path.display())]
    Newer {
        /// The library.
        path: PathBuf,
        /// Version found.
        found: i64,
        /// Version known.
        known: i64,
    },
    /// The database is damaged.
    #[error("the library {path} is damaged: {cause}; its films are untouched, restore {FOLDER} from a backup or make a new library and ingest them again", path = path.display())]
    Damaged {
        /// The library.
        path: PathBuf,
        /// What SQLite said.
        cause: String,
    },
    /// Another program holds it.
    #[error("the library {path} is in use by another Bottega: wait for it to end", path = .0.display())]
    Busy(PathBuf),
    /// A file of the library's could not be read or written.
    #[error("{path} cannot be used: {cause}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: String,
    },
    /// Told to stop.
    #[error(transparent)]
    Canceled(#[from] jobs::Canceled),
}

impl Library {
    /// Makes the folder `root` a library, or opens it if it is one.
    pub fn init(root: &Path) -> Result<Library, LibraryError> {
        let folder = |e: io::Error| LibraryError::NoFolder { path: root.to_owned(), cause: e.to_string() };
        fs::create_dir_all(root).map_err(folder)?;
        let root = root.canonicalize().map_err(folder)?;
        fs::create_dir_all(root.join(FOLDER)).map_err(folder)?;
        let base = database(&root);
        refuse_newer(&root)?;
        let mut db = Connection::open(&base).map_err(|e| trouble(&root, e))?;
        // A newer program that was killed may have left its version beside the file.
        let found = schema::version(&db).map_err(|e| trouble(&root, e))?;
        if found > schema::VERSION {
            return Err(LibraryError::Newer { path: root, found, known: schema::VERSION });
        }
        // WAL lets people look while an ingest writes.
        set_up(&db).map_err(|e| trouble(&root, e))?;
        schema::migrate(&mut db).map_err(|e| trouble(&root, e))?;
        Ok(Library { root, db: Mutex::new(db), writable: true })
    }

    /// Opens the library `root`; older tables are brought up to date. In a folder that may only be read it can be looked at.
    pub fn open(root: &Path) -> Result<Library, LibraryError> {
        let not = || LibraryError::NotLibrary(root.to_owned());
        let root = root.canonicalize().map_err(|_| not())?;
        let base = database(&root);
        if !base.is_file() {
            return Err(not());
        }
        refuse_newer(&root)?;
        if may_write(&root.join(FOLDER)) {
            return Library::init(&root);
        }
        // Without leave to write, SQLite cannot make the files that WAL shares; nobody else can be writing either.
        let mut uri = String::from("file:");
        for b in base.as_os_str().as_encoded_bytes() {
            match b {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => uri.push(*b as char),
                _ => uri.push_str(&format!("%{b:02X}")),
            }
        }
        uri.push_str("?immutable=1");
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        let db = Connection::open_with_flags(uri, flags).map_err(|e| trouble(&root, e))?;
        if schema::version(&db).map_err(|e| trouble(&root, e))? != schema::VERSION {
            return Err(LibraryError::ReadOnly(root));
        }
        Ok(Library { root, db: Mutex::new(db), writable: false })
    }

    /// The library's folder, absolute.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether it can be changed.
    pub fn is_writable(&self) -> bool {
        self.writable
    }

    /// Where the reading of the reel `hash` is kept.
    pub fn reading(&self, hash: ContentHash) -> PathBuf {
        self.root.join(FOLDER).join("readings").join(hash.to_string())
    }

    /// Bottega's folder in it.
    pub fn folder(&self) -> PathBuf {
        self.root.join(FOLDER)
    }

    /// Waits until no other program changes the library, and keeps others waiting until dropped.
    pub fn lock(&self, progress: &dyn Progress, cancel: &Cancel) -> Result<WriterLock, LibraryError> {
        if !self.writable {
            return Err(LibraryError::ReadOnly(self.root.clone()));
        }
        let path = self.folder().join("writer.lock");
        let file =
            File::options().create(true).truncate(false).write(true).open(&path).map_err(|e| self.file(&path, e))?;
        let mut told = false;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(WriterLock { _file: file }),
                Err(fs::TryLockError::Error(e)) => return Err(self.file(&path, e)),
                Err(fs::TryLockError::WouldBlock) => {
                    if !told {
                        progress.say("another ingest is at work in this library; waiting for it to end");
                        told = true;
                    }
                    cancel.check()?;
                    std::thread::sleep(Duration::from_millis(100));
                }
            }
        }
    }

    pub(crate) fn db(&self) -> MutexGuard<'_, Connection> {
        // A thread that panicked inside a transaction rolled it back.
        self.db.lock().unwrap_or_else(|e| e.into_inner())
    }

    pub(crate) fn trouble(&self, error: rusqlite::Error) -> LibraryError {
        trouble(&self.root, error)
    }

    pub(crate) fn file(&self, path: &Path, error: io::Error) -> LibraryError {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => LibraryError::Full(self.root.clone()),
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                LibraryError::ReadOnly(self.root.clone())
            }
            _ => LibraryError::File { path: path.to_owned(), cause: error.to_string() },
        }
    }
}

/// Held while a program changes a library; the system lets go of it when the program ends, however it ends.
pub struct WriterLock {
    _file: File,
}

fn database(root: &Path) -> PathBuf {
    root.join(FOLDER).join("catalogue.db")
}

fn set_up(db: &Connection) -> rusqlite::Result<()> {
    db.busy_timeout(Duration::from_secs(20))?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "foreign_keys", true)
}

/// The version stands in bytes 60 to 63 of an SQLite file, so that a newer library is not even opened. It is there at once:
/// tables are only made or changed when the library is opened.
fn refuse_newer(root: &Path) -> Result<(), LibraryError> {
    use std::io::Read;
    let mut head = [0u8; 64];
    let path = database(root);
    let read = File::open(&path).and_then(|mut f| f.read_exact(&mut head));
    match read {
        Err(e) if e.kind() == io::ErrorKind::NotFound || e.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
        Err(e) => return Err(LibraryError::File { path, cause: e.to_string() }),
        Ok(()) => {}
    }
    let found = i64::from(u32::from_be_bytes([head[60], head[61], head[62], head[63]]));
    if head.starts_with(b"SQLite format 3\0") && found > schema::VERSION {
        return Err(LibraryError::Newer { path: root.to_owned(), found, known: schema::VERSION });
    }
    Ok(())
}

fn may_write(folder: &Path) -> bool {
    tempfile::Builder::new().prefix(".write-").tempfile_in(folder).is_ok()
}

fn trouble(root: &Path, error: rusqlite::Error) -> LibraryError {
    use rusqlite::ErrorCode as C;
    let path = root.to_owned();
    match error.sqlite_error_code() {
        Some(C::DiskFull) => LibraryError::Full(path),
        Some(C::ReadOnly | C::PermissionDenied) => LibraryError::ReadOnly(path),
        Some(C::DatabaseBusy | C::DatabaseLocked) => LibraryError::Busy(path),
        Some(C::CannotOpen) => LibraryError::ReadOnly(path),
        _ => LibraryError::Damaged { path, cause: error.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_library_is_refused_and_untouched() {
        let dir = tempfile::tempdir().unwrap();
        drop(Library::init(dir.path()).unwrap());
        let base = database(dir.path());
        let db = Connection::open(&base).unwrap();
        db.pragma_update(None, "user_version", schema::VERSION + 1).unwrap();
        db.pragma_update(None, "journal_mode", "DELETE").unwrap();
        drop(db);
        let before = fs::read(&base).unwrap();
        for outcome in [Library::open(dir.path()), Library::init(dir.path())] {
            let error = outcome.err().unwrap();
            assert!(matches!(error, LibraryError::Newer { .. }), "{error}");
            assert!(error.to_string().contains("newer Bottega"));
        }
        assert_eq!(fs::read(&base).unwrap(), before);
    }

    #[test]
    fn what_is_no_library_is_said() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(Library::open(dir.path()), Err(LibraryError::NotLibrary(_))));
        fs::write(dir.path().join("file"), "x").unwrap();
        assert!(matches!(Library::init(&dir.path().join("file")), Err(LibraryError::NoFolder { .. })));
        fs::create_dir(dir.path().join(FOLDER)).unwrap();
        fs::write(
            database(dir.path()),
            "not a database, but long enough to be looked at as if it were one. ".repeat(20),
        )
        .unwrap();
        assert!(matches!(Library::open(dir.path()), Err(LibraryError::Damaged { .. })));
    }

    #[test]
    fn one_writer_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let library = Library::init(dir.path()).unwrap();
        let held = library.lock(&jobs::Silent, &Cancel::new()).unwrap();
        let cancel = Cancel::new();
        cancel.cancel();
        let other = Library::open(dir.path()).unwrap();
        assert!(matches!(other.lock(&jobs::Silent, &cancel), Err(LibraryError::Canceled(_))));
        drop(held);
        other.lock(&jobs::Silent, &cancel).unwrap();
    }
}
