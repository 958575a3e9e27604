//! The tables, and how an older library becomes a newer one.

use rusqlite::Connection;

/// One step each, never changed once released; a library's `user_version` says how many it has had.
const STEPS: [&str; 4] = [
    // 1: titles, their reels, where reels lie, shots and lines.
    "CREATE TABLE title (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL
    );
    CREATE TABLE reel (
        id INTEGER PRIMARY KEY,
        title INTEGER NOT NULL REFERENCES title(id),
        place INTEGER NOT NULL,
        hash TEXT NOT NULL UNIQUE,
        depth TEXT NOT NULL CHECK (depth IN ('quick', 'full')),
        probe TEXT NOT NULL,
        rate TEXT NOT NULL,
        frames INTEGER NOT NULL,
        pts BLOB,
        last INTEGER,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        active TEXT NOT NULL,
        warnings TEXT NOT NULL
    );
    CREATE TABLE place (
        path BLOB PRIMARY KEY,
        reel INTEGER NOT NULL REFERENCES reel(id) ON DELETE CASCADE,
        bytes INTEGER NOT NULL,
        changed INTEGER NOT NULL
    );
    CREATE TABLE shot (
        reel INTEGER NOT NULL REFERENCES reel(id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        start INTEGER NOT NULL,
        end INTEGER NOT NULL,
        begins TEXT NOT NULL,
        mix_start INTEGER,
        mix_end INTEGER,
        clean_start INTEGER NOT NULL,
        clean_end INTEGER NOT NULL,
        key_frame INTEGER NOT NULL,
        attributes TEXT NOT NULL,
        PRIMARY KEY (reel, number)
    ) WITHOUT ROWID;
    CREATE TABLE line (
        reel INTEGER NOT NULL REFERENCES reel(id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        start INTEGER NOT NULL,
        end INTEGER NOT NULL,
        words TEXT NOT NULL,
        PRIMARY KEY (reel, number)
    ) WITHOUT ROWID;",
    // 2: music by the same door.
    "CREATE TABLE music (
        hash TEXT PRIMARY KEY,
        path BLOB NOT NULL,
        heard TEXT NOT NULL
    );",
    // 3: looking for a title's reels and a reel's places.
    "CREATE INDEX reel_of_title ON reel(title, place);
    CREATE INDEX place_of_reel ON place(reel);",
    // 4: what was agreed, row by row as it was recorded, and the papers. Rows are only ever added: the last of a kind and name
    // counts, those before it are its history.
    "CREATE TABLE agreed (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        body TEXT NOT NULL,
        file TEXT NOT NULL,
        line INTEGER NOT NULL,
        at TEXT NOT NULL
    );
    CREATE INDEX agreed_by_name ON agreed(kind, name, number);
    CREATE TRIGGER agreed_stays BEFORE UPDATE ON agreed BEGIN SELECT RAISE(ABORT, 'what was agreed is never edited'); END;
    CREATE TRIGGER agreed_is_kept BEFORE DELETE ON agreed BEGIN SELECT RAISE(ABORT, 'what was agreed is never deleted'); END;
    CREATE TABLE paper (
        hash TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        at TEXT NOT NULL
    );",
];

/// The version this program writes.
pub const VERSION: i64 = STEPS.len() as i64;

/// Version of a library's tables.
pub(crate) fn version(db: &Connection) -> rusqlite::Result<i64> {
    db.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Brings the tables to [`VERSION`], all steps or none.
pub(crate) fn migrate(db: &mut Connection) -> rusqlite::Result<()> {
    let tx = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let from = version(&tx)?.clamp(0, VERSION) as usize;
    for step in &STEPS[from..] {
        tx.execute_batch(step)?;
    }
    tx.pragma_update(None, "user_version", VERSION)?;
    tx.commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A library of version 1 as its program left it.
    const FIRST: &str = include_str!("../../tests/fixtures/library-v1.sql");

    #[test]
    fn version_1_becomes_the_newest_with_its_rows() {
        let mut db = Connection::open_in_memory().unwrap();
        db.execute_batch(FIRST).unwrap();
        assert_eq!(version(&db).unwrap(), 1);
        migrate(&mut db).unwrap();
        assert_eq!(version(&db).unwrap(), VERSION);
        let name: String =
            db.query_row("SELECT name FROM title JOIN reel ON reel.title = title.id", [], |r| r.get(0)).unwrap();
        assert_eq!(name, "Il sorpasso");
        let shots: i64 = db.query_row("SELECT count(*) FROM shot", [], |r| r.get(0)).unwrap();
        assert_eq!(shots, 2);
        assert_eq!(tables(&db), tables(&fresh()), "a migrated library is a new one with rows");
        migrate(&mut db).unwrap();
    }

    fn fresh() -> Connection {
        let mut db = Connection::open_in_memory().unwrap();
        migrate(&mut db).unwrap();
        db
    }

    fn tables(db: &Connection) -> Vec<(String, String)> {
        let mut q = db.prepare("SELECT type, name FROM sqlite_master ORDER BY 1, 2").unwrap();
        q.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).unwrap().map(Result::unwrap).collect()
    }
}
