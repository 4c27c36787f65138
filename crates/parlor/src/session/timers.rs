//! The clocks of a session that are not the game's: how long seats are kept, and how long it may stay empty.

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

/// How long each player may still be away, and the session empty.
#[derive(Debug)]
pub(super) struct Timers {
    grace: Duration,
    empty_after: Duration,
    away: BTreeMap<PlayerId, Instant>,
    empty: Option<Instant>,
}

impl Timers {
    pub(super) fn new(grace: Duration, empty_after: Duration) -> Self {
        Self { grace, empty_after, away: BTreeMap::new(), empty: None }
    }

    /// The player has no socket open from now on.
    pub(super) fn gone(&mut self, player: PlayerId) {
        self.away.insert(player, Instant::now() + self.grace);
    }

    /// The player has a socket again, or no seat any more.
    pub(super) fn settled(&mut self, player: PlayerId) {
        self.away.remove(&player);
    }

    /// Whether anybody plays here.
    pub(super) fn set_empty(&mut self, empty: bool) {
        match (empty, self.empty) {
            (true, None) => self.empty = Some(Instant::now() + self.empty_after),
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
