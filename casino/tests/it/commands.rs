//! The commands that look at what is kept: `replay`, `verify` and `backup`, by the real program.

use crate::{
    blackjack::{Seat, deal, finish, next_round},
    program::{Program, casino, folder},
};
use parlor_test::{Database, TestSite, database::Kept};
use serde_json::{Value, json};
use std::path::Path;
use tokio::sync::watch;

/// Runs a command on this database: its status, and what it prints.
pub(crate) fn run(command: &[&str], database: &Path) -> (i32, String) {
    let url = format!("sqlite://{}", database.display());
    let output = casino(&[command, &["--database-url", &url]].concat(), &[]).output();
    let output = output.expect("the program runs");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().expect("a status"), String::from_utf8(text).expect("text"))
}

/// A table at which some rounds were played, in the database of a site that was stopped: the session, and a player.
async fn played() -> (parlor_test::site::Folder, String, String) {
    let site = TestSite::start(casino::site()).await;
    let guests = [site.guest().await, site.guest().await];
    let table = site.table(&guests[0], "blackjack").await;
    let other = site.table(&guests[1], "tic-tac-toe").await;
    let mut seats =
        [Seat::take(&site, &guests[0], &table).await, Seat::take(&site, &guests[1], &table).await];
    site.sit(&guests[1], &other).await.close().await;
    for _ in 0..3 {
        deal(&mut seats, "20").await;
        finish(&mut seats).await;
        next_round(&mut seats).await;
    }
    deal(&mut seats, "10").await;
    seats[0].socket.catch_up("good luck").await;
    let stopping = tokio::spawn(site.stop());
    for seat in &mut seats {
        assert_eq!(seat.socket.close_code().await, 1001);
    }
    drop(seats);
    (stopping.await.expect("it stops"), table.id, guests[0].name.clone())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verify_finds_what_was_changed() {
    let (kept, session, _) = played().await;
    let (status, told) = run(&["verify"], &kept.database());
    assert_eq!((status, &*told), (0, "2 sessions looked at, 0 faults\n"));
    let copies = folder();
    let stay = "(SELECT min(first) FROM records WHERE bodies LIKE '%\"stay\"%')";
    let changes = [
        (
            format!(
                "UPDATE records SET bodies = replace(bodies, 'stay', 'hit') WHERE first = {stay}"
            ),
            format!("session {session}: record"),
        ),
        (
            format!("DELETE FROM records WHERE session = '{session}' AND first = 7"),
            format!("session {session}: record 7"),
        ),
        (
            format!("UPDATE records SET version = 9 WHERE session = '{session}' AND first = 5"),
            format!("session {session}: record 5"),
        ),
        (
            "UPDATE balances SET amount = amount + 1 WHERE account LIKE 'player:%'".to_owned(),
            "ledger: player:".to_owned(),
        ),
        (
            "UPDATE balances SET amount = amount - 1 WHERE account LIKE 'escrow:%' AND amount > 0"
                .to_owned(),
            format!("ledger: escrow:{session}:"),
        ),
        (
            "DELETE FROM balances WHERE account LIKE 'player:%'".to_owned(),
            "ledger: the sum over all accounts".to_owned(),
        ),
        (
            format!(
                "DELETE FROM transfers WHERE source = '{session}' AND seq = \
                 (SELECT max(seq) FROM transfers WHERE source = '{session}')"
            ),
            format!("session {session}: record"),
        ),
        (
            format!("UPDATE transfers SET seq = seq + 9999 WHERE source = '{session}' AND n = 0"),
            format!("session {session}: "),
        ),
        (
            "DELETE FROM transfers WHERE source LIKE 'account:%'".to_owned(),
            "ledger: player:".to_owned(),
        ),
        (
            "UPDATE snapshots SET body = replace(body, '\"stage\"', '\"stages\"')".to_owned(),
            format!("session {session}: the snapshot after record"),
        ),
        (
            format!(
                "DELETE FROM records WHERE first = (SELECT max(first) FROM records WHERE session = '{session}') AND session = '{session}'"
            ),
            format!("session {session}: there is a snapshot after record"),
        ),
        (
            format!(
                "INSERT INTO chat SELECT session, seq + 9999, player, name, text FROM chat WHERE session = '{session}'"
            ),
            format!("session {session}: something was said with record"),
        ),
        (
            format!("DELETE FROM speakers WHERE session = '{session}'"),
            "has spoken there, and the table `speakers` does not say so".to_owned(),
        ),
        (
            format!("UPDATE sessions SET rules = -1 WHERE id = '{session}'"),
            format!("session {session}: its row"),
        ),
        (
            "INSERT INTO transfers SELECT source, seq, n + 100, debit, credit, amount, at \
             FROM transfers WHERE debit LIKE 'escrow:%' LIMIT 1"
                .to_owned(),
            format!("session {session}: "),
        ),
    ];
    for (n, (change, place)) in changes.iter().enumerate() {
        let copy = copies.path().join(format!("{n}.db"));
        let (status, told) = run(&["backup", copy.to_str().expect("a name")], &kept.database());
        assert_eq!(status, 0, "{told}");
        let mut database = Database::open(&copy).await;
        database.split_runs().await;
        assert!(database.change(change).await > 0, "{change}");
        database.close().await;
        let (status, told) = run(&["verify"], &copy);
        assert_eq!(status, 1, "{change}: {told}");
        assert!(told.contains(place), "{change}: {told}");
        assert!(!told.contains(" 0 faults"), "{told}");
    }
    let (status, told) = run(&["verify"], &copies.path().join("nowhere.db"));
    assert_eq!(status, 2, "{told}");
    assert!(told.starts_with("--database-url: "), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replay_tells_the_play_of_a_session() {
    let (kept, session, player) = played().await;
    let (status, told) = run(&["replay", &session], &kept.database());
    assert_eq!(status, 0, "{told}");
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines[0], format!("blackjack {session}"));
    assert!(lines[1].trim_start().starts_with("1  ") && lines[1].contains("created"), "{told}");
    assert!(told.contains(&format!("{player}: says \"good luck\"")), "{told}");
    assert!(told.contains(&format!("{player}: {}", r#"{"type":"place_bet""#)), "{told}");
    let state = lines.last().expect("lines").strip_prefix("state ").expect("the state's hash");
    assert_eq!(state.len(), 64);
    // The same from a copy.
    let copies = folder();
    let copy = copies.path().join("copy.db");
    assert_eq!(run(&["backup", copy.to_str().expect("a name")], &kept.database()).0, 0);
    assert_eq!(run(&["replay", &session], &copy), (0, told));
    let (status, told) = run(&["replay", "00000000-0000-4000-8000-000000000000"], &copy);
    assert_eq!(status, 1);
    assert!(told.contains("there is no session"), "{told}");
    assert_eq!(run(&["replay", "x"], &copy).0, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_is_made_while_the_site_serves() {
    let folder = folder();
    let limits = ["--limit", "messages_per_second=1000000,messages_burst=1000000"];
    let program = Program::start(folder.path(), &limits, &[]);
    let guest = program.ask("POST", "/api/guest").await.json();
    let token = guest["token"].as_str().expect("a token").to_owned();
    let created = program.ask("POST", "/api/games/blackjack/sessions").bearer(&token);
    let created = created.json(json!({})).await.json();
    let path = format!("/ws/blackjack/{}/", created["id"].as_str().expect("an id"));
    let mut socket = program.socket(&path).bearer(&token).v1().await;
    socket.welcomed().await;
    let (stop, mut stopped) = watch::channel(false);
    let (told, mut heard) = watch::channel(0_u32);
    let playing = tokio::spawn(async move {
        for n in 1_u32.. {
            socket.send_as(&n.to_string(), "place_bet", json!({"bet": 1 + n % 9})).await;
            socket.acked(&n.to_string()).await;
            told.send_replace(n);
            if *stopped.borrow_and_update() {
                return n;
            }
        }
        0
    });
    let kept = folder.path().join("data/parlor.db");
    let mut before = 0;
    for n in 0..5 {
        heard.wait_for(|acked| *acked > before + 20).await.expect("it goes on");
        before = *heard.borrow_and_update();
        let copy = folder.path().join(format!("{n}.db"));
        let (status, told) = run(&["backup", copy.to_str().expect("a name")], &kept);
        assert_eq!(status, 0, "{told}");
        let (status, told) = run(&["verify"], &copy);
        assert_eq!(status, 0, "{told}");
        let mut database = Database::open(&copy).await;
        let records = database.records().await;
        let body = |record: &Kept| serde_json::from_str::<Value>(&record.body).expect("a record");
        let ids = records.iter().filter(|record| body(record)["id"].is_string()).count();
        database.close().await;
        assert!(ids >= before as usize, "{before} were acknowledged before, and {ids} are in it");
    }
    stop.send_replace(true);
    assert!(playing.await.expect("the play") > before);
    let copy = folder.path().join("0.db");
    let bytes = std::fs::read(&copy).expect("the copy");
    let (status, told) = run(&["backup", copy.to_str().expect("a name")], &kept);
    assert_eq!(status, 1, "{told}");
    assert!(told.contains("is there already"), "{told}");
    assert_eq!(std::fs::read(&copy).expect("the copy"), bytes);
}
