//! Clocks: one who has not acted in the turn time is stood.

use crate::table::{bet, dealt, hands, play, ready, stage, table, told};
use serde_json::{Value, json};
use std::time::Duration;

fn deadline(
    session: &parlor_test::Session<games::Blackjack>,
    of: Option<&parlor_core::Player>,
) -> Option<i64> {
    session.view(of)["deadline"].as_i64().map(|at| at - session.now())
}

#[test]
fn betting_is_counted_from_the_first_bet() {
    let (mut session, [alice, bob]) = table(["alice", "bob"]);
    assert_eq!(deadline(&session, Some(&alice)), None);
    ready(&mut session, &bob).unwrap();
    assert_eq!(deadline(&session, None), None);
    bet(&mut session, &alice, "5").unwrap();
    session.pass(Duration::from_secs(20));
    bet(&mut session, &bob, "6").unwrap();
    assert_eq!(deadline(&session, None), Some(10_000), "later bets don't move it");
    crate::table::stack(&mut session, "2S 2D 9D 3S 3D 9H 4S");
    let rang = session.ring().unwrap().unwrap();
    assert_eq!(told(rang), "load_game");
    assert_eq!(hands(&session, "player"), ["alice", "bob"], "made ready, with the bet placed");
    assert_eq!(stage(&session), "dealing");
}

#[test]
fn a_table_without_bets_waits() {
    let (mut session, [alice, bob]) = table(["alice", "bob"]);
    bet(&mut session, &alice, "5").unwrap();
    bet(&mut session, &alice, "0").unwrap();
    assert!(session.ring().unwrap().is_none(), "no bet stands");
    session.pass(Duration::from_secs(100));
    bet(&mut session, &bob, "5").unwrap();
    assert_eq!(deadline(&session, None), Some(30_000));
    bet(&mut session, &alice, "5").unwrap();
    bet(&mut session, &bob, "0").unwrap();
    assert_eq!(deadline(&session, None), Some(30_000), "a bet stands still");
}

#[test]
fn each_player_has_the_turn_time_for_each_move() {
    let (mut session, [alice, bob]) = dealt(["alice", "bob"], "2S 2D 9D 3S 3D 9H 4S 5S");
    session.pass(Duration::from_secs(20));
    play(&mut session, &alice, "hit").unwrap();
    assert_eq!(deadline(&session, Some(&alice)), Some(30_000));
    assert_eq!(deadline(&session, Some(&bob)), Some(10_000));
    assert_eq!(deadline(&session, None), Some(10_000), "who watches sees the next");
    let rang = session.ring().unwrap().unwrap();
    assert_eq!(told(rang), "load_game");
    assert_eq!(hands(&session, "ready"), [false, true], "bob is stood");
    assert_eq!(deadline(&session, Some(&bob)), Some(20_000), "who is done sees the next");
    session.ring().unwrap();
    assert_eq!(stage(&session), "ending");
    assert_eq!(hands(&session, "value"), [9, 5]);
}

#[test]
fn who_has_split_is_stood_on_all_hands() {
    let (mut session, [alice]) = dealt(["alice"], "8S 10D 8D 7H 2S 3S");
    play(&mut session, &alice, "split").unwrap();
    session.ring().unwrap();
    assert_eq!(stage(&session), "ending");
    assert_eq!(hands(&session, "outcome"), ["Loss", "Loss"]);
}

#[test]
fn a_finished_round_stays_for_the_ending_time() {
    let (mut session, [alice, bob]) = dealt(["alice", "bob"], "2S 2D 9D 3S 3D 9H 4S 5S");
    for player in [&alice, &bob] {
        play(&mut session, player, "stay").unwrap();
    }
    assert_eq!(deadline(&session, None), Some(15_000));
    assert_eq!(session.view(Some(&alice))["legal"], json!(["ready_up"]));
    assert_eq!(ready(&mut session, &alice), Ok("update"));
    assert_eq!(deadline(&session, None), Some(15_000));
    let rang = session.ring().unwrap().unwrap();
    assert_eq!(told(rang), "load_game");
    let view = session.view(None);
    assert_eq!((&view["stage"], &view["hands"]), (&json!("betting"), &json!([])));
    assert_eq!(view.get("dealer"), None::<&Value>);
    assert_eq!(view["players"][0], json!({"player": "alice", "bet": "0.00", "ready": false}));
    assert_eq!(view["deadline"], Value::Null);
}

#[test]
fn all_ready_end_the_ending() {
    let (mut session, [alice, bob]) = dealt(["alice", "bob"], "2S 2D 9D 3S 3D 9H 4S 5S");
    for player in [&alice, &bob] {
        play(&mut session, player, "stay").unwrap();
    }
    assert_eq!(ready(&mut session, &alice), Ok("update"));
    assert_eq!(ready(&mut session, &bob), Ok("load_game"));
    assert_eq!(stage(&session), "betting");
    assert!(session.ring().unwrap().is_none(), "the ending's clock is off");
}
