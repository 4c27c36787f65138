//! A day in the house: people come and go, play and talk, and are cut off in storms. Nothing may be left of it in memory.
//!
//! `cargo xtask soak` makes it long and full, and then demands that memory does not grow: what is kept of play grows on the
//! disk alone.

use crate::{
    program::{Program, folder},
    regulars::{House, Regular, Storm},
};
use std::{
    fs,
    process::Command,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};
use tokio::{
    sync::watch,
    time::{Instant, sleep, sleep_until},
};

/// Memory may grow by so many MiB in ten minutes.
const GROWS: f64 = 1.0;

/// A run that is shorter than so many minutes says nothing of how memory grows.
const TELLING: f64 = 10.0;

/// For so many seconds, in which almost all that are at a table at first have gone, memory is still being filled with what
/// it holds from then on; of a run that is too short to tell, for this part of it.
const WARM_UP: f64 = 360.0;
const PART_OF_WARM_UP: f64 = 0.2;

/// How long after the last one has gone everything must be as it was before the first came.
const QUIET: Duration = Duration::from_secs(120);

/// How long one look at what is held comes after the other.
const LOOK: Duration = Duration::from_millis(100);

/// How long a day is, and how full.
struct Day {
    minutes: f64,
    sockets: usize,
    /// How long after each other the storms come.
    storms: Duration,
    /// How long a chair is kept, and an empty table open.
    grace: Duration,
    /// How much faster everyone thinks.
    hurry: u64,
    /// Whether the program and those who come have a core each.
    pinned: bool,
}

impl Day {
    fn read() -> Self {
        let seconds = Duration::from_secs;
        let Ok(minutes) = std::env::var("PARLOR_MINUTES") else {
            let (storms, grace) = (seconds(2), seconds(3));
            return Self { minutes: 0.12, sockets: 40, storms, grace, hurry: 10, pinned: false };
        };
        let minutes = minutes.parse().expect("a number of minutes");
        let sockets =
            std::env::var("PARLOR_CLIENTS").map_or(2_000, |n| n.parse().expect("a number"));
        let (storms, grace) = (seconds(20), seconds(15));
        Self { minutes, sockets, storms, grace, hurry: 1, pinned: true }
    }
}

/// What the program holds at one moment.
#[derive(Debug, Clone, PartialEq)]
struct Holds {
    /// Memory that is no file's, in MiB, and all that is in memory.
    anonymous: f64,
    resident: f64,
    /// Open sockets and other files; those of the database, which come and go with its readers, are not among them.
    sockets: usize,
    files: usize,
    tasks: u64,
    unsent: u64,
    connections: u64,
    awake: u64,
    /// Sessions, sockets, seats, purses and tickets.
    kept: [u64; 5],
}

impl Holds {
    async fn now(program: &Program) -> Self {
        let process = format!("/proc/{}", program.id());
        let status = fs::read_to_string(format!("{process}/status")).expect("the program runs");
        let mebibytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
            kibibytes.and_then(|n| n.parse::<f64>().ok()).expect("a size") / 1024.0
        };
        let metrics = program.ask("GET", "/metrics").await.text();
        let metric = |name: &str| {
            let value = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
            value.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("no {name}"))
        };
        let mut holds = Self {
            anonymous: mebibytes("RssAnon:"),
            resident: mebibytes("VmRSS:"),
            sockets: 0,
            files: 0,
            tasks: metric("parlor_tasks"),
            unsent: metric("parlor_outbox_bytes"),
            connections: metric("parlor_connections"),
            awake: metric("parlor_sessions"),
            kept: ["sessions", "sockets", "seats", "purses", "tickets"]
                .map(|what| metric(&format!("parlor_kept{{what=\"{what}\"}}"))),
        };
        for file in fs::read_dir(format!("{process}/fd")).expect("its files") {
            // One that has been closed meanwhile leads nowhere.
            let Ok(leads) = fs::read_link(file.expect("a file").path()) else { continue };
            let leads = leads.display().to_string();
            if leads.starts_with("socket:") {
                holds.sockets += 1;
            } else if !leads.contains("days.db") {
                holds.files += 1;
            }
        }
        holds
    }

    /// What it holds while nobody is there: a connection that was just answered may linger, so the least of some looks.
    async fn idle(program: &Program) -> Self {
        while program.ask("GET", "/readyz").await.status() != 200 {
            sleep(LOOK).await;
        }
        let mut least = Self::now(program).await;
        for _ in 0..10 {
            sleep(LOOK).await;
            let holds = Self::now(program).await;
            if holds.tasks <= least.tasks {
                least = holds;
            }
        }
        least
    }

    /// What must be again as it was.
    fn all_but_memory(&self) -> Self {
        Self { anonymous: 0.0, resident: 0.0, ..self.clone() }
    }
}

/// How much memory grows, in MiB in ten minutes: the slope of the line with the least squares through all samples, of
/// seconds and MiB.
fn slope(samples: &[(f64, f64)]) -> f64 {
    let count = samples.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| samples.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|sample| sample.0), mean(|sample| sample.1));
    let both: f64 = samples.iter().map(|sample| (sample.0 - x) * (sample.1 - y)).sum();
    let square: f64 = samples.iter().map(|sample| (sample.0 - x).powi(2)).sum();
    both / square * 600.0
}

