//! Bets: range, step and funds, what a change moves, and when the round begins.

use crate::table::{bet, code, hands, play, ready, stack, stage, table, told};
use parlor_core::Chips;
use parlor_test::session;
use serde_json::json;

#[test]
fn a_bet_is_judged_by_its_text_its_range_and_its_step() {
    let (mut session, [alice]) = table(["alice"]);
    for wrong in [
        json!(-5),
        json!("-5"),
        json!("0.99"),
        json!("500.5"),
        json!(500.01),
        json!("1.25"),
        json!("1.001"),
        json!("1e2"),
        json!("NaN"),
        json!("inf"),
        json!(""),
        json!(null),
        json!(true),
        json!(["5"]),
        json!({}),
        json!("1000000"),
        json!("01"),
        json!(" 1"),
    ] {
        let refusal = session.send(&alice, "place_bet", json!({"bet": wrong})).unwrap_err();
        assert_eq!(refusal.code(), "invalid_data", "{wrong}");
        assert!(refusal.message().starts_with("data.bet: "), "{wrong}: {refusal}");
    }
    for wrong in [json!(null), json!({}), json!("5"), json!(["5"]), json!({"bets": "5"})] {
        let refusal = session.send(&alice, "place_bet", wrong).unwrap_err();
        assert_eq!(refusal.code(), "invalid_data");
        assert!(refusal.message().starts_with("data: "), "{refusal}");
    }
    for right in [json!("1"), json!(1.5), json!(10), json!("500.00")] {
        session.send(&alice, "place_bet", json!({"bet": right})).unwrap();
    }
    assert_eq!(session.balance(&alice), "500.00");
}

#[test]
fn a_change_moves_the_difference_and_zero_takes_it_back() {
    let (mut session, [alice, _]) = table(["alice", "bob"]);
    for (amount, balance) in [
        ("100", "900.00"),
        ("40.50", "959.50"),
        ("500", "500.00"),
        ("0", "1000.00"),
        ("0", "1000.00"),
    ] {
        assert_eq!(bet(&mut session, &alice, amount), Ok("update"));
        assert_eq!(session.balance(&alice), balance);
    }
    // What stands in the bet counts: 500.00 can be raised from a balance of less.
    session.bank().open(session::player("carol").id, Chips::new(10));
    let carol = session.join("carol").unwrap();
    bet(&mut session, &carol, "6").unwrap();
    bet(&mut session, &carol, "10").unwrap();
    assert_eq!(code(bet(&mut session, &carol, "10.50")), "insufficient_funds");
    assert_eq!(session.balance(&carol), "0.00");
    assert_eq!(session.state().table().staked(carol.id), Chips::new(10));
}

#[test]
fn checks_come_in_their_order() {
    let (mut session, [alice]) = table(["alice"]);
    session.bank().open(session::player("poor").id, Chips::new(5));
    let poor = session.join("poor").unwrap();
    // The range is judged before the funds, and the data before the stage.
    assert_eq!(code(bet(&mut session, &poor, "600")), "invalid_data");
    assert_eq!(code(bet(&mut session, &poor, "6")), "insufficient_funds");
    assert_eq!(code(session.send(&poor, "action", json!({"move": "jump"}))), "invalid_data");
    assert_eq!(code(session.send(&poor, "action", json!({"move": "hit"}))), "wrong_stage");
    assert_eq!(code(session.send(&poor, "action", json!({"move": "insurance"}))), "wrong_stage");
    stack(&mut session, "2S 9D 3S 9H 4S 5S");
    bet(&mut session, &alice, "10").unwrap();
    ready(&mut session, &alice).unwrap();
    ready(&mut session, &poor).unwrap();
    assert_eq!(stage(&session), "dealing");
    assert_eq!(code(bet(&mut session, &poor, "600")), "invalid_data");
    assert_eq!(code(bet(&mut session, &poor, "6")), "wrong_stage");
    assert_eq!(code(session.send(&alice, "ready_up", json!({"ready": 1}))), "invalid_data");
    assert_eq!(code(session.send(&alice, "ready_up", json!({"ready": "1"}))), "wrong_stage");
}

#[test]
fn ready_is_a_digit_or_a_truth_value() {
    let (mut session, [alice]) = table(["alice"]);
    for (said, is_ready) in
        [(json!("1"), true), (json!("0"), false), (json!(true), true), (json!(false), false)]
    {
        let data = json!({"ready": said, "reset": "0"});
        assert_eq!(session.send(&alice, "ready_up", data).map(told), Ok("update"));
        assert_eq!(session.view(None)["players"][0]["ready"], json!(is_ready));
    }
    for wrong in [json!(0), json!(1), json!("yes"), json!("true"), json!(null), json!([])] {
        let refusal = session.send(&alice, "ready_up", json!({"ready": wrong})).unwrap_err();
        assert_eq!(refusal.code(), "invalid_data");
        assert_eq!(refusal.message(), "data.ready: expected \"0\", \"1\", true or false");
    }
}

#[test]
fn the_round_begins_when_all_are_ready_and_someone_has_bet() {
    let (mut session, [alice, bob]) = table(["alice", "bob"]);
    assert_eq!(ready(&mut session, &alice), Ok("update"));
    assert_eq!(ready(&mut session, &bob), Ok("update"));
    assert_eq!(stage(&session), "betting", "without a bet there is nothing to deal");
    stack(&mut session, "10S 10D 8D 7H");
    assert_eq!(bet(&mut session, &bob, "5"), Ok("load_game"), "all are ready already");
    assert_eq!(hands(&session, "player"), ["bob"], "alice sits this round out");
    assert_eq!(session.view(Some(&alice))["legal"], json!([]));
    assert_eq!(code(play(&mut session, &alice, "hit")), "illegal_move");
}

#[test]
fn a_change_keeps_the_ready() {
    let (mut session, [alice, bob]) = table(["alice", "bob"]);
    bet(&mut session, &alice, "5").unwrap();
    ready(&mut session, &alice).unwrap();
    bet(&mut session, &alice, "7").unwrap();
    assert_eq!(
        session.view(None)["players"][0],
        json!({"player": "alice", "bet": "7.00", "ready": true})
    );
    bet(&mut session, &alice, "0").unwrap();
    assert_eq!(ready(&mut session, &bob), Ok("update"), "the bet was taken back");
    assert_eq!(stage(&session), "betting");
}

#[test]
fn options_of_a_table() {
    use games::Blackjack;
    use parlor_test::Session;
    for right in [json!(null), json!({}), json!({"decks": 2}), json!({"decks": 8})] {
        Session::<Blackjack>::new(right, 1).unwrap();
    }
    for (wrong, message) in [
        (json!({"decks": 1}), "options.decks: a shoe has 2 to 8 decks"),
        (json!({"decks": 9}), "options.decks: a shoe has 2 to 8 decks"),
        (json!({"decks": "six"}), "options.decks: invalid type: string \"six\", expected u32"),
        (json!({"deck": 6}), "options.deck: unknown field `deck`, expected `decks`"),
        (json!([6]), "options: expected an object"),
        (json!(6), "options: expected an object"),
        (json!({"decks": -1}), "options.decks: invalid value: integer `-1`, expected u32"),
        (json!({"decks": 2.5}), "options.decks: invalid type: floating point `2.5`, expected u32"),
    ] {
        let refusal = Session::<Blackjack>::new(wrong, 1).err().unwrap();
        assert_eq!((refusal.code(), refusal.message()), ("invalid_data", message));
    }
}
