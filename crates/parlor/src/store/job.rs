//! What waits to be written.

use super::{journal::Append, progress::Progress};
use futures_util::future::BoxFuture;
use sqlx::AnyConnection;
use std::future::Future;
use tokio::{sync::oneshot, time::Instant};
use uuid::Uuid;

/// Something to write, in one transaction with its neighbours. It may be run twice: alone, when its batch failed.
pub(crate) trait Write: Send + Sync + 'static {
    /// What it comes to.
    type Out: Send + 'static;

    /// The record without which it is not to be written: a session, and a number.
    fn after(&self) -> Option<(Uuid, u64)> {
        None
    }

    /// Writes it.
    fn run(
        &self,
        connection: &mut AnyConnection,
    ) -> impl Future<Output = Result<Self::Out, sqlx::Error>> + Send;
}

/// Why a write was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum WriteError {
    /// Something of this key is there already.
    #[error("it is there already: {0}")]
    Taken(String),
    /// The database's own guard against a bug of ours.
    #[error("it breaks a rule of the database: {0}")]
    Forbidden(String),
    /// The database failed, and the program is about to stop.
    #[error("the store has failed: {0}")]
    Failed(String),
}

/// What waits to be written, and since when.
pub(super) struct Job {
    pub(super) since: Instant,
    pub(super) what: What,
    /// Why it is not written.
    pub(super) error: Option<WriteError>,
}

pub(super) enum What {
    Record(Append, Progress),
    Other(Box<dyn Queued>),
    /// The journal is to have no tail.
    Fold(oneshot::Sender<Result<(), WriteError>>),
}

impl Job {
    /// The record that it is, unless it is refused.
    pub(super) fn record(&self) -> Option<&Append> {
        match &self.what {
            What::Record(record, _) if self.error.is_none() => Some(record),
            _ => None,
        }
    }

    /// Whether it may be stored a little later.
    pub(super) fn waits(&self) -> bool {
        matches!(&self.what, What::Record(record, _) if record.waits())
    }

    /// The session that it is about, where that matters.
    pub(super) fn session(&self) -> Option<Uuid> {
        match &self.what {
            What::Record(record, _) => Some(record.session()),
            What::Other(queued) => queued.after().map(|(session, _)| session),
            What::Fold(_) => None,
        }
    }

    /// Tells that it is written, or why not.
    pub(super) fn tell(self) {
        let Self { what, error, .. } = self;
        match what {
            What::Record(record, progress) => {
                progress.tell(record.seq(), error.map_or(Ok(()), Err));
            }
            What::Other(queued) => queued.done(error),
            What::Fold(done) => {
                let _ = done.send(error.map_or(Ok(()), Err));
            }
        }
    }
}

/// A write whose result's type is forgotten.
pub(super) trait Queued: Send {
    fn after(&self) -> Option<(Uuid, u64)>;
    fn run<'a>(
        &'a mut self,
        connection: &'a mut AnyConnection,
    ) -> BoxFuture<'a, Result<(), sqlx::Error>>;
    fn done(self: Box<Self>, error: Option<WriteError>);
}

pub(super) struct Waiting<W: Write, F> {
    pub(super) write: W,
    pub(super) out: Option<W::Out>,
    pub(super) done: F,
}

impl<W, F> Queued for Waiting<W, F>
where
    W: Write,
    F: FnOnce(Result<W::Out, WriteError>) + Send,
{
    fn after(&self) -> Option<(Uuid, u64)> {
        self.write.after()
    }

    fn run<'a>(
        &'a mut self,
        connection: &'a mut AnyConnection,
    ) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        Box::pin(async move {
            self.out = Some(self.write.run(connection).await?);
            Ok(())
        })
    }

    fn done(self: Box<Self>, error: Option<WriteError>) {
        let unwritten = || WriteError::Failed("it was never written".into());
        (self.done)(match error {
            Some(error) => Err(error),
            None => self.out.ok_or_else(unwritten),
        });
    }
}
