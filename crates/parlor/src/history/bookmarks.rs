//! States on the way through long histories, so that the next page need not begin at the first record.

use super::playing::Place;
use crate::{
    session::SessionId,
    store::journal::{Hash, first_link},
};
use parlor_core::Game;
use std::{
    collections::VecDeque,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// How many a game keeps.
const KEPT: usize = 16;

/// How far a session is after one of its records, whoever looks; and the link to the next.
#[derive(Debug, Clone)]
pub(super) struct Bookmark<G: Game> {
    pub(super) session: SessionId,
    pub(super) place: Place<G>,
    pub(super) link: Hash,
}

impl<G: Game> Bookmark<G> {
    /// Before the first record.
    pub(super) fn first(session: SessionId) -> Self {
        Self { session, place: Place::default(), link: first_link(session.0) }
    }

    fn is_at(&self, session: SessionId, seq: u64) -> bool {
        self.session == session && self.place.seq() == seq
    }
}

/// The bookmarks of one game; those that were used last stay.
pub(crate) struct Bookmarks<G: Game>(Mutex<VecDeque<Bookmark<G>>>);

impl<G: Game> Default for Bookmarks<G> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<G: Game> fmt::Debug for Bookmarks<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bookmarks")
    }
}

impl<G: Game> Bookmarks<G> {
    /// The last one before that record.
    pub(super) fn before(&self, session: SessionId, seq: u64) -> Option<Bookmark<G>> {
        let mut kept = self.lock();
        let places =
            kept.iter().filter(|mark| mark.session == session).map(|mark| mark.place.seq());
        let last = places.filter(|place| *place < seq).max()?;
        let index = kept.iter().position(|mark| mark.is_at(session, last))?;
        let mark = kept.remove(index)?;
        kept.push_front(mark.clone());
        Some(mark)
    }

    pub(super) fn keep(&self, mark: Bookmark<G>) {
        let mut kept = self.lock();
        kept.retain(|other| !other.is_at(mark.session, mark.place.seq()));
        kept.push_front(mark);
        kept.truncate(KEPT);
    }

    /// Forgets them all: they call somebody by a name that is gone.
    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Bookmark<G>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
