//! The channel layer: groups of connections, and messages to all of a group.
//!
//! Delivery is at most once, without an order between senders, and bounded by each connection's outbox: what must not be
//! lost goes through a session, whose events are journaled.

mod local;

pub(crate) use local::LocalLayer;

use crate::socket::{Frame, Outbox};
use futures_util::future::BoxFuture;
use std::{fmt, sync::Arc};

/// The longest name of a group.
pub const MAX_NAME_LENGTH: usize = 100;

/// One connection, as a group knows it.
#[derive(Debug, Clone)]
pub struct Channel(pub(crate) Arc<Outbox>);

impl Channel {
    /// A number that no other connection of this process has.
    pub fn id(&self) -> u64 {
        self.0.id()
    }

    /// Sends a frame to the connection; a slow one may be closed by it.
    pub fn send(&self, text: &str) {
        self.0.push(Frame::answer(text));
    }

    /// Whether the connection is being closed.
    pub fn is_closed(&self) -> bool {
        self.0.closing().is_some()
    }
}

/// What carries messages between groups of connections.
pub trait ChannelLayer: fmt::Debug + Send + Sync {
    /// Adds a connection to a group. A name is ASCII letters, digits, `-`, `_` and `.`, at most [`MAX_NAME_LENGTH`] of them;
    /// another is ignored, with a warning in the log.
    fn group_add<'a>(&'a self, group: &'a str, channel: Channel) -> BoxFuture<'a, ()>;

    /// Takes a connection out of a group.
    fn group_discard<'a>(&'a self, group: &'a str, channel: &'a Channel) -> BoxFuture<'a, ()>;

    /// Sends a frame to all connections of a group.
    fn group_send<'a>(&'a self, group: &'a str, text: String) -> BoxFuture<'a, ()>;

    /// Takes a connection out of all groups: it is closed.
    fn forget<'a>(&'a self, channel: &'a Channel) -> BoxFuture<'a, ()>;
}

/// Whether a group may have this name.
fn is_name(group: &str) -> bool {
    let reads = !group.is_empty()
        && group.len() <= MAX_NAME_LENGTH
        && group.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    if !reads {
        tracing::warn!(group, "a group's name is up to 100 ASCII letters, digits, - _ and .");
    }
    reads
}
