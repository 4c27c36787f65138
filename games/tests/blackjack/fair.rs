//! Shoes: their hashes are public before their first cards, players add to them, and they are shown when they are spent.

use crate::table::{bet, code, play, ready, stage, table};
use games::Blackjack;
use parlor_core::{Applied, Game, Outside, Player, What};
use parlor_test::{Laws, Session, Twins, twins};
use serde_json::{Value, json};

type Event = <Blackjack as Game>::Event;

#[test]
fn the_hash_of_a_shoe_is_seen_before_its_first_card() {
    let (mut session, [ann]) = table(["ann"]);
    let before = shoe(&session);
    assert_eq!((&before["number"], &before["hash"]), (&json!(null), &json!(null)));
    assert_eq!((&before["next"]["number"], &before["cards_left"]), (&json!(1), &json!(0)));
    deal(&mut session, &[&ann]);
    let after = shoe(&session);
    assert_eq!((&after["number"], &after["hash"]), (&json!(1), &before["next"]["hash"]));
    assert_eq!(after["next"]["number"], 2);
    assert!(after["cards_left"].as_u64().is_some_and(|left| (300..312).contains(&left)));
}

#[test]
fn players_add_to_the_next_shoe_and_all_see_it() {
    let (mut session, [ann, bob]) = table(["ann", "bob"]);
    for (player, text) in [(&ann, "one"), (&bob, "two"), (&ann, "  three ")] {
        let told = add(&mut session, player, text).expect("a text");
        assert!(matches!(told.effects[..], [ref one] if matches!(one.what, What::Refresh(_))));
    }
    let expected = json!([{"player": "bob", "text": "two"}, {"player": "ann", "text": "three"}]);
    assert_eq!(shoe(&session)["next"]["entropy"], expected);
    deal(&mut session, &[&ann, &bob]);
    assert_eq!(shoe(&session)["next"]["entropy"], json!([]));
    let spent = close(&mut session);
    assert_eq!((&spent[0]["entropy"], &spent[1]["entropy"]), (&expected, &json!([])));
}

#[test]
fn what_is_added_changes_the_order_and_nothing_else_does() {
    let cards = |texts: &[&str], bets: &[&str]| {
        let (mut session, [ann]) = table(["ann"]);
        for text in texts {
            add(&mut session, &ann, text).expect("a text");
        }
        for amount in bets {
            bet(&mut session, &ann, amount).expect("a bet");
        }
        deal(&mut session, &[&ann]);
        session.view(Some(&ann))["hands"][0]["hand"].clone()
    };
    let plain = cards(&[], &[]);
    assert_eq!(cards(&[], &["500", "0", "1"]), plain);
    assert_eq!(cards(&["luck"], &[]), cards(&["other", "luck"], &["3"]));
    let others = ["a", "b", "c"].map(|text| cards(&[text], &[]));
    assert!(others.iter().any(|other| *other != plain), "{others:?}");
}

#[test]
fn a_text_is_refused_with_its_reason_and_while_cards_are_on_the_table() {
    let (mut session, [ann, bob]) = table(["ann", "bob"]);
    for text in
        [json!({"text": ""}), json!({"text": "x".repeat(65)}), json!({"text": 7}), json!({})]
    {
        assert_eq!(code(session.send(&ann, "add_entropy", text)), "invalid_data");
    }
    deal_until_played(&mut session, &[&ann, &bob]);
    assert_eq!(code(add(&mut session, &ann, "luck")), "wrong_stage");
    assert_eq!(code(add(&mut session, &ann, "")), "invalid_data");
    let carl = session.join("carl").expect("a chair");
    assert_eq!(code(add(&mut session, &carl, "luck")), "not_seated");
    for player in [&ann, &bob] {
        stay(&mut session, player);
    }
    assert_eq!(stage(&session), "ending");
    add(&mut session, &ann, "luck").expect("a text");
    // What one may play is what it was: to add is no play.
    assert_eq!(session.view(Some(&ann))["legal"], json!(["ready_up"]));
}

