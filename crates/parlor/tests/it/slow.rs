//! One who does not read, or reads a little now and then, hurts nobody.

use crate::game::site;
use futures_util::future::join_all;
use parlor_test::{Guest, Socket, Table, TestSite};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The bytes of one frame: what is unsent becomes much with few of them.
const FRAME: usize = 15_000;

/// What each connection may have unsent.
const OUTBOX: usize = 64 << 10;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_reads_too_slowly_is_closed_and_may_come_back() {
    let site = TestSite::start_with(site(), |flags| {
        flags.limits.push("outbox_frames=8, outbox_bytes=64KiB, slow_for=300ms".into());
    })
    .await;
    let (guest, watcher) = (site.guest().await, site.guest().await);
    let table = site.table(&guest, "counter").await;
    let mut ann = site.sit(&guest, &table).await;
    let mut eve = site.watch(&watcher, &table).await;
    ann.until(|frame| frame["data"]["spectating"] == json!([watcher.name])).await;
    // The system's own buffers take some megabytes before anything waits here.
    let text = "x".repeat(FRAME);
    for n in 0.. {
        assert!(n < 5_000, "75 megabytes wait for one who does not read");
        ann.send("announce", json!({ "text": text })).await;
        let heard = ann.next_frame().await;
        if heard["data"]["spectating"] == json!([]) {
            break;
        }
        assert_eq!(heard["type"], "announced");
    }
    site.closes(4008, 1).await;
    assert_eq!(site.hits("slow_for").await, 1);
    assert_eq!(site.hits("outbox_frames").await + site.hits("outbox_bytes").await, 1);
    assert_eq!(eve.close_code().await, 4008);
    ann.catch_up("all the others go on").await;
    let mut again = site.watch(&watcher, &table).await;
    again.catch_up("and so does one who comes back").await;
}

/// A table with one who speaks, and those who listen, each in their own way.
struct Hall {
    table: Table,
    crowd: Guest,
    speaker: Socket,
    healthy: Vec<Socket>,
    /// Those who never read, with the number that they were welcomed with.
    deaf: Vec<Socket>,
}

impl Hall {
    async fn open(site: &TestSite, healthy: usize, deaf: usize) -> Self {
        let (host, crowd) = (site.guest().await, site.guest().await);
        let table = site.table(&host, "counter").await;
        let speaker = site.sit_v1(&host, &table).await;
        let mut hall = Self { table, crowd, speaker, healthy: Vec::new(), deaf: Vec::new() };
        for _ in 0..healthy {
            hall.healthy.push(hall.listen(site).await);
        }
        for _ in 0..deaf {
            hall.deaf.push(hall.listen(site).await);
        }
        hall
    }

    async fn listen(&self, site: &TestSite) -> Socket {
        let path = self.table.socket("spectate=true");
        let mut socket = site.socket(&path).bearer(&self.crowd.token).v1().await;
        socket.welcomed().await;
        socket
    }

    /// Something is said, and all who are healthy hear it next.
    async fn say(&mut self, n: usize) {
        let text = format!("{n} {}", "x".repeat(FRAME));
        self.speaker.send_as(&n.to_string(), "announce", json!({ "text": text })).await;
        for socket in self.healthy.iter_mut().chain([&mut self.speaker]) {
            assert_eq!(said(&socket.find("announced").await), n);
        }
    }
}

/// Which of them it was.
fn said(frame: &Value) -> usize {
    let text = frame["data"]["text"].as_str().expect("a text");
    text.split(' ').next().and_then(|n| n.parse().ok()).expect("a number")
}

/// 50 who are healthy at five tables, ten who never read, and ten who read 64 bytes a second.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_healthy_hear_everything_and_the_slow_cost_little_and_are_closed() {
    let site = TestSite::start_with(site(), |flags| {
        let limits = "outbox_frames=64, slow_for=500ms, sockets_per_user=100, sockets_per_seat=100";
        flags.limits.push(format!("{limits}, outbox_bytes={OUTBOX}"));
    })
    .await;
    let mut halls = join_all((0..5).map(|_| Hall::open(&site, 9, 2))).await;
    let mut trickling = Vec::new();
    for hall in &halls {
        for _ in 0..2 {
            let mut socket = hall.listen(&site).await;
            trickling.push(tokio::spawn(async move {
                while socket.take_bytes(64).await > 0 {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }));
        }
    }
    let closes = "parlor_closes_total{code=\"4008\"}";
    let (mut most, mut last) = (0, 0);
    // The system's own buffers take some megabytes of each.
    while site.metric(closes).await < 20 {
        assert!(last < 1_000, "15 megabytes wait for those who do not read");
        for _ in 0..5 {
            last += 1;
            join_all(halls.iter_mut().map(|hall| hall.say(last))).await;
        }
        most = most.max(site.metric("parlor_outbox_bytes").await);
    }
    let closed = Instant::now();
    // Four times the limit closes at once; what was on its way at the time is at the most a frame or two.
    let bound = 20 * (4 * OUTBOX + 2 * FRAME) as u64;
    assert!(most <= bound, "{most} bytes are unsent, and {bound} may be");
    assert!(most > 0, "somebody must have been slow");
    // Those who wake up have the beginning in their own buffers, and are told the rest.
    for hall in &mut halls {
        for mut socket in std::mem::take(&mut hall.deaf) {
            let (mut heard, mut seq) = (0, 0);
            let code = loop {
                match socket.heard().await {
                    Ok(frame) => {
                        seq = crate::v1::seq(&frame);
                        if frame["type"] == "announced" {
                            assert_eq!(said(&frame), heard + 1);
                            heard += 1;
                        }
                    }
                    Err(code) => break code,
                }
            };
            assert!([4008, 1006].contains(&code), "{code}");
            assert!((1..last).contains(&heard), "{heard} of {last}");
            let path = hall.table.socket("spectate=true");
            let back = site.socket(&path).bearer(&hall.crowd.token).v1().after(seq);
            let mut back = back.await;
            assert_eq!(back.expect("welcome").await["data"]["resumed"], true);
            for n in heard + 1..=last {
                assert_eq!(said(&back.find("announced").await), n);
            }
            hall.healthy.push(back);
        }
    }
    // Those who trickle are cut off: they get neither the goodbye nor the rest.
    site.connections_within(Duration::from_secs(15), 5 * (1 + 9 + 2)).await;
    assert!(closed.elapsed() < Duration::from_secs(15));
    join_all(halls.iter_mut().map(|hall| hall.say(last + 1))).await;
    trickling.iter().for_each(tokio::task::JoinHandle::abort);
    assert_eq!(site.metric(closes).await, 20, "and nobody else was closed");
}
