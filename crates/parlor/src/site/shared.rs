//! What all parts of a running site share.

use crate::{
    accounts::{Passwords, Purses, Tickets},
    any::AnyGame,
    channel::ChannelLayer,
    clock::Clock,
    limit::{Failures, PerAddress, PerUser},
    metrics::Metrics,
    page::{Assets, Names, Templates},
    problem::Problem,
    security::Origins,
    session::Seats,
    settings::Settings,
    socket::Sockets,
    store::Store,
};
use std::{collections::BTreeMap, fmt, sync::Arc};
use tokio::sync::watch;

/// One running site.
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) clock: Clock,
    pub(crate) origins: Origins,
    pub(crate) games: BTreeMap<&'static str, Arc<dyn AnyGame>>,
    pub(crate) store: Store,
    pub(crate) purses: Purses,
    pub(crate) passwords: Passwords,
    pub(crate) tickets: Tickets,
    pub(crate) sockets: Arc<Sockets>,
    pub(crate) seats: Seats,
    pub(crate) layer: Arc<dyn ChannelLayer>,
    pub(crate) failures: Failures,
    pub(crate) guests: PerAddress,
    pub(crate) failed_handshakes: PerAddress,
    pub(crate) handshakes: PerUser,
    pub(crate) metrics: Metrics,
    pub(crate) templates: Templates,
    pub(crate) statics: Vec<Assets>,
    pub(crate) names: Names,
    /// Whether all open sessions are known.
    pub(crate) loaded: watch::Sender<bool>,
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
    pub(crate) async fn loaded(&self) {
        if *self.loaded.borrow() {
            return;
        }
        // The sender is in here, and so it is never gone.
        let _ = self.loaded.subscribe().wait_for(|loaded| *loaded).await;
    }

    /// Whether the site is being stopped.
    pub(crate) fn is_draining(&self) -> bool {
        *self.draining.borrow()
    }
}
