//! Snapshots on their way to a disk: each alone would be a transaction more, for something that may as well come later.

use super::snapshots::Snapshot;
use std::sync::{Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

/// So many are written at once, or so many bytes of them.
const AT_ONCE: usize = 32;
const BYTES: usize = 1 << 20;

/// Snapshots that wait for others. None waits for longer than until its session's next one, so what is to be replayed after a
/// kill is bounded.
#[derive(Debug, Default)]
pub(super) struct Later(Mutex<Vec<Snapshot>>);

impl Later {
    fn lock(&self) -> MutexGuard<'_, Vec<Snapshot>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a snapshot wait; those that are to be written now come back.
    pub(super) fn put(
        &self,
        snapshot: Snapshot,
        is_stored: impl Fn(&Snapshot) -> bool,
    ) -> Vec<Snapshot> {
        let mut waiting = self.lock();
        let is_next = waiting.iter().any(|other| other.session == snapshot.session);
        waiting.push(snapshot);
        let bytes = || waiting.iter().map(|other| other.body.len()).sum::<usize>();
        if is_next || waiting.len() >= AT_ONCE || bytes() >= BYTES {
            waiting.extract_if(.., |other| is_stored(other)).collect()
        } else {
            Vec::new()
        }
    }

    /// All that wait, and can be written.
    pub(super) fn take(&self, is_stored: impl Fn(&Snapshot) -> bool) -> Vec<Snapshot> {
        self.lock().extract_if(.., |other| is_stored(other)).collect()
    }

    /// The session is over, or has failed: nobody needs them any more.
    pub(super) fn forget(&self, session: Uuid) {
        self.lock().retain(|other| other.session != session);
    }
}

#[cfg(test)]
mod tests {
    use super::{AT_ONCE, BYTES, Later};
    use crate::store::snapshots::Snapshot;
    use uuid::Uuid;

    fn of_another(bytes: usize) -> Snapshot {
        let (session, body) = (Uuid::new_v4(), "x".repeat(bytes));
        Snapshot { session, seq: 1, rules: 1, body, link: [0; 32] }
    }

    #[test]
    fn only_so_many_wait_and_so_many_bytes() {
        for (bytes, most) in [(0, AT_ONCE), (BYTES / 4, 4)] {
            let later = Later::default();
            for n in 1..most {
                assert!(later.put(of_another(bytes), |_| true).is_empty(), "{n} of {bytes} bytes");
            }
            assert_eq!(later.put(of_another(bytes), |_| true).len(), most);
            assert!(later.take(|_| true).is_empty());
        }
    }
}
