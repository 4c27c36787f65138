//! The scenes in `tests/tables`: what everyone at the table receives is what it was when someone read it.

use games::{Blackjack, TicTacToe};
use parlor_core::kit::cards::{Card, Shoe};
use parlor_test::{
    Session,
    play::{self, Own},
};

#[test]
fn blackjack_is_told_as_it_was() {
    play::check_with::<Blackjack>("tests/tables", &[Own { word: "shoe", does: stack }]);
}

#[test]
fn tic_tac_toe_is_told_as_it_was() {
    play::check::<TicTacToe>("tests/tables");
}

/// `shoe 8S 10D 8D 7H`: the shoe holds these cards, the first to be dealt first.
fn stack(session: &mut Session<Blackjack>, cards: &str) -> Result<(), String> {
    let cards: Result<Vec<Card>, String> = cards
        .split_whitespace()
        .map(|card| card.parse().map_err(|why| format!("{card}: {why}")))
        .collect();
    let shoe = serde_json::to_value(Shoe::stacked(cards?)).map_err(|why| why.to_string())?;
    session.alter(|game| game["shoe"] = shoe);
    Ok(())
}
