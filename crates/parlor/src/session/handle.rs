//! A session, seen from outside: awake, as a task with a mailbox, or asleep in the database.

use super::{Meta, Summary, command::Command, summary::Published, timers::Timers};
use parlor_core::{Game, PlayerId};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{MutexGuard, mpsc};

/// One session of a game.
pub(crate) struct Handle<G: Game> {
    pub(crate) meta: Arc<Meta>,
    pub(super) published: Arc<Mutex<Published>>,
    live: tokio::sync::Mutex<Live<G>>,
}

/// Whether a session is in memory.
pub(super) enum Live<G: Game> {
    /// Its task takes commands.
    Awake(mpsc::Sender<Command<G>>),
    /// It is in the database alone; with its clocks, where it was put to sleep by this process.
    Asleep(Option<Timers>),
}

impl<G: Game> Handle<G> {
    pub(super) fn asleep(meta: Arc<Meta>, published: Published) -> Self {
        Self {
            meta,
            published: Arc::new(Mutex::new(published)),
            live: tokio::sync::Mutex::new(Live::Asleep(None)),
        }
    }

    /// Whether it is awake, held as it is.
    pub(super) async fn live(&self) -> MutexGuard<'_, Live<G>> {
        self.live.lock().await
    }

    /// Its row in a list.
    pub(crate) fn summary(&self) -> Summary {
        let Meta { id, number, private, .. } = *self.meta;
        self.published(|published| Summary {
            id,
            players: published.players,
            bots: published.bots.len(),
            spectators: published.spectators,
            max_players: G::MAX_PLAYERS,
            stage: published.stage.clone(),
            private,
            number,
        })
    }

    /// Whether this user may come in without an invitation.
    pub(crate) fn knows(&self, user: PlayerId) -> bool {
        self.meta.host == Some(user) || self.seats(user)
    }

    /// Whether this user has a chair here.
    pub(crate) fn seats(&self, user: PlayerId) -> bool {
        self.published(|published| published.seated.contains(&user))
    }

    /// The names of the bots here.
    pub(crate) fn bots(&self) -> Vec<String> {
        self.published(|published| published.bots.clone())
    }

    pub(super) fn published<T>(&self, read: impl FnOnce(&Published) -> T) -> T {
        read(&self.published.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
