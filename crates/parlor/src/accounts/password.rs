//! Password hashing: Argon2id, 19 MiB and two passes, as OWASP's cheat sheet asks at the least.
//!
//! A hash takes long on purpose, so two run at a time, away from the tasks that play, and few may wait.

use crate::{metrics::Metrics, problem::Problem, settings::Limit};
use argon2::{
    Argon2, PasswordHasher as _, PasswordVerifier as _, password_hash::phc::PasswordHash,
};
use std::{
    fmt,
    sync::{Arc, OnceLock},
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
        }
    }

    /// The hash to keep, as a PHC string.
    pub(crate) async fn hash(&self, password: String) -> Result<String, Problem> {
        self.run(move || hash(&password)).await?.ok_or_else(Problem::internal)
    }

    /// Whether the password fits. For a name without an account the same work is done, and the answer is no.
    pub(crate) async fn verify(
        &self,
        password: String,
        kept: Option<String>,
    ) -> Result<bool, Problem> {
        self.run(move || {
            let known = kept.is_some();
            let kept = kept.unwrap_or_else(|| nobodys().to_owned());
            let fits = PasswordHash::new(&kept).is_ok_and(|kept| {
                Argon2::default().verify_password(password.as_bytes(), &kept).is_ok()
            });
            known && fits
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let _admitted = self.admitted.clone().try_acquire_owned().map_err(|_| {
            self.metrics.hit(Limit::PasswordsWaiting);
            Problem::busy()
        })?;
        let running = self.running.clone().acquire_owned().await;
        let work = tokio::task::spawn_blocking(move || {
            let _running = running;
            work()
        });
        work.await.map_err(|_| Problem::internal())
    }
}

fn hash(password: &str) -> Option<String> {
    Some(Argon2::default().hash_password(password.as_bytes()).ok()?.to_string())
}

/// A hash of nobody's, to compare with where a name is unknown.
fn nobodys() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| hash("the password of nobody").unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::Passwords;
    use std::sync::Arc;

    #[tokio::test]
    async fn a_hash_fits_its_password_alone() {
        let passwords = Passwords::new(Arc::default());
        let kept = passwords.hash("correct horse".into()).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        let kept = Some(kept);
        assert!(passwords.verify("correct horse".into(), kept.clone()).await.unwrap());
        assert!(!passwords.verify("correct hors".into(), kept).await.unwrap());
        assert!(!passwords.verify("the password of nobody".into(), None).await.unwrap());
    }
}
