//! Every rule of the play, one hand a line.

use crate::table::{bet, code, dealt, hands, play, ready, stack, stage, table};
use parlor_core::{Chips, Observed};
use serde_json::{Value, json};

/// One round of one player who bets 10.00: the shoe (player, dealer, player, dealer, then as drawn), the moves, what the
/// dealer has in the end, how the hands come out, and the balance after it.
const ROUNDS: &[(&str, &str, &str, &str, &str, &str)] = &[
    // Blackjack
    ("blackjack pays 3:2", "AS 9D KD 7H", "", "9D 7H", "Blackjack", "1015.00"),
    ("also under an ace", "AS AD KD 7H", "stay", "AD 7H", "Blackjack", "1015.00"),
    ("a push under an ace", "AS AD KD KH", "stay", "AD KH", "Push", "1000.00"),
    ("a push under a ten", "AS QD 10D AH", "", "QD AH", "Push", "1000.00"),
    ("the dealer's beats 20", "KS AD KD KH", "stay", "AD KH", "Loss", "990.00"),
    ("the dealer's beats 20 under a ten", "KS JD KD AH", "", "JD AH", "Loss", "990.00"),
    ("21 is no blackjack", "5S 9D 6D 8H KH", "hit", "9D 8H", "Win", "1010.00"),
    // The dealer
    ("stands on hard 17", "10S 10D 8D 7H", "stay", "10D 7H", "Win", "1010.00"),
    ("stands on soft 17", "10S AD 8D 6H", "stay", "AD 6H", "Win", "1010.00"),
    ("stands on soft 18", "10S AD 8D 7H", "stay", "AD 7H", "Push", "1000.00"),
    ("draws on 16", "10S 10D 8D 6H 5H", "stay", "10D 6H 5H", "Loss", "990.00"),
    ("draws on soft 16", "10S AD 8D 5H KH KC", "stay", "AD 5H KH KC", "Dealer Bust", "1010.00"),
    ("draws to soft 17", "10S 5D 8D AH AC", "stay", "5D AH AC", "Win", "1010.00"),
    (
        "an ace may count 1 or 11",
        "10S 2D 8D 3H AH KH AC",
        "stay",
        "2D 3H AH KH AC",
        "Win",
        "1010.00",
    ),
    ("busts", "10S 10D 2D 6H KH", "stay", "10D 6H KH", "Dealer Bust", "1010.00"),
    ("draws none against the bust", "10S 2D 6D 3H KH", "hit", "2D 3H", "Player Bust", "990.00"),
    // Hits
    ("21 stands by itself", "5S 10D 6D 8H KH", "hit", "10D 8H", "Win", "1010.00"),
    ("21 of many", "2S 10D 3D 8H 4H 2H KH", "hit hit hit", "10D 8H", "Win", "1010.00"),
    ("soft hits", "AS 10D 6D 8H KH", "hit stay", "10D 8H", "Loss", "990.00"),
    ("a push", "10S 10D 7D 7H", "stay", "10D 7H", "Push", "1000.00"),
    // Doubles
    ("a double wins twice", "5S 6D 6D 10H 10C 9C", "double", "6D 10H 9C", "Dealer Bust", "1020.00"),
    ("and loses twice", "5S 6D 6D 10H 2C 5C", "double", "6D 10H 5C", "Loss", "980.00"),
    ("and pushes", "5S 10D 6D 9H 8C", "double", "10D 9H", "Push", "1000.00"),
    ("and busts twice", "10S 6D 6D 10H KC", "double", "6D 10H", "Player Bust", "980.00"),
    ("on any two cards", "AS 10D 8D 8H 2C", "double", "10D 8H", "Win", "1020.00"),
    // Splits
    ("two hands", "8S 10D 8D 7H 10H 2C", "split stay stay", "10D 7H", "Win Loss", "1000.00"),
    ("equal values", "10S 10D KD 7H 10H 7C", "split stay stay", "10D 7H", "Win Push", "1010.00"),
    (
        "played in order",
        "8S 10D 8D 9H 2H 3C KH 10C",
        "split hit stay hit",
        "10D 9H",
        "Win Win",
        "1020.00",
    ),
    ("21 after it is a win", "10S 9D KD 9H AH 5C", "split stay", "9D 9H", "Win Loss", "1000.00"),
    ("aces once, one card each", "AS 9D AD 9H KH 9C", "split", "9D 9H", "Win Win", "1020.00"),
    ("aces are split once", "AS 9D AD 8H AH 9C", "split", "9D 8H", "Loss Win", "1000.00"),
    (
        "a double after it",
        "8S 10D 8D 9H 3H KC 10H",
        "split double stay",
        "10D 9H",
        "Win Loss",
        "1010.00",
    ),
    (
        "to four",
        "8S 10D 8D 9H 8H 2C 8C 3C KS 10C",
        "split split split stay stay stay stay",
        "10D 9H",
        "Loss Loss Loss Loss",
        "960.00",
    ),
];

