//! The hashing pool. A hash takes long on purpose, so two run at a time, away from the tasks that play, and few may wait.

use super::hashing::{Memory, Verified};
use crate::{metrics::Metrics, problem::Problem, settings::Limit};
use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::Semaphore;

/// How many are hashed at a time.
const AT_A_TIME: usize = 2;

/// How many may wait for their turn; one more is told to come back.
const WAITING: usize = 64;

/// The hashing pool.
pub(crate) struct Passwords {
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
    metrics: Arc<Metrics>,
    work: Arc<Work>,
}

/// What those at work share.
#[derive(Default)]
struct Work {
    /// As many as were ever hashed at a time.
    memories: Mutex<Vec<Memory>>,
    hashed: AtomicU64,
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passwords")
    }
}

impl Passwords {
    pub(crate) fn new(metrics: Arc<Metrics>) -> Self {
        Self {
            running: Arc::new(Semaphore::new(AT_A_TIME)),
            admitted: Arc::new(Semaphore::new(AT_A_TIME + WAITING)),
            metrics,
            work: Arc::default(),
        }
    }

    /// The hash to keep, as a PHC string.
    pub(crate) async fn hash(&self, password: String) -> Result<String, Problem> {
        let hashed = self.run(move |memory| memory.hash(&password)).await?;
        hashed.ok_or_else(Problem::internal)
    }

    /// Whether the password fits. For a name without an account the same work is done, and the answer is no.
    pub(crate) async fn verify(
        &self,
        password: String,
        kept: Option<String>,
    ) -> Result<Verified, Problem> {
        self.run(move |memory| memory.verify(&password, kept.as_deref())).await
    }

    /// How many wait for their turn.
    pub(crate) fn waiting(&self) -> usize {
        let admitted = AT_A_TIME + WAITING - self.admitted.available_permits();
        admitted.saturating_sub(AT_A_TIME - self.running.available_permits())
    }

    /// How many times a password was hashed.
    pub(crate) fn hashed(&self) -> u64 {
        self.work.hashed.load(Ordering::Relaxed)
    }

    async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let admitted = self.admitted.clone().try_acquire_owned().map_err(|_| {
            self.metrics.hit(Limit::PasswordsWaiting);
            Problem::busy("too many people are signing in at once; try again in a moment")
        })?;
        let running = self.running.clone().acquire_owned().await;
        let work = self.work.clone();
        // Who goes away while it is hashed leaves the place when the work is done.
        let done = tokio::task::spawn_blocking(move || {
            let _places = (admitted, running);
            work.run(job)
        });
        done.await.map_err(|_| Problem::internal())
    }
}

impl Work {
    fn run<T>(&self, job: impl FnOnce(&mut Memory) -> T) -> T {
        let memories = || self.memories.lock().unwrap_or_else(PoisonError::into_inner);
        let mut memory = memories().pop().unwrap_or_default();
        let done = job(&mut memory);
        self.hashed.fetch_add(memory.take_hashed(), Ordering::Relaxed);
        memories().push(memory);
        done
    }
}

#[cfg(test)]
mod tests {
    use super::{Passwords, Verified};
    use futures_util::FutureExt as _;
    use std::sync::Arc;

    #[tokio::test]
    async fn a_hash_fits_its_password_alone() {
        let passwords = Passwords::new(Arc::default());
        let kept = Some(passwords.hash("correct horse".into()).await.unwrap());
        let verify = async |password: &str, kept| passwords.verify(password.into(), kept).await;
        assert_eq!(verify("correct horse", kept.clone()).await, Ok(Verified::Yes));
        assert_eq!(verify("correct hors", kept).await, Ok(Verified::No));
        assert_eq!(verify("correct horse", None).await, Ok(Verified::No));
        assert_eq!(passwords.hashed(), 4);
        assert_eq!(passwords.work.memories.lock().unwrap().len(), 1, "one after the other");
    }

    #[tokio::test]
    async fn few_may_wait_and_who_goes_away_leaves_the_place() {
        let passwords = Passwords::new(Arc::default());
        let held = passwords.running.clone().acquire_many_owned(2).await.unwrap();
        let mut waiting: Vec<_> =
            (0..66).map(|_| Box::pin(passwords.hash("correct horse".into()))).collect();
        for one in &mut waiting {
            assert!(one.now_or_never().is_none());
        }
        assert_eq!(passwords.waiting(), 64, "two are at work, as far as it can tell");
        let refused = passwords.hash("correct horse".into()).await.unwrap_err();
        assert_eq!((refused.status().as_u16(), refused.code()), (503, "busy"));
        waiting.truncate(1);
        drop(held);
        assert!(waiting.remove(0).await.is_ok());
        assert_eq!(passwords.waiting(), 0);
        assert_eq!(passwords.admitted.available_permits(), 66);
    }
}
