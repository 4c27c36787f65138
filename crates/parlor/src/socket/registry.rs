//! All open sockets, by user and by the log-in that opened them.

use super::{Close, Outbox};
use crate::{
    accounts::TokenHash,
    problem::Problem,
    session::SessionId,
    settings::{Limit, Limits},
    site::Shared,
};
use parlor_core::PlayerId;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

#[derive(Default)]
struct Open {
    of_user: HashMap<PlayerId, usize>,
    sockets: BTreeMap<u64, Entry>,
}

struct Entry {
    user: PlayerId,
    session: SessionId,
    token: TokenHash,
    outbox: Arc<Outbox>,
}

/// All open sockets of this process.
#[derive(Default)]
pub(crate) struct Sockets {
    open: Mutex<Open>,
    fewer: Notify,
}

impl fmt::Debug for Sockets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sockets({})", self.count())
    }
}

/// A socket's place among the open ones, from its handshake to its end.
pub(crate) struct OpenSocket {
    sockets: Arc<Sockets>,
    user: PlayerId,
    id: u64,
}

impl Sockets {
    /// Takes a place for one more socket of this user.
    pub(crate) fn open(
        self: &Arc<Self>,
        (user, session): (PlayerId, SessionId),
        token: &TokenHash,
        outbox: &Arc<Outbox>,
        limits: &Limits,
    ) -> Result<OpenSocket, Full> {
        let mut open = self.lock();
        open.has_room(user, limits)?;
        *open.of_user.entry(user).or_default() += 1;
        let (token, outbox, id) = (token.clone(), outbox.clone(), outbox.id());
        open.sockets.insert(id, Entry { user, session, token, outbox });
        Ok(OpenSocket { sockets: self.clone(), user, id })
    }

    /// Whether this user could open one more.
    pub(crate) fn has_room(&self, user: PlayerId, limits: &Limits) -> Result<(), Full> {
        self.lock().has_room(user, limits)
    }

    /// The sessions that this user has a socket in, or one on its way.
    pub(crate) fn sessions_of(&self, user: PlayerId) -> BTreeSet<SessionId> {
        let open = self.lock();
        let theirs = open.sockets.values().filter(|entry| entry.user == user);
        theirs.map(|entry| entry.session).collect()
    }

    /// The sockets that were opened with one log-in are another's from now on.
    pub(crate) fn hand_over(&self, from: &TokenHash, to: &TokenHash) {
        for entry in self.lock().sockets.values_mut().filter(|entry| entry.token == *from) {
            entry.token = to.clone();
        }
    }

    /// Closes the sockets that were opened with this log-in.
    pub(crate) fn close_opened_with(&self, token: &TokenHash) {
        for entry in self.lock().sockets.values().filter(|entry| entry.token == *token) {
            entry.outbox.close(Close::SIGNED_OUT);
        }
    }

    /// The log-ins that opened sockets, and whether one of its sockets has said anything since this was asked last.
    pub(crate) fn log_ins(&self) -> HashMap<TokenHash, bool> {
        let mut all = HashMap::new();
        for Entry { token, outbox, .. } in self.lock().sockets.values() {
            *all.entry(token.clone()).or_default() |= outbox.has_heard();
        }
        all
    }

    /// Closes all sockets.
    pub(crate) fn close_all(&self, close: &Close) {
        for entry in self.lock().sockets.values() {
            entry.outbox.close(close.clone());
        }
    }

    /// The bytes that are not handed to the system yet, of all of them.
    pub(crate) fn unsent_bytes(&self) -> usize {
        self.lock().sockets.values().map(|entry| entry.outbox.waiting()).sum()
    }

    /// How many users have any open.
    pub(crate) fn users(&self) -> usize {
        self.lock().of_user.len()
    }

    /// How many this user has open.
    pub(crate) fn of(&self, user: PlayerId) -> usize {
        self.lock().of_user.get(&user).copied().unwrap_or_default()
    }

    /// How many are open.
    pub(crate) fn count(&self) -> usize {
        self.lock().sockets.len()
    }

    /// Waits until none is open.
    pub(crate) async fn none(&self) {
        loop {
            let fewer = self.fewer.notified();
            if self.count() == 0 {
                return;
            }
            fewer.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for OpenSocket {
    fn drop(&mut self) {
        let mut open = self.sockets.lock();
        open.sockets.remove(&self.id);
        if let Some(theirs) = open.of_user.get_mut(&self.user) {
            *theirs -= 1;
            if *theirs == 0 {
                open.of_user.remove(&self.user);
            }
        }
        drop(open);
        self.sockets.fewer.notify_waiters();
    }
}

impl Open {
    fn has_room(&self, user: PlayerId, limits: &Limits) -> Result<(), Full> {
        let theirs = self.of_user.get(&user).copied().unwrap_or_default();
        if theirs >= limits.sockets_per_user {
            return Err(Full(Limit::SocketsPerUser));
        }
        if self.sockets.len() >= limits.sockets { Err(Full(Limit::Sockets)) } else { Ok(()) }
    }
}

/// No more sockets can be opened: the limit that is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full(Limit);

impl Full {
    /// Counts it, and says what one is told.
    pub(crate) fn count(self, shared: &Shared) -> Problem {
        shared.metrics.hit(self.0);
        match self.0 {
            Limit::Sockets => Problem::full("too many people are here; try again in a moment"),
            _ => Problem::rate_limited("you have too many connections open; close one first", 1),
        }
    }
}
