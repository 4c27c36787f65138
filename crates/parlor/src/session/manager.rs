//! The manager of all sessions of one game.

use super::{
    Meta, Seats, SessionId, Summary,
    actor::{Actor, Start},
    command::Command,
    history::History,
    ids::Ids,
    summary::Published,
};
use crate::{
    consumer::{BoxConsumer, Consumer, Quiet},
    page::{AnyTablePage, DefaultTablePage, GameSessionView},
    problem::Problem,
    site::{Shared, wall_clock},
    store::journal::{Append, CreateSession, SessionRow, first_link},
};
use parlor_core::{Game, Happening, Input, PlayerId, State};
use std::{
    collections::{HashMap, VecDeque},
    fmt,
    sync::{
        Arc, Mutex, OnceLock, PoisonError, RwLock, Weak,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::{mpsc, oneshot};

/// How many commands wait for one session; those who want to send more wait themselves.
const MAILBOX: usize = 256;

type MakeConsumer<G> = Box<dyn Fn() -> BoxConsumer<G> + Send + Sync>;

/// All sessions of one game: creates, finds, lists and closes them. Cheap to clone.
///
/// It lives once [`Site::game`](crate::Site::game) has it and the site serves; before that there are no sessions.
pub struct SessionManager<G: Game> {
    inner: Arc<Inner<G>>,
}

struct Inner<G: Game> {
    sessions: RwLock<HashMap<SessionId, Arc<Handle<G>>>>,
    numbers: AtomicU64,
    consumer: MakeConsumer<G>,
    page: Box<dyn AnyTablePage<G>>,
    shared: OnceLock<Weak<Shared>>,
}

/// A running session, seen from outside.
pub(crate) struct Handle<G: Game> {
    pub(crate) meta: Arc<Meta>,
    pub(crate) mailbox: mpsc::Sender<Command<G>>,
    published: Arc<Mutex<Published>>,
}

/// What a new session is made of.
#[derive(Debug, Clone, Default)]
pub(crate) struct NewSession {
    pub(crate) host: Option<PlayerId>,
    pub(crate) private: bool,
    pub(crate) options: serde_json::Value,
}

impl<G: Game> Clone for SessionManager<G> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<G: Game> fmt::Debug for SessionManager<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionManager<{}>", G::NAME)
    }
}

impl<G: Game> Default for SessionManager<G> {
    fn default() -> Self {
        Self::new()
    }
}

impl<G: Game> SessionManager<G> {
    /// A manager with the framework's own consumer and table page.
    pub fn new() -> Self {
        Self {
            inner: Arc::new(Inner {
                sessions: RwLock::default(),
                numbers: AtomicU64::new(0),
                consumer: Box::new(|| BoxConsumer::new(Quiet::<G>::default())),
                page: Box::new(DefaultTablePage::<G>::default()),
                shared: OnceLock::new(),
            }),
        }
    }

    /// With hooks around each connection: `make` makes one value a connection.
    ///
    /// # Panics
    /// Where the manager was cloned before.
    #[must_use]
    pub fn consumer<C: Consumer<Game = G>>(
        self,
        make: impl Fn() -> C + Send + Sync + 'static,
    ) -> Self {
        self.rebuild(|inner| inner.consumer = Box::new(move || BoxConsumer::new(make())))
    }

    /// With a table page of one's own.
    ///
    /// # Panics
    /// Where the manager was cloned before.
    #[must_use]
    pub fn view<V: GameSessionView<Game = G>>(self, view: V) -> Self {
        self.rebuild(|inner| inner.page = Box::new(view))
    }

    fn rebuild(mut self, change: impl FnOnce(&mut Inner<G>)) -> Self {
        let inner = Arc::get_mut(&mut self.inner);
        change(inner.expect("a manager gets its consumer and its view before it is cloned"));
        self
    }

    /// A new, public session without a host.
    ///
    /// # Errors
    /// A site that does not serve yet, or a store that fails.
    pub async fn create(&self) -> Result<SessionId, Problem> {
        self.create_session(NewSession::default()).await.map(|meta| meta.id)
    }

    /// One session's row.
    pub fn get(&self, id: SessionId) -> Option<Summary> {
        self.handle(id).map(|handle| handle.summary())
    }

    /// Whether the session is there and has not ended.
    pub fn exists(&self, id: SessionId) -> bool {
        self.handle(id).is_some()
    }

    /// All sessions, private ones included, the oldest first. What it shows is committed.
    pub fn list(&self) -> Vec<Summary> {
        let sessions = self.inner.sessions.read().unwrap_or_else(PoisonError::into_inner);
        let mut rows: Vec<Summary> = sessions.values().map(|handle| handle.summary()).collect();
        rows.sort_by_key(|row| row.number);
        rows
    }

    /// Ends a session: stakes go back, its sockets close. Returns when that is stored.
    pub async fn close(&self, id: SessionId) {
        if let Some(handle) = self.handle(id) {
            let (closed, done) = oneshot::channel();
            if handle.mailbox.send(Command::Close { closed }).await.is_ok() {
                let _ = done.await;
            }
        }
    }

    /// Tells everyone in a session something, from anywhere. It is in the journal, and replays.
    pub async fn group_send(&self, id: SessionId, event: G::Event) {
        if let Some(handle) = self.handle(id) {
            let _ = handle.mailbox.send(Command::Send { event }).await;
        }
    }
}

impl<G: Game> Handle<G> {
    pub(crate) fn summary(&self) -> Summary {
        let Meta { id, number, private, .. } = *self.meta;
        self.published(|published| Summary {
            id,
            players: published.players,
            spectators: published.spectators,
            max_players: G::MAX_PLAYERS,
            stage: published.stage,
            private,
            number,
        })
    }

