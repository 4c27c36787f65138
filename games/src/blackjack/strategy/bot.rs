//! A bot that plays basic strategy.

use crate::blackjack::{Blackjack, actions::Action, round::Stage, view::View};
use parlor_core::{Bot, Chips, Dice};

/// What it bets.
const BET: Chips = Chips::new(10);

/// Plays basic strategy for the same bet in every round, and never takes insurance.
///
/// It follows the hint of its view, and holds nobody up: it is ready as soon as it has bet.
#[derive(Debug, Clone, Copy, Default)]
pub struct BasicStrategy {
    /// Whether it has placed the bet of this round.
    has_bet: bool,
}

impl Bot<Blackjack> for BasicStrategy {
    fn choose(&mut self, view: &View, legal: &[Action], _dice: &mut Dice) -> Option<Action> {
        let chosen = match view.stage {
            Stage::Betting if !self.has_bet => Action::PlaceBet { bet: BET },
            Stage::Betting | Stage::Ending => Action::ReadyUp { ready: true },
            Stage::Dealing => Action::Action { r#move: view.hint? },
        };
        self.has_bet = view.stage == Stage::Betting;
        // Who is ready may only take that back.
        let may = matches!(chosen, Action::PlaceBet { .. }) || legal.contains(&chosen);
        may.then_some(chosen)
    }
}
