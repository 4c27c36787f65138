//! Snapshots: the state after a record, so that not every record has to be replayed.

use super::{ReadError, Store, Write, WriteError, journal::Hash};
use sha2::{Digest, Sha256};
use sqlx::AnyConnection;
use tokio::sync::oneshot;
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

impl Write for Snapshot {
    type Out = ();

    /// Where its last record was not written, neither is the snapshot.
    fn after(&self) -> Option<(Uuid, u64)> {
        Some((self.session, self.seq))
    }

    async fn run(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        let seq = i64::try_from(self.seq).unwrap_or(i64::MAX);
        sqlx::query(
            "INSERT INTO snapshots (session, seq, rules, body, link, hash) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (session, seq) DO NOTHING",
        )
        .bind(self.session.to_string())
        .bind(seq)
        .bind(i64::from(self.rules))
        .bind(&self.body)
        .bind(self.link.to_vec())
        .bind(self.hash().to_vec())
        .execute(&mut *connection)
        .await?;
        sqlx::query(
            "DELETE FROM snapshots WHERE session = $1 AND seq NOT IN \
             (SELECT seq FROM snapshots WHERE session = $1 ORDER BY seq DESC LIMIT $2) \
             AND seq NOT IN (SELECT MIN(seq) FROM snapshots WHERE session = $1 \
             AND seq / $3 >= $4 / $3 - 2 GROUP BY seq / $3)",
        )
        .bind(self.session.to_string())
        .bind(i64::try_from(KEPT).unwrap_or(i64::MAX))
        .bind(EVERY.cast_signed())
        .bind(seq)
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// Nothing to be written: its turn comes when that record is stored.
struct Turn(Uuid, u64);

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
        let (answer, answered) = oneshot::channel();
        self.keep_later(snapshot, |kept| {
            let _ = answer.send(kept);
        })
        .await;
        answered.await.unwrap_or_else(|_| Err(WriteError::Failed("it has stopped".into())))
    }

    /// Keeps a snapshot after its record, and calls back once it is stored, or is known not to be.
    pub(crate) async fn keep_later(
        &self,
        snapshot: Snapshot,
        done: impl FnOnce(Result<(), WriteError>) + Send + 'static,
    ) {
        let Some(shelf) = self.writer.shelf() else {
            return self.queue(snapshot, done).await;
        };
        if self.writer.tail().head(snapshot.session) >= snapshot.seq {
            shelf.put(snapshot);
            return done(Ok(()));
        }
        let (shelf, turn) = (shelf.clone(), Turn(snapshot.session, snapshot.seq));
        self.queue(turn, move |stored| {
            if stored.is_ok() {
                shelf.put(snapshot);
            }
            done(stored);
        })
        .await;
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
