//! The games of the casino, one folder a game. They know no HTTP, no SQL and no socket.

#![deny(clippy::float_arithmetic)]

mod blackjack;
mod tic_tac_toe;

pub use blackjack::{BasicStrategy, Blackjack};
pub use tic_tac_toe::TicTacToe;
