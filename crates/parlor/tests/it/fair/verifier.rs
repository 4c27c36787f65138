//! The verifier of the page of proofs, in JavaScript, judges what tables deal: 10,000 shoes.

use super::pack::Pack;
use parlor_test::Session;
use serde_json::{Value, json};
use std::{
    io::Write as _,
    process::{Command, Stdio},
};

/// Reads a table's proofs a line, and says how many shoes it has found valid, and what is wrong.
const PROGRAM: &str = r#"
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
const load = (name) => import(pathToFileURL(`static/${name}`));
const [{ shoesOf }, { faultsOf }] = [await load("fair-proofs.js"), await load("fair-verifier.js")];
const seen = { shoes: 0, refilled: 0, mixed: 0, cards: 0, faults: [] };
for await (const line of createInterface({ input: process.stdin })) {
  const shoes = shoesOf(JSON.parse(line));
  for (const fault of faultsOf(shoes)) if (fault) seen.faults.push(fault.slice(0, 200));
  for (const { spent } of shoes) {
    seen.shoes += 1;
    seen.refilled += spent.without.length > 0 ? 1 : 0;
    seen.mixed += spent.entropy.length > 0 ? 1 : 0;
    seen.cards += spent.dealt.length;
  }
}
console.log(JSON.stringify(seen));
"#;

/// How many shoes are judged in all.
const SHOES: usize = 10_000;
/// How many shoes a table comes to at the least.
const EACH: usize = 20;

#[test]
fn two_programs_agree_on_10_000_shoes() {
    let mut tables = String::new();
    let mut shoes = 0;
    let mut random = fastrand::Rng::new();
    while shoes < SHOES {
        let (proofs, count) = table(&mut random);
        tables.push_str(&format!("{proofs}\n"));
        shoes += count;
    }
    let seen = judged(&tables);
    let count = |what: &str| usize::try_from(seen[what].as_u64().expect("a number")).unwrap();
    assert_eq!((count("shoes"), &seen["faults"]), (shoes, &json!([])));
    // All kinds of shoes were among them.
    assert!(count("refilled") > 500 && count("mixed") > 2_000, "{seen}");
    assert!(count("cards") > 40 * SHOES, "{seen}");
}

#[test]
fn a_card_that_was_changed_is_found_in_any_of_them() {
    let (mut proofs, _) = table(&mut fastrand::Rng::new());
    let spent = proofs.as_array_mut().expect("proofs").iter_mut().map(|row| &mut row["proof"]);
    let spent = spent.filter(|proof| proof["type"] == "shoe_spent").map(|proof| &mut proof["data"]);
    let dealt = spent.filter_map(|shoe| shoe["dealt"].as_array_mut()).filter(|d| !d.is_empty());
    let mut changed = 0;
    for cards in dealt {
        let place = fastrand::usize(..cards.len());
        cards[place] = json!(if cards[place] == "AS" { "KS" } else { "AS" });
        changed += 1;
    }
    let faults = judged(&format!("{proofs}\n"))["faults"].clone();
    assert!(changed > 1 && faults.as_array().map(Vec::len) == Some(changed), "{faults}");
}

/// A random table that is over: its proofs, and how many shoes it had.
fn table(random: &mut fastrand::Rng) -> (Value, usize) {
    let decks = random.u32(1..=8);
    let mut session =
        Session::<Pack>::new(json!({ "decks": decks }), random.u64(..)).expect("a table");
    let players = ["ann", "bob", "cid"].map(|name| session.join(name).expect("a chair"));
    let taken = |session: &Session<Pack>| {
        let proofs = session.applied().iter().flat_map(|applied| &applied.proofs);
        proofs.filter(|proof| proof["type"] == "shoe_taken").count()
    };
    while taken(&session) < EACH {
        if random.u32(..4) == 0 {
            let texts = ["luck", "ünïcödé", "🂡🂢", "a", "  padded ", "\"quoted\" \\ <b>"];
            let text = json!({ "text": random.choice(texts) });
            let player = random.choice(&players).expect("there are players");
            session.send(player, "add_entropy", text).expect("a text");
        }
        // Many at once now and then, so that a shoe runs empty while cards lie on the table; but not two of them.
        let most = if random.bool() { 30 } else { 45 * decks };
        let cards = json!({ "cards": random.u32(..most) });
        session.send(&players[0], "deal", cards).expect("cards");
    }
    session.apply(None, parlor_core::Input::Closed).expect("an end");
    let proofs = session.applied().iter().flat_map(|applied| {
        let (seq, at) = (applied.record.seq, applied.record.at);
        applied.proofs.iter().map(move |proof| json!({ "seq": seq, "at": at, "proof": proof }))
    });
    // The last one was sealed, and nothing was dealt from it.
    let count = taken(&session) + 1;
    (proofs.collect(), count)
}

/// What the verifier says of tables, one a line.
fn judged(tables: &str) -> Value {
    let mut node = Command::new("node")
        .args(["--input-type=module", "--eval", PROGRAM])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node, which `cargo xtask test` installs");
    let mut input = node.stdin.take().expect("its input");
    input.write_all(tables.as_bytes()).expect("it reads");
    drop(input);
    let output = node.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}
