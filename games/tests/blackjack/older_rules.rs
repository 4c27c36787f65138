//! A table that was played by the first version of the rules, which knew no insurance and no surrender, goes on from its
//! snapshot under these.

use crate::table::{dealt, hands, play, stage};
use serde_json::json;

#[test]
fn a_round_goes_on_from_a_snapshot_of_version_1() {
    // Under an ace the dealer of version 1 has looked already.
    let (mut session, [alice, bob]) = dealt(["alice", "bob"], "10S 8H AD 6S 8C 6D  2S 3S");
    session.alter(|game| {
        let game = game.as_object_mut().unwrap();
        game.remove("asking").expect("what version 1 did not know");
        for hand in game["hands"].as_array_mut().unwrap() {
            for field in ["chosen", "insurance", "given_up"] {
                hand.as_object_mut().unwrap().remove(field).expect("what version 1 did not know");
            }
        }
    });
    let legal = session.view(Some(&alice))["legal"].clone();
    assert_eq!(legal, json!(["hit", "stay", "double", "surrender"]));
    play(&mut session, &alice, "surrender").unwrap();
    play(&mut session, &bob, "stay").unwrap();
    assert_eq!(stage(&session), "ending");
    assert_eq!(hands(&session, "outcome"), ["Surrender", "Loss"]);
}
