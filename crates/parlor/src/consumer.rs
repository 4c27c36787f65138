//! Hooks around one connection.

use crate::{
    channel::{Channel, ChannelLayer},
    problem::Problem,
    session::{
        SessionId,
        command::{Command, post},
        frames,
    },
    settings::Limit,
    socket::{Close, Frame, Outbox},
};
use futures_util::future::BoxFuture;
use parlor_core::{Game, Player, Refusal};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    future::Future,
    marker::PhantomData,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::mpsc;

/// How many groups of a site's own one connection may be in.
const GROUPS: usize = 64;

/// One who asks to open a socket, before the seat is taken.
#[derive(Debug, Clone)]
pub struct Handshake {
    /// The session that is asked for.
    pub session: SessionId,
    /// Who asks.
    pub user: Player,
    /// Whether the user is a guest.
    pub guest: bool,
    /// Whether to watch only.
    pub spectate: bool,
    /// The query of the socket's address.
    pub query: BTreeMap<String, String>,
}

/// One open connection, as a hook sees it.
pub struct Connection<G: Game> {
    pub(crate) session: SessionId,
    pub(crate) user: Player,
    pub(crate) spectates: bool,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) table: mpsc::Sender<Command<G>>,
    pub(crate) layer: Arc<dyn ChannelLayer>,
    /// The groups of one's own that it is in.
    pub(crate) groups: Mutex<BTreeSet<String>>,
}

impl<G: Game> fmt::Debug for Connection<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Connection({} in {})", self.user.name, self.session)
    }
}

impl<G: Game> Connection<G> {
    /// The session it is a connection to.
    pub fn session_id(&self) -> SessionId {
        self.session
    }

    /// Whose connection it is.
    pub fn user(&self) -> &Player {
        &self.user
    }

    /// Whether it only watches.
    pub fn spectates(&self) -> bool {
        self.spectates
    }

    /// Tells this connection alone, after everything it was told before.
    pub async fn send(&self, event: G::Event) {
        let tell = Command::Tell { connection: self.outbox.id(), event: event.into() };
        let _ = post(&self.table, tell, self.outbox.metrics()).await;
    }

    /// Tells everyone in the session. It is in the journal.
    pub async fn group_send(&self, event: G::Event) {
        let _ =
            post(&self.table, Command::Send { event: event.into() }, self.outbox.metrics()).await;
    }

    /// Joins a group of one's own; what is sent to it arrives at this connection as a frame.
    ///
    /// A connection is in 64 of them at the most; one more is ignored, with a warning in the log.
    pub async fn group_add(&self, group: &str) {
        if !self.enters(group) {
            self.outbox.metrics().hit(Limit::GroupsPerConnection);
            tracing::warn!(game = G::NAME, group, "a connection is in {GROUPS} groups at the most");
            return;
        }
        self.layer.group_add(group, Channel(self.outbox.clone())).await;
    }

    /// Leaves such a group.
    pub async fn group_discard(&self, group: &str) {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner).remove(group);
        self.layer.group_discard(group, &Channel(self.outbox.clone())).await;
    }

    /// Whether there is room for this group, or the connection is in it.
    fn enters(&self, group: &str) -> bool {
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        if groups.len() >= GROUPS && !groups.contains(group) {
            return false;
        }
        groups.insert(group.to_owned());
        true
    }

    /// Sends a frame to everyone in such a group, in whatever session they are. It is in no journal.
    pub async fn send_to_group(&self, group: &str, event: &G::Event) {
        self.layer.group_send(group, frames::event(event)).await;
    }

    /// Closes this connection once it was sent what it was told.
    pub fn close(&self, close: Close) {
        self.outbox.close(close);
    }

    /// Tells this connection why something was refused.
    pub fn refuse(&self, refusal: &Refusal) {
        self.outbox.push(Frame::answer(frames::error(refusal, None)));
    }
}

