//! Every game of the casino obeys the laws, in 1,000 random games each.

use games::{Blackjack, TicTacToe};
use parlor_core::{Game, Message};
use parlor_test::{
    fuzz,
    laws::{self, Laws},
};
use serde_json::json;

type Action = <Blackjack as Game>::Action;

#[test]
fn tic_tac_toe_obeys_the_laws() {
    laws::check::<TicTacToe>(Laws::default());
}

#[test]
fn blackjack_obeys_the_laws() {
    laws::check::<Blackjack>(blackjack());
}

#[test]
fn damaged_messages_break_no_law() {
    fuzz::check::<TicTacToe>(Laws { games: 50, ..Laws::default() });
    fuzz::check::<Blackjack>(Laws { games: 50, ..blackjack() });
}

fn blackjack() -> Laws<Blackjack> {
    Laws {
        players: 7,
        options: vec![json!(null), json!({}), json!({"decks": 2}), json!({"decks": 8})],
        kind_of,
        ..Laws::default()
    }
}

/// An `action` is of the kind of its move: `action:hit`.
fn kind_of(action: &Action) -> String {
    let message = serde_json::to_value(action).expect("an action is JSON");
    match message["data"]["move"].as_str() {
        Some(chosen) => format!("{}:{chosen}", action.kind()),
        None => action.kind().to_owned(),
    }
}
