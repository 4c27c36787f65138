//! The Parlor casino: the reference site.

mod assets;
mod views;

use games::{BasicStrategy, Blackjack, NeverLoses, TicTacToe};
use parlor::prelude::*;
use views::{BlackjackTable, TicTacToeTable};

/// The casino with all its games.
pub fn site() -> Site {
    Site::new("Parlor")
        .game(SessionManager::<Blackjack>::new().view(BlackjackTable).bots(BasicStrategy::default))
        .game(SessionManager::<TicTacToe>::new().view(TicTacToeTable).bots(|| NeverLoses))
        .templates(assets::templates())
        .statics(assets::statics())
        .types("casino/static/types")
}
