//! The one task that writes: it takes what is waiting, and commits it at once.
//!
//! Records that wait side by side are written in few statements; a lone one is a statement that commits by itself.
//! A write that breaks a constraint fails alone, and its neighbours in the batch are committed without it. When the database
//! itself fails, nothing more is written and the program stops: recovery from disk is the one path that is always right.
//! What failed is not tried again then, since a disk that has refused to sync may have dropped what it held.

use super::journal::{self, Append};
use futures_util::future::BoxFuture;
use sqlx::{AnyConnection, AnyPool, Connection as _};
use std::{
    fmt,
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::{
    mpsc::{self, error::TrySendError},
    oneshot, watch,
};

/// How many writes one commit holds at the most.
const BATCH: usize = 256;

/// How many writes wait at the most; those who want to write more wait themselves.
const QUEUE: usize = 4_096;

/// Something to write, in one transaction with its neighbours. It may be run twice: alone, when its batch failed.
pub(crate) trait Write: Send + Sync + 'static {
    /// What it comes to.
    type Out: Send + 'static;

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

/// What waits to be written.
enum Job {
    Record(Box<Append>, Box<dyn FnOnce(Result<(), WriteError>) + Send>),
    Other(Box<dyn Queued>),
}

impl Job {
    fn record(&self) -> Option<&Append> {
        match self {
            Self::Record(record, _) => Some(record),
            Self::Other(_) => None,
        }
    }

    fn done(self, error: Option<WriteError>) {
        match self {
            Self::Record(_, done) => done(error.map_or(Ok(()), Err)),
            Self::Other(queued) => queued.done(error),
        }
    }
}

/// A write whose result's type is forgotten.
trait Queued: Send {
    fn run<'a>(
        &'a mut self,
        connection: &'a mut AnyConnection,
    ) -> BoxFuture<'a, Result<(), sqlx::Error>>;
    fn done(self: Box<Self>, error: Option<WriteError>);
}

struct Waiting<W: Write, F> {
    write: W,
    out: Option<W::Out>,
    done: F,
}

impl<W, F> Queued for Waiting<W, F>
where
    W: Write,
    F: FnOnce(Result<W::Out, WriteError>) + Send,
{
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

/// The writer's queue.
pub(super) struct Writer {
    queue: mpsc::Sender<Job>,
    failed: watch::Sender<Option<String>>,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    commits: AtomicU64,
    writes: AtomicU64,
    waits: AtomicU64,
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Writer")
    }
}

impl Writer {
    pub(super) fn start(pool: AnyPool) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let failed = watch::Sender::new(None);
        let counts = Arc::<Counts>::default();
        tokio::spawn(run(pool, waiting, failed.clone(), counts.clone()));
        Self { queue, failed, counts }
    }

    pub(super) async fn write<W: Write>(&self, write: W) -> Result<W::Out, WriteError> {
        let (answer, answered) = oneshot::channel();
        self.queue(write, |result| {
            let _ = answer.send(result);
        })
        .await;
        answered.await.unwrap_or_else(|_| Err(self.failed()))
    }

    pub(super) async fn queue<W: Write>(
        &self,
        write: W,
        done: impl FnOnce(Result<W::Out, WriteError>) + Send + 'static,
    ) {
        self.send(Job::Other(Box::new(Waiting { write, out: None, done }))).await;
    }

    pub(super) async fn append(
        &self,
        record: Append,
        done: impl FnOnce(Result<(), WriteError>) + Send + 'static,
    ) {
        self.send(Job::Record(Box::new(record), Box::new(done))).await;
    }

    async fn send(&self, job: Job) {
        let unsent = match self.queue.try_send(job) {
            Ok(()) => return,
            Err(TrySendError::Closed(job)) => job,
            Err(TrySendError::Full(job)) => {
                self.counts.waits.fetch_add(1, Ordering::Relaxed);
                match self.queue.send(job).await {
                    Ok(()) => return,
                    Err(unsent) => unsent.0,
                }
            }
        };
        unsent.done(Some(self.failed()));
    }

    pub(super) fn failure(&self) -> watch::Receiver<Option<String>> {
        self.failed.subscribe()
    }

    pub(super) fn commits(&self) -> (u64, u64, u64) {
        let Counts { commits, writes, waits } = &*self.counts;
        let [commits, writes, waits] =
            [commits, writes, waits].map(|count| count.load(Ordering::Relaxed));
        (commits, writes, waits)
    }

    fn failed(&self) -> WriteError {
        WriteError::Failed(self.failed.borrow().clone().unwrap_or_else(|| "it has stopped".into()))
    }
}

