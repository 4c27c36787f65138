//! A table of blackjack for tests.

use games::Blackjack;
use parlor_core::{Player, Refusal, What, kit::cards::Shoe};
use parlor_test::Session;
use serde_json::{Value, json};

/// A table at which these players sit, with 1,000 chips each.
pub(crate) fn table<const N: usize>(names: [&str; N]) -> (Session<Blackjack>, [Player; N]) {
    let mut session = Session::new(json!(null), 1).expect("a table without options");
    let players = names.map(|name| session.join(name).expect("a chair"));
    (session, players)
}

/// A table at which everyone has bet 10.00 and been dealt from these cards: one to each player, one to the dealer, and
/// again; then those that are drawn.
pub(crate) fn dealt<const N: usize>(
    names: [&str; N],
    cards: &str,
) -> (Session<Blackjack>, [Player; N]) {
    let (mut session, players) = table(names);
    stack(&mut session, cards);
    for player in &players {
        bet(&mut session, player, "10.00").expect("a bet");
        ready(&mut session, player).expect("ready");
    }
    (session, players)
}

/// Puts these cards into the shoe, the first to be dealt first.
pub(crate) fn stack(session: &mut Session<Blackjack>, cards: &str) {
    let cards = cards.split_whitespace().map(|card| card.parse().expect("a card"));
    let shoe = serde_json::to_value(Shoe::stacked(cards)).expect("a shoe is JSON");
    session.alter(|game| game["shoe"] = shoe);
}

pub(crate) fn bet(
    session: &mut Session<Blackjack>,
    player: &Player,
    bet: &str,
) -> Result<&'static str, Refusal> {
    session.send(player, "place_bet", json!({ "bet": bet })).map(told)
}

pub(crate) fn ready(
    session: &mut Session<Blackjack>,
    player: &Player,
) -> Result<&'static str, Refusal> {
    session.send(player, "ready_up", json!({"ready": true})).map(told)
}

pub(crate) fn play(
    session: &mut Session<Blackjack>,
    player: &Player,
    chosen: &str,
) -> Result<&'static str, Refusal> {
    session.send(player, "action", json!({ "move": chosen })).map(told)
}

/// What a record tells everyone: `load_game`, or `update`; exactly one of them.
pub(crate) fn told(applied: &parlor_core::Applied<Blackjack>) -> &'static str {
    let told = applied.effects.iter().map(|effect| match effect.what {
        What::Refresh(_) => "load_game",
        What::EachView(_) => "update",
        _ => "something else",
    });
    match told.collect::<Vec<_>>()[..] {
        [one] => one,
        _ => "not one thing",
    }
}

/// The code of a refusal.
pub(crate) fn code<T: std::fmt::Debug>(answer: Result<T, Refusal>) -> &'static str {
    answer.expect_err("a refusal").code()
}

pub(crate) fn stage(session: &Session<Blackjack>) -> String {
    session.view(None)["stage"].as_str().expect("a stage").to_owned()
}

/// One field of every hand, in the order of the view.
pub(crate) fn hands(session: &Session<Blackjack>, field: &str) -> Vec<Value> {
    let view = session.view(None);
    view["hands"].as_array().expect("hands").iter().map(|hand| hand[field].clone()).collect()
}
