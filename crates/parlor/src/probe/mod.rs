//! Doors for fuzzers and conformance tests to what is private otherwise. They are no part of what a site may use, and change
//! without notice; the feature `probe`, which is off by default, opens them.
//!
//! A [`Target`] takes bytes as a stranger, a disk or an operator could write them, and asserts what must hold then. It says
//! whether they were understood: inputs that are never understood, or always, test little.
//!
//! - [`frame`]: what a client sends, as bytes; [`message`]: what that says
//! - [`upgrade`]: the request that opens a socket; [`ticket`]: what lets it in
//! - [`record`], [`snapshot`]: what the database gives back
//! - [`settings`]: what an operator writes
//! - [`echo`]: an echo server over the site's own sockets, for test suites
//! - [`game`]: the game that all of this is about; [`corpus`]: valid inputs, made by real code

pub mod corpus;
pub mod frame;
pub mod game;
pub mod message;
pub mod record;
pub mod settings;
pub mod snapshot;
pub mod ticket;
pub mod upgrade;

mod panics;
#[cfg(test)]
mod tests;

pub use crate::socket::echo;

/// Something that reads bytes from outside.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The name: of its corpus, and of its fuzzer.
    pub name: &'static str,
    probe: fn(&[u8]) -> bool,
}

/// All targets.
pub const TARGETS: &[Target] = &[
    Target { name: "frame", probe: frame::probe },
    Target { name: "message", probe: message::probe },
    Target { name: "upgrade", probe: upgrade::probe },
    Target { name: "ticket", probe: ticket::probe },
    Target { name: "record", probe: record::probe },
    Target { name: "snapshot", probe: snapshot::probe },
    Target { name: "settings", probe: settings::probe },
];

impl Target {
    /// The target of that name.
    ///
    /// # Panics
    /// Where there is none.
    pub fn named(name: &str) -> &'static Self {
        let found = TARGETS.iter().find(|target| target.name == name);
        found.unwrap_or_else(|| panic!("there is no target {name:?}"))
    }

    /// Lets the target read these bytes; whether they were understood.
    ///
    /// # Panics
    /// Where something does not hold that must. A panic that is caught on the way, as a game's is, is none.
    pub fn run(&self, bytes: &[u8]) -> bool {
        panics::escaping(|| (self.probe)(bytes))
    }
}
