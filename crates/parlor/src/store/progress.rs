//! How far a session's records are stored: the writer says it, and the session's task hears it.
//!
//! Records are stored in their order, so one number says it of all. A commit may hold several of one session: its task wakes up
//! once for them.

use super::WriteError;
use futures_util::task::AtomicWaker;
use std::{
    future::poll_fn,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
};

/// What became of a record, and of those before it that nothing was heard of.
pub(crate) type Stored = (u64, Result<(), WriteError>);

/// How far one session is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Progress(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// The number of the last record that is stored.
    stored: AtomicU64,
    /// The first record that is not, and why; none after it is.
    failed: OnceLock<(u64, WriteError)>,
    task: AtomicWaker,
}

impl Progress {
    /// Says what became of a record.
    pub(super) fn tell(&self, seq: u64, result: Result<(), WriteError>) {
        let Inner { stored, failed, task } = &*self.0;
        match result {
            Ok(()) => drop(stored.fetch_max(seq, Ordering::Release)),
            Err(error) => drop(failed.set((seq, error))),
        }
        task.wake();
    }

    /// Waits for news of records after that one. One task can wait at a time.
    pub(crate) async fn after(&self, heard: u64) -> Stored {
        poll_fn(|task| self.poll(task, heard)).await
    }

    fn poll(&self, task: &Context<'_>, heard: u64) -> Poll<Stored> {
        if let Some(news) = self.news(heard) {
            return Poll::Ready(news);
        }
        self.0.task.register(task.waker());
        self.news(heard).map_or(Poll::Pending, Poll::Ready)
    }

    /// What there is to be said of records after that one.
    pub(crate) fn news(&self, heard: u64) -> Option<Stored> {
        // Looked at in this order: a failure that is seen comes after all that was stored, and that is said first.
        let failed = self.0.failed.get();
        let stored = self.0.stored.load(Ordering::Acquire);
        if stored > heard {
            return Some((stored, Ok(())));
        }
        let (seq, error) = failed.filter(|(seq, _)| *seq > heard)?;
        Some((*seq, Err(error.clone())))
    }
}

#[cfg(test)]
mod tests {
    use super::{Progress, WriteError};
    use futures_util::{FutureExt as _, task::ArcWake};
    use std::{
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
        task::{Context, Poll},
    };

    fn full() -> WriteError {
        WriteError::Failed("the disk is full".into())
    }

    #[test]
    fn several_records_are_one_piece_of_news() {
        let progress = Progress::default();
        assert_eq!(progress.news(0), None);
        (1..=3).for_each(|seq| progress.tell(seq, Ok(())));
        assert_eq!(progress.after(0).now_or_never(), Some((3, Ok(()))));
        assert_eq!(progress.news(2), Some((3, Ok(()))));
        assert_eq!(progress.news(3), None);
    }

    #[test]
    fn what_is_stored_comes_before_what_is_not() {
        let progress = Progress::default();
        progress.tell(1, Ok(()));
        progress.tell(2, Err(full()));
        progress.tell(3, Err(WriteError::Forbidden("the record before it is missing".into())));
        assert_eq!(progress.news(0), Some((1, Ok(()))));
        assert_eq!(progress.news(1), Some((2, Err(full()))), "the first one says why");
        assert_eq!(progress.news(3), None);
    }

    struct Woken(AtomicUsize);

    impl ArcWake for Woken {
        fn wake_by_ref(woken: &Arc<Self>) {
            woken.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn who_waits_wakes_up_once_for_a_commit() {
        let (progress, woken) = (Progress::default(), Arc::new(Woken(AtomicUsize::new(0))));
        let waker = futures_util::task::waker(woken.clone());
        let task = Context::from_waker(&waker);
        for (commit, result) in [Ok(()), Err(full())].into_iter().enumerate() {
            let last = 3 * commit as u64;
            assert_eq!(progress.poll(&task, last), Poll::Pending);
            (last + 1..=last + 3).for_each(|seq| progress.tell(seq, result.clone()));
            assert_eq!(woken.0.load(Ordering::Relaxed), commit + 1);
            assert!(progress.poll(&task, last).is_ready());
        }
    }
}
