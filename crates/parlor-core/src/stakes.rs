//! Money at a table: what is staked, and what moves between accounts.

use crate::{Chips, PlayerId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Whose chips they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Account {
    /// What a player can spend.
    Player(PlayerId),
    /// What a player has staked at this table.
    Escrow(PlayerId),
    /// The house, which pays and takes.
    House,
}

/// A movement of chips from one account to another; the sum over all accounts never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Who has less afterwards.
    pub from: Account,
    /// Who has more afterwards.
    pub to: Account,
    /// How much; more than nothing.
    pub amount: Chips,
}

/// What the outside says to a stake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cover {
    /// The player has the chips, and they are reserved.
    Full,
    /// The player has not got the chips.
    Short,
    /// The player has the chips, and a limit against staking them: what the player is told.
    Limited(String),
}

/// Whether the player has the chips, where there are no limits.
impl From<bool> for Cover {
    fn from(covered: bool) -> Self {
        if covered { Self::Full } else { Self::Short }
    }
}

/// What each player has staked at the table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stakes(BTreeMap<PlayerId, Chips>);

impl Stakes {
    pub(crate) fn of(&self, player: PlayerId) -> Chips {
        self.0.get(&player).copied().unwrap_or_default()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (PlayerId, Chips)> {
        self.0.iter().map(|(player, chips)| (*player, *chips))
    }

    pub(crate) fn put(&mut self, player: PlayerId, amount: Chips) {
        *self.0.entry(player).or_default() += amount;
    }

    /// Takes from a player's stake.
    ///
    /// # Panics
    /// Where the player has staked less: the game has paid out the same chips twice.
    pub(crate) fn take(&mut self, player: PlayerId, amount: Chips) {
        let left = self.of(player).checked_sub(amount).unwrap_or_else(|| {
            panic!("{amount} taken from a stake of {} by {player}", self.of(player))
        });
        if left.is_zero() {
            self.0.remove(&player);
        } else {
            self.0.insert(player, left);
        }
    }
}
