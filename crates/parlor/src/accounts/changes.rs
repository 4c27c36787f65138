//! What happened to accounts lately, for those who are still on the way to a table by what they were.

use crate::recent::Recent;
use parlor_core::{Player, PlayerId};
use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// How many accounts are remembered at the most: far more than change while one handshake is under way.
const REMEMBERED: usize = 10_000;

/// Accounts that got another name, and accounts that are gone. A session asks when somebody comes who was recognised before.
pub(crate) struct Changes(Mutex<Recent<PlayerId, Change>>);

enum Change {
    Renamed(String),
    Gone,
}

impl fmt::Debug for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Changes")
    }
}

impl Default for Changes {
    fn default() -> Self {
        Self(Mutex::new(Recent::new(REMEMBERED)))
    }
}

impl Changes {
    /// The account is called like this from now on.
    pub(super) fn renamed(&self, player: &Player) {
        self.lock().put(player.id, Change::Renamed(player.name.clone()));
    }

    /// The account is gone from now on.
    pub(super) fn gone(&self, player: PlayerId) {
        self.lock().put(player, Change::Gone);
    }

    /// The account did not go after all.
    pub(super) fn stays(&self, player: PlayerId) {
        self.lock().remove(&player);
    }

    /// The player, as one is called now; nothing for one whose account is gone.
    pub(crate) fn now(&self, player: Player) -> Option<Player> {
        match self.lock().get(&player.id) {
            None => Some(player),
            Some(Change::Renamed(name)) => Some(Player { name: name.clone(), ..player }),
            Some(Change::Gone) => None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Recent<PlayerId, Change>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
