//! What Parlor costs, measured end to end through real sockets, as ratios within one run: `cargo xtask bench`.
//!
//! The program is all parts of a run: it measures by starting itself as a server, and as the load of that server.

mod ballast;
mod beside;
mod copies;
mod disk;
mod drive;
mod game;
mod hearing;
mod http;
mod journal;
mod load;
mod loud;
mod machine;
mod peers;
mod player;
mod process;
mod report;
mod server;
mod site;
mod start;
mod wire;

use clap::{Parser, Subcommand};
use std::{env, process::ExitCode};

/// The casino's.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// The command line of everything but the site, which has its own.
#[derive(Debug, Parser)]
#[command(about = "Measures Parlor; `serve` takes the flags of a site, and is what is measured")]
struct Line {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Compares a journal on the disk with one in memory
    Journal(journal::Journal),
    /// Compares states of different sizes, which every move copies
    Copies(copies::Copies),
    /// Compares Parlor with its peers
    Peers(peers::Peers),
    /// Compares a start on a full database with one on an empty database
    Start(start::Start),
    /// Compares players beside those who do not read with players who are alone
    Slow(beside::Beside),
    /// Compares players beside those who flood with players who are alone
    Flood(beside::Beside),
    /// Floods a server with what it refuses
    #[command(hide = true)]
    Attack(beside::Attack),
    /// Loads a server, and prints what it did as a line of JSON
    Load(load::Load),
    /// Loads a server of any kind, and prints what it did as a line of JSON
    Drive(drive::Drive),
    /// Measures the disk, and prints what it took as a line of JSON
    Disk(disk::Disk),
}

fn main() -> ExitCode {
    run().unwrap_or_else(|error| {
        eprintln!("bench: {error:#}");
        ExitCode::FAILURE
    })
}

fn run() -> anyhow::Result<ExitCode> {
    if env::args().nth(1).is_some_and(|first| first == "serve") {
        return site::run();
    }
    match Line::parse().command {
        Command::Journal(journal) => journal.run(),
        Command::Copies(copies) => copies.run(),
        Command::Peers(peers) => peers.run(),
        Command::Start(start) => start.run(),
        Command::Slow(beside) => beside.run(beside::Others::Slow),
        Command::Flood(beside) => beside.run(beside::Others::Flood),
        Command::Attack(attack) => attack.run(),
        Command::Load(load) => load.run(),
        Command::Drive(drive) => drive.run(),
        Command::Disk(disk) => disk.run(),
    }?;
    Ok(ExitCode::SUCCESS)
}
