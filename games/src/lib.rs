//! The games of the casino, one folder a game. They know no HTTP, no SQL and no socket.

#![deny(clippy::float_arithmetic)]

mod blackjack;
mod tic_tac_toe;
// Beside the game and not within it: the tutorial shows the whole of that.
#[path = "tic_tac_toe/bot.rs"]
mod tic_tac_toe_bot;

pub use blackjack::{BasicStrategy, Blackjack};
pub use tic_tac_toe::TicTacToe;
pub use tic_tac_toe_bot::NeverLoses;
