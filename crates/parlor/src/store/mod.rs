//! Where everything is kept: the one room that knows the database.
//!
//! - `job`, [`writer`], `writing`: what waits to be written, the queue, and the one task that writes, many writes to a commit
//! - [`sessions`]: what is known of sessions besides their records
//! - [`journal`]: their records, and chat
//! - `log`, `tail`, `runs`: where records are: in the log first, and in memory; then in runs
//! - [`archive`]: the journals of sessions that are over
//! - [`snapshots`]: shorter ways to where a session stands; `shelf`: the same in memory; `later`: those that are to be written
//! - [`ledger`]: balances and transfers; `balances`: those that are known without asking
//! - [`movements`]: what has moved on one account; [`allowance`]: the mint's daily gift
//! - [`accounts`]: accounts and their tokens; [`log_ins`]: those of one account; [`renewal`]: names, passwords, and the end
//! - [`self_limits`]: limits that players have set themselves; [`shares`]: links to what somebody saw
//! - [`roster`]: accounts as staff sees them; [`staff`]: what staff did
//! - `many`: many rows in few statements
//! - [`measures`]: what is counted, and whether the store keeps up
//!
//! Readers have connections of their own and see what is committed.

pub(crate) mod accounts;
pub(crate) mod allowance;
pub(crate) mod archive;
mod aside;
mod balances;
mod job;
pub(crate) mod journal;
mod later;
pub(crate) mod ledger;
mod log;
pub(crate) mod log_ins;
mod many;
mod measures;
pub(crate) mod movements;
mod open;
mod progress;
pub(crate) mod renewal;
pub(crate) mod roster;
mod runs;
pub(crate) mod self_limits;
pub(crate) mod sessions;
pub(crate) mod shares;
mod shelf;
pub(crate) mod snapshots;
pub(crate) mod staff;
mod tail;
mod writer;
mod writing;

#[cfg(test)]
mod tests;

pub(crate) use job::{Write, WriteError};
pub(crate) use measures::Measures;
pub(crate) use progress::{Progress, Stored};

use crate::{
    clock::Clock,
    settings::{Database, SettingError},
};
use balances::Balances;
use journal::Append;
use later::Later;
use parlor_core::PlayerId;
use sqlx::AnyPool;
use std::{fmt, sync::Arc};
use tail::Tail;
use tokio::sync::{oneshot, watch};
use writer::Writer;

/// The database. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Store {
    readers: AnyPool,
    writer: Arc<Writer>,
    balances: Arc<Balances>,
    later: Arc<Later>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store")
    }
}

