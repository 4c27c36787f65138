//! Sessions that have just ended.

use super::{Session, append, first_link};
use crate::{
    settings::{Database, Synchronous},
    store::Store,
};
use std::collections::BTreeSet;

/// Whoever sees that a session is over may look at its records at once: the last one ends it, or its journal is damaged.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_session_that_is_seen_to_be_over_all_records_can_be_read() {
    const SESSIONS: usize = 300;
    let folder = tempfile::tempdir().expect("a folder");
    let file = Database::File(folder.path().join("over.db"), Synchronous::Normal);
    let store = Store::open(&file).await.expect("a database");
    let ending = tokio::spawn({
        let store = store.clone();
        async move {
            for _ in 0..SESSIONS {
                let mut session = Session::create(&store).await;
                let last = session.next(Vec::new()).closes();
                assert_eq!(append(&store, vec![last]).await, [Ok(())]);
            }
        }
    });
    let mut seen = BTreeSet::new();
    while seen.len() < SESSIONS {
        // Those that were seen are left out, as the damaged ones are.
        for id in store.to_pack(i64::MAX, SESSIONS, &seen).await.expect("sessions") {
            let (records, _) = store.records(id, 0, first_link(id)).await.expect("a journal");
            assert_eq!(records.len(), 2, "after {} others", seen.len());
            seen.insert(id);
        }
    }
    ending.await.expect("all have ended");
}
