//! The hashing pool. A hash takes long on purpose, so two run at a time, on threads that stand back behind those that play,
//! and few may wait.

use super::hashing::{Memory, Verified};
use crate::{metrics::Metrics, problem::Problem, settings::Limit};
use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
};
use tokio::sync::{Semaphore, oneshot};

/// How many are hashed at a time.
const AT_A_TIME: usize = 2;

/// How many may wait for their turn; one more is told to come back.
const WAITING: usize = 64;

/// The hashing pool.
pub(crate) struct Passwords {
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
    metrics: Arc<Metrics>,
    hashed: Arc<AtomicU64>,
    jobs: mpsc::Sender<Job>,
}

/// One password's turn, in the memory of the thread that takes it.
type Job = Box<dyn FnOnce(&mut Memory) + Send>;

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passwords")
    }
}

impl Passwords {
    /// The threads end when it is dropped, and what was begun is done.
    pub(crate) fn new(metrics: Arc<Metrics>) -> Self {
        let (jobs, waiting) = mpsc::channel();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..AT_A_TIME {
            let waiting = waiting.clone();
            let started =
                thread::Builder::new().name("passwords".into()).spawn(move || work(&waiting));
            if let Err(error) = started {
                tracing::error!(%error, "a thread for hashing passwords was not started");
            }
        }
        Self {
            running: Arc::new(Semaphore::new(AT_A_TIME)),
            admitted: Arc::new(Semaphore::new(AT_A_TIME + WAITING)),
            metrics,
            hashed: Arc::default(),
            jobs,
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
        self.hashed.load(Ordering::Relaxed)
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
        let (done, outcome) = oneshot::channel();
        let hashed = self.hashed.clone();
        // Who goes away while it is hashed leaves the place when the work is done.
        let job: Job = Box::new(move |memory| {
            let places = (admitted, running);
            let outcome = job(memory);
            hashed.fetch_add(memory.take_hashed(), Ordering::Relaxed);
            drop(places);
            let _ = done.send(outcome);
        });
        self.jobs.send(job).map_err(|_| Problem::internal())?;
        outcome.await.map_err(|_| Problem::internal())
    }
}

/// What each of the threads does. It keeps its memory: an allocator that is given 19 MiB back by one thread after the other
/// may keep as much for each of them.
fn work(waiting: &Mutex<mpsc::Receiver<Job>>) {
    stand_back();
    let mut memory = Memory::default();
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
    while let Ok(job) = next() {
        // A thread that wakes up is owed its share of the core at once, however small, and Linux then lets it run on until
        // its slice ends: for milliseconds in which whoever has woken it must stand by. This gives back what it is owed.
        thread::yield_now();
        // Whoever waits for it hears that it failed, since nothing comes any more.
        if catch_unwind(AssertUnwindSafe(|| job(&mut memory))).is_err() {
            memory = Memory::default();
        }
    }
}

/// Gives this thread the least part of a core that others want too: somebody who signs in can wait, and a move can't.
#[cfg(target_os = "linux")]
fn stand_back() {
    // On Linux this is about the thread that calls it, and not about the process.
    if let Err(error) = rustix::process::nice(19) {
        tracing::warn!(%error, "passwords are hashed with the priority of play");
    }
}

/// Elsewhere it would be about the whole process.
#[cfg(not(target_os = "linux"))]
fn stand_back() {}

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
    }

    #[tokio::test]
    async fn a_job_that_fails_takes_no_thread_with_it() {
        let passwords = Passwords::new(Arc::default());
        for _ in 0..4 {
            let failed = passwords.run(|_| panic!("this password is too much")).await;
            assert_eq!(failed.unwrap_err().status().as_u16(), 500);
        }
        assert!(passwords.hash("correct horse".into()).await.is_ok());
        assert_eq!(passwords.admitted.available_permits(), 66);
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn those_who_play_come_first() {
        let nice = || {
            // The nineteenth field; the second is a name in parentheses.
            let stat = std::fs::read_to_string("/proc/thread-self/stat").expect("a thread");
            stat.rsplit_once(") ")?.1.split(' ').nth(16)?.parse::<i32>().ok()
        };
        let (passwords, before) = (Passwords::new(Arc::default()), nice());
        assert_eq!(passwords.run(move |_| nice()).await, Ok(Some(19)));
        assert_eq!(nice(), before, "it is about the threads that hash alone");
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
