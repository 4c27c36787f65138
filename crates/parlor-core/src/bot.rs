//! Players that are programs.

use crate::{Dice, Game};

/// A program that plays: it sits in a seat, and its moves are journaled like anyone's.
///
/// It knows no more than a person would: the view from its seat, and what is legal there.
///
/// What it remembers from one choice to the next is its own, and gone when the session leaves memory: a restarted server
/// seats it again as it was when it came.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not play this game",
    label = "implement `Bot<G>` for it: docs/bots.md shows the whole of one"
)]
pub trait Bot<G: Game>: Send {
    /// Chooses one of the legal actions, of which there is at least one; or none, to wait until something happens at the
    /// table. Chance comes from `dice`, so that a game with bots can be played again exactly.
    fn choose(&mut self, view: &G::View, legal: &[G::Action], dice: &mut Dice)
    -> Option<G::Action>;
}
