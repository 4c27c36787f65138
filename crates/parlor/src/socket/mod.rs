//! Sockets: the one room that knows WebSockets.
//!
//! - [`upgrade`]: who may open one, and the answer to those who may not
//! - [`connection`]: one open socket, from its first frame to its close
//! - [`envelope`]: the form of a message; [`pace`]: how fast they may come
//! - [`outbox`]: what is still to be sent, bounded
//! - [`registry`]: all open sockets, by user and by log-in

mod close;
mod connection;
mod envelope;
mod outbox;
mod pace;
mod registry;
mod upgrade;
#[allow(dead_code, unused_imports)]
pub(crate) mod wire;
mod writing;

pub use close::Close;
pub(crate) use connection::{HOOK, Opened, serve};
#[cfg(test)]
pub(crate) use outbox::Next;
pub(crate) use outbox::{Bounds, Frame, LOAD_GAME, Outbox, Told};
pub(crate) use registry::{OpenSocket, Sockets};
pub(crate) use upgrade::{Asking, routes};

/// An open socket, whose library only this room knows.
pub(crate) type Socket = axum::extract::ws::WebSocket;

/// A text that many connections share.
pub(crate) type Text = axum::extract::ws::Utf8Bytes;
