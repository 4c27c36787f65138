//! Snapshots where nothing outlives the program: they lie here, and no statement is made for them.
//!
//! There is one for every few hundred records. As a row each would be a commit of SQLite's, on a thread of its own and with a look
//! at every page that the database has in memory.

use super::snapshots::{EVERY, KEPT, Snapshot};
use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};
use uuid::Uuid;

/// Each open session's snapshots, by their numbers.
#[derive(Default)]
pub(super) struct Shelf(Mutex<HashMap<Uuid, BTreeMap<u64, Snapshot>>>);

impl fmt::Debug for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shelf")
    }
}

impl Shelf {
    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, BTreeMap<u64, Snapshot>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a snapshot, and of those of its session no more than a database does.
    pub(super) fn put(&self, snapshot: Snapshot) {
        let mut shelf = self.lock();
        let kept = shelf.entry(snapshot.session).or_default();
        let part = snapshot.seq / EVERY;
        kept.entry(snapshot.seq).or_insert(snapshot);
        let newest: Vec<u64> = kept.keys().rev().take(KEPT).copied().collect();
        let mut before = None;
        kept.retain(|seq, _| {
            let is_first = before.replace(seq / EVERY) != Some(seq / EVERY);
            newest.contains(seq) || (is_first && seq / EVERY + 2 >= part)
        });
    }

    /// A session's snapshots, the newest first.
    pub(super) fn of(&self, session: Uuid) -> Vec<Snapshot> {
        let shelf = self.lock();
        shelf.get(&session).map_or_else(Vec::new, |kept| kept.values().rev().cloned().collect())
    }

    /// The session is over: nobody goes there any more.
    pub(super) fn forget(&self, session: Uuid) {
        self.lock().remove(&session);
    }
}