#[test]
fn a_crash_between_the_seal_and_the_deal_gives_the_same_cards() {
    let (mut session, [ann, bob]) = table(["ann", "bob"]);
    add(&mut session, &bob, "luck").expect("a text");
    bet(&mut session, &ann, "10").expect("a bet");
    let mut again = session.fork();
    again.restore().expect("a snapshot");
    // The operating system gives other seeds from now on.
    again.bank().clone().seed();
    for session in [&mut session, &mut again] {
        deal(session, &[&ann, &bob]);
    }
    let (seen, seen_again) = (session.view(Some(&ann)), again.view(Some(&ann)));
    assert_eq!((&seen["hands"], &seen["dealer"]), (&seen_again["hands"], &seen_again["dealer"]));
    assert_eq!(seen["shoe"]["hash"], seen_again["shoe"]["hash"]);
    assert_ne!(seen["shoe"]["next"]["hash"], seen_again["shoe"]["next"]["hash"]);
    let [spent, spent_again] = [close(&mut session), close(&mut again)].map(|all| all[0].clone());
    assert_eq!(spent, spent_again);
}

#[test]
fn spent_shoes_are_shown_with_every_card_that_was_seen_and_never_while_one_lies_face_down() {
    let names = ["ann", "bob", "cid", "dora", "eve", "finn", "gus"];
    let mut session = Session::<Blackjack>::new(json!({"decks": 2}), fastrand::u64(..)).unwrap();
    let players = names.map(|name| session.join(name).expect("a chair"));
    let mut rounds = Vec::new();
    // Until enough shoes ran empty while cards were on the table.
    while refilled(&session) < 2 {
        for player in &players {
            bet(&mut session, player, "1").expect("a bet");
            ready(&mut session, player).expect("ready");
            nothing_hidden_is_shown(&session);
        }
        while stage(&session) == "dealing" {
            hit_or_stay(&mut session, &players);
        }
        rounds.push(seen(&session));
        for player in &players {
            ready(&mut session, player).expect("ready");
        }
    }
    close(&mut session);
    let mut dealt = spent(&session).into_iter().flat_map(|shoe| cards(&shoe["dealt"]));
    for (round, mut seen) in rounds.into_iter().enumerate() {
        let mut dealt: Vec<String> = dealt.by_ref().take(seen.len()).collect();
        seen.sort_unstable();
        dealt.sort_unstable();
        assert_eq!(seen, dealt, "round {round}");
    }
    assert_eq!(dealt.next(), None);
}

#[test]
fn a_table_that_was_begun_without_seals_goes_on_and_seals_its_next_shoe() {
    let (mut session, [ann]) = table(["ann"]);
    deal(&mut session, &[&ann]);
    session.alter(|game| {
        game.as_object_mut().expect("a game").remove("shoes");
        game["shoe"].as_object_mut().expect("a shoe").remove("dealt");
    });
    assert_eq!(shoe(&session)["next"], json!(null));
    while stage(&session) != "betting" {
        session.ring().expect("a clock");
    }
    bet(&mut session, &ann, "1").expect("a bet");
    assert_eq!(
        (&shoe(&session)["number"], &shoe(&session)["next"]["number"]),
        (&json!(null), &json!(1))
    );
    let spent = close(&mut session);
    assert_eq!((spent.len(), &spent[0]["dealt"]), (1, &json!([])));
}

#[test]
fn twin_worlds_with_other_seeds_look_the_same() {
    twins::check::<Blackjack>(Twins {
        laws: Laws { games: 60, players: 7, options: vec![json!({"decks": 2})], ..Laws::default() },
        exchange: exchange_seeds,
        known: |game| number(&serde_json::to_value(game).expect("a game is JSON")) > 1,
    });
}

/// Exchanges the seed of the first shoe, whose order is settled, and that of the one after it.
fn exchange_seeds(game: &mut Value) -> bool {
    if number(game) != 1 {
        return false;
    }
    for place in ["/shoes/current/sealed/seed", "/shoes/next/seed"] {
        let seed = game.pointer_mut(place).expect("a seed");
        *seed = json!("07".repeat(32));
    }
    true
}

/// The number of the shoe that is dealt from; zero before the first.
fn number(game: &Value) -> u64 {
    game.pointer("/shoes/current/sealed/number").and_then(Value::as_u64).unwrap_or_default()
}

#[test]
fn no_seed_is_in_a_log() {
    let (mut session, [ann]) = table(["ann"]);
    deal(&mut session, &[&ann]);
    let state = session.state().snapshot();
    let whole: Value = serde_json::from_str(&state).expect("a snapshot is JSON");
    let log = format!("{:?} {:?}", session.state(), session.applied());
    for place in ["/0/shoes/current/sealed/seed", "/0/shoes/next/seed"] {
        let seed = whole.pointer(place).and_then(Value::as_str).expect("a seed");
        assert!(!log.contains(seed), "{place}");
        let bytes: Vec<u8> = (0..64)
            .step_by(2)
            .map(|at| u8::from_str_radix(&seed[at..at + 2], 16).expect("two digits"))
            .collect();
        let listed = format!("{bytes:?}");
        assert!(!log.contains(listed.trim_matches(['[', ']'])), "{place}");
    }
}

