//! The manager of all sessions of one game.

mod creating;
mod running;

use super::{SessionId, Summary, bots::MakeBot, command::Command, handle::Handle, wakes::Wakes};
use crate::{
    consumer::{BoxConsumer, Consumer, Quiet},
    history::Bookmarks,
    page::{AnyTablePage, DefaultTablePage, GameSessionView},
    problem::Problem,
    site::Shared,
};
pub(crate) use creating::NewSession;
use parlor_core::{Bot, Game, PlayerId};
use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc, OnceLock, PoisonError, RwLock, Weak,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::oneshot;

type MakeConsumer<G> = Box<dyn Fn() -> BoxConsumer<G> + Send + Sync>;

/// All sessions of one game: creates, finds, lists and closes them. Cheap to clone.
///
/// It lives once [`Site::game`](crate::Site::game) has it and the site serves; before that there are no sessions.
pub struct SessionManager<G: Game> {
    inner: Arc<Inner<G>>,
}

struct Inner<G: Game> {
    sessions: RwLock<HashMap<SessionId, Arc<Handle<G>>>>,
    wakes: Wakes,
    numbers: AtomicU64,
    consumer: MakeConsumer<G>,
    page: Box<dyn AnyTablePage<G>>,
    bookmarks: Bookmarks<G>,
    bots: Option<MakeBot<G>>,
    shared: OnceLock<Weak<Shared>>,
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
                wakes: Wakes::default(),
                numbers: AtomicU64::new(0),
                consumer: Box::new(|| BoxConsumer::new(Quiet::<G>::default())),
                page: Box::new(DefaultTablePage::<G>::default()),
                bookmarks: Bookmarks::default(),
                bots: None,
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

    /// With bots, which a table's host may seat: `make` makes one value a bot. `docs/bots.md` writes one.
    ///
    /// # Panics
    /// Where the manager was cloned before.
    #[must_use]
    pub fn bots<B: Bot<G> + 'static>(self, make: impl Fn() -> B + Send + Sync + 'static) -> Self {
        self.rebuild(|inner| inner.bots = Some(Arc::new(move || Box::new(make()))))
    }

    fn rebuild(mut self, change: impl FnOnce(&mut Inner<G>)) -> Self {
        let inner = Arc::get_mut(&mut self.inner);
        change(
            inner.expect("a manager gets its consumer, its view and its bots before it is cloned"),
        );
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
        let (closed, done) = oneshot::channel();
        if self.send(id, Command::Close { closed }).await.is_ok() {
            let _ = done.await;
        }
    }

    /// Takes the seat of one who is shut out, who also watches no more. Returns when that is stored.
    pub(crate) async fn shut_out(&self, id: SessionId, user: PlayerId) {
        let (done, is_done) = oneshot::channel();
        if self.send(id, Command::ShutOut { user, done }).await.is_ok() {
            let _ = is_done.await;
        }
    }

    /// Tells everyone in a session something, from anywhere. It is in the journal, and replays.
    pub async fn group_send(&self, id: SessionId, event: G::Event) {
        let _ = self.send(id, Command::Send { event: event.into() }).await;
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

    /// Where histories that are looked at need not begin anew.
    pub(crate) fn bookmarks(&self) -> &Bookmarks<G> {
        &self.inner.bookmarks
    }

    /// What drives the game's bots, where it has any.
    pub(crate) fn bots_of_game(&self) -> Option<MakeBot<G>> {
        self.inner.bots.clone()
    }

    pub(crate) fn next_number(&self) -> u64 {
        self.inner.numbers.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// How many sessions are open, awake or asleep.
    pub(crate) fn count(&self) -> usize {
        self.inner.sessions.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Makes a session known.
    pub(super) fn add(&self, handle: Arc<Handle<G>>) {
        self.write(|sessions| sessions.insert(handle.meta.id, handle));
    }

    /// When those asleep are to be woken.
    pub(super) fn wakes(&self) -> &Wakes {
        &self.inner.wakes
    }

    /// Every session, awake or asleep.
    pub(super) fn handles(&self) -> Vec<Arc<Handle<G>>> {
        let sessions = self.inner.sessions.read().unwrap_or_else(PoisonError::into_inner);
        sessions.values().cloned().collect()
    }

    /// The session is not to be found from now on.
    pub(crate) fn forget(&self, id: SessionId) {
        self.write(|sessions| sessions.remove(&id));
    }

    fn write<T>(&self, change: impl FnOnce(&mut HashMap<SessionId, Arc<Handle<G>>>) -> T) -> T {
        change(&mut self.inner.sessions.write().unwrap_or_else(PoisonError::into_inner))
    }
}
