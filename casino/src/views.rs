//! The pages of the casino's tables.

use games::{Blackjack, TicTacToe};
use parlor::prelude::*;

/// The page of a blackjack table.
#[derive(Debug)]
pub(crate) struct BlackjackTable;

impl GameSessionView for BlackjackTable {
    type Game = Blackjack;
    const TEMPLATE_NAME: &'static str = "blackjack/table.html";
    const REDIRECT_TO: &'static str = "blackjack_sessions";
}

/// The page of a tic-tac-toe table.
#[derive(Debug)]
pub(crate) struct TicTacToeTable;

impl GameSessionView for TicTacToeTable {
    type Game = TicTacToe;
    const TEMPLATE_NAME: &'static str = "tic-tac-toe/table.html";
    const REDIRECT_TO: &'static str = "tic-tac-toe_sessions";
}
