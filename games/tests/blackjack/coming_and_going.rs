//! Who joins in mid-round waits, and who leaves holds nobody up.

use crate::table::{bet, code, dealt, hands, play, ready, stage, table};
use games::Blackjack;
use parlor_core::{Chips, Input, Player};
use parlor_test::Session;
use serde_json::json;

fn leave(session: &mut Session<Blackjack>, player: &Player) {
    let applied = session.apply(Some(player), Input::Left).expect("one may always leave");
    assert_eq!(crate::table::told(applied), "load_game");
}

#[test]
fn who_joins_in_mid_round_waits_for_the_next() {
    let (mut session, [alice]) = dealt(["alice"], "10S 10D 8D 7H");
    let bob = session.join("bob").unwrap();
    let view = session.view(Some(&bob));
    assert_eq!((&view["waiting"], &view["legal"]), (&json!(["bob"]), &json!([])));
    assert_eq!(view["players"].as_array().unwrap().len(), 1);
    assert_eq!(session.state().len(), 2, "the lobby counts who waits");
    for kind in ["place_bet", "ready_up", "action"] {
        let data = json!({"bet": "5", "ready": true, "move": "hit"});
        assert_eq!(code(session.send(&bob, kind, data)), "not_seated");
    }
    play(&mut session, &alice, "stay").unwrap();
    let carol = session.join("carol").unwrap();
    assert_eq!(session.view(None)["waiting"], json!(["bob", "carol"]));
    ready(&mut session, &alice).unwrap();
    assert_eq!(stage(&session), "betting", "who waits does not hold up");
    assert_eq!(session.view(None)["waiting"], json!([]));
    bet(&mut session, &carol, "5").unwrap();
}

#[test]
fn who_leaves_in_the_betting_takes_the_bet_back() {
    let (mut session, [alice, bob, carol]) = table(["alice", "bob", "carol"]);
    bet(&mut session, &alice, "10").unwrap();
    bet(&mut session, &bob, "20").unwrap();
    ready(&mut session, &bob).unwrap();
    ready(&mut session, &carol).unwrap();
    leave(&mut session, &alice);
    assert_eq!(session.balance(&alice), "1000.00");
    assert_ne!(stage(&session), "betting", "the others were ready");
    assert_eq!(hands(&session, "player"), ["bob"]);
}

#[test]
fn the_last_bet_that_leaves_stops_the_clock() {
    let (mut session, [alice, bob]) = table(["alice", "bob"]);
    bet(&mut session, &alice, "10").unwrap();
    ready(&mut session, &bob).unwrap();
    leave(&mut session, &alice);
    assert_eq!(stage(&session), "betting");
    assert!(session.ring().unwrap().is_none());
    assert_eq!(
        session.view(None)["players"],
        json!([{"player": "bob", "bet": "0.00", "ready": true}])
    );
}

#[test]
fn who_leaves_in_mid_hand_is_stood_and_settled() {
    let (mut session, [alice, bob]) = dealt(["alice", "bob"], "10S 9S 10D 10H 8S 7H 2S 3S");
    leave(&mut session, &alice);
    assert_eq!(stage(&session), "dealing");
    assert_eq!(hands(&session, "ready"), [true, false]);
    assert_eq!(hands(&session, "player"), ["alice", "bob"]);
    assert_eq!(session.state().table().staked(alice.id), Chips::new(10));
    play(&mut session, &bob, "stay").unwrap();
    assert_eq!(hands(&session, "outcome"), ["Win", "Push"]);
    assert_eq!(session.balance(&alice), "1010.00");
    assert_eq!(session.view(None)["players"].as_array().unwrap().len(), 1);
}

#[test]
fn all_hands_of_one_who_leaves_are_settled() {
    let (mut session, [alice, bob]) = dealt(["alice", "bob"], "8S 9S 10D 8H 8S 7H 10C 9C");
    play(&mut session, &alice, "split").unwrap();
    leave(&mut session, &alice);
    play(&mut session, &bob, "stay").unwrap();
    assert_eq!(hands(&session, "outcome"), ["Win", "Push", "Push"]);
    assert_eq!(session.balance(&alice), "1010.00");
}

#[test]
fn the_last_to_leave_ends_the_round() {
    let (mut session, [alice]) = dealt(["alice"], "10S 10D 8D 7H");
    leave(&mut session, &alice);
    assert_eq!(stage(&session), "ending");
    assert_eq!(session.balance(&alice), "1010.00");
    let bob = session.join("bob").unwrap();
    assert_eq!(stage(&session), "betting", "nobody plays: there is nothing to wait for");
    bet(&mut session, &bob, "5").unwrap();
    assert_eq!(hands(&session, "player"), Vec::<serde_json::Value>::new());
}

#[test]
fn who_waits_plays_when_the_last_player_leaves() {
    let (mut session, [alice]) = dealt(["alice"], "10S 10D 8D 7H");
    let bob = session.join("bob").unwrap();
    leave(&mut session, &alice);
    assert_eq!(session.view(Some(&bob))["hands"][0]["outcome"], "Win");
    session.ring().unwrap();
    assert_eq!(stage(&session), "betting");
    assert_eq!(session.view(None)["waiting"], json!([]));
    bet(&mut session, &bob, "5").unwrap();
}

#[test]
fn who_leaves_in_the_ending_holds_nobody_up() {
    let (mut session, [alice, bob]) = dealt(["alice", "bob"], "10S 9S 10D 8D 8S 7H");
    play(&mut session, &alice, "stay").unwrap();
    play(&mut session, &bob, "stay").unwrap();
    ready(&mut session, &bob).unwrap();
    assert_eq!(stage(&session), "ending");
    let before = session.balance(&alice);
    leave(&mut session, &alice);
    assert_eq!(session.balance(&alice), before);
    assert_eq!(stage(&session), "betting");
    assert_eq!(
        session.view(None)["players"],
        json!([{"player": "bob", "bet": "0.00", "ready": false}])
    );
}

#[test]
fn who_leaves_and_returns_in_mid_round_waits_and_keeps_the_old_hand() {
    let (mut session, [alice, bob]) = dealt(["alice", "bob"], "10S 9S 10D 10H 8S 7H 2S 3S");
    leave(&mut session, &alice);
    session.join("alice").unwrap();
    assert_eq!(session.view(None)["waiting"], json!(["alice"]));
    assert_eq!(session.state().len(), 2, "counted once");
    assert_eq!(code(play(&mut session, &alice, "hit")), "not_seated");
    leave(&mut session, &alice);
    play(&mut session, &bob, "stay").unwrap();
    assert_eq!(session.balance(&alice), "1010.00");
    assert_eq!(session.state().stakes().count(), 0);
}

#[test]
fn seven_play_and_the_eighth_is_refused() {
    let (mut session, _) = table(["a", "b", "c", "d", "e", "f", "g"]);
    assert_eq!(code(session.join("h")), "session_full");
}