/// A question that the database did not answer.
#[derive(Debug, thiserror::Error)]
#[error("the database did not answer")]
pub(crate) struct ReadError(#[from] sqlx::Error);

impl Store {
    /// Opens the database, creating it where it is missing, and brings its tables up to date.
    pub(crate) async fn open(database: &Database) -> Result<Self, SettingError> {
        let unusable = |why: anyhow::Error| {
            // What lies between the two says the same over again.
            let (what, cause) = (why.to_string(), why.root_cause().to_string());
            let why = if cause == what { what } else { format!("{what}: {cause}") };
            let mend =
                format!("the database does not open ({why}); name a file that can be written");
            SettingError::new("--database-url", mend)
        };
        let (readers, writing) = open::open(database).await.map_err(unusable)?;
        let (tail, logged) = match database {
            // Nothing outlives it: it needs no log.
            Database::Memory => (Tail::in_memory(), None),
            Database::File(..) => {
                log::read(&writing).await.map(|(tail, last)| (tail, Some(last))).map_err(|why| {
                    let mend = format!(
                        "the database's log can't be read ({why:#}); put a backup in its place"
                    );
                    SettingError::new("--database-url", mend)
                })?
            }
        };
        let writer = Arc::new(Writer::start(writing, tail, logged));
        Ok(Self { readers, writer, balances: Arc::default(), later: Arc::default() })
    }

    /// Whether anything can be written. A database that is read-only opens all the same, and who serves must know before
    /// the first move is lost.
    pub(crate) async fn can_be_written(&self) -> Result<(), SettingError> {
        open::write_nothing(&self.readers).await.map_err(|why| {
            let mend =
                format!("the database can't be written ({why}); name a file that can be written");
            SettingError::new("--database-url", mend)
        })
    }

    /// Copies everything, as it is committed now, into a new file; others may go on writing meanwhile.
    pub(crate) async fn copy_to(&self, file: &str) -> Result<(), ReadError> {
        sqlx::query("VACUUM INTO $1").bind(file).execute(&self.readers).await?;
        Ok(())
    }

    /// What is wrong with the database's file itself, as the database tells it; empty where all is well.
    pub(crate) async fn broken_pages(&self) -> Result<Vec<String>, ReadError> {
        let told: Vec<(String,)> =
            sqlx::query_as("PRAGMA integrity_check(20)").fetch_all(&self.readers).await?;
        let lines = told.iter().flat_map(|(text,)| text.lines());
        Ok(lines.filter(|line| *line != "ok").map(ToOwned::to_owned).collect())
    }

    /// Waits for this write to be durable.
    pub(crate) async fn write<W: Write>(&self, write: W) -> Result<W::Out, WriteError> {
        self.writer.write(write).await
    }

    /// Waits for this write to be durable, which moves the balance of this player: until it is, nobody believes to know that,
    /// also where the one who waits goes away.
    pub(crate) async fn write_moving<W: Write>(
        &self,
        player: PlayerId,
        write: W,
    ) -> Result<W::Out, WriteError> {
        let moving = self.balances.moving(vec![player]);
        let (answer, answered) = oneshot::channel();
        self.queue(write, move |result| {
            drop(moving);
            let _ = answer.send(result);
        })
        .await;
        answered.await.unwrap_or_else(|_| Err(WriteError::Failed("it has stopped".into())))
    }

    /// Queues this write, and calls back once it is durable, or is known not to be.
    pub(crate) async fn queue<W: Write>(
        &self,
        write: W,
        done: impl FnOnce(Result<W::Out, WriteError>) + Send + 'static,
    ) {
        self.writer.queue(write, done).await;
    }

    /// Stores this record: in memory at once where nothing stands in the way, and then that is the answer; else `progress`
    /// tells of it once it is durable, or is known not to be. Many are written at a time.
    pub(crate) async fn append(
        &self,
        record: Append,
        progress: &Progress,
    ) -> Option<Result<(), WriteError>> {
        if record.is_last() {
            self.later.forget(record.session());
        }
        let record = match record.players() {
            none if none.is_empty() => record,
            players => record.moves(self.balances.moving(players)),
        };
        self.writer.append(record, progress).await
    }

    /// Waits until all that was stored before this lies in runs, and the log is empty; snapshots wait no longer either.
    pub(crate) async fn fold(&self) -> Result<(), WriteError> {
        self.keep_rest().await;
        self.writer.fold().await
    }

    /// Becomes the reason why the store failed; from then on nothing more is written.
    pub(crate) fn failure(&self) -> watch::Receiver<Option<String>> {
        self.writer.failure()
    }

    /// Whether it keeps up: no write waits for longer than 50 milliseconds.
    pub(crate) fn keeps_up(&self) -> bool {
        self.writer.measures().keeps_up()
    }

    /// Becomes whether it keeps up: `wait_for(|keeps_up| *keeps_up)`.
    pub(crate) fn pace(&self) -> watch::Receiver<bool> {
        self.writer.measures().pace()
    }

    /// What is measured of it.
    pub(crate) fn measures(&self) -> &Measures {
        self.writer.measures()
    }

    /// Measures what is only known when it is asked for.
    pub(crate) fn take_stock(&self) {
        self.measures().take_stock(self.writer.tail().len(), Clock::system().now());
    }
}
