//! A server while it runs: Parlor or another program, on the core of servers and nothing but the loopback.

use crate::server::{SERVER_CORE, Server};
use anyhow::{Context as _, Result, ensure};
use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// How long a server may take to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that runs, until this is dropped.
#[derive(Debug)]
pub(crate) enum Host {
    /// This program.
    Parlor(Server),
    /// Another one.
    Peer {
        /// Its first process.
        child: Child,
        /// Where it listens.
        address: SocketAddr,
    },
}

impl Host {
    /// Starts a program in a folder, with a free port in place of the word `PORT`, and waits until it listens.
    ///
    /// # Errors
    /// A program that does not start.
    pub(crate) fn peer(folder: &Path, program: &Path, words: &[String]) -> Result<Self> {
        // The port is free now, and nobody else takes ports on this machine while it is measured.
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let port = address.port().to_string();
        let mut command = Command::new("taskset");
        command.args(["-c", SERVER_CORE]).arg(program).current_dir(folder);
        command.args(words.iter().map(|word| if word == "PORT" { &port } else { word }));
        command.env("NODE_ENV", "production").env_remove("NODE_OPTIONS").stdout(Stdio::null());
        let child = command.spawn().context("the server did not start; is taskset there?")?;
        let mut host = Self::Peer { child, address };
        let until = Instant::now() + PATIENCE;
        while TcpStream::connect(address).is_err() {
            let Self::Peer { child, .. } = &mut host else { break };
            let ended = child.try_wait()?;
            ensure!(ended.is_none(), "the server has ended at once");
            ensure!(Instant::now() < until, "the server does not listen");
            sleep(Duration::from_millis(20));
        }
        // It listens, and may have something left to do: to make its tables.
        sleep(Duration::from_millis(500));
        Ok(host)
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        match self {
            Self::Parlor(server) => server.address(),
            Self::Peer { address, .. } => *address,
        }
    }

    /// The id of its first process.
    pub(crate) fn process(&self) -> u32 {
        match self {
            Self::Parlor(server) => server.process(),
            Self::Peer { child, .. } => child.id(),
        }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if let Self::Peer { child, .. } = self {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
