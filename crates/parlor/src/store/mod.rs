//! Where everything is kept: the one room that knows the database.
//!
//! - [`writer`]: the one task that writes, many writes to a commit
//! - [`sessions`]: what is known of sessions besides their records
//! - [`journal`]: their records, and chat
//! - [`archive`]: the journals of sessions that are over
//! - [`snapshots`]: shorter ways to where a session stands
//! - [`ledger`]: balances and transfers; `balances`: those that are known without asking
//! - [`accounts`]: accounts and their tokens
//! - `many`: many rows in few statements
//!
//! Readers have connections of their own and see what is committed.

pub(crate) mod accounts;
pub(crate) mod archive;
mod balances;
pub(crate) mod journal;
pub(crate) mod ledger;
mod many;
mod open;
pub(crate) mod sessions;
pub(crate) mod snapshots;
mod writer;

#[cfg(test)]
mod tests;

pub(crate) use writer::{Write, WriteError};

use crate::settings::{Database, SettingError};
use balances::Balances;
use journal::Append;
use sqlx::AnyPool;
use std::{fmt, sync::Arc};
use tokio::sync::watch;
use writer::Writer;

/// The database. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Store {
    readers: AnyPool,
    writer: Arc<Writer>,
    balances: Arc<Balances>,
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
        let writer = Arc::new(Writer::start(writing));
        Ok(Self { readers, writer, balances: Arc::default() })
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

    /// Queues this write, and calls back once it is durable, or is known not to be.
    pub(crate) async fn queue<W: Write>(
        &self,
        write: W,
        done: impl FnOnce(Result<W::Out, WriteError>) + Send + 'static,
    ) {
        self.writer.queue(write, done).await;
    }

    /// Queues this record, and calls back once it is durable, or is known not to be. Records are written many at a time.
    pub(crate) async fn append(
        &self,
        record: Append,
        done: impl FnOnce(Result<(), WriteError>) + Send + 'static,
    ) {
        let moves = self.balances.moving(record.players());
        let done = |result| {
            drop(moves);
            done(result);
        };
        self.writer.append(record, done).await;
    }

    /// Becomes the reason why the store failed; from then on nothing more is written.
    pub(crate) fn failure(&self) -> watch::Receiver<Option<String>> {
        self.writer.failure()
    }

    /// How many commits were made, and how many writes they held.
    pub(crate) fn commits(&self) -> (u64, u64) {
        self.writer.commits()
    }
}
