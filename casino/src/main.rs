//! The Parlor casino: the reference site.

mod assets;
mod views;

use games::{Blackjack, TicTacToe};
use parlor::prelude::*;
use std::process::ExitCode;
use views::{BlackjackTable, TicTacToeTable};

#[tokio::main]
async fn main() -> ExitCode {
    Site::new("Parlor")
        .game(SessionManager::<Blackjack>::new().view(BlackjackTable))
        .game(SessionManager::<TicTacToe>::new().view(TicTacToeTable))
        .templates(assets::templates())
        .statics(assets::statics())
        .types("casino/static/types")
        .run()
        .await
}