/// Hooks around one connection: one value for each, so its fields are the connection's state.
///
/// The framework's own work has always been done first, but for [`authorize`](Self::authorize), which is asked before a seat
/// is taken. A hook runs on the connection's task, and has ten seconds.
pub trait Consumer: Send + 'static {
    /// The game whose connections these are.
    type Game: Game;

    /// May this user come in? Nothing has happened yet.
    ///
    /// # Errors
    /// Why not: the answer to the handshake.
    fn authorize(
        &mut self,
        handshake: &Handshake,
    ) -> impl Future<Output = Result<(), Problem>> + Send {
        let _ = handshake;
        async { Ok(()) }
    }

    /// The connection is open, and has been sent the game as it stands.
    fn connect(&mut self, connection: &Connection<Self::Game>) -> impl Future<Output = ()> + Send {
        let _ = connection;
        async {}
    }

    /// A move was judged: played and stored, or refused.
    fn receive(
        &mut self,
        connection: &Connection<Self::Game>,
        action: &<Self::Game as Game>::Action,
        verdict: &Result<(), Refusal>,
    ) -> impl Future<Output = ()> + Send {
        let _ = (connection, action, verdict);
        async {}
    }

    /// The connection is closed, with this code.
    fn disconnect(
        &mut self,
        connection: &Connection<Self::Game>,
        code: u16,
    ) -> impl Future<Output = ()> + Send {
        let _ = (connection, code);
        async {}
    }
}

/// No hooks.
pub(crate) struct Quiet<G>(PhantomData<fn() -> G>);

impl<G> Default for Quiet<G> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<G: Game> Consumer for Quiet<G> {
    type Game = G;
}

/// A consumer whose type is forgotten, at a box for each hook and none for each message without one.
pub(crate) struct BoxConsumer<G: Game> {
    hooks: Box<dyn AnyConsumer<G>>,
    listens: bool,
}

impl<G: Game> BoxConsumer<G> {
    pub(crate) fn new<C: Consumer<Game = G>>(consumer: C) -> Self {
        let listens = std::any::TypeId::of::<C>() != std::any::TypeId::of::<Quiet<G>>();
        Self { hooks: Box::new(consumer), listens }
    }

    /// Whether anybody wants to know how a move was judged.
    pub(crate) fn listens(&self) -> bool {
        self.listens
    }

    pub(crate) fn hooks(&mut self) -> &mut dyn AnyConsumer<G> {
        &mut *self.hooks
    }
}

pub(crate) trait AnyConsumer<G: Game>: Send {
    fn authorize<'a>(&'a mut self, handshake: &'a Handshake) -> BoxFuture<'a, Result<(), Problem>>;
    fn connect<'a>(&'a mut self, connection: &'a Connection<G>) -> BoxFuture<'a, ()>;
    fn receive<'a>(
        &'a mut self,
        connection: &'a Connection<G>,
        action: &'a G::Action,
        verdict: &'a Result<(), Refusal>,
    ) -> BoxFuture<'a, ()>;
    fn disconnect<'a>(&'a mut self, connection: &'a Connection<G>, code: u16) -> BoxFuture<'a, ()>;
}

impl<C: Consumer> AnyConsumer<C::Game> for C {
    fn authorize<'a>(&'a mut self, handshake: &'a Handshake) -> BoxFuture<'a, Result<(), Problem>> {
        Box::pin(Consumer::authorize(self, handshake))
    }

    fn connect<'a>(&'a mut self, connection: &'a Connection<C::Game>) -> BoxFuture<'a, ()> {
        Box::pin(Consumer::connect(self, connection))
    }

    fn receive<'a>(
        &'a mut self,
        connection: &'a Connection<C::Game>,
        action: &'a <C::Game as Game>::Action,
        verdict: &'a Result<(), Refusal>,
    ) -> BoxFuture<'a, ()> {
        Box::pin(Consumer::receive(self, connection, action, verdict))
    }

    fn disconnect<'a>(
        &'a mut self,
        connection: &'a Connection<C::Game>,
        code: u16,
    ) -> BoxFuture<'a, ()> {
        Box::pin(Consumer::disconnect(self, connection, code))
    }
}