#[test]
fn every_rule() {
    for &(rule, cards, moves, dealer, outcomes, balance) in ROUNDS {
        let (mut session, [alice]) = dealt(["alice"], cards);
        for chosen in moves.split_whitespace() {
            assert_eq!(stage(&session), "dealing", "{rule}: before {chosen}");
            assert_eq!(play(&mut session, &alice, chosen), Ok("load_game"), "{rule}: {chosen}");
        }
        let view = session.view(None);
        assert_eq!(view["stage"], "ending", "{rule}: {view}");
        let names = |cards: &Value| {
            let cards: Vec<_> =
                cards.as_array().unwrap().iter().map(|c| c.as_str().unwrap()).collect();
            cards.join(" ")
        };
        assert_eq!(names(&view["dealer"]["hand"]), dealer, "{rule}");
        assert_eq!(names(&json!(hands(&session, "outcome"))), outcomes, "{rule}");
        assert_eq!(session.balance(&alice), balance, "{rule}");
        assert_eq!(session.state().stakes().count(), 0, "{rule}: all is settled");
    }
}

#[test]
fn three_to_two_is_exact_to_the_cent() {
    let amounts = [("1", "1001.50"), ("1.50", "1002.25"), ("2.50", "1003.75"), ("500", "1750.00")];
    for (amount, balance) in amounts {
        let (mut session, [alice]) = table(["alice"]);
        stack(&mut session, "AS 9D KD 7H");
        bet(&mut session, &alice, amount).unwrap();
        ready(&mut session, &alice).unwrap();
        assert_eq!(session.balance(&alice), balance);
    }
}

#[test]
fn what_is_legal_is_what_the_cards_allow() {
    for (cards, moves, legal) in [
        ("10S 10D 7D 7H", "", "hit stay double surrender"),
        ("8S 10D 8D 7H", "", "hit stay double split surrender"),
        ("JS 10D QD 7H", "", "hit stay double split surrender"),
        ("AS 10D AD 7H", "", "hit stay double split surrender"),
        ("2S 10D 3D 7H 4D", "hit", "hit stay"),
        ("8S 10D 8D 7H 8H 2C", "split", "hit stay double split"),
        ("8S 10D 8D 7H 8H 8C 8S 2C 8C 4C", "split split split", "hit stay double"),
    ] {
        let (mut session, [alice]) = dealt(["alice"], cards);
        for chosen in moves.split_whitespace() {
            play(&mut session, &alice, chosen).unwrap();
        }
        let legal: Vec<_> = legal.split(' ').collect();
        assert_eq!(session.view(Some(&alice))["legal"], json!(legal), "{cards} {moves}");
        for chosen in ["hit", "stay", "double", "split", "insurance", "surrender"] {
            if !legal.contains(&chosen) {
                let answer = play(&mut session, &alice, chosen);
                assert_eq!(code(answer), "illegal_move", "{cards} {moves} {chosen}");
            }
        }
    }
}

