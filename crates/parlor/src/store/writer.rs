//! The one who writes, as those see it who want to: a queue, and for a journal in memory a way past it.

use super::{
    Progress, Write, WriteError,
    job::{Job, Waiting, What},
    journal::Append,
    measures::Measures,
    shelf::Shelf,
    tail::{Entered, Tail},
    writing::Writing,
};
use crate::clock::Clock;
use sqlx::AnyPool;
use std::{
    fmt,
    sync::{Arc, atomic::Ordering},
};
use tokio::sync::{
    mpsc::{self, error::TrySendError},
    oneshot, watch,
};

/// How many writes wait at the most; those who want to write more wait themselves.
const QUEUE: usize = 4_096;

/// The writer's queue.
pub(super) struct Writer {
    queue: mpsc::Sender<Job>,
    failed: watch::Sender<Option<String>>,
    tail: Arc<Tail>,
    measures: Arc<Measures>,
    /// Where snapshots are, if nothing outlives the program.
    shelf: Option<Arc<Shelf>>,
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Writer")
    }
}

impl Writer {
    /// Starts to write: on a disk after the row `logged` of the log, or in memory.
    pub(super) fn start(pool: AnyPool, tail: Tail, logged: Option<i64>) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let failed = watch::Sender::new(None);
        let (tail, measures) = (Arc::new(tail), Arc::<Measures>::default());
        let shelf = logged.is_none().then(Arc::<Shelf>::default);
        let writing = Writing::new(pool, (tail.clone(), shelf.clone()), logged, measures.clone());
        tokio::spawn(writing.run(waiting, failed.clone()));
        Self { queue, failed, tail, measures, shelf }
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
        self.send(What::Other(Box::new(Waiting { write, out: None, done }))).await;
    }

    /// Stores a record: at once, where nothing stands in the way, and that is the answer; else `progress` tells of it.
    pub(super) async fn append(
        &self,
        mut record: Append,
        progress: &Progress,
    ) -> Option<Result<(), WriteError>> {
        if self.shelf.is_some()
            && record.is_alone()
            // Nothing of the same session is before it then.
            && self.measures.pending.load(Ordering::Acquire) == 0
        {
            match self.tail.enter(&record) {
                Entered::In => return Some(Ok(())),
                Entered::Gap => return Some(Err(gap())),
                Entered::Later => {}
            }
        }
        record.shrink();
        self.send(What::Record(record, progress.clone())).await;
        None
    }

    pub(super) async fn fold(&self) -> Result<(), WriteError> {
        let (done, folded) = oneshot::channel();
        self.send(What::Fold(done)).await;
        folded.await.unwrap_or_else(|_| Err(self.failed()))
    }

    async fn send(&self, what: What) {
        self.measures.pending.fetch_add(1, Ordering::AcqRel);
        let job = Job { since: Clock::system().now(), what, error: None };
        let unsent = match self.queue.try_send(job) {
            Ok(()) => return,
            Err(TrySendError::Closed(job)) => job,
            Err(TrySendError::Full(job)) => {
                self.measures.full.fetch_add(1, Ordering::Relaxed);
                match self.queue.send(job).await {
                    Ok(()) => return,
                    Err(unsent) => unsent.0,
                }
            }
        };
        // From here on something is always pending, and nothing passes it.
        Job { error: Some(self.failed()), ..unsent }.tell();
    }

    pub(super) fn failure(&self) -> watch::Receiver<Option<String>> {
        self.failed.subscribe()
    }

    pub(super) fn measures(&self) -> &Measures {
        &self.measures
    }

    pub(super) fn tail(&self) -> &Tail {
        &self.tail
    }

    /// Where snapshots are, if they are in memory.
    pub(super) fn shelf(&self) -> Option<&Arc<Shelf>> {
        self.shelf.as_ref()
    }

    fn failed(&self) -> WriteError {
        WriteError::Failed(self.failed.borrow().clone().unwrap_or_else(|| "it has stopped".into()))
    }
}

/// A journal has no gap.
pub(super) fn gap() -> WriteError {
    WriteError::Forbidden("the record before it is missing".into())
}
