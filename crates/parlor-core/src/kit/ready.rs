//! Who is ready to go on.

use crate::PlayerId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The set of those who are ready.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready(BTreeSet<PlayerId>);

impl Ready {
    /// Marks a player as ready, or as not.
    pub fn set(&mut self, player: PlayerId, ready: bool) {
        if ready {
            self.0.insert(player);
        } else {
            self.0.remove(&player);
        }
    }

    /// Whether this player is ready.
    pub fn contains(&self, player: PlayerId) -> bool {
        self.0.contains(&player)
    }

    /// Whether there is anyone, and every one of them is ready.
    pub fn all(&self, players: impl IntoIterator<Item = PlayerId>) -> bool {
        let mut players = players.into_iter().peekable();
        players.peek().is_some() && players.all(|player| self.contains(player))
    }

    /// Starts anew: nobody is ready.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}
