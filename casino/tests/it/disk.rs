//! A disk that fails under the real program: full, read-only, a sync that fails, and an end at every one of its syncs.

use crate::{
    outliving::{start, verify},
    program::{Program, casino, folder},
};
use parlor_test::{
    Database, Disk, Socket,
    disk::Fault,
    http::{Answer, Request},
    socket::Handshake,
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, process::Output};
use tempfile::TempDir;

/// The program's folder on a disk that can fail, and another one for its log.
struct Machine {
    disk: Disk,
    log: TempDir,
}

impl Machine {
    fn new() -> Self {
        Self { disk: Disk::new(), log: folder() }
    }

    fn database(&self) -> PathBuf {
        self.disk.folder().join("parlor.db")
    }

    fn start(&mut self) -> Program {
        let variables = self.disk.environment();
        start((self.log.path(), &self.database().display().to_string()), &variables)
    }

    /// A start that ends by itself.
    fn start_in_vain(&mut self) -> Output {
        let variables = self.disk.environment();
        let url = format!("sqlite://{}", self.database().display());
        let mut command = casino(&["--bind", "127.0.0.1:0", "--database-url", &url], &[]);
        command.envs(variables).output().expect("the program runs")
    }

    fn expect_whole(&self) {
        let verified = verify(&self.database());
        let told = String::from_utf8_lossy(&verified.stdout);
        assert_eq!(verified.status.code(), Some(0), "{told}");
        assert!(told.ends_with(" 0 faults\n"), "{told}");
    }

    /// How many records there are of each id.
    async fn ids(&self) -> BTreeMap<String, u64> {
        let mut database = Database::open(&self.database()).await;
        let ids = "SELECT json_array(id, count(*)) FROM \
                   (SELECT session, json_extract(body, '$.id') AS id FROM records) \
                   WHERE id IS NOT NULL GROUP BY session, id";
        let rows = database.rows(ids).await;
        database.close().await;
        let id = |row: &Value| (row[0].as_str().expect("an id").to_owned(), row[1].as_u64());
        rows.iter().map(id).map(|(id, count)| (id, count.expect("a count"))).collect()
    }
}

/// One who sits at a table, over as many connections as it takes.
#[derive(Clone)]
struct Player {
    token: String,
    path: String,
    last: Option<u64>,
    /// The lines of chat that were heard.
    heard: Vec<String>,
}

impl Player {
    async fn come(&mut self, address: SocketAddr) -> Option<Socket> {
        let handshake =
            Handshake::new(Request::new(address, "GET", &self.path)).bearer(&self.token);
        let handshake = handshake.v1();
        let handshake = match self.last {
            Some(seq) => handshake.after(seq),
            None => handshake,
        };
        let mut socket = handshake.attempt().await.ok()?.ok()?;
        let welcome = socket.heard().await.ok()?;
        if self.last.is_some() {
            assert_eq!(welcome["data"]["resumed"], true, "{welcome}");
            assert_eq!(welcome["seq"], json!(self.last), "{welcome}");
        }
        self.last = welcome["seq"].as_u64();
        Some(socket)
    }

    /// Says something, and hears everything up to its acknowledgement; nothing where the connection is cut before.
    async fn say(
        &mut self,
        socket: &mut Socket,
        id: &str,
        (kind, data): (&str, Value),
    ) -> Option<()> {
        socket.send_as(id, kind, data).await;
        loop {
            let frame = socket.heard().await.ok()?;
            let seq = frame["seq"].as_u64().expect("a number");
            let before = self.last.replace(seq).expect("welcomed");
            assert!(seq >= before, "back from {before}: {frame}");
            match frame["type"].as_str() {
                Some("ack") if frame["data"]["id"] == id => return Some(()),
                Some("error") => panic!("{id}: {frame}"),
                Some("chat_msg") if seq > before => {
                    self.heard.push(frame["data"]["msg"].as_str().expect("a line").to_owned());
                }
                _ => {}
            }
        }
    }
}

async fn guest(program: &Program) -> String {
    let guest = program.ask("POST", "/api/guest").await.json();
    guest["token"].as_str().expect("a token").to_owned()
}

/// A guest at a table of this game.
async fn player(program: &Program, game: &str) -> Player {
    let token = guest(program).await;
    let created = program.ask("POST", &format!("/api/games/{game}/sessions")).bearer(&token);
    let created: Answer = created.json(json!({})).await;
    let path = format!("/ws/{game}/{}/", created.json()["id"].as_str().expect("an id"));
    Player { token, path, last: None, heard: Vec::new() }
}

/// Who does what: the second wins.
fn script() -> Vec<(usize, &'static str, Value)> {
    let place = |who, cell: u8| (who, "place", json!({ "cell": cell }));
    let say = |who, line: &str| (who, "chat_msg", json!({ "msg": line }));
    vec![
        place(0, 0),
        say(1, "good luck"),
        place(1, 3),
        place(0, 1),
        place(1, 4),
        say(0, "one more"),
        place(0, 8),
        place(1, 5),
        say(0, "well played"),
        say(1, "thanks"),
    ]
}

