//! One player's move, and one user's question.

use crate::{Chips, Game, Player, PlayerId, Refusal, Seat, Table, Viewer};
use serde::Serialize;
use std::{
    ops::{Deref, DerefMut},
    time::Duration,
};

/// One player's move; everything of [`Table`] is at hand through it.
#[derive(Debug)]
pub struct Turn<'a, G: Game> {
    pub(crate) player: &'a Player,
    pub(crate) table: &'a mut Table<G>,
}

impl<'a, G: Game> Turn<'a, G> {
    /// Who moves.
    pub fn player(&self) -> &'a Player {
        self.player
    }

    /// The mover's seat.
    ///
    /// # Errors
    /// `not_seated`, which the framework has already answered to those without a seat.
    pub fn seat(&self) -> Result<Seat, Refusal> {
        self.table.players().seat(self.player.id).ok_or_else(Refusal::not_seated)
    }

    /// Tells the mover alone.
    pub fn send(&mut self, event: G::Event) {
        self.table.send_to(self.player.id, event);
    }
}

/// The table's doors once more: through `DerefMut` alone, `turn.stake(turn.player().id, bet)` would borrow the turn twice.
impl<G: Game> Turn<'_, G> {
    /// [`Table::stake`].
    ///
    /// # Errors
    /// `insufficient_funds`, where the player can't spend that much; `limit_reached`, where a limit that the player has set is
    /// against it.
    pub fn stake(&mut self, player: PlayerId, amount: Chips) -> Result<(), Refusal> {
        self.table.stake(player, amount)
    }

    /// [`Table::win`].
    pub fn win(&mut self, player: PlayerId, amount: Chips) {
        self.table.win(player, amount);
    }

    /// [`Table::lose`].
    pub fn lose(&mut self, player: PlayerId, amount: Chips) {
        self.table.lose(player, amount);
    }

    /// [`Table::give_back`].
    pub fn give_back(&mut self, player: PlayerId, amount: Chips) {
        self.table.give_back(player, amount);
    }

    /// [`Table::wake_in`].
    pub fn wake_in(&mut self, after: Duration, alarm: &impl Serialize) {
        self.table.wake_in(after, alarm);
    }

    /// [`Table::end_in`].
    pub fn end_in(&mut self, after: Duration) {
        self.table.end_in(after);
    }
}

impl<G: Game> Deref for Turn<'_, G> {
    type Target = Table<G>;
    fn deref(&self) -> &Table<G> {
        self.table
    }
}

impl<G: Game> DerefMut for Turn<'_, G> {
    fn deref_mut(&mut self) -> &mut Table<G> {
        self.table
    }
}

/// One user's question: who asks, with what balance; the table can be read through it, and nothing changed.
#[derive(Debug)]
pub struct Ask<'a, G: Game> {
    pub(crate) user: &'a Player,
    pub(crate) balance: Chips,
    pub(crate) viewer: Viewer<'a>,
    pub(crate) table: &'a Table<G>,
}

impl<'a, G: Game> Ask<'a, G> {
    /// Who asks, watching or playing.
    pub fn user(&self) -> &'a Player {
        self.user
    }

    /// What the user can spend now.
    pub fn balance(&self) -> Chips {
        self.balance
    }

    /// For whose eyes the answer is.
    pub fn viewer(&self) -> Viewer<'a> {
        self.viewer
    }
}

impl<G: Game> Deref for Ask<'_, G> {
    type Target = Table<G>;
    fn deref(&self) -> &Table<G> {
        self.table
    }
}
