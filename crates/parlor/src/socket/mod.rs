//! Sockets: the one room that knows WebSockets.
//!
//! - [`upgrade`]: who may open one, and the answer to those who may not; [`handshake`]: what RFC 6455 wants of it
//! - [`connection`]: one open socket, from its first frame to its close
//! - [`envelope`]: the form of a message; [`pace`]: how fast they may come
//! - [`line`]: reading, signs of life, the goodbye; [`wire`]: frames as bytes
//! - [`frame`]: what is said, before it is bytes; [`round`]: what many are told at one go
//! - [`outbox`]: what is still to be sent, bounded
//! - `echo`: all of that but the table, for test suites
//! - [`registry`]: all open sockets, by user and by log-in

mod close;
mod connection;
#[cfg(any(test, feature = "probe"))]
mod echo;
mod envelope;
mod frame;
mod handshake;
mod line;
mod outbox;
mod pace;
mod registry;
mod round;
mod upgrade;
#[cfg(not(any(test, feature = "probe")))]
mod wire;
#[cfg(any(test, feature = "probe"))]
pub(crate) mod wire;

pub use close::Close;
pub(crate) use connection::{HOOK, Opened, serve};
#[cfg(any(test, feature = "probe"))]
pub use echo::echo;
#[cfg(any(test, feature = "probe"))]
pub(crate) use envelope::Envelope;
pub(crate) use frame::{Frame, LOAD_GAME, Told};
pub(crate) use handshake::Socket;
pub(crate) use outbox::{Bounds, Outbox};
pub(crate) use registry::{OpenSocket, Sockets};
pub(crate) use round::{Part, Round};
pub(crate) use upgrade::{Asking, routes};
