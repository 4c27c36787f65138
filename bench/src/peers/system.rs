//! What is compared: Parlor, and the servers that people would otherwise take, each set up as its documentation says.

use super::host::Host;
use crate::{server::Server, wire::Wire};
use anyhow::{Context as _, Result};
use std::path::Path;

/// A server that is measured.
#[derive(Debug)]
pub(crate) struct System {
    /// Its name on the command line and in the report.
    pub(crate) name: &'static str,
    /// How it is spoken to.
    pub(crate) wire: Wire,
    /// What it is and how it is set up.
    pub(crate) about: &'static str,
    /// Where its version is pinned: the text of a file, and the name in it.
    pinned: Option<(&'static str, &'static str)>,
    kind: Kind,
}

/// How a server is started.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// This program, with its database in a file or in memory.
    Parlor { file: bool },
    /// A program of the workspace in `bench/peers/rust`.
    Rust,
    /// `server.js` in a folder of that name, which is told its port and how many tables there will be.
    Node,
    /// The site in `bench/peers/channels`, behind a server that is started so, with `PORT` in place of the port.
    Channels(&'static [&'static str]),
}

/// The one that all others are compared with.
pub(crate) const PARLOR: &str = "parlor";

const RUST: &str = include_str!("../../peers/rust/Cargo.toml");
const WS: &str = include_str!("../../peers/ws/package.json");
const SOCKET_IO: &str = include_str!("../../peers/socket.io/package.json");
const COLYSEUS: &str = include_str!("../../peers/colyseus/package.json");
const CHANNELS: &str = include_str!("../../peers/channels/requirements.txt");

/// All of them.
pub(crate) const SYSTEMS: &[System] = &[
    System {
        name: PARLOR,
        wire: Wire::Parlor,
        about: "`sqlite::memory:`, plain frames",
        pinned: None,
        kind: Kind::Parlor { file: false },
    },
    System {
        name: "parlor-durable",
        wire: Wire::Parlor,
        about: "`sqlite://FILE`: nothing is told before it is on the disk",
        pinned: None,
        kind: Kind::Parlor { file: true },
    },
    System {
        name: "axum-queue",
        wire: Wire::Plain,
        about: "a bounded queue a connection, whose task feeds all that waits and flushes once; 4 KiB read buffer, `TCP_NODELAY`",
        pinned: Some((RUST, "axum")),
        kind: Kind::Rust,
    },
    System {
        name: "axum-broadcast",
        wire: Wire::Plain,
        about: "a broadcast channel a table, as in axum's example; 4 KiB read buffer, `TCP_NODELAY`",
        pinned: Some((RUST, "axum")),
        kind: Kind::Rust,
    },
    System {
        name: "socketioxide",
        wire: Wire::SocketIo,
        about: "a room a table; WebSocket alone, 4 KiB read buffer, `TCP_NODELAY`",
        pinned: Some((RUST, "socketioxide")),
        kind: Kind::Rust,
    },
    System {
        name: "ws",
        wire: Wire::Plain,
        about: "an update is encoded once and sent to each socket; `bufferutil`, no compression",
        pinned: Some((WS, "ws")),
        kind: Kind::Node,
    },
    System {
        name: "socket.io",
        wire: Wire::SocketIo,
        about: "a room a table; WebSocket alone, `bufferutil`, requests not kept",
        pinned: Some((SOCKET_IO, "socket.io")),
        kind: Kind::Node,
    },
    System {
        name: "colyseus",
        wire: Wire::Colyseus,
        about: "a room a table, its own protocol with MessagePack, no schema; its rooms are made before, and so no part of its memory and joins; it asks for Node 22",
        pinned: Some((COLYSEUS, "@colyseus/core")),
        kind: Kind::Node,
    },
    System {
        name: "channels",
        wire: Wire::Plain,
        about: "Django Channels: an asynchronous consumer, in-memory layer, `uvicorn[standard]`",
        pinned: Some((CHANNELS, "channels")),
        kind: Kind::Channels(&[
            "-m",
            "uvicorn",
            "--host",
            "127.0.0.1",
            "--port",
            "PORT",
            "--log-level",
            "warning",
            "--no-access-log",
            "workload:asynchronous",
        ]),
    },
    System {
        name: "channels-sync",
        wire: Wire::Plain,
        about: "Django Channels: a synchronous consumer, in-memory layer, daphne",
        pinned: Some((CHANNELS, "channels")),
        kind: Kind::Channels(&[
            "-m",
            "daphne",
            "--bind",
            "127.0.0.1",
            "--port",
            "PORT",
            "--verbosity",
            "0",
            "workload:synchronous",
        ]),
    },
];

