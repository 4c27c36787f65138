//! A disk that fails under the real program: full, read-only, and a sync that fails.

use crate::machine::{Machine, player};
use parlor_test::disk::Fault;
use serde_json::json;
use std::process::Output;

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
        let fault = (Fault::SyncFails(nth), 8);
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
