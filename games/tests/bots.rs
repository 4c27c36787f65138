//! The bots of the games play by the rules, and well.

use games::{NeverLoses, TicTacToe};
use parlor_core::{Bot, Game, Input, Player};
use parlor_test::Session;
use serde_json::{Value, json};

type Action = <TicTacToe as Game>::Action;

/// Every game that can be played against the bot, from where this one stands; how many were won by it, drawn and lost.
fn play_on(session: &Session<TicTacToe>, people: &[Player; 2], bot: usize, ends: &mut [u32; 3]) {
    let view = session.view(Some(&people[0]));
    let winner = view["winner"].as_u64();
    let full = view["cells"].as_array().expect("cells").iter().all(|cell| !cell.is_null());
    if winner.is_some() || full {
        let end = winner.map_or(1, |seat| if seat == bot as u64 { 0 } else { 2 });
        ends[end] += 1;
        return;
    }
    let mover = usize::from(view["turn"] == 1);
    let (seen, legal) = session.state().position(people[mover].id).expect("a position");
    let go = |action: Action, ends: &mut [u32; 3]| {
        let mut next = session.fork();
        next.apply(Some(&people[mover]), Input::Acted(action)).expect("a legal move");
        play_on(&next, people, bot, ends);
    };
    if mover == bot {
        let mut dice = session.state().dice_of(people[mover].id);
        let chosen = NeverLoses.choose(&seen, &legal, &mut dice).expect("there is a move");
        assert!(legal.contains(&chosen), "{chosen:?}");
        go(chosen, ends);
    } else {
        for action in legal {
            go(action, ends);
        }
    }
}

#[test]
fn whatever_one_does_the_bot_does_not_lose_at_tic_tac_toe() {
    for bot in [0, 1] {
        let mut session = Session::<TicTacToe>::new(Value::Null, 7).expect("a table");
        let people = ["ann", "bob"].map(|name| session.join(name).expect("a chair"));
        let mut ends = [0; 3];
        play_on(&session, &people, bot, &mut ends);
        let [won, _, lost] = ends;
        assert!(lost == 0 && won > 0, "{ends:?} as seat {bot}");
    }
}

#[test]
fn the_bot_wins_at_once_where_it_can() {
    let mut session = Session::<TicTacToe>::new(Value::Null, 7).expect("a table");
    let [ann, bob] = ["ann", "bob"].map(|name| session.join(name).expect("a chair"));
    // Ann has the upper row but for one cell, and so has Bob the lower.
    for (who, cell) in [(&ann, 0), (&bob, 6), (&ann, 1), (&bob, 7)] {
        session.send(who, "place", json!({ "cell": cell })).expect("a legal move");
    }
    let (view, legal) = session.state().position(ann.id).expect("a position");
    let mut dice = session.state().dice_of(ann.id);
    let chosen = NeverLoses.choose(&view, &legal, &mut dice);
    assert_eq!(json!(chosen), json!({"type": "place", "data": {"cell": 2}}));
}
