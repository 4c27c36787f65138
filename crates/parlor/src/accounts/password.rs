//! Password hashing: Argon2id, 19 MiB and two passes, as OWASP's cheat sheet asks at the least.
//!
//! A hash takes long on purpose, so two run at a time, away from the tasks that play, and few may wait.

use crate::problem::Problem;
use argon2::{
    Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version,
    password_hash::phc::PasswordHash,
};
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::Semaphore;

/// How many are hashed at a time.
const AT_A_TIME: usize = 2;

/// How many may wait for their turn; one more is told to come back.
const WAITING: usize = 64;

/// A hash of nobody's, to compare with where a name is unknown: the same work, from the first time on. Its salt and its
/// output stand for no password that anybody has chosen.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyB0aGlzIQ\
    $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The hashing pool.
pub(crate) struct Passwords {
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
    hashed: Arc<AtomicU64>,
}

/// Whether a password fits.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verified {
    /// It does not, or the name is unknown.
    No,
    /// It does.
    Yes,
    /// It does, and what is kept was made with less work than is asked for now: this is to be kept instead.
    Outdated(String),
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passwords")
    }
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            running: Arc::new(Semaphore::new(AT_A_TIME)),
            admitted: Arc::new(Semaphore::new(AT_A_TIME + WAITING)),
            hashed: Arc::default(),
        }
    }
}

impl Passwords {
    /// The hash to keep, as a PHC string.
    pub(crate) async fn hash(&self, password: String) -> Result<String, Problem> {
        self.run(move |hashed| {
            hashed.fetch_add(1, Ordering::Relaxed);
            hash(&password)
        })
        .await?
        .ok_or_else(Problem::internal)
    }

    /// Whether the password fits. For a name without an account the same work is done, and the answer is no.
    pub(crate) async fn verify(
        &self,
        password: String,
        kept: Option<String>,
    ) -> Result<Verified, Problem> {
        self.run(move |hashed| {
            let known = kept.is_some();
            let kept = kept.as_deref().unwrap_or(NOBODYS);
            hashed.fetch_add(1, Ordering::Relaxed);
            let kept = PasswordHash::new(kept).ok().filter(|kept| {
                Argon2::default().verify_password(password.as_bytes(), kept).is_ok() && known
            });
            match kept {
                None => Verified::No,
                Some(kept) if is_current(&kept) => Verified::Yes,
                Some(_) => {
                    hashed.fetch_add(1, Ordering::Relaxed);
                    hash(&password).map_or(Verified::Yes, Verified::Outdated)
                }
            }
        })
        .await
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
        work: impl FnOnce(&AtomicU64) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let admitted = self.admitted.clone().try_acquire_owned().map_err(|_| {
            Problem::busy("too many people are signing in at once; try again in a moment")
        })?;
        let running = self.running.clone().acquire_owned().await;
        let hashed = self.hashed.clone();
        // Who goes away while it is hashed leaves the place when the work is done.
        let work = tokio::task::spawn_blocking(move || {
            let _places = (admitted, running);
            work(&hashed)
        });
        work.await.map_err(|_| Problem::internal())
    }
}

fn hash(password: &str) -> Option<String> {
    Some(Argon2::default().hash_password(password.as_bytes()).ok()?.to_string())
}

/// Whether as much work went into it as would now.
fn is_current(kept: &PasswordHash) -> bool {
    let now = Params::default();
    let algorithm = kept.algorithm == Algorithm::default().ident();
    let version = kept.version == Some(Version::default().into());
    let params = Params::try_from(kept).is_ok_and(|then| {
        then.m_cost() >= now.m_cost()
            && then.t_cost() >= now.t_cost()
            && then.p_cost() >= now.p_cost()
    });
    algorithm && version && params
}

#[cfg(test)]
mod tests {
    use super::{Argon2, NOBODYS, Params, PasswordHash, Passwords, Verified, hash, is_current};
    use argon2::{Algorithm, PasswordHasher as _, Version};
    use futures_util::FutureExt as _;

    #[tokio::test]
    async fn a_hash_fits_its_password_alone() {
        let passwords = Passwords::default();
        let kept = passwords.hash("correct horse".into()).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        let kept = Some(kept);
        let verify = async |password: &str, kept| passwords.verify(password.into(), kept).await;
        assert_eq!(verify("correct horse", kept.clone()).await, Ok(Verified::Yes));
        assert_eq!(verify("correct hors", kept).await, Ok(Verified::No));
        assert_eq!(verify("correct horse", None).await, Ok(Verified::No));
        assert_eq!(passwords.hashed(), 4);
    }

    #[test]
    fn nobodys_hash_takes_the_work_of_anybodys() {
        let nobodys = PasswordHash::new(NOBODYS).expect("a hash");
        let anybodys = PasswordHash::new(&hash("correct horse").unwrap()).unwrap();
        assert!(is_current(&nobodys));
        assert_eq!(nobodys.params, anybodys.params);
        assert_eq!(nobodys.salt.unwrap().len(), anybodys.salt.unwrap().len());
        assert_eq!(nobodys.hash.unwrap().len(), anybodys.hash.unwrap().len());
    }

    #[tokio::test]
    async fn what_was_made_with_less_work_is_made_anew() {
        let passwords = Passwords::default();
        for (algorithm, m, t) in [
            (Algorithm::Argon2id, 8_192, 2),
            (Algorithm::Argon2id, 19_456, 1),
            (Algorithm::Argon2i, 19_456, 2),
        ] {
            let params = Params::new(m, t, 1, None).unwrap();
            let weak = Argon2::new(algorithm, Version::V0x13, params);
            let kept = weak.hash_password(b"correct horse").unwrap().to_string();
            let verified = passwords.verify("wrong horse".into(), Some(kept.clone())).await;
            assert_eq!(verified, Ok(Verified::No), "{kept}");
            let Ok(Verified::Outdated(better)) =
                passwords.verify("correct horse".into(), Some(kept.clone())).await
            else {
                panic!("{kept} is taken for current");
            };
            let verified = passwords.verify("correct horse".into(), Some(better)).await;
            assert_eq!(verified, Ok(Verified::Yes));
        }
        let strong = Argon2::new(
            Algorithm::Argon2id,
            Version::V0x13,
            Params::new(20_000, 3, 1, None).unwrap(),
        );
        let kept = strong.hash_password(b"correct horse").unwrap().to_string();
        let verified = passwords.verify("correct horse".into(), Some(kept)).await;
        assert_eq!(verified, Ok(Verified::Yes), "more work is as good");
    }

    #[tokio::test]
    async fn few_may_wait_and_who_goes_away_leaves_the_place() {
        let passwords = Passwords::default();
        let held = passwords.running.clone().acquire_many_owned(2).await.unwrap();
        let mut waiting: Vec<_> =
            (0..66).map(|_| Box::pin(passwords.hash("correct horse".into()))).collect();
        for one in &mut waiting {
            assert!(one.now_or_never().is_none());
        }
        assert_eq!(passwords.waiting(), 64, "as many as are not at work, were the two free");
        let refused = passwords.hash("correct horse".into()).await.unwrap_err();
        assert_eq!((refused.status().as_u16(), refused.code()), (503, "busy"));
        waiting.truncate(1);
        drop(held);
        assert!(waiting.remove(0).await.is_ok());
        assert_eq!(passwords.waiting(), 0);
        assert_eq!(passwords.admitted.available_permits(), 66);
    }
}
