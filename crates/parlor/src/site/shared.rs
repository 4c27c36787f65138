//! What all parts of a running site share.

use crate::{
    accounts::{Logins, Passwords, Purses, Tickets},
    any::AnyGame,
    channel::ChannelLayer,
    clock::Clock,
    limit::{Failures, PerAddress, PerUser, Waiting},
    metrics::Metrics,
    page::{Files, Names, Templates},
    problem::Problem,
    security::Origins,
    session::{Seats, Watch},
    settings::{SettingError, Settings},
    socket::Sockets,
    staff::Samples,
    store::Store,
};
use std::{collections::BTreeMap, fmt, sync::Arc};
use tokio::sync::{Semaphore, watch};

/// How far the reading of open sessions is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Loading {
    /// They are being read; whoever comes waits.
    Going,
    /// All are known.
    Done,
    /// They can't be read, and the site can't be served.
    Failed(SettingError),
}

/// One running site.
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) clock: Clock,
    pub(crate) origins: Origins,
    pub(crate) games: BTreeMap<&'static str, Arc<dyn AnyGame>>,
    pub(crate) store: Store,
    pub(crate) purses: Purses,
    pub(crate) passwords: Passwords,
    pub(crate) logins: Logins,
    pub(crate) tickets: Tickets,
    pub(crate) sockets: Arc<Sockets>,
    pub(crate) seats: Seats,
    pub(crate) layer: Arc<dyn ChannelLayer>,
    pub(crate) failures: Failures,
    pub(crate) guests: PerAddress,
    pub(crate) sign_ups: PerAddress,
    pub(crate) waiting: Arc<Waiting>,
    pub(crate) journals: Semaphore,
    pub(crate) failed_handshakes: PerAddress,
    pub(crate) handshakes: PerUser,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) samples: Samples,
    pub(crate) watch: Arc<Watch>,
    pub(crate) templates: Templates,
    pub(crate) statics: Arc<Files>,
    pub(crate) names: Names,
    pub(crate) loading: watch::Sender<Loading>,
    pub(crate) draining: watch::Sender<bool>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shared")
    }
}

impl Shared {
    /// The game of that name.
    pub(crate) fn game(&self, name: &str) -> Result<Arc<dyn AnyGame>, Problem> {
        self.games.get(name).cloned().ok_or_else(Problem::no_such_game)
    }

    /// All games, by name.
    pub(crate) fn games(&self) -> impl Iterator<Item = &Arc<dyn AnyGame>> {
        self.games.values()
    }

    /// The path of the route of that name.
    pub(crate) fn path(&self, route: &str) -> Result<String, Problem> {
        self.names.path(route, &[]).map_err(|why| {
            tracing::error!(route, why, "a redirect leads nowhere");
            Problem::internal()
        })
    }

    /// Waits until all open sessions are known.
    ///
    /// # Errors
    /// A site that is being stopped meanwhile, or whose sessions can't be read.
    pub(crate) async fn loaded(&self) -> Result<(), Problem> {
        if *self.loading.borrow() == Loading::Done {
            return Ok(());
        }
        let (mut loading, mut draining) = (self.loading.subscribe(), self.draining.subscribe());
        // The senders are in here, and so they are never gone.
        tokio::select! {
            _ = loading.wait_for(|loading| *loading != Loading::Going) => {}
            () = stopping(&mut draining) => {}
        }
        match &*self.loading.borrow() {
            _ if self.is_draining() => Err(Problem::draining()),
            Loading::Done => Ok(()),
            Loading::Going | Loading::Failed(_) => Err(Problem::internal()),
        }
    }

    /// What is kept in memory for longer than a request, and how much of it.
    pub(crate) fn kept(&self) -> [(&'static str, usize); 8] {
        [
            ("sessions", self.games().map(|game| game.count()).sum()),
            ("sockets", self.sockets.count()),
            ("seats", self.seats.count()),
            ("purses", self.purses.count()),
            ("tickets", self.tickets.count()),
            ("failures", self.failures.count()),
            ("addresses", self.guests.count() + self.failed_handshakes.count()),
            ("users", self.handshakes.count()),
        ]
    }

    /// How many bots have a seat.
    pub(crate) fn bots(&self) -> usize {
        self.games().flat_map(|game| game.list()).map(|row| row.bots).sum()
    }

    /// Whether the site is being stopped.
    pub(crate) fn is_draining(&self) -> bool {
        *self.draining.borrow()
    }
}

/// Waits until the site is being stopped, or is gone.
pub(crate) async fn stopping(draining: &mut watch::Receiver<bool>) {
    let _ = draining.wait_for(|draining| *draining).await;
}