impl System {
    /// Its version; of this program, the site's own.
    pub(crate) fn version(&self) -> &'static str {
        let own = env!("CARGO_PKG_VERSION");
        self.pinned.map_or(own, |(text, name)| version(text, name).unwrap_or_default())
    }

    /// Starts it for so many tables, with all that it keeps in `folder`.
    ///
    /// # Errors
    /// A server that does not start.
    pub(crate) fn start(&self, tables: usize, folder: &Path, peers: &Path) -> Result<Host> {
        let name = self.name;
        match self.kind {
            Kind::Parlor { file: false } => Ok(Host::Parlor(Server::start("sqlite::memory:")?)),
            Kind::Parlor { file: true } => {
                let database = format!("sqlite://{}", folder.join("bench.db").display());
                Ok(Host::Parlor(Server::start(&database)?))
            }
            Kind::Rust => {
                Host::peer(peers, &peers.join("rust/release").join(name), &["PORT".into()])
            }
            Kind::Node => {
                let words = ["server.js".into(), "PORT".into(), tables.to_string()];
                Host::peer(&peers.join(name), Path::new("node"), &words)
            }
            Kind::Channels(words) => {
                let folder = peers.join("channels");
                let words: Vec<String> = words.iter().map(|&it| it.to_owned()).collect();
                Host::peer(&folder, &folder.join("venv/bin/python"), &words)
            }
        }
        .with_context(|| format!("{name} does not run; `cargo xtask bench peers` installs it"))
    }
}

/// The version that stands behind a name in a manifest: `"ws": "8.23.0"`, `axum = { version = "=0.8.9"`, `channels==4.3.2`.
fn version(text: &'static str, name: &str) -> Option<&'static str> {
    text.lines().find_map(|line| {
        let rest = line.trim_start().trim_start_matches(['{', ' ']);
        let rest = rest
            .split_once(name)
            .filter(|(before, _)| before.ends_with('"') || before.is_empty())?
            .1;
        let rest = rest.strip_prefix('"').unwrap_or(rest);
        let from = rest.find(|it: char| it.is_ascii_digit())?;
        // What stands between is `: "`, ` = "=` or `==`, and not the rest of a longer name.
        let between = rest[..from].replace("{ version", "");
        if between.contains(char::is_alphabetic) || between.starts_with(['-', '/']) {
            return None;
        }
        let version = &rest[from..];
        let end = version.find(|it: char| !it.is_ascii_digit() && it != '.');
        Some(&version[..end.unwrap_or(version.len())])
    })
}

#[cfg(test)]
mod tests {
    use super::{SYSTEMS, version};

    #[test]
    fn versions_are_found_behind_whole_names() {
        let text = "\"dependencies\": {\n  \"@a/b-c\": \"9.9.9\",\n  \"@a/b\": \"1.2.3\", \"d\": \"4\"\n}\n";
        assert_eq!(version(text, "@a/b"), Some("1.2.3"));
        assert_eq!(version("ab = { version = \"=0.8.9\", features = [] }", "ab"), Some("0.8.9"));
        assert_eq!(version("channels==4.3.2\n", "channels"), Some("4.3.2"));
        assert_eq!(version("channels-redis==4.3.2\n", "channels"), None);
    }

    #[test]
    fn every_peer_has_a_pinned_version() {
        for system in SYSTEMS.iter().filter(|it| it.pinned.is_some()) {
            assert!(!system.version().is_empty(), "{}", system.name);
        }
    }
}
