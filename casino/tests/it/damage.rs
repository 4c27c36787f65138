//! A database's file that was damaged while nobody looked: the program says so, or serves what is whole.

use crate::{
    outliving::{start, verify},
    program::{Program, casino, folder},
};
use parlor_test::Database;
use serde_json::{Value, json};
use std::{
    ops::Range,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// The size of a page of the database, as its head has it (https://www.sqlite.org/fileformat.html, 1.3.2).
const PAGE: usize = 8192;

/// A database in one file, with what is known of it.
struct Kept {
    folder: TempDir,
    bytes: Vec<u8>,
    token: String,
    /// The addresses of what can be asked, and what is answered to it.
    answers: Vec<(String, Value)>,
    sessions: Vec<String>,
}

impl Kept {
    /// Three tables, at each of which something was said and done; the program was stopped in between, and killed at the end,
    /// so that there is something in runs and something in the log.
    async fn new() -> Self {
        let folder = folder();
        let mut program = start((folder.path(), "served.db"), &[]);
        let guest = program.ask("POST", "/api/guest").await.json();
        let token = guest["token"].as_str().expect("a token").to_owned();
        let mut tables = Vec::new();
        for game in ["blackjack", "tic-tac-toe", "blackjack"] {
            let created = program.ask("POST", &format!("/api/games/{game}/sessions"));
            let created = created.bearer(&token).json(json!({})).await.json();
            let session = created["id"].as_str().expect("an id").to_owned();
            let path = format!("/ws/{game}/{session}/");
            say(&program, (&path, &token), 0..30).await;
            tables.push((session, path));
        }
        program.signal("TERM");
        assert!(program.ended().success());
        let mut program = start((folder.path(), "served.db"), &[]);
        for (_, path) in &tables {
            say(&program, (path, &token), 30..40).await;
        }
        program.kill();
        let sessions = tables.into_iter().map(|(session, _)| session).collect::<Vec<_>>();
        let kept = folder.path().join("kept.db");
        let url = format!("sqlite://{}", folder.path().join("served.db").display());
        let name = kept.to_str().expect("a name");
        let copied = casino(&["backup", name, "--database-url", &url], &[]).output();
        assert!(copied.expect("the program runs").status.success());
        let mut addresses = vec!["/api/me".to_owned(), "/api/games".to_owned()];
        addresses.extend(["blackjack", "tic-tac-toe"].map(|g| format!("/api/games/{g}/sessions")));
        addresses.extend(sessions.iter().map(|session| format!("/api/sessions/{session}/journal")));
        let bytes = std::fs::read(&kept).expect("the copy");
        assert_eq!(usize::from(u16::from_be_bytes([bytes[16], bytes[17]])), PAGE);
        let mut this = Self { folder, bytes, token, answers: Vec::new(), sessions };
        let mut program = start((this.folder.path(), "kept.db"), &[]);
        for address in addresses {
            let answer = program.ask("GET", &address).bearer(&this.token).await;
            assert_eq!(answer.status(), 200, "{address}: {}", answer.text());
            this.answers.push((address, answer.json()));
        }
        program.kill();
        this
    }

    /// A copy of it, damaged.
    fn damaged(&self, damage: impl FnOnce(&mut Vec<u8>)) -> (TempDir, PathBuf) {
        let (folder, mut bytes) = (folder(), self.bytes.clone());
        damage(&mut bytes);
        let file = folder.path().join("damaged.db");
        std::fs::write(&file, bytes).expect("a copy");
        (folder, file)
    }

    /// What is answered is right, or an error that says that it is the site's; or the program says why it can't go on, and
    /// ends.
    async fn expect_no_wrong_answer(&self, program: &mut Program) -> usize {
        let mut right = 0;
        for (address, expected) in &self.answers {
            let answer = program.ask("GET", address).bearer(&self.token).attempt().await;
            // On its way out it turns away whoever asks.
            let Some(answer) = answer.ok().filter(|answer| answer.status() != 503) else {
                let (status, told) = (program.ended().code(), program.log());
                assert_eq!((status, told.lines().count()), (Some(2), 1), "{told}");
                let named = told.starts_with("--database-url: the sessions of ");
                assert!(named && told.contains("malformed"), "{told}");
                break;
            };
            match answer.status() {
                200 => {
                    assert_eq!(answer.json(), *expected, "{address}");
                    right += 1;
                }
                500 => assert_eq!(answer.code(), "internal", "{address}"),
                other => panic!("{address}: {other} {}", answer.text()),
            }
        }
        right
    }
}

/// Says so many lines at a table.
async fn say(program: &Program, (path, token): (&str, &str), lines: Range<u32>) {
    let mut socket = program.socket(path).bearer(token).v1().await;
    socket.welcomed().await;
    for n in lines {
        socket.send_as(&n.to_string(), "chat_msg", json!({"msg": "x".repeat(100)})).await;
        socket.acked(&n.to_string()).await;
    }
    socket.close().await;
}

/// Why the program does not serve this database, in one line.
fn start_in_vain(database: &Path) -> Option<String> {
    let url = format!("sqlite://{}", database.display());
    let mut program = casino(&["--bind", "127.0.0.1:0", "--database-url", &url], &[]);
    program.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let mut child = program.spawn().expect("the program runs");
    let mut line = String::new();
    let output = child.stdout.take().expect("its output");
    std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut line).expect("a line");
    if line.starts_with("listening") {
        child.kill().expect("it can be killed");
        child.wait().expect("its status");
        return None;
    }
    let output = child.wait_with_output().expect("its status");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(told.starts_with("--database-url: "), "{told}");
    Some(told)
}

