//! A site: its games, its own routes, templates and static files, and the program that serves it.

mod archiving;
mod command;
mod listen;
mod router;
mod serve;
mod shared;
mod user;

#[cfg(any(test, feature = "probe"))]
pub(crate) use {command::Line, router::router};

pub(crate) use shared::{Loading, Shared, stopping};

use crate::{
    any::AnyGame,
    channel::ChannelLayer,
    clock::Clock,
    page::Assets,
    session::SessionManager,
    settings::{SettingError, Settings},
};
use axum::Router;
use parlor_core::{Game, Message as _};
use std::{collections::BTreeMap, fmt, net::SocketAddr, path::PathBuf, sync::Arc};
use tokio::task::JoinHandle;

/// The message types that every game has from the framework.
const RESERVED: [&str; 6] = ["load_game", "chat_msg", "leave", "welcome", "ack", "error"];

/// A site with its games.
///
/// ```no_run
/// # use parlor::prelude::*;
/// # async fn serve<Blackjack: Game>() -> std::process::ExitCode {
/// Site::new("My casino").game(SessionManager::<Blackjack>::new()).run().await
/// # }
/// ```
#[derive(Default)]
pub struct Site {
    title: String,
    games: BTreeMap<&'static str, Arc<dyn AnyGame>>,
    routes: Router,
    named: Vec<(String, String)>,
    templates: Vec<Assets>,
    statics: Vec<Assets>,
    types: Option<PathBuf>,
    layer: Option<Arc<dyn ChannelLayer>>,
    clock: Clock,
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Site").field("games", &self.games.keys()).finish_non_exhaustive()
    }
}

impl Site {
    /// A site of that title, without games.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// With this game: its pages, its API and its sockets.
    ///
    /// # Panics
    /// Where two games have one name, a name does not fit into an address, a message has the type of one of the framework's,
    /// or `QUERIES` names no action.
    #[must_use]
    pub fn game<G: Game>(mut self, manager: SessionManager<G>) -> Self {
        let name = G::NAME;
        let reads = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        assert!(
            reads && !name.is_empty(),
            "{name:?}: a game's name is lower-case letters, digits and -"
        );
        for kind in G::Action::KINDS.iter().chain(G::Event::KINDS) {
            assert!(
                !RESERVED.contains(kind),
                "{name}: the message type {kind:?} is the framework's own"
            );
        }
        for query in G::QUERIES {
            assert!(
                G::Action::KINDS.contains(query),
                "{name}: there is no action {query:?} to ask"
            );
        }
        let before = self.games.insert(name, Arc::new(manager));
        assert!(before.is_none(), "two games are named {name:?}");
        self
    }

    /// With routes of one's own, beside the framework's.
    #[must_use]
    pub fn routes(mut self, routes: Router) -> Self {
        self.routes = self.routes.merge(routes);
        self
    }

    /// With a name for a route of one's own, for `url('name')` in templates.
    #[must_use]
    pub fn named(mut self, name: &str, path: &str) -> Self {
        self.named.push((name.to_owned(), path.to_owned()));
        self
    }

    /// With templates that come before the framework's of the same names. What is added later comes first.
    #[must_use]
    pub fn templates(mut self, folder: Assets) -> Self {
        self.templates.insert(0, folder);
        self
    }

    /// With static files that come before the framework's of the same names. What is added later comes first.
    #[must_use]
    pub fn statics(mut self, folder: Assets) -> Self {
        self.statics.insert(0, folder);
        self
    }

    /// With the folder into which the command `types` writes each game's TypeScript.
    #[must_use]
    pub fn types(mut self, folder: impl Into<PathBuf>) -> Self {
        self.types = Some(folder.into());
        self
    }

    /// With a channel layer of one's own instead of the one in memory.
    #[must_use]
    pub fn channel_layer(mut self, layer: impl ChannelLayer + 'static) -> Self {
        self.layer = Some(Arc::new(layer));
        self
    }

    /// With a clock of one's own instead of the system's: for tests, and for demos in which nobody wants to wait.
    ///
    /// ```no_run
    /// # use parlor::{Clock, prelude::*};
    /// # async fn show(site: Site, settings: parlor::settings::Settings) -> anyhow::Result<()> {
    /// let (clock, adjuster) = Clock::adjustable();
    /// let running = site.clock(clock).start(settings).await?;
    /// // Every turn that nobody took is over.
    /// adjuster.advance(Duration::from_secs(30));
    /// running.settled().await;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Reads the command line and the environment, and does what they say: serves, or writes types. A setting that can't be
    /// used ends it with status 2 and one line that names the setting.
    pub async fn run(self) -> std::process::ExitCode {
        command::run(self).await
    }

    /// Starts serving in the background, with these settings: for tests, and for programs that do more than serve.
    ///
    /// # Errors
    /// A setting that can't be used: an address that is taken, a database that does not open.
    pub async fn start(self, settings: Settings) -> Result<Running, SettingError> {
        let running = serve::start(self, settings).await?;
        running.loaded().await?;
        Ok(running)
    }
}

/// A site that is being served.
pub struct Running {
    pub(crate) shared: Arc<Shared>,
    address: SocketAddr,
    stop: tokio::sync::watch::Sender<bool>,
    serving: JoinHandle<()>,
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Running({})", self.address)
    }
}

impl Running {
    /// Waits until every open session is known. Where they can't be read, nothing is served any more.
    async fn loaded(&self) -> Result<(), SettingError> {
        let mut loading = self.shared.loading.subscribe();
        let _ = loading.wait_for(|loading| *loading != Loading::Going).await;
        match &*loading.borrow() {
            Loading::Failed(why) => {
                self.shared.draining.send_replace(true);
                Err(why.clone())
            }
            Loading::Going | Loading::Done => Ok(()),
        }
    }

    /// Where it listens, with the port that was picked.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The sum over all accounts of the ledger, in hundredths of a chip: zero, or the ledger is wrong.
    ///
    /// # Errors
    /// A database that does not answer.
    pub async fn sum_of_all_accounts(&self) -> anyhow::Result<i64> {
        Ok(self.shared.store.sum_of_all_accounts().await?)
    }

    /// Waits until the store fails, and says why.
    pub async fn failed(&self) -> String {
        let mut failure = self.shared.store.failure();
        loop {
            if let Some(reason) = failure.borrow_and_update().clone() {
                return reason;
            }
            if failure.changed().await.is_err() {
                return "the store has stopped".into();
            }
        }
    }

    /// Waits until everything that was sent to a session, and everything that is due by the site's [`Clock`], has happened
    /// and is stored.
    pub async fn settled(&self) {
        for game in self.shared.games() {
            game.settled().await;
        }
    }

    /// Stops gracefully: open sockets are closed with 1001, new requests get 503 until the last one is closed, and
    /// everything is stored. It takes the drain time-out at the most.
    pub async fn stop(self) {
        serve::stop(self).await;
    }
}
