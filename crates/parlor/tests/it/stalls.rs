//! A game that does not come back holds up its own session, and somebody says so.

use crate::game::{Door, site};
use parlor_test::TestSite;
use serde_json::json;
use std::{
    io::{self, Read as _, Write as _},
    net::TcpStream,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

/// What is logged while this is the thread's subscriber, and wherever else none is.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// The lines with this in them, once there are so many.
    async fn lines(&self, with: &str, count: usize) -> Vec<String> {
        let started = Instant::now();
        loop {
            let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
            let lines: Vec<String> =
                text.lines().filter(|line| line.contains(with)).map(str::to_owned).collect();
            if lines.len() >= count {
                return lines;
            }
            assert!(started.elapsed() < Duration::from_secs(10), "{with} in {text}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_game_that_does_not_come_back_is_told_of_and_the_others_go_on() {
    let log = Log::default();
    let to = log.clone();
    // The one of all tests: whoever watches has a thread of its own.
    let _ = tracing_subscriber::fmt().with_ansi(false).with_writer(move || to.clone()).try_init();
    let site = TestSite::start(site()).await;
    let (guest, other) = (site.guest().await, site.guest().await);
    let (table, next) = (site.table(&guest, "counter").await, site.table(&other, "counter").await);
    let mut ann = site.sit_v1(&guest, &table).await;
    let mut bob = site.sit_v1(&other, &next).await;
    let door = Door::new();
    assert_eq!(site.metric("parlor_stalls_total").await, 0);
    ann.send_as("held", "wait", json!({ "door": door.0 })).await;
    // After a second, and then after two; never with a word of who plays.
    let lines = log.lines(&format!("session={}", table.id), 2).await;
    for (line, waits) in lines.iter().zip(["waits=1s", "waits=2s"]) {
        assert!(line.contains("the game does not come back") && line.contains(waits), "{line}");
        assert!(line.contains("ERROR") && line.contains("game=\"counter\""), "{line}");
        assert!(line.contains(&format!("Acted(Wait {{ door: \"{}\" }})", door.0)), "{line}");
        assert!(!line.contains(&guest.name) && !line.contains(&guest.token), "{line}");
    }
    assert_eq!(site.metric("parlor_stalled_sessions").await, 1);
    assert_eq!(site.metric("parlor_stalls_total").await, 1);
    // Others play meanwhile, and what is sent to the session waits.
    for n in 0..20 {
        bob.send_as(&n.to_string(), "add", json!({"n": 1})).await;
        bob.acked(&n.to_string()).await;
    }
    ann.send_as("after", "add", json!({"n": 1})).await;
    assert_eq!(site.metric("parlor_stalled_sessions").await, 1);
    drop(door);
    ann.acked("held").await;
    ann.acked("after").await;
    let started = Instant::now();
    while site.metric("parlor_stalled_sessions").await > 0 {
        assert!(started.elapsed() < Duration::from_secs(5), "it has come back");
    }
    assert_eq!(site.metric("parlor_stalls_total").await, 1);
}

/// The table stores something, which wakes the writer, and its next move does not come back: the writer must not be what its
/// thread would run after it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_table_has_woken_does_not_wait_for_its_game() {
    let site = TestSite::start(site()).await;
    let (guest, other) = (site.guest().await, site.guest().await);
    let (table, next) = (site.table(&guest, "counter").await, site.table(&other, "counter").await);
    let mut ann = site.sit_v1(&guest, &table).await;
    let mut bob = site.sit_v1(&other, &next).await;
    let (first, second) = (Door::new(), Door::new());
    ann.send_as("first", "wait", json!({ "door": first.0 })).await;
    ann.send_as("second", "wait", json!({ "door": second.0 })).await;
    // The connection refuses this by itself, so the second is in the mailbox then, and comes right after the first.
    ann.send_text(&"x".repeat(20_000)).await;
    ann.refused("too_large").await;
    drop(first);
    for n in 0..20 {
        bob.send_as(&n.to_string(), "add", json!({"n": 1})).await;
        bob.acked(&n.to_string()).await;
    }
    drop(second);
    ann.acked("second").await;
}

/// Nothing happens but that a clock rings, on the thread that watched the network: another must watch it then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_network_does_not_wait_for_a_game() {
    let site = TestSite::start(site()).await;
    let guest = site.guest().await;
    let table = site.table(&guest, "counter").await;
    let mut ann = site.sit_v1(&guest, &table).await;
    let door = Door::new();
    ann.send_as("clock", "ring_at", json!({ "door": door.0, "ms": 300 })).await;
    ann.acked("clock").await;
    // A client without a task: a task of the test would wake a thread of the site.
    door.reached();
    let mut outside = TcpStream::connect(site.address()).expect("a connection");
    outside.set_read_timeout(Some(Duration::from_secs(5))).expect("a socket");
    outside.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("it is sent");
    let mut answer = [0; 64];
    let read = outside.read(&mut answer).expect("an answer while the game does not come back");
    assert!(answer[..read].starts_with(b"HTTP/1.1 "));
    drop(door);
    ann.find("rang").await;
}