/// A machine at whose tic-tac-toe table two have just sat down; everything is on the disk, and the program does not run.
struct Laid {
    files: Vec<(&'static str, Vec<u8>)>,
    players: [Player; 2],
}

impl Laid {
    async fn new() -> Self {
        let mut machine = Machine::new();
        let mut program = machine.start();
        let mut first = player(&program, "tic-tac-toe").await;
        let mut second = Player { token: guest(&program).await, ..first.clone() };
        let _sockets = [first.come(program.address()).await, second.come(program.address()).await];
        program.kill();
        let read = |name| (name, std::fs::read(machine.disk.folder().join(name)).expect("a file"));
        Self { files: ["parlor.db", "parlor.db-wal"].map(read).into(), players: [first, second] }
    }

    fn machine(&self) -> Machine {
        let machine = Machine::new();
        for (name, bytes) in &self.files {
            std::fs::write(machine.disk.folder().join(name), bytes).expect("a file");
        }
        machine
    }
}

/// Plays the script from where the table was laid; where the program dies, `mend` is called once, and it is started again.
async fn play(laid: &Laid, machine: &mut Machine, mend: impl Fn(&mut Disk)) -> (bool, Value) {
    let (mut players, script) = (laid.players.clone(), script());
    let (mut next, mut died) = (0, false);
    let mut program = machine.start();
    loop {
        let mut played = None;
        if let [Some(first), Some(second)] =
            [players[0].come(program.address()).await, players[1].come(program.address()).await]
        {
            let mut sockets = [first, second];
            while let Some((who, kind, data)) = script.get(next) {
                let (id, socket) = (format!("message {next}"), &mut sockets[*who]);
                let said = players[*who].say(socket, &id, (kind, data.clone())).await;
                if said.is_none() {
                    break;
                }
                next += 1;
            }
            if next == script.len() {
                // The first has heard everything then, too.
                let (socket, asks) = (&mut sockets[0], ("load_game", Value::Null));
                players[0].say(socket, "end", asks).await.expect("an answer");
                socket.send("load_game", Value::Null).await;
                played = Some(socket.find("load_game").await["data"].take());
            }
        }
        if let Some(view) = played {
            for player in &players {
                assert_eq!(player.heard, ["good luck", "one more", "well played", "thanks"]);
            }
            program.kill();
            machine.expect_whole();
            let once = |n| (format!("message {n}"), 1);
            assert_eq!(machine.ids().await, (0..script.len()).map(once).collect());
            return (died, view);
        }
        assert!(!died, "it dies once");
        died = true;
        program.ended();
        mend(&mut machine.disk);
        program = machine.start();
    }
}

/// Ends the program at each of the syncs that a play causes.
async fn end_at_each_sync(name: &str, fault: fn(u64) -> Fault, mend: impl Fn(&mut Disk) + Copy) {
    let laid = Laid::new().await;
    let (died, whole) = play(&laid, &mut laid.machine(), mend).await;
    assert!(!died && whole["winner"] == 1, "{whole}");
    for nth in 1.. {
        let mut machine = laid.machine();
        machine.disk.fault(Some(fault(nth)));
        let (died, view) = play(&laid, &mut machine, |disk| {
            disk.fault(None);
            mend(disk);
        })
        .await;
        assert_eq!(view, whole, "{name}: sync {nth}");
        if !died {
            eprintln!("{name}: ended at each of {} syncs", nth - 1);
            assert!(nth > 8, "each message is synced");
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_play_goes_on_wherever_the_program_ends() {
    for (name, fault) in [
        ("before", Fault::KillBeforeSync as fn(u64) -> Fault),
        ("after", Fault::KillAfterSync as fn(u64) -> Fault),
    ] {
        end_at_each_sync(name, fault, |_| ()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_play_goes_on_wherever_the_power_is_cut() {
    let seed = fastrand::u64(..);
    eprintln!("seed {seed}");
    for (name, fault) in [
        ("before", Fault::KillBeforeSync as fn(u64) -> Fault),
        ("after", Fault::KillAfterSync as fn(u64) -> Fault),
    ] {
        let cut = |disk: &mut Disk| {
            let chance = seed ^ disk.syncs();
            disk.cut(&mut fastrand::Rng::with_seed(chance));
        };
        end_at_each_sync(name, fault, cut).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_start_that_ends_at_any_sync_is_followed_by_a_good_one() {
    let seed = fastrand::u64(..);
    eprintln!("seed {seed}");
    let mut machine = Machine::new();
    machine.start().kill();
    let syncs = machine.disk.syncs();
    assert!(syncs > 5, "{syncs}");
    for nth in 1..=syncs {
        for fault in [Fault::KillBeforeSync(nth), Fault::KillAfterSync(nth)] {
            let mut machine = Machine::new();
            machine.disk.fault(Some(fault));
            assert_eq!(machine.start_in_vain().status.code(), None, "{fault:?}");
            machine.disk.fault(None);
            machine.disk.cut(&mut fastrand::Rng::with_seed(seed ^ nth));
            let mut program = machine.start();
            let mut ann = player(&program, "tic-tac-toe").await;
            assert!(ann.come(program.address()).await.is_some(), "seed {seed}: {fault:?}");
            program.kill();
            machine.expect_whole();
        }
    }
}

/// What one player is answered while a fault comes over the disk, with so many messages on their way at once: the ids that
/// were acknowledged. The program must end by itself with status 1, and say in one line what has happened.
async fn play_until_it_fails(
    machine: &mut Machine,
    (fault, at_once): (Fault, usize),
    reason: &str,
) -> Vec<String> {
    let mut program = machine.start();
    let before = program.log().lines().count();
    let ann = player(&program, "blackjack").await;
    let handshake = program.socket(&ann.path).bearer(&ann.token).v1();
    let mut socket = handshake.await;
    socket.welcomed().await;
    let (mut acked, mut sent) = (Vec::new(), 0);
    let mut whole = true;
    let code = loop {
        if whole && acked.len() == 20 {
            whole = false;
            machine.disk.fault(Some(fault));
        }
        assert!(acked.len() < 1000, "it goes on, as if there were no {fault:?}");
        while sent < acked.len() + at_once {
            let bet = json!({"bet": 1 + sent % 9});
            socket.send_as(&format!("{fault:?} {sent}"), "place_bet", bet).await;
            sent += 1;
        }
        match socket.heard().await {
            Ok(frame) if frame["type"] == "ack" => {
                acked.push(frame["data"]["id"].as_str().expect("an id").to_owned());
            }
            Ok(frame) => assert_ne!(frame["type"], "error", "{frame}"),
            Err(code) => break code,
        }
    };
    assert!(code == 1006 || code == 1011, "{code}");
    assert_eq!(program.ended().code(), Some(1));
    let log = program.log();
    let says_why = |line: &str| line.starts_with("the store has failed") && line.contains(reason);
    assert_eq!(log.lines().skip(before).filter(|line| says_why(line)).count(), 1, "{log}");
    assert!(!log.contains("panicked"), "{log}");
    assert!(acked.len() >= 20);
    machine.disk.fault(None);
    acked
}

/// Starts again, and finds everything that was acknowledged.
async fn expect_kept(machine: &mut Machine, acked: &[String]) {
    let mut program = machine.start();
    let mut ann = player(&program, "blackjack").await;
    assert!(ann.come(program.address()).await.is_some());
    program.kill();
    machine.expect_whole();
    let ids = machine.ids().await;
    for id in acked {
        assert_eq!(ids.get(id), Some(&1), "{id} was acknowledged");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_ends_the_program_and_with_room_again_everything_acknowledged_is_there() {
    let mut machine = Machine::new();
    for room in [0, 1000, 4096, 100_000] {
        let acked = play_until_it_fails(&mut machine, (Fault::Full(room), 8), "disk is full").await;
        expect_kept(&mut machine, &acked).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sync_that_fails_ends_the_program_and_is_not_tried_again() {
    let mut random = fastrand::Rng::with_seed(fastrand::u64(..));
    for nth in 1..=6 {
        let mut machine = Machine::new();
        let fault = (Fault::SyncFails(nth), 1);
        let acked = play_until_it_fails(&mut machine, fault, "disk I/O error").await;
        machine.disk.cut(&mut random);
        expect_kept(&mut machine, &acked).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_becomes_read_only_ends_the_program() {
    let mut machine = Machine::new();
    let acked = play_until_it_fails(&mut machine, (Fault::ReadOnly, 8), "disk I/O error").await;
    expect_kept(&mut machine, &acked).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_disk_that_can_not_be_written_a_start_names_the_setting_in_one_line() {
    let mut served = Machine::new();
    let mut program = served.start();
    player(&program, "blackjack").await;
    program.kill();
    for fault in [Fault::ReadOnly, Fault::Full(0)] {
        let mut machine = Machine::new();
        machine.disk.fault(Some(fault));
        expect_one_line(&machine.start_in_vain());
    }
    // Where there is a database, what it lacks for starting is the right to write.
    served.disk.fault(Some(Fault::ReadOnly));
    expect_one_line(&served.start_in_vain());
    served.disk.fault(None);
    served.start().kill();
    served.expect_whole();
}

fn expect_one_line(output: &Output) {
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(told.starts_with("--database-url: ") && told.contains("; "), "{told}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
}
