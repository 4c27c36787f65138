//! Under an ace: who insures, who declines, and what the dealer then finds.

use crate::table::{bet, code, dealt, hands, play, ready, stack, stage, table, told};
use parlor_core::{Chips, Input};
use serde_json::{Value, json};
use std::time::Duration;

/// One round of one player who bets 10.00 against an ace: the shoe (player, dealer, player, dealer, then as drawn), the
/// moves, how the hands come out, what they were insured for, and the balance after it.
const ROUNDS: &[(&str, &str, &str, &str, &str, &str)] = &[
    ("insured against a blackjack", "KS AD 9D KH", "insurance", "Loss", "5.00", "1000.00"),
    ("an insured blackjack against one", "AS AD KD KH", "insurance", "Push", "5.00", "1010.00"),
    ("an insured blackjack", "AS AD KD 7H", "insurance", "Blackjack", "5.00", "1010.00"),
    ("insured in vain", "10S AD 8D 6H", "insurance stay", "Win", "5.00", "1005.00"),
    ("insured, hit, bust", "10S AD 6D 6H KS", "insurance hit", "Player Bust", "5.00", "985.00"),
    ("insured, doubled", "5S AD 6D 6H KS", "insurance double", "Win", "5.00", "1015.00"),
    ("insured, given up", "10S AD 6D 6H", "insurance surrender", "Surrender", "5.00", "990.00"),
    (
        "insured before a split",
        "8S AD 8D 6H KS KC",
        "insurance split stay stay",
        "Win Win",
        "5.00 -",
        "1015.00",
    ),
    ("declined by a hit", "10S AD 2D 6H 9S", "hit", "Win", "-", "1010.00"),
    ("declined by a stay", "10S AD 8D 6H", "stay", "Win", "-", "1010.00"),
    ("declined by a double", "5S AD 6D 6H KS", "double", "Win", "-", "1020.00"),
    ("declined by a split", "8S AD 8D 6H KS KC", "split stay stay", "Win Win", "- -", "1020.00"),
    ("declined by a surrender", "10S AD 6D 6H", "surrender", "Surrender", "-", "995.00"),
    ("a blackjack that declines", "AS AD KD 7H", "stay", "Blackjack", "-", "1015.00"),
    ("and pushes", "AS AD KD KH", "stay", "Push", "-", "1000.00"),
    ("a hit that is never taken", "10S AD 2D KH 9S", "hit", "Loss", "-", "990.00"),
    ("a double that is given back", "5S AD 6D KH KS", "double", "Loss", "-", "990.00"),
    ("a split that is given back", "8S AD 8D KH KS KC", "split", "Loss", "-", "990.00"),
    ("a surrender that comes too late", "10S AD 6D KH", "surrender", "Loss", "-", "990.00"),
];

#[test]
fn every_answer() {
    for &(rule, cards, moves, outcomes, insured, balance) in ROUNDS {
        let (mut session, [alice]) = dealt(["alice"], cards);
        for chosen in moves.split_whitespace() {
            assert_eq!(stage(&session), "dealing", "{rule}: before {chosen}");
            assert_eq!(play(&mut session, &alice, chosen), Ok("load_game"), "{rule}: {chosen}");
        }
        assert_eq!(stage(&session), "ending", "{rule}");
        let texts = |field| {
            let texts: Vec<String> = hands(&session, field)
                .iter()
                .map(|text| text.as_str().unwrap_or("-").to_owned())
                .collect();
            texts.join(" ")
        };
        assert_eq!((&*texts("outcome"), &*texts("insurance")), (outcomes, insured), "{rule}");
        assert_eq!(session.balance(&alice), balance, "{rule}");
        assert_eq!(session.state().stakes().count(), 0, "{rule}: all is settled");
    }
}

#[test]
fn what_is_legal_before_and_after_the_dealer_has_looked() {
    for (cards, asked, answer, then) in [
        (
            "10S AD 8D 6H",
            "hit stay double insurance surrender",
            "insurance",
            "hit stay double surrender",
        ),
        (
            "8S AD 8D 6H",
            "hit stay double split insurance surrender",
            "insurance",
            "hit stay double split surrender",
        ),
        ("10S AD 2D 6H 3S", "hit stay double insurance surrender", "hit", "hit stay"),
        (
            "8S AD 8D 6H KS KC",
            "hit stay double split insurance surrender",
            "split",
            "hit stay double",
        ),
        // Under a ten nobody is asked.
        ("10S KD 2D 6H 2S", "hit stay double surrender", "hit", "hit stay"),
    ] {
        let (mut session, [alice]) = dealt(["alice"], cards);
        for (legal, chosen) in [(asked, Some(answer)), (then, None)] {
            let legal: Vec<_> = legal.split_whitespace().collect();
            if stage(&session) == "dealing" {
                assert_eq!(session.view(Some(&alice))["legal"], json!(legal), "{cards} {chosen:?}");
                for other in ["hit", "stay", "double", "split", "insurance", "surrender"] {
                    if !legal.contains(&other) {
                        let answer = play(&mut session, &alice, other);
                        assert_eq!(code(answer), "illegal_move", "{cards} {chosen:?} {other}");
                    }
                }
            }
            if let Some(chosen) = chosen {
                play(&mut session, &alice, chosen).unwrap();
            }
        }
    }
}

