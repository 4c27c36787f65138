//! Players that are programs.

use crate::{Dice, Game};

/// A program that plays: it sits in a seat, and its moves are journaled like anyone's.
///
/// It knows no more than a person would: the view from its seat, and what is legal there.
pub trait Bot<G: Game>: Send {
    /// Chooses one of the legal actions, of which there is at least one. Chance comes from `dice`, so that a game with bots
    /// can be played again exactly.
    fn choose(&mut self, view: &G::View, legal: &[G::Action], dice: &mut Dice) -> G::Action;
}