fn shoe(session: &Session<Blackjack>) -> Value {
    session.view(None)["shoe"].clone()
}

fn add<'a>(
    session: &'a mut Session<Blackjack>,
    player: &Player,
    text: &str,
) -> Result<&'a Applied<Blackjack>, parlor_core::Refusal> {
    session.send(player, "add_entropy", json!({ "text": text }))
}

/// Everyone bets and is ready.
fn deal(session: &mut Session<Blackjack>, players: &[&Player]) {
    for player in players {
        bet(session, player, "1").expect("a bet");
        ready(session, player).expect("ready");
    }
}

/// Deals rounds until the first player has something to play.
fn deal_until_played(session: &mut Session<Blackjack>, players: &[&Player]) {
    loop {
        deal(session, players);
        let all = players.iter().all(|player| may(session, player, "hit"));
        if all && !may(session, players[0], "insurance") {
            return;
        }
        while stage(session) != "betting" {
            session.ring().expect("a clock");
        }
    }
}

fn may(session: &Session<Blackjack>, player: &Player, chosen: &str) -> bool {
    let view = session.view(Some(player));
    view["legal"].as_array().is_some_and(|legal| legal.iter().any(|name| name == chosen))
}

fn stay(session: &mut Session<Blackjack>, player: &Player) {
    while may(session, player, "stay") {
        play(session, player, "stay").expect("a move");
    }
}

/// Everyone who can takes a card, up to 21 and over.
fn hit_or_stay(session: &mut Session<Blackjack>, players: &[Player]) {
    for player in players {
        let chosen = ["hit", "stay"].into_iter().find(|chosen| may(session, player, chosen));
        if let Some(chosen) = chosen {
            play(session, player, chosen).expect("a legal move");
            nothing_hidden_is_shown(session);
        }
    }
}

/// Ends the session; the shoes that are shown with it.
fn close(session: &mut Session<Blackjack>) -> Vec<Value> {
    let before = spent(session).len();
    session.apply(None, parlor_core::Input::Closed).expect("an end");
    spent(session).split_off(before)
}

/// All shoes that everyone was told of.
fn spent(session: &Session<Blackjack>) -> Vec<Value> {
    let told = session.applied().iter().flat_map(|applied| &applied.effects);
    let events = told.filter_map(|effect| match &effect.what {
        What::All(event @ Event::ShoeSpent(_)) => Some(serde_json::to_value(event).expect("JSON")),
        _ => None,
    });
    events.map(|mut event| event["data"].take()).collect()
}

/// How many shoes so far were begun while cards were on the table, and are spent.
fn refilled(session: &Session<Blackjack>) -> usize {
    spent(session).iter().filter(|shoe| shoe["without"] != json!([])).count()
}

/// Where a shoe was shown just now while the dealer's card lies face down, no card on the table is of that shoe.
fn nothing_hidden_is_shown(session: &Session<Blackjack>) {
    let told = session.applied().last().map(|applied| &applied.effects).into_iter().flatten();
    let shown = told.filter(|told| matches!(told.what, What::All(Event::ShoeSpent(_)))).count();
    let log = format!("{:?}", session.state());
    assert!(!log.contains("without") && !log.contains("dealt"), "{log}");
    let hidden = seen(session).iter().any(|card| card == "2B");
    if shown > 0 && hidden {
        let state: Value = serde_json::from_str(&session.state().snapshot()).expect("JSON");
        let of_this_shoe = cards(&state[0]["shoe"]["dealt"]).len();
        assert_eq!(of_this_shoe, seen(session).len(), "a card of the shoe before is on the table");
    }
}

/// Every card on the table.
fn seen(session: &Session<Blackjack>) -> Vec<String> {
    let view = session.view(None);
    let hands = view["hands"].as_array().expect("hands").iter();
    hands.chain(view.get("dealer")).flat_map(|hand| cards(&hand["hand"])).collect()
}

fn cards(list: &Value) -> Vec<String> {
    let list = list.as_array().expect("cards").iter();
    list.map(|card| card.as_str().expect("a card").to_owned()).collect()
}
