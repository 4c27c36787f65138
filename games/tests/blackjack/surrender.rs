//! Late surrender: a hand is given up for half of the bet, once the dealer is known to have no blackjack.

use crate::table::{bet, code, dealt, hands, play, ready, stack, stage, table};
use serde_json::{Value, json};

#[test]
fn half_of_the_bet_comes_back_and_the_dealer_draws_none() {
    let (mut session, [alice]) = dealt(["alice"], "10S 9D 6D 5H KH");
    assert_eq!(play(&mut session, &alice, "surrender"), Ok("load_game"));
    let view = session.view(None);
    assert_eq!(view["stage"], "ending");
    assert_eq!(view["dealer"], json!({"hand": ["9D", "5H"], "value": 14}), "turned, not drawn to");
    assert_eq!(
        (hands(&session, "outcome"), hands(&session, "bet")),
        (vec![json!("Surrender")], vec![json!("10.00")])
    );
    assert_eq!(session.balance(&alice), "995.00");
    assert_eq!(session.state().stakes().count(), 0);
}

#[test]
fn it_is_settled_at_once_and_the_others_play_on() {
    let (mut session, [alice, bob]) = dealt(["alice", "bob"], "10S 10H 9D 6S 8H 8D");
    play(&mut session, &alice, "surrender").unwrap();
    assert_eq!(stage(&session), "dealing");
    assert_eq!(hands(&session, "outcome"), [json!("Surrender"), Value::Null]);
    assert_eq!(session.balance(&alice), "995.00");
    assert_eq!(code(play(&mut session, &alice, "hit")), "illegal_move");
    play(&mut session, &bob, "stay").unwrap();
    assert_eq!(hands(&session, "outcome"), ["Surrender", "Win"]);
    assert_eq!([&alice, &bob].map(|p| session.balance(p)), ["995.00", "1010.00"]);
}

#[test]
fn it_is_the_first_thing_done_with_two_cards_or_not_done() {
    for (cards, moves) in [
        ("2S 10D 3D 7H 4D", "hit"),
        ("8S 10D 8D 7H 10H 2C", "split"),
        ("8S 10D 8D 7H 10H 2C", "split stay"),
        ("2S 10D 3D 7H 4D 5D", "hit hit"),
    ] {
        let (mut session, [alice]) = dealt(["alice"], cards);
        for chosen in moves.split_whitespace() {
            play(&mut session, &alice, chosen).unwrap();
        }
        let legal = session.view(Some(&alice))["legal"].clone();
        assert!(!legal.as_array().unwrap().contains(&json!("surrender")), "{moves}: {legal}");
        let refusal = play(&mut session, &alice, "surrender").unwrap_err();
        assert_eq!(refusal.message(), "only a hand with which nothing was done yet is given up");
    }
}

#[test]
fn a_blackjack_of_the_dealers_comes_first() {
    let (session, [alice]) = dealt(["alice"], "10S KD 6D AH");
    assert_eq!(hands(&session, "outcome"), ["Loss"], "there was no time to give up");
    assert_eq!(session.balance(&alice), "990.00");
}

#[test]
fn half_of_a_bet_is_exact() {
    for (amount, balance) in [("1", "999.50"), ("1.50", "999.25"), ("499.50", "750.25")] {
        let (mut session, [alice]) = table(["alice"]);
        stack(&mut session, "10S 9D 6D 5H");
        bet(&mut session, &alice, amount).unwrap();
        ready(&mut session, &alice).unwrap();
        play(&mut session, &alice, "surrender").unwrap();
        assert_eq!(session.balance(&alice), balance);
    }
}
