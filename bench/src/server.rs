//! The programs of a run: the server on one core, the load generator on the other, both this very program.

use crate::{
    disk::Syncs,
    drive::{self, Drive},
    load::{Load, Outcome},
};
use anyhow::{Context as _, Result, bail, ensure};
use clap::ValueEnum;
use serde::de::DeserializeOwned;
use std::{
    env,
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

/// The core of the server, and of the disk's measuring.
pub(crate) const SERVER_CORE: &str = "0";

/// The core of the load generator.
pub(crate) const LOAD_CORE: &str = "1";

/// What the server allows: none of the limits for guests of the open internet may be met.
const LIMITS: &str = "messages_per_second=1000000,messages_burst=1000000,guests_per_hour=1000000,\
                      handshakes_per_user=1000000,sockets_per_user=1000000,outbox_frames=100000,\
                      outbox_bytes=16384KiB";

/// A server that runs, until this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    /// Held, so that the server may go on writing to it.
    _said: BufReader<ChildStdout>,
}

impl Server {
    /// Starts the site with this database, and waits until it listens.
    ///
    /// # Errors
    /// A server that does not start.
    pub(crate) fn start(database: &str) -> Result<Self> {
        Self::start_with(database, LIMITS)
    }

    /// The same, with these limits.
    ///
    /// # Errors
    /// A server that does not start.
    pub(crate) fn start_with(database: &str, limits: &str) -> Result<Self> {
        let mut command = pinned(SERVER_CORE)?;
        command.args(["serve", "--bind", "127.0.0.1:0", "--database-url", database]);
        command.args(["--limit", limits]).env("RUST_LOG", "warn").stdout(Stdio::piped());
        // What the environment says of a site is meant for another one.
        for (name, _) in env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("PARLOR_") || text == "DATABASE_URL" || text == "REDIS_URL" {
                command.env_remove(&name);
            }
        }
        let mut child = command.spawn().context("the server did not start; is taskset there?")?;
        let mut said = BufReader::new(child.stdout.take().context("no standard output")?);
        let mut line = String::new();
        said.read_line(&mut line)?;
        let Some(address) = line.trim().strip_prefix("listening on http://") else {
            child.kill()?;
            bail!("the server did not start: {line:?}");
        };
        Ok(Self { address: address.parse()?, child, _said: said })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The id of its process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Loads it.
    ///
    /// # Errors
    /// A run in which anything was lost or out of order.
    pub(crate) fn load(&self, (tables, players): (usize, usize), seconds: f64) -> Result<Outcome> {
        let load = Load {
            address: self.address,
            process: self.child.id(),
            tables,
            players,
            warm_up: 0.5,
            seconds,
        };
        let mut command = pinned(LOAD_CORE)?;
        command.arg("load");
        for (flag, value) in [
            ("--address", load.address.to_string()),
            ("--process", load.process.to_string()),
            ("--tables", load.tables.to_string()),
            ("--players", load.players.to_string()),
            ("--warm-up", load.warm_up.to_string()),
            ("--seconds", load.seconds.to_string()),
        ] {
            command.args([flag, &value]);
        }
        answer(&mut command)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has nothing to say any more, and what it kept is thrown away.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Loads a server of any kind.
///
/// # Errors
/// A run in which anything was lost or out of order.
pub(crate) fn drive(drive: &Drive) -> Result<drive::Outcome> {
    let mut command = pinned(LOAD_CORE)?;
    command.arg("drive");
    for (flag, value) in [
        ("--measure", word(&drive.measure)),
        ("--address", drive.address.to_string()),
        ("--process", drive.process.to_string()),
        ("--wire", word(&drive.wire)),
        ("--game", drive.game.clone()),
        ("--options", drive.options.clone()),
        ("--tables", drive.tables.to_string()),
        ("--players", drive.players.to_string()),
        ("--rate", drive.rate.to_string()),
        ("--warm-up", drive.warm_up.to_string()),
        ("--seconds", drive.seconds.to_string()),
        ("--seed", drive.seed.to_string()),
    ] {
        command.args([flag, &value]);
    }
    answer(&mut command)
}

/// A choice as it stands on the command line.
fn word(choice: &impl ValueEnum) -> String {
    choice.to_possible_value().map(|it| it.get_name().to_owned()).unwrap_or_default()
}

/// How long the disk takes to keep something in this folder, measured on the server's core.
///
/// # Errors
/// A folder that can't be written to.
pub(crate) fn measure_disk(folder: &Path) -> Result<Syncs> {
    answer(pinned(SERVER_CORE)?.arg("disk").arg(folder))
}

/// This program, on that core.
fn pinned(core: &str) -> Result<Command> {
    let mut command = Command::new("taskset");
    command.args(["-c", core]).arg(env::current_exe()?);
    Ok(command)
}

/// What a program prints as a line of JSON.
fn answer<T: DeserializeOwned>(command: &mut Command) -> Result<T> {
    let output = command.stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "{command:?} failed ({})", output.status);
    Ok(serde_json::from_slice(&output.stdout)?)
}
