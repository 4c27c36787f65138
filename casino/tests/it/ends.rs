//! The program ends at every one of its syncs, right before it and right after: a play goes on as if it had not.

use crate::machine::{Machine, Player, guest, player};
use parlor_test::{Disk, disk::Fault};
use serde_json::{Value, json};

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
