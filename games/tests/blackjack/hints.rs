//! The move that basic strategy advises is in the view of the one who is to make it.

use crate::table::{dealt, play, stack, table};
use games::Blackjack;
use parlor_test::Session;
use serde_json::{Value, json};

#[test]
fn a_hint_follows_the_active_hand() {
    let (mut session, [alice, bob]) = dealt(["alice", "bob"], "8S 10H 9D 8D 7H 8H  4C 3C 8C");
    let hints = |session: &Session<Blackjack>| {
        [Some(&alice), Some(&bob), None].map(|viewer| session.view(viewer)["hint"].clone())
    };
    assert_eq!(hints(&session), [json!("split"), json!("stay"), Value::Null], "each one's own");
    play(&mut session, &alice, "split").unwrap();
    assert_eq!(hints(&session)[0], "hit", "8 and 4");
    play(&mut session, &alice, "hit").unwrap();
    assert_eq!(hints(&session)[0], "stay", "20");
    play(&mut session, &alice, "stay").unwrap();
    assert_eq!(hints(&session)[0], "double", "8 and 3");
}

#[test]
fn nobody_is_advised_who_has_nothing_to_play() {
    let (mut session, [alice, bob]) = table(["alice", "bob"]);
    assert_eq!(session.view(Some(&alice))["hint"], Value::Null, "betting");
    stack(&mut session, "10S 10H 9D 8S 7H 8D");
    for player in [&alice, &bob] {
        crate::table::bet(&mut session, player, "10").unwrap();
        crate::table::ready(&mut session, player).unwrap();
    }
    play(&mut session, &alice, "stay").unwrap();
    assert_eq!(session.view(Some(&alice))["hint"], Value::Null, "done");
    play(&mut session, &bob, "stay").unwrap();
    assert_eq!(session.view(Some(&bob))["hint"], Value::Null, "ending");
}

#[test]
fn insurance_is_advised_to_nobody() {
    for (cards, hint) in [
        ("AS AD KD KH", "stay"),
        ("10S AD KD KH", "stay"),
        ("10S AD 6D KH", "surrender"),
        ("8S AD 8D KH", "split"),
        ("10S AD 5D KH", "hit"),
    ] {
        let (session, [alice]) = dealt(["alice"], cards);
        assert_eq!(session.view(Some(&alice))["hint"], hint, "{cards}");
    }
}

#[test]
fn with_two_decks_the_chart_is_another() {
    for (decks, hint) in [(2, "double"), (6, "hit"), (8, "hit")] {
        let mut session = Session::<Blackjack>::new(json!({ "decks": decks }), 1).unwrap();
        let alice = session.join("alice").unwrap();
        stack(&mut session, "5S AD 6D 7H");
        crate::table::bet(&mut session, &alice, "10").unwrap();
        crate::table::ready(&mut session, &alice).unwrap();
        assert_eq!(session.view(Some(&alice))["hint"], hint, "{decks} decks");
    }
}