#[test]
fn all_play_at_once_each_on_the_active_hand() {
    let cards = "8S 10H 9D 8D 7H 8H  2C 3C KD KH";
    let (mut session, [alice, bob]) = dealt(["alice", "bob"], cards);
    play(&mut session, &alice, "split").unwrap();
    assert_eq!(hands(&session, "player"), ["alice", "alice", "bob"]);
    assert_eq!(hands(&session, "active"), [true, false, true]);
    play(&mut session, &bob, "stay").unwrap();
    assert_eq!(hands(&session, "ready"), [false, false, true]);
    assert_eq!(code(play(&mut session, &bob, "hit")), "illegal_move");
    play(&mut session, &alice, "hit").unwrap();
    assert_eq!(hands(&session, "value"), [20, 11, 17]);
    play(&mut session, &alice, "stay").unwrap();
    assert_eq!(hands(&session, "active"), [false, true, false]);
    play(&mut session, &alice, "double").unwrap();
    assert_eq!(hands(&session, "bet"), ["10.00", "20.00", "10.00"]);
    assert_eq!(hands(&session, "outcome"), ["Win", "Win", "Push"]);
    assert_eq!([session.balance(&alice), session.balance(&bob)], ["1030.00", "1000.00"]);
}

#[test]
fn a_hand_is_settled_when_nothing_can_change_it() {
    let cards = "AS 10H 9S 5D KH 6H 8S 10C  KS";
    let (mut session, [_, bob, carol]) = dealt(["alice", "bob", "carol"], cards);
    assert_eq!(hands(&session, "outcome"), [json!("Blackjack"), json!(null), json!(null)]);
    play(&mut session, &bob, "hit").unwrap();
    let bust = [json!("Blackjack"), json!("Player Bust"), json!(null)];
    assert_eq!(hands(&session, "outcome"), bust);
    assert_eq!(stage(&session), "dealing");
    play(&mut session, &carol, "stay").unwrap();
    assert_eq!(stage(&session), "ending");
}

#[test]
fn doubling_and_splitting_want_the_same_again() {
    let (mut session, []) = table([]);
    session.bank().open(parlor_test::session::player("alice").id, Chips::from_cents(1_999));
    let alice = session.join("alice").unwrap();
    stack(&mut session, "8S 10D 8D 7H 2C");
    bet(&mut session, &alice, "10").unwrap();
    ready(&mut session, &alice).unwrap();
    for chosen in ["double", "split"] {
        let before = session.state().hash();
        assert_eq!(code(play(&mut session, &alice, chosen)), "insufficient_funds");
        assert_eq!(session.state().hash(), before);
    }
    play(&mut session, &alice, "hit").unwrap();
}

#[test]
fn a_shoe_is_shuffled_when_a_quarter_is_left() {
    let (mut session, [alice]) = table(["alice"]);
    for (left, deals_on) in [(78, false), (79, true)] {
        stack(&mut session, "2S 9D 3S 9H 2S 9D 3S 9H");
        session.alter(|game| {
            let cards = game["shoe"]["cards"].as_array().unwrap().clone();
            game["shoe"]["cards"] = json!(cards.iter().cycle().take(left).collect::<Vec<_>>());
            game["shoe"]["size"] = json!(312);
        });
        bet(&mut session, &alice, "10").unwrap();
        ready(&mut session, &alice).unwrap();
        let seeds = session.records().last().unwrap().observed.iter();
        let seeds = seeds.filter(|o| matches!(o, Observed::Seed(_))).count();
        assert_eq!(seeds, usize::from(!deals_on), "{left} left");
        while stage(&session) != "betting" {
            session.ring().unwrap();
        }
    }
}

#[test]
fn a_shoe_that_runs_out_is_filled_with_what_is_not_on_the_table() {
    let (mut session, [alice]) = dealt(["alice"], "2S 10D 2D 7H");
    play(&mut session, &alice, "hit").unwrap();
    let seeds = session.records().last().unwrap().observed.len();
    assert_eq!(seeds, 1);
    session.alter(|game| {
        assert_eq!(game["shoe"]["size"], 312);
        assert_eq!(game["shoe"]["cards"].as_array().unwrap().len(), 312 - 5);
    });
}
