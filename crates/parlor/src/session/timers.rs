//! The clocks of a session: its own time, how long seats are kept, and how long it may stay empty. They run on while it sleeps.

use super::clock::SessionClock;
use parlor_core::PlayerId;
use std::collections::BTreeMap;
use tokio::time::{Duration, Instant};

/// What a session's own clocks do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// This player was away for too long.
    Away(PlayerId),
    /// Nobody played here for too long.
    Empty,
}

/// The session's time, how long each player may still be away, and the session empty.
#[derive(Debug, Clone)]
pub(super) struct Timers {
    clock: SessionClock,
    grace: Duration,
    empty_after: Duration,
    away: BTreeMap<PlayerId, Instant>,
    empty: Option<Instant>,
}

impl Timers {
    pub(super) fn new(clock: SessionClock, grace: Duration, empty_after: Duration) -> Self {
        Self { clock, grace, empty_after, away: BTreeMap::new(), empty: None }
    }

    /// What time it is for this session.
    pub(super) fn clock(&self) -> &SessionClock {
        &self.clock
    }

    /// The player has no socket open from now on.
    pub(super) fn gone(&mut self, player: PlayerId) {
        self.away.insert(player, self.clock.instant_now() + self.grace);
    }

    /// The player has a socket again, or no seat any more.
    pub(super) fn settled(&mut self, player: PlayerId) {
        self.away.remove(&player);
    }

    /// Whether anybody plays here.
    pub(super) fn set_empty(&mut self, empty: bool) {
        match (empty, self.empty) {
            (true, None) => self.empty = Some(self.clock.instant_now() + self.empty_after),
            (false, _) => self.empty = None,
            (true, Some(_)) => {}
        }
    }

    /// What is due next, and when.
    pub(super) fn next(&self) -> Option<(Instant, Due)> {
        let away = self.away.iter().map(|(player, at)| (*at, Due::Away(*player)));
        let empty = self.empty.map(|at| (at, Due::Empty));
        away.chain(empty).min_by_key(|(at, _)| *at)
    }
}