fn expect_faults(database: &Path) {
    let verified = verify(database);
    let told = [verified.stdout, verified.stderr].concat();
    let told = String::from_utf8_lossy(&told);
    assert!(matches!(verified.status.code(), Some(1 | 2)), "{told}");
    assert!(
        !told.is_empty() && !told.contains(" 0 faults") && !told.contains("panicked"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_cut_short_is_not_served() {
    let kept = Kept::new().await;
    let pages = kept.bytes.len() / PAGE;
    for length in [100, 512, PAGE, pages / 2 * PAGE, pages / 2 * PAGE + 7, (pages - 1) * PAGE] {
        let (_folder, file) = kept.damaged(|bytes| bytes.truncate(length));
        let told = start_in_vain(&file).unwrap_or_else(|| panic!("it serves {length} bytes"));
        assert!(told.contains("malformed") || told.contains("not a database"), "{length}: {told}");
        expect_faults(&file);
    }
    // One that has nothing in it is a new one: so a first start leaves it where it ended early.
    let (_folder, file) = kept.damaged(Vec::clear);
    assert_eq!(start_in_vain(&file), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_database_with_a_damaged_page_what_can_be_read_is_right() {
    let kept = Kept::new().await;
    let pages = kept.bytes.len() / PAGE;
    let (seed, mut served) = (fastrand::u64(..), 0);
    eprintln!("{pages} pages, seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    for page in 1..pages {
        let (folder, file) = kept.damaged(|bytes| {
            let page = &mut bytes[page * PAGE..][..PAGE];
            page.iter_mut().for_each(|byte| *byte = random.u8(..));
        });
        expect_faults(&file);
        if start_in_vain(&file).is_some() {
            continue;
        }
        let mut program = start((folder.path(), "damaged.db"), &[]);
        served += kept.expect_no_wrong_answer(&mut program).await;
        program.kill();
        assert!(!program.log().contains("panicked"), "page {page}: {}", program.log());
    }
    assert!(served > 0, "some could be read");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_run_is_named_in_the_log_and_costs_its_own_session_alone() {
    let kept = Kept::new().await;
    let damaged = &kept.sessions[0];
    let of = format!("session = '{damaged}'");
    let long = format!("{of} AND last > first + 9");
    let single = |n| format!("{of} AND first = {n}");
    // What can still be read, and is not what was written; of runs as they are, and of runs of one record each.
    let changes = [
        (
            false,
            format!("UPDATE records SET bodies = replace(bodies, 'said', 'sajd') WHERE {long}"),
        ),
        (false, format!("UPDATE records SET bodies = bodies || ' ' WHERE {long}")),
        (false, format!("UPDATE records SET bodies = bodies || char(10) WHERE {long}")),
        (false, format!("UPDATE records SET hash = zeroblob(32) WHERE {long}")),
        (false, format!("UPDATE records SET hash = x'00' WHERE {long}")),
        (false, format!("UPDATE records SET last = last - 1 WHERE {long}")),
        (false, format!("UPDATE records SET version = 9 WHERE {long}")),
        (false, format!("DELETE FROM records WHERE {long}")),
        (false, format!("DELETE FROM records WHERE {of}")),
        (
            false,
            format!(
                "UPDATE records SET session = '{damaged}', first = first + 1, last = last + 1 \
                 WHERE session = '{}' AND first = 1",
                kept.sessions[2]
            ),
        ),
        (
            true,
            format!(
                "UPDATE records SET bodies = replace(bodies, 'said', 'sajd') WHERE {}",
                single(9)
            ),
        ),
        (true, format!("DELETE FROM records WHERE {}", single(9))),
        (true, format!("UPDATE records SET first = 900, last = 900 WHERE {}", single(9))),
    ];
    for (split, change) in changes {
        let (folder, file) = kept.damaged(|_| ());
        let mut database = Database::open(&file).await;
        // Snapshots would be ways around the damage.
        database.change("DELETE FROM snapshots").await;
        if split {
            database.split_runs().await;
        }
        if change.contains("first + 1") {
            let free = format!("UPDATE records SET first = 500, last = 499 WHERE {long}");
            assert_eq!(database.change(&free).await, 1);
        }
        assert!(database.change(&change).await > 0, "{change}");
        database.close().await;
        expect_faults(&file);
        let program = start((folder.path(), "damaged.db"), &[]);
        let socket = program.socket(&format!("/ws/blackjack/{damaged}/")).bearer(&kept.token);
        let refused = socket.refusal().await;
        assert_eq!((refused.status(), &*refused.code()), (500, "internal"), "{change}");
        let named = |line: &str| line.contains("ERROR") && line.contains(damaged);
        assert!(program.log().lines().any(named), "{change}: {}", program.log());
        let next = program.socket(&format!("/ws/tic-tac-toe/{}/", kept.sessions[1]));
        let mut next = next.bearer(&kept.token).v1().await;
        next.welcomed().await;
        next.send_as("on", "chat_msg", json!({"msg": "on"})).await;
        next.acked("on").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_with_a_damaged_log_is_not_served() {
    let kept = Kept::new().await;
    let (_folder, file) = kept.damaged(|_| ());
    let mut database = Database::open(&file).await;
    let rows = database.rows("SELECT json_array(n) FROM log ORDER BY n").await;
    database.close().await;
    assert!(rows.len() > 20, "each line is a row: {rows:?}");
    let middle = &rows[rows.len() / 2][0];
    let next = &rows[rows.len() / 2 + 1][0];
    let changes = [
        // A bit of a body, and of what is before it.
        format!(
            "UPDATE log SET body = CAST(replace(body, 'said', 'sajd') AS BLOB) WHERE n = {middle}"
        ),
        format!(
            "UPDATE log SET body = CAST(x'01' || zeroblob(16) || substr(body, 18) AS BLOB) WHERE n = {middle}"
        ),
        format!("UPDATE log SET body = CAST(x'02' || substr(body, 2) AS BLOB) WHERE n = {middle}"),
        format!("UPDATE log SET body = substr(body, 1, length(body) - 1) WHERE n = {middle}"),
        format!("UPDATE log SET body = x'' WHERE n = {middle}"),
        // A row that is gone, one that has moved, and one in the place of another.
        format!("DELETE FROM log WHERE n = {middle}"),
        format!("UPDATE log SET n = n + 1000 WHERE n = {middle}"),
        format!("UPDATE log SET body = (SELECT body FROM log WHERE n = {next}) WHERE n = {middle}"),
        "DELETE FROM log".to_owned(),
    ];
    for change in changes {
        let (_folder, file) = kept.damaged(|_| ());
        let mut database = Database::open(&file).await;
        assert!(database.change(&change).await > 0, "{change}");
        database.close().await;
        let told = start_in_vain(&file).unwrap_or_else(|| panic!("it serves: {change}"));
        assert!(
            told.contains("the database's log") && told.contains("put a backup"),
            "{change}: {told}"
        );
        expect_faults(&file);
    }
}
