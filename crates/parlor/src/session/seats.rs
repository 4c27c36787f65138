//! In which sessions each user has a part: a bounded number.

use super::SessionId;
use crate::problem::Problem;
use parlor_core::PlayerId;
use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The sessions in which each user sits, and those the user opened.
#[derive(Clone, Default)]
pub(crate) struct Seats(Arc<Mutex<HashMap<PlayerId, BTreeSet<SessionId>>>>);

/// A part in a session, given up where this is dropped and not [kept](Self::keep).
#[derive(Debug)]
#[must_use]
pub(crate) struct Claim {
    seats: Seats,
    user: PlayerId,
    session: SessionId,
    /// Whether it was not counted before.
    new: bool,
}

impl Claim {
    /// The user has this part until it is released; also where it was released since it was claimed.
    pub(crate) fn keep(mut self) {
        self.new = false;
        self.seats.lock().entry(self.user).or_default().insert(self.session);
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if self.new {
            self.seats.release(self.user, self.session);
        }
    }
}

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

    /// Counts one more session for the user, if that is within the limit.
    pub(crate) fn claim(
        &self,
        user: PlayerId,
        session: SessionId,
        limit: usize,
    ) -> Result<Claim, ()> {
        let mut seats = self.lock();
        let theirs = seats.entry(user).or_default();
        let new = !theirs.contains(&session);
        if new && theirs.len() >= limit {
            return Err(());
        }
        theirs.insert(session);
        Ok(Claim { seats: self.clone(), user, session, new })
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
    use super::{Claim, PlayerId, Seats, SessionId};

    #[test]
    fn a_user_has_a_part_in_so_many_sessions() {
        let (seats, user) = (Seats::default(), PlayerId(uuid::Uuid::nil()));
        let [a, b, c] = [(); 3].map(|()| SessionId::random());
        let may = |session| seats.claim(user, session, 2).map(Claim::keep).is_ok();
        assert!(may(a) && may(b) && !may(c) && may(a));
        seats.release(user, a);
        assert!(may(c));
        seats.close(b);
        assert!(may(a));
    }

    #[test]
    fn a_part_that_comes_to_nothing_is_not_counted() {
        let (seats, user) = (Seats::default(), PlayerId(uuid::Uuid::nil()));
        let [a, b] = [(); 2].map(|()| SessionId::random());
        let claim = seats.claim(user, a, 1).unwrap();
        assert!(seats.claim(user, b, 1).is_err());
        drop(claim);
        assert_eq!(seats.count(), 0);
        // The part that was there before is nobody else's to give up.
        seats.claim(user, b, 1).unwrap().keep();
        drop(seats.claim(user, b, 1));
        assert_eq!(seats.of(user).len(), 1);
    }
}