async fn run(
    pool: AnyPool,
    mut waiting: mpsc::Receiver<Job>,
    failed: watch::Sender<Option<String>>,
    counts: Arc<Counts>,
) {
    let mut batch = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut batch, BATCH).await > 0 {
        let written = batch.len() as u64;
        let outcome = match commit(&pool, &mut batch).await {
            Ok(()) => {
                finish(&mut batch);
                Ok(())
            }
            Err(error) if batch.len() > 1 && broken_rule(&error).is_some() => {
                one_by_one(&pool, &mut batch).await
            }
            Err(error) => judge(&mut batch, &error),
        };
        counts.commits.fetch_add(1, Ordering::Relaxed);
        counts.writes.fetch_add(written, Ordering::Relaxed);
        if let Err(reason) = outcome {
            tracing::error!(reason, "the store has failed");
            failed.send_replace(Some(reason.clone()));
            waiting.close();
            while let Some(job) = waiting.recv().await {
                job.done(Some(WriteError::Failed(reason.clone())));
            }
            return;
        }
    }
}

async fn commit(pool: &AnyPool, batch: &mut [Job]) -> Result<(), sqlx::Error> {
    let mut connection = pool.acquire().await?;
    if let [Job::Record(record, _)] = batch
        && record.is_alone()
    {
        // One statement is a transaction of its own.
        return journal::append(&mut connection, &[record]).await;
    }
    let mut transaction = connection.begin().await?;
    for run in batch.chunk_by_mut(|a, b| a.record().is_some() && b.record().is_some()) {
        if let [Job::Other(queued)] = run {
            queued.run(&mut transaction).await?;
        } else {
            let records: Vec<&Append> = run.iter().filter_map(Job::record).collect();
            journal::append(&mut transaction, &records).await?;
        }
    }
    transaction.commit().await
}

/// Commits each write of a batch alone that broke a rule, so that only the one at fault fails.
async fn one_by_one(pool: &AnyPool, batch: &mut Vec<Job>) -> Result<(), String> {
    let all = std::mem::take(batch);
    let mut outcome = Ok(());
    for job in all {
        let mut alone = vec![job];
        if let Err(reason) = &outcome {
            fail(&mut alone, &WriteError::Failed(String::clone(reason)));
            continue;
        }
        match commit(pool, &mut alone).await {
            Ok(()) => finish(&mut alone),
            Err(error) => outcome = judge(&mut alone, &error),
        }
    }
    outcome
}

/// Tells a constraint that held from a database that failed.
fn judge(batch: &mut Vec<Job>, error: &sqlx::Error) -> Result<(), String> {
    if let Some(broken) = broken_rule(error) {
        fail(batch, &broken);
        return Ok(());
    }
    let text = error.to_string();
    fail(batch, &WriteError::Failed(text.clone()));
    Err(text)
}

/// The rule that a write broke; nothing where the database itself has failed.
fn broken_rule(error: &sqlx::Error) -> Option<WriteError> {
    let text = error.to_string();
    let constraint = error.as_database_error();
    if constraint.is_some_and(|e| e.is_unique_violation()) {
        return Some(WriteError::Taken(text));
    }
    let forbidden = matches!(error, sqlx::Error::RowNotFound)
        || constraint.is_some_and(|e| e.is_check_violation() || e.is_foreign_key_violation());
    forbidden.then_some(WriteError::Forbidden(text))
}

fn finish(batch: &mut Vec<Job>) {
    batch.drain(..).for_each(|job| job.done(None));
}

fn fail(batch: &mut Vec<Job>, error: &WriteError) {
    batch.drain(..).for_each(|job| job.done(Some(error.clone())));
}