#[test]
fn a_blackjack_is_asked_too() {
    let (mut session, [alice]) = dealt(["alice"], "AS AD KD 7H");
    let view = session.view(Some(&alice));
    assert_eq!(view["legal"], json!(["stay", "insurance"]));
    assert_eq!(
        (&view["hands"][0]["active"], &view["hands"][0]["ready"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(view["players"][0]["ready"], false);
    assert_eq!(view["hands"][0]["outcome"], Value::Null, "that would tell what the dealer has");
    let refusal = play(&mut session, &alice, "hit").unwrap_err();
    assert_eq!(refusal.message(), "a blackjack is insured, or stays as it is");
}

#[test]
fn nobody_plays_until_all_have_chosen() {
    // Bob chooses first, and Alice's card is dealt first all the same.
    let cards = "5S 10H 9S AD 6S 2H 9H 6D  KS 3H";
    let (mut session, [alice, bob, carol]) = dealt(["alice", "bob", "carol"], cards);
    assert_eq!(hands(&session, "active"), [true, true, true]);
    assert_eq!(play(&mut session, &bob, "hit"), Ok("load_game"));
    assert_eq!(play(&mut session, &alice, "double"), Ok("load_game"));
    assert_eq!(hands(&session, "chosen"), [json!("double"), json!("hit"), Value::Null]);
    assert_eq!(hands(&session, "active"), [false, false, true]);
    assert_eq!(hands(&session, "value"), [11, 12, 18], "nobody has a card yet");
    assert_eq!(hands(&session, "bet"), ["10.00", "10.00", "10.00"], "nothing is doubled yet");
    assert_eq!(session.balance(&alice), "980.00", "and is paid for");
    assert_eq!(session.view(Some(&bob))["legal"], json!([]));
    for again in ["insurance", "hit", "stay"] {
        let refusal = play(&mut session, &bob, again).unwrap_err();
        assert_eq!(refusal.code(), "illegal_move");
        assert!(refusal.message().starts_with("you have chosen"), "{refusal}");
    }
    assert_eq!(session.view(None)["dealer"], json!({"hand": ["AD", "2B"], "value": 11}));

    assert_eq!(play(&mut session, &carol, "insurance"), Ok("load_game"));
    assert_eq!(hands(&session, "chosen"), [Value::Null, Value::Null, Value::Null]);
    assert_eq!(hands(&session, "value"), [21, 15, 18]);
    assert_eq!(hands(&session, "bet"), ["20.00", "10.00", "10.00"]);
    assert_eq!(hands(&session, "active"), [false, true, true], "carol plays as anyone");
    assert_eq!(hands(&session, "insurance"), [Value::Null, Value::Null, json!("5.00")]);
    assert_eq!(session.view(None)["dealer"]["hand"], json!(["AD", "2B"]), "it stays face down");
    play(&mut session, &bob, "stay").unwrap();
    play(&mut session, &carol, "stay").unwrap();
    assert_eq!(hands(&session, "outcome"), ["Win", "Loss", "Win"]);
    let balances = [&alice, &bob, &carol].map(|player| session.balance(player));
    assert_eq!(balances, ["1020.00", "990.00", "1005.00"]);
}

#[test]
fn a_blackjack_of_the_dealers_ends_the_round_for_all() {
    let cards = "AS 10H 5S AD KS 2H 6H QD  KC";
    let (mut session, [alice, bob, carol]) = dealt(["alice", "bob", "carol"], cards);
    play(&mut session, &carol, "double").unwrap();
    play(&mut session, &bob, "insurance").unwrap();
    play(&mut session, &alice, "insurance").unwrap();
    let view = session.view(None);
    assert_eq!(view["stage"], "ending");
    assert_eq!(view["dealer"], json!({"hand": ["AD", "QD"], "value": 21}));
    assert_eq!(hands(&session, "outcome"), ["Push", "Loss", "Loss"]);
    assert_eq!(hands(&session, "bet"), ["10.00", "10.00", "10.00"]);
    let balances = [&alice, &bob, &carol].map(|player| session.balance(player));
    assert_eq!(balances, ["1010.00", "1000.00", "990.00"]);
}

#[test]
fn one_who_does_not_choose_in_time_is_stood() {
    let (mut session, [alice, bob]) = dealt(["alice", "bob"], "10S 10H AD 2S 8H 6D  9S");
    let deadline = |session: &parlor_test::Session<games::Blackjack>, of| {
        session.view(of)["deadline"].as_i64().map(|at| at - session.now())
    };
    assert_eq!(deadline(&session, Some(&bob)), Some(30_000));
    session.pass(Duration::from_secs(20));
    play(&mut session, &alice, "insurance").unwrap();
    assert_eq!(deadline(&session, Some(&alice)), Some(10_000), "she waits for bob");
    let rang = session.ring().unwrap().unwrap();
    assert_eq!(told(rang), "load_game");
    assert_eq!(hands(&session, "ready"), [false, true]);
    assert_eq!(hands(&session, "insurance"), [json!("5.00"), Value::Null], "bob has declined");
    assert_eq!(deadline(&session, Some(&alice)), Some(30_000), "the whole time to play");
    assert_eq!(session.view(Some(&bob))["legal"], json!([]));
    play(&mut session, &alice, "hit").unwrap();
    assert_eq!(hands(&session, "outcome"), ["Win", "Win"]);
    assert!(session.ring().unwrap().is_some(), "the ending's clock");
    assert_eq!(stage(&session), "betting");
}

#[test]
fn one_who_leaves_keeps_the_insurance_and_is_stood() {
    for (hole, balances) in [("KD", ["1000.00", "990.00"]), ("6D", ["1005.00", "990.00"])] {
        let cards = format!("10S 10H AD 8S 6H {hole}");
        let (mut session, [alice, bob]) = dealt(["alice", "bob"], &cards);
        play(&mut session, &alice, "insurance").unwrap();
        session.apply(Some(&alice), Input::Left).unwrap();
        assert_eq!(stage(&session), "dealing", "bob has not chosen yet");
        play(&mut session, &bob, "stay").unwrap();
        assert_eq!(stage(&session), "ending", "nobody else plays");
        assert_eq!([&alice, &bob].map(|player| session.balance(player)), balances);
    }
}

#[test]
fn the_last_to_leave_lets_the_dealer_look() {
    let (mut session, [alice, bob]) = dealt(["alice", "bob"], "10S 10H AD 8S 9H 6D");
    play(&mut session, &alice, "insurance").unwrap();
    let applied = session.apply(Some(&bob), Input::Left).unwrap();
    assert!(!applied.effects.is_empty());
    assert_eq!(hands(&session, "active"), [true, false], "alice can play now");
    session.apply(Some(&alice), Input::Left).unwrap();
    assert_eq!(hands(&session, "outcome"), ["Win", "Win"]);
    assert_eq!([&alice, &bob].map(|p| session.balance(p)), ["1005.00", "1010.00"]);
}

#[test]
fn what_was_chosen_is_not_played_for_one_who_leaves() {
    for chosen in ["double", "split", "hit", "surrender"] {
        let (mut session, [alice, bob]) = dealt(["alice", "bob"], "9S 10H AD 9D 7H 6D  2C 2D");
        play(&mut session, &alice, chosen).unwrap();
        session.apply(Some(&alice), Input::Left).unwrap();
        assert_eq!(session.balance(&alice), "990.00", "{chosen}: the first bet alone is staked");
        play(&mut session, &bob, "stay").unwrap();
        assert_eq!(hands(&session, "value"), [18, 17], "{chosen}");
        assert_eq!(hands(&session, "outcome"), ["Win", "Push"], "{chosen}");
        assert_eq!(session.balance(&alice), "1010.00", "{chosen}");
    }
}

#[test]
fn insurance_wants_half_of_the_bet() {
    let (mut session, []) = table([]);
    session.bank().open(parlor_test::session::player("alice").id, Chips::from_cents(1_499));
    let alice = session.join("alice").unwrap();
    stack(&mut session, "8S AD 8D 7H 2C");
    bet(&mut session, &alice, "10").unwrap();
    ready(&mut session, &alice).unwrap();
    for chosen in ["insurance", "double", "split"] {
        let before = session.state().hash();
        assert_eq!(code(play(&mut session, &alice, chosen)), "insufficient_funds");
        assert_eq!(session.state().hash(), before, "{chosen}: alice may still choose");
    }
    play(&mut session, &alice, "hit").unwrap();
    assert_eq!(hands(&session, "value"), [18]);
}

#[test]
fn half_of_a_bet_is_exact() {
    for (amount, hole, insured, balance) in [
        ("1", "KH", "0.50", "1000.00"),
        ("1.50", "KH", "0.75", "1000.00"),
        ("1.50", "6H", "0.75", "1000.75"),
        ("499.50", "6H", "249.75", "1249.75"),
    ] {
        let (mut session, [alice]) = table(["alice"]);
        stack(&mut session, &format!("10S AD 8D {hole}"));
        bet(&mut session, &alice, amount).unwrap();
        ready(&mut session, &alice).unwrap();
        play(&mut session, &alice, "insurance").unwrap();
        assert_eq!(hands(&session, "insurance"), [insured]);
        if stage(&session) == "dealing" {
            play(&mut session, &alice, "stay").unwrap();
        }
        assert_eq!(session.balance(&alice), balance, "{amount} {hole}");
    }
}

#[test]
fn a_session_that_closes_gives_everything_back() {
    let (mut session, [alice, bob, carol]) =
        dealt(["alice", "bob", "carol"], "10S 5H 5S AD 8S 6H 5D 6D");
    play(&mut session, &alice, "insurance").unwrap();
    play(&mut session, &bob, "double").unwrap();
    session.apply(None, Input::Closed).unwrap();
    let balances = [&alice, &bob, &carol].map(|player| session.balance(player));
    assert_eq!(balances, ["1000.00", "1000.00", "1000.00"]);
}
