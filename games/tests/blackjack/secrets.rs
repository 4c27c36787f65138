//! Nothing sent to anyone depends on the face-down card until it is turned, save that the dealer peeks.

use crate::table::dealt;
use games::Blackjack;
use parlor_core::Game;
use parlor_test::{Laws, Twins, twins};
use serde_json::Value;

#[test]
fn twin_worlds_with_another_hole_card_look_the_same() {
    twins::check::<Blackjack>(Twins {
        laws: Laws { games: 1200, players: 7, ..Laws::default() },
        exchange: exchange_hole_card,
        known: |game| game.stage() != "dealing",
    });
}

/// Exchanges the hole card for one that lies deep in the shoe, where the dealer who peeked, or will, can't tell the difference.
fn exchange_hole_card(game: &mut Value) -> bool {
    exchange(game, |open, hole, card| {
        let blackjack = |hole| counts(open) + counts(hole) == 21;
        counts(card) != counts(hole) && !blackjack(hole) && !blackjack(card)
    })
}

/// Until everyone has chosen under an ace, nothing that anyone is told says whether there is a blackjack under it.
#[test]
fn twin_worlds_with_and_without_a_blackjack_look_the_same_until_the_dealer_has_looked() {
    twins::check::<Blackjack>(Twins {
        laws: Laws { games: 200, players: 7, ..Laws::default() },
        exchange: exchange_blackjack,
        known: |game| !asks(&serde_json::to_value(game).expect("a game is JSON")),
    });
}

/// Under an ace that nobody has looked under, makes a blackjack of the dealer's, or another hand of one.
fn exchange_blackjack(game: &mut Value) -> bool {
    asks(game) && exchange(game, |_, hole, card| (counts(hole) == 10) != (counts(card) == 10))
}

/// Whether everyone is asked under an ace.
fn asks(game: &Value) -> bool {
    game["asking"] == true
}

/// Exchanges the hole card for one that lies deep in the shoe, where one of the first to lie in it will do: the open card,
/// the hole card and that one are looked at.
fn exchange(game: &mut Value, will_do: impl Fn(&Value, &Value, &Value) -> bool) -> bool {
    if game["stage"] != "dealing" {
        return false;
    }
    let (open, hole) = (&game["dealer"]["cards"][0], game["dealer"]["cards"][1].clone());
    let shoe = game["shoe"]["cards"].as_array().expect("the cards of a shoe");
    // The first to lie in it is the last to be dealt.
    let other = shoe.iter().take(10).position(|card| will_do(open, &hole, card));
    let Some(place) = other else { return false };
    let card = std::mem::replace(&mut game["shoe"]["cards"][place], hole);
    game["dealer"]["cards"][1] = card;
    true
}

fn counts(card: &Value) -> u32 {
    match card.as_str().expect("a card").trim_end_matches(['C', 'D', 'H', 'S']) {
        "A" => 11,
        "J" | "Q" | "K" => 10,
        number => number.parse().expect("a number"),
    }
}

#[test]
fn a_log_shows_neither_the_shoe_nor_the_hole_card() {
    let (session, _) = dealt(["alice"], "10H KD 8S 5C 6C");
    let log = format!("{:?}", session.state());
    assert!(log.contains("KD") && !log.contains("5C") && !log.contains("6C"), "{log}");
}
