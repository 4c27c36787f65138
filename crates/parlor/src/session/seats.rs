//! In which sessions each user has a part: a bounded number.

use super::SessionId;
use crate::problem::Problem;
use parlor_core::PlayerId;
use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The sessions in which each user sits, and those the user opened.
#[derive(Default)]
pub(crate) struct Seats(Mutex<HashMap<PlayerId, BTreeSet<SessionId>>>);

impl fmt::Debug for Seats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seats")
    }
}

impl Seats {
    /// What one is told who has a part in as many sessions as allowed.
    pub(crate) fn too_many() -> Problem {
        Problem::rate_limited("you have a part in too many tables; leave one first", 1)
    }

    /// Counts one more session for the user, if that is within the limit. `Ok(true)` where it was not counted before.
    pub(crate) fn claim(
        &self,
        user: PlayerId,
        session: SessionId,
        limit: usize,
    ) -> Result<bool, ()> {
        let mut seats = self.lock();
        let theirs = seats.entry(user).or_default();
        if theirs.contains(&session) {
            return Ok(false);
        }
        if theirs.len() >= limit {
            return Err(());
        }
        theirs.insert(session);
        Ok(true)
    }

    /// The user has no part in this session any more.
    pub(crate) fn release(&self, user: PlayerId, session: SessionId) {
        let mut seats = self.lock();
        if let Some(theirs) = seats.get_mut(&user) {
            theirs.remove(&session);
            if theirs.is_empty() {
                seats.remove(&user);
            }
        }
    }

    /// The sessions in which the user has a part.
    pub(crate) fn of(&self, user: PlayerId) -> BTreeSet<SessionId> {
        self.lock().get(&user).cloned().unwrap_or_default()
    }

    /// How many users have a part in a session.
    pub(crate) fn count(&self) -> usize {
        self.lock().len()
    }

    /// The session is over.
    pub(crate) fn close(&self, session: SessionId) {
        self.lock().retain(|_, theirs| {
            theirs.remove(&session);
            !theirs.is_empty()
        });
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<PlayerId, BTreeSet<SessionId>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{PlayerId, Seats, SessionId};

    #[test]
    fn a_user_has_a_part_in_so_many_sessions() {
        let (seats, user) = (Seats::default(), PlayerId(uuid::Uuid::nil()));
        let [a, b, c] = [(); 3].map(|()| SessionId::random());
        assert_eq!((seats.claim(user, a, 2), seats.claim(user, b, 2)), (Ok(true), Ok(true)));
        assert_eq!((seats.claim(user, c, 2), seats.claim(user, a, 2)), (Err(()), Ok(false)));
        seats.release(user, a);
        assert_eq!(seats.claim(user, c, 2), Ok(true));
        seats.close(b);
        assert_eq!(seats.claim(user, a, 2), Ok(true));
    }
}
