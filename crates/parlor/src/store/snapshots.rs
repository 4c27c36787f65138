//! Snapshots: the state after a record, so that not every record has to be replayed.

use super::{ReadError, Store, Write, WriteError, journal::Hash, many};
use sha2::{Digest, Sha256};
use sqlx::AnyConnection;
use uuid::Uuid;

/// After how many records a snapshot is kept.
pub(crate) const EVERY: u64 = 256;

/// How many of a session's newest snapshots stay: should one be damaged, there is one before it. Besides those, the first of
/// the last [`EVERY`] records stays, and the first of as many before, and of as many before these: so there is one with at
/// least so many records after it, and they tell what was told lately.
pub(super) const KEPT: usize = 2;

/// The state of a session after one of its records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Snapshot {
    pub(crate) session: Uuid,
    /// The number of the last record in it.
    pub(crate) seq: u64,
    /// The version of the rules it was made by.
    pub(crate) rules: u32,
    pub(crate) body: String,
    /// The journal's link after that record.
    pub(crate) link: Hash,
}

impl Snapshot {
    fn hash(&self) -> Hash {
        Sha256::new().chain_update(self.link).chain_update(&self.body).finalize().into()
    }
}

/// Snapshots to be written, of records that are stored; one alone waits for its record.
struct Keep(Vec<Snapshot>);

impl Write for Keep {
    type Out = ();

    /// Where its last record was not written, neither is the snapshot.
    fn after(&self) -> Option<(Uuid, u64)> {
        match &*self.0 {
            [alone] => Some((alone.session, alone.seq)),
            _ => None,
        }
    }

    async fn run(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        for group in many::groups(&self.0) {
            let sql = format!(
                "INSERT INTO snapshots (session, seq, rules, body, link, hash) VALUES {} \
                 ON CONFLICT (session, seq) DO NOTHING",
                many::places(group.len(), 6)
            );
            let mut insert = sqlx::query(sqlx::AssertSqlSafe(sql));
            for snapshot in group {
                insert = insert.bind(snapshot.session.to_string());
                insert = insert.bind(i64::try_from(snapshot.seq).unwrap_or(i64::MAX));
                insert = insert.bind(i64::from(snapshot.rules)).bind(&snapshot.body);
                insert = insert.bind(snapshot.link.to_vec()).bind(snapshot.hash().to_vec());
            }
            insert.execute(&mut *connection).await?;
            let sql = format!(
                "DELETE FROM snapshots WHERE session IN (VALUES {}) AND {KEPT} <= \
                 (SELECT COUNT(*) FROM snapshots AS newer \
                 WHERE newer.session = snapshots.session AND newer.seq > snapshots.seq) \
                 AND (seq / {EVERY} + 2 < (SELECT MAX(newest.seq) FROM snapshots AS newest \
                 WHERE newest.session = snapshots.session) / {EVERY} \
                 OR EXISTS (SELECT 1 FROM snapshots AS older \
                 WHERE older.session = snapshots.session AND older.seq < snapshots.seq \
                 AND older.seq / {EVERY} = snapshots.seq / {EVERY}))",
                many::places(group.len(), 1)
            );
            let mut delete = sqlx::query(sqlx::AssertSqlSafe(sql));
            for snapshot in group {
                delete = delete.bind(snapshot.session.to_string());
            }
            delete.execute(&mut *connection).await?;
        }
        Ok(())
    }
}

/// Nothing to be written: its turn comes when that record is stored.
pub(super) struct Turn(pub(super) Uuid, pub(super) u64);

impl Write for Turn {
    type Out = ();

    fn after(&self) -> Option<(Uuid, u64)> {
        Some((self.0, self.1))
    }

    async fn run(&self, _: &mut AnyConnection) -> Result<(), sqlx::Error> {
        Ok(())
    }
}

type Row = (i64, i64, String, Vec<u8>, Vec<u8>);

impl Store {
    /// Keeps a snapshot, and waits until it is stored.
    pub(crate) async fn keep(&self, snapshot: Snapshot) -> Result<(), WriteError> {
        let Some(shelf) = self.writer.shelf() else {
            return self.write(Keep(vec![snapshot])).await;
        };
        if !self.has_record_of(&snapshot) {
            self.write(Turn(snapshot.session, snapshot.seq)).await?;
        }
        shelf.put(snapshot);
        Ok(())
    }

    /// Keeps a snapshot some time after its record. One that is not kept makes the next start slower, and nothing wrong.
    pub(crate) async fn keep_later(&self, snapshot: Snapshot) {
        let session = snapshot.session;
        let Some(shelf) = self.writer.shelf() else {
            let due = self.later.put(snapshot, |one| self.has_record_of(one));
            if !due.is_empty() {
                self.queue(Keep(due), not_kept).await;
            }
            return;
        };
        if self.has_record_of(&snapshot) {
            return shelf.put(snapshot);
        }
        let (shelf, turn) = (shelf.clone(), Turn(session, snapshot.seq));
        self.queue(turn, move |stored| {
            if stored.is_ok() {
                shelf.put(snapshot);
            }
            not_kept(stored);
        })
        .await;
    }

    /// The session has stopped over a record that was not stored: its snapshots that wait may be of such records.
    pub(crate) fn lose_snapshots(&self, session: Uuid) {
        self.later.forget(session);
    }

    /// Keeps those that wait for others.
    pub(super) async fn keep_rest(&self) {
        let rest = self.later.take(|one| self.has_record_of(one));
        if !rest.is_empty() {
            not_kept(self.write(Keep(rest)).await);
        }
    }

    fn has_record_of(&self, snapshot: &Snapshot) -> bool {
        self.writer.tail().head(snapshot.session) >= snapshot.seq
    }

    /// A session's good snapshots, the newest first.
    pub(crate) async fn snapshots(&self, session: Uuid) -> Result<Vec<Snapshot>, ReadError> {
        let all = self.all_snapshots(session).await?.into_iter();
        let good = |read: Result<Snapshot, u64>| {
            read.inspect_err(|seq| {
                tracing::error!(%session, seq, "a snapshot is damaged, and is passed over");
            })
        };
        Ok(all.filter_map(|read| good(read).ok()).collect())
    }

    /// A session's snapshots, the newest first; of one that is damaged, the number of its last record.
    pub(crate) async fn all_snapshots(
        &self,
        session: Uuid,
    ) -> Result<Vec<Result<Snapshot, u64>>, ReadError> {
        if let Some(shelf) = self.writer.shelf() {
            return Ok(shelf.of(session).into_iter().map(Ok).collect());
        }
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT seq, rules, body, link, hash FROM snapshots WHERE session = $1 ORDER BY seq DESC",
        )
        .bind(session.to_string())
        .fetch_all(&self.readers)
        .await?;
        let read = |(seq, rules, body, link, hash): Row| {
            let seq = seq.unsigned_abs();
            let (rules, link) = (u32::try_from(rules).ok(), link.try_into().ok());
            let snapshot = rules.zip(link);
            let snapshot =
                snapshot.map(|(rules, link)| Snapshot { session, seq, rules, body, link });
            snapshot.filter(|snapshot| snapshot.hash().as_slice() == hash).ok_or(seq)
        };
        Ok(rows.into_iter().map(read).collect())
    }
}

fn not_kept(kept: Result<(), WriteError>) {
    if let Err(error) = kept {
        tracing::warn!(%error, "snapshots were not kept");
    }
}