    /// Whether this user may come in without an invitation.
    pub(crate) fn knows(&self, user: PlayerId) -> bool {
        self.meta.host == Some(user) || self.published(|p| p.seated.contains(&user))
    }

    fn published<T>(&self, read: impl FnOnce(&Published) -> T) -> T {
        read(&self.published.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<G: Game> SessionManager<G> {
    pub(crate) fn bind(&self, shared: &Arc<Shared>) {
        let bound = self.inner.shared.set(Arc::downgrade(shared));
        assert!(bound.is_ok(), "the manager of {} belongs to another site already", G::NAME);
    }

    pub(crate) fn shared(&self) -> Result<Arc<Shared>, Problem> {
        self.inner.shared.get().and_then(Weak::upgrade).ok_or_else(Problem::internal)
    }

    pub(crate) fn handle(&self, id: SessionId) -> Option<Arc<Handle<G>>> {
        let sessions = self.inner.sessions.read().unwrap_or_else(PoisonError::into_inner);
        sessions.get(&id).cloned()
    }

    pub(crate) fn new_consumer(&self) -> BoxConsumer<G> {
        (self.inner.consumer)()
    }

    pub(crate) fn table_page(&self) -> &dyn AnyTablePage<G> {
        &*self.inner.page
    }

    pub(crate) fn next_number(&self) -> u64 {
        self.inner.numbers.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// A new session, stored before anybody can know of it.
    pub(crate) async fn create_session(&self, new: NewSession) -> Result<Arc<Meta>, Problem> {
        let shared = self.shared()?;
        let NewSession { host, private, options } = new;
        let id = SessionId::random();
        let timing = shared.settings.timing;
        let input = Input::Created { options, timing, rules: G::RULES_VERSION };
        let happening = Happening { at: wall_clock(), who: None, input, id: None };
        let created = State::<G>::create(happening, Box::new(super::desk::SeedsAlone));
        let (state, applied) = created.map_err(|rejected| {
            tracing::info!(game = G::NAME, %rejected, "a session was not created");
            Problem::from(rejected.refusal())
        })?;
        if let Some(host) = host {
            let limit = shared.settings.limits.sessions_per_user;
            shared.seats.claim(host, id, limit).map_err(|()| Seats::too_many())?;
        }
        let invite = private.then(|| SessionId::random().0.simple().to_string());
        let body = super::frames::json(&applied.record);
        let at = (applied.record.seq, applied.record.at);
        let first = Append::new(id.0, at, &first_link(id.0), body, applied.transfers);
        let chain = first.link();
        let row = SessionRow {
            id: id.0,
            game: G::NAME.into(),
            rules: G::RULES_VERSION,
            host: host.map(|host| host.0),
            private,
            invite: invite.clone(),
            closed: false,
        };
        if let Err(error) = shared.store.write(CreateSession { row, first }).await {
            tracing::error!(game = G::NAME, %error, "a session was not stored");
            shared.seats.close(id);
            return Err(Problem::internal());
        }
        let meta = Meta { id, number: self.next_number(), host, private, invite };
        let meta = Arc::new(meta);
        let chat = VecDeque::new();
        let (history, ids) = (History::default(), Ids::new(shared.settings.limits.ids_kept));
        let at = applied.record.at;
        let start = Start { meta: meta.clone(), state, chain, at, chat, history, ids };
        self.start(&shared, start, Vec::new()).await;
        Ok(meta)
    }

    /// Lets a session run.
    pub(super) async fn start(
        &self,
        shared: &Arc<Shared>,
        start: Start<G>,
        resumed: Vec<(PlayerId, Arc<crate::accounts::Purse>)>,
    ) {
        let meta = start.meta.clone();
        let (sender, mailbox) = mpsc::channel(MAILBOX);
        let published = Arc::<Mutex<Published>>::default();
        let again = start.state.seq() > 1;
        let mut actor = Actor::new(shared.clone(), start, published.clone());
        if again {
            actor.resume(resumed).await;
        }
        let handle = Arc::new(Handle { meta: meta.clone(), mailbox: sender, published });
        let id = meta.id;
        self.write(|sessions| sessions.insert(id, handle));
        shared.metrics.sessions.inc();
        let (manager, shared) = (self.clone(), shared.clone());
        tokio::spawn(async move {
            let _gone = Gone { manager, shared, id };
            actor.run(mailbox).await;
        });
    }

    /// The session is not to be found from now on.
    pub(crate) fn forget(&self, id: SessionId) {
        self.write(|sessions| sessions.remove(&id));
    }

    /// Waits until everything that every session has applied is stored.
    pub(crate) async fn rest(&self) {
        let handles: Vec<_> = {
            let sessions = self.inner.sessions.read().unwrap_or_else(PoisonError::into_inner);
            sessions.values().cloned().collect()
        };
        for handle in handles {
            let (rested, done) = oneshot::channel();
            if handle.mailbox.send(Command::Rest { rested }).await.is_ok() {
                let _ = done.await;
            }
        }
    }

    fn write<T>(&self, change: impl FnOnce(&mut HashMap<SessionId, Arc<Handle<G>>>) -> T) -> T {
        change(&mut self.inner.sessions.write().unwrap_or_else(PoisonError::into_inner))
    }
}

/// When a session's task ends, however it ends, nobody finds the session any more.
struct Gone<G: Game> {
    manager: SessionManager<G>,
    shared: Arc<Shared>,
    id: SessionId,
}

impl<G: Game> Drop for Gone<G> {
    fn drop(&mut self) {
        self.manager.forget(self.id);
        self.shared.seats.close(self.id);
        self.shared.metrics.sessions.dec();
    }
}
