//! What is told, as it travels.

use crate::table::{bet, dealt, table};
use games::Blackjack;
use parlor_core::{Audience, Chips, Game, Input, What};
use parlor_test::session;
use serde_json::json;

#[test]
fn the_view_before_the_deal() {
    let (mut session, [alice, _]) = table(["alice", "bob"]);
    let eve = session::player("eve");
    session.apply(Some(&eve), Input::Watched).unwrap();
    bet(&mut session, &alice, "10").unwrap();
    let deadline = session.now() + 30_000;
    let hash = "a2c372c7c7fe48a708138f793b81511ff6201d13c96522825574da0e7a21c7ee";
    let next = json!({"number": 1, "hash": hash, "entropy": []});
    assert_eq!(
        session.view(Some(&alice)),
        json!({
            "stage": "betting",
            "players": [
                {"player": "alice", "bet": "10.00", "ready": false},
                {"player": "bob", "bet": "0.00", "ready": false},
            ],
            "spectating": ["eve"],
            "waiting": [],
            "hands": [],
            "shoe": {"number": null, "hash": null, "cards_left": 0, "next": next},
            "legal": ["place_bet", "ready_up"],
            "hint": null,
            "deadline": deadline,
        })
    );
    assert_eq!(session.view(None)["legal"], json!([]));
}

#[test]
fn the_view_after_the_deal() {
    let (mut session, [alice]) = dealt(["alice"], "10H KD AS 5C");
    let view = session.view(Some(&alice));
    assert_eq!(view["stage"], "ending", "a lone blackjack ends the round");
    assert_eq!(view["dealer"], json!({"hand": ["KD", "5C"], "value": 15}));

    (session, _) = dealt(["alice"], "10H KD 8S 5C");
    let view = session.view(Some(&alice));
    let hand = json!({
        "player": "alice", "hand": ["10H", "8S"], "value": 18, "bet": "10.00",
        "insurance": null, "chosen": null, "outcome": null, "ready": false, "active": true,
    });
    assert_eq!(view["hands"], json!([hand]));
    assert_eq!(view["dealer"], json!({"hand": ["KD", "2B"], "value": 10}));
    let deadline = session.now() + 30_000;
    let waited_for =
        json!([{"player": "alice", "bet": "10.00", "ready": false, "deadline": deadline}]);
    assert_eq!(view["players"], waited_for);
    assert_eq!(view["legal"], json!(["hit", "stay", "double", "surrender"]));
    assert_eq!(view["hint"], "stay");
}

#[test]
fn an_update_is_the_view_and_what_to_update() {
    let (mut session, [alice]) = table(["alice"]);
    let applied = session.send(&alice, "place_bet", json!({"bet": 10})).unwrap();
    let told = applied.effects[0].what.clone();
    let What::EachView(each) = told else { panic!("{told:?}") };
    let (audience, event) = each.into_iter().next().unwrap();
    assert_eq!(audience, Audience::Player(alice.id));
    let mut data = session.view(Some(&alice));
    data["to_update"] = json!("ready");
    assert_eq!(serde_json::to_value(event).unwrap(), json!({"type": "update", "data": data}));
}

#[test]
fn anyone_may_ask_for_the_balance() {
    let (session, []) = table([]);
    let eve = session::player("eve");
    let question = session::decode::<Blackjack>("request_user_balance", &json!(null)).unwrap();
    let balance = Chips::from_cents(99_000);
    let answer = session.state().query(question, &eve, balance, Audience::Spectators).unwrap();
    assert_eq!(
        serde_json::to_value(answer).unwrap(),
        json!({"type": "update", "data": {"to_update": "balance", "balance": "990.00"}})
    );
    assert!(parlor_core::State::<Blackjack>::is_query("request_user_balance"));
}

#[test]
fn what_the_lobby_shows() {
    let (session, _) = dealt(["alice"], "10H KD 8S 5C");
    assert_eq!(
        (Blackjack::NAME, Blackjack::TITLE, Blackjack::MAX_PLAYERS),
        ("blackjack", "Blackjack", 7)
    );
    assert_eq!((session.state().game().stage(), session.state().len()), ("dealing", 1));
}