fn pin(process: u32, core: &str) {
    let pinned = Command::new("taskset")
        .args(["-a", "-c", "-p", core, &process.to_string()])
        .output()
        .expect("taskset can be run");
    assert!(pinned.status.success(), "{pinned:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_left_of_a_day_when_everyone_has_gone() {
    let (day, seed) = (Day::read(), fastrand::u64(..));
    let folder = folder();
    let seconds = |time: Duration| format!("{}s", time.as_secs());
    let program = Program::start(
        folder.path(),
        &[
            "--database-url",
            "sqlite://days.db",
            "--limit",
            "guests_per_hour=1000000,handshakes_per_user=1000000",
            "--seat-grace",
            &seconds(day.grace),
            "--empty-after",
            &seconds(day.grace),
            "--turn-time",
            "10s",
            "--ending-time",
            "2s",
        ],
        &[("RUST_LOG", "warn")],
    );
    if day.pinned {
        pin(program.id(), "0");
        pin(std::process::id(), "1");
    }
    // By then all is there that is made once.
    let before = Holds::idle(&program).await;
    eprintln!("seed {seed}; before: {before:?}");

    let house = Arc::new(House::new(program.address(), day.hurry));
    let (storm, storms) = watch::channel::<Storm>(1);
    let mut living = Vec::new();
    for n in 0..day.sockets {
        let regular = Regular::new(&house, seed.wrapping_add(n as u64)).await;
        let (house, storms) = (house.clone(), storms.clone());
        living.push(tokio::spawn(async move { regular.live(&house, storms).await }));
    }
    let long = Duration::from_secs_f64(day.minutes * 60.0);
    let (began, pace) = (Instant::now(), Duration::from_secs(2).min(long / 20));
    let told_every = Duration::from_secs(30).min(long / 4);
    let (mut samples, mut storming, mut told) = (Vec::new(), 0, Duration::ZERO);
    for n in 1.. {
        sleep_until(began + pace * n).await;
        let since = began.elapsed();
        if since >= long {
            break;
        }
        assert!(!living.iter().any(tokio::task::JoinHandle::is_finished), "somebody has given up");
        let holds = Holds::now(&program).await;
        samples.push((since.as_secs_f64(), holds.anonymous));
        if since >= told {
            told += told_every;
            let counts = &house.counts;
            let acked = counts.acked.load(Relaxed);
            eprintln!(
                "{:6.0} s: {:.1} MiB anonymous, {:.1} resident; {} sockets, {} awake of {} sessions, {} tasks, {} files, \
                 {} bytes unsent; {acked} acknowledged",
                since.as_secs_f64(),
                holds.anonymous,
                holds.resident,
                holds.connections,
                holds.awake,
                holds.kept[0],
                holds.tasks,
                holds.files + holds.sockets,
                holds.unsent
            );
        }
        if since >= day.storms * (storming + 1) {
            storming += 1;
            // A tenth of them, and every third time all.
            storm.send_replace(if storming % 3 == 0 { 1 } else { 10 });
        }
    }
    let lasted = began.elapsed().as_secs_f64();
    house.open.store(false, Relaxed);
    // Those who think are woken up to see it.
    storm.send_replace(1);
    for one in living {
        one.await.expect("nobody was told anything wrong");
    }
    let counts = &house.counts;
    let acked = counts.acked.load(Relaxed);
    eprintln!(
        "{lasted:.0} s, {} storms, {:.0} acknowledged a second: {counts:?}",
        storming,
        acked as f64 / lasted
    );
    assert!(acked > 0 && counts.tables.load(Relaxed) > 1);
    assert!(counts.resumed.load(Relaxed) > 0, "those who were cut off came back");

    let gone = Instant::now();
    let after = loop {
        let holds = Holds::now(&program).await;
        if holds.all_but_memory() == before.all_but_memory() {
            break holds;
        }
        assert!(gone.elapsed() < QUIET, "before: {before:?}\nafter: {holds:?}\n{}", program.log());
        sleep(LOOK).await;
    };
    eprintln!(
        "all is as before {:.1} s after the last has gone: {after:?}",
        gone.elapsed().as_secs_f64()
    );
    let warm = if day.minutes >= TELLING { WARM_UP } else { lasted * PART_OF_WARM_UP };
    let counted: Vec<_> = samples.into_iter().filter(|(at, _)| *at >= warm).collect();
    let grows = slope(&counted);
    eprintln!(
        "memory that is no file's grows by {grows:.2} MiB in ten minutes: least squares over {} samples from second \
         {warm:.0} on; journals grow on the disk",
        counted.len()
    );
    if day.minutes >= TELLING {
        assert!(grows <= GROWS, "it may be {GROWS} MiB");
    } else {
        eprintln!("a run of less than {TELLING} minutes is too short to judge that by");
    }
}

#[test]
fn what_grows_has_a_slope() {
    let line = |at: i32| (f64::from(at), 7.0 + f64::from(at) / 300.0);
    let samples: Vec<_> = (0..100).map(line).collect();
    assert!((slope(&samples) - 2.0).abs() < 1e-9);
}
