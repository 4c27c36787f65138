//! The manager of all sessions of one game.

use super::{
    Meta, Seats, SessionId, Summary,
    actor::{Actor, Ran, Start},
    bots::MakeBot,
    clock::SessionClock,
    command::{Command, post},
    handle::{Handle, Live},
    memory::Memory,
    summary::Published,
    wakes::Wakes,
    watch::Doing,
};
use crate::{
    consumer::{BoxConsumer, Consumer, Quiet},
    history::Bookmarks,
    page::{AnyTablePage, DefaultTablePage, GameSessionView},
    problem::Problem,
    settings::Limit,
    site::Shared,
    store::{
        journal::{Append, first_link},
        sessions::{CreateSession, SessionRow},
    },
};
use parlor_core::{Bot, Game, Happening, Input, PlayerId, State};
use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc, OnceLock, PoisonError, RwLock, Weak,
        atomic::{AtomicI64, AtomicU64, Ordering},
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
    wakes: Wakes,
    numbers: AtomicU64,
    consumer: MakeConsumer<G>,
    page: Box<dyn AnyTablePage<G>>,
    bookmarks: Bookmarks<G>,
    bots: Option<MakeBot<G>>,
    shared: OnceLock<Weak<Shared>>,
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

    /// A new session, stored before anybody can know of it.
    pub(crate) async fn create_session(&self, new: NewSession) -> Result<Arc<Meta>, Problem> {
        let shared = self.shared()?;
        let NewSession { host, private, options } = new;
        let id = SessionId::random();
        let timing = shared.settings.timing;
        let input = Input::Created { options, timing, rules: G::RULES_VERSION };
        let clock = SessionClock::after(&shared.clock, 0);
        let happening = Happening { at: clock.now(), who: None, input, id: None };
        let watched = shared.watch.session::<G>(id);
        let doing = Doing::Input(happening.input.clone());
        let outside = Box::new(super::desk::SeedsAlone);
        let (created, _) = watched.during(doing, || State::<G>::create(happening, outside));
        let (state, applied) = created.map_err(|rejected| {
            tracing::info!(game = G::NAME, %rejected, "a session was not created");
            Problem::from(rejected.refusal())
        })?;
        if shared.games().map(|game| game.count()).sum::<usize>() >= shared.settings.limits.sessions
        {
            shared.metrics.hit(Limit::Sessions);
            return Err(Problem::full("too many tables are open; join one, or try again later"));
        }
        if let Some(host) = host {
            let limit = shared.settings.limits.sessions_per_user;
            shared.seats.claim(host, id, limit).map_err(|()| {
                shared.metrics.hit(Limit::SessionsPerUser);
                Seats::too_many()
            })?;
        }
        let invite = private.then(|| SessionId::random().0.simple().to_string());
        let body = super::frames::json(&applied.record);
        let at = (applied.record.seq, applied.record.at);
        let first = Append::new(id.0, at, &first_link(id.0), body, applied.transfers);
        let chain = first.link();
        let published = Published { stage: state.game().stage().into(), ..Published::default() };
        let row = SessionRow {
            id: id.0,
            game: G::NAME.into(),
            rules: G::RULES_VERSION,
            host: host.map(|host| host.0),
            private,
            invite: invite.clone(),
            closed: false,
            summary: super::frames::json(&published),
        };
        if let Err(error) = shared.store.write(CreateSession { row, first }).await {
            tracing::error!(game = G::NAME, %error, "a session was not stored");
            shared.seats.close(id);
            return Err(Problem::internal());
        }
        let (number, moved) = (self.next_number(), AtomicI64::new(at.1));
        let meta = Arc::new(Meta { id, number, host, private, invite, moved });
        let memory = Memory::new(shared.settings.limits.ids_kept);
        let bots = self.bots_of_game();
        let start = Start { meta: meta.clone(), state, chain, clock, memory, kept: 0, bots };
        let handle = Arc::new(Handle::asleep(meta.clone(), Published::default()));
        let actor = Actor::new(shared.clone(), start, handle.published.clone());
        *handle.live().await = Live::Awake(self.run(&shared, &handle, actor));
        self.add(handle);
        Ok(meta)
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

    /// The mailbox of a session, which wakes up for it.
    pub(crate) async fn mailbox(&self, id: SessionId) -> Result<mpsc::Sender<Command<G>>, Problem> {
        let handle = self.handle(id).ok_or_else(Problem::no_such_session)?;
        let mut live = handle.live().await;
        match &*live {
            Live::Awake(mailbox) if mailbox.is_closed() => Err(Problem::no_such_session()),
            Live::Awake(mailbox) => Ok(mailbox.clone()),
            Live::Asleep(_) => {
                let mailbox = self.wake(&handle, &mut live).await.map_err(|why| {
                    tracing::error!(session = %id, game = G::NAME, "a session does not wake up: {why:#}");
                    Problem::internal()
                })?;
                Ok(mailbox)
            }
        }
    }

    /// Sends a command to a session.
    pub(crate) async fn send(&self, id: SessionId, command: Command<G>) -> Result<(), Problem> {
        let mailbox = self.mailbox(id).await?;
        let taken = post(&mailbox, command, &self.shared()?.metrics).await;
        if taken { Ok(()) } else { Err(Problem::no_such_session()) }
    }

    /// Sends a command to a session, unless it is asleep: then it learns of names and accounts when it wakes up.
    pub(crate) async fn send_if_awake(&self, id: SessionId, command: Command<G>) {
        let Some(handle) = self.handle(id) else { return };
        let mailbox = match &*handle.live().await {
            Live::Awake(mailbox) => mailbox.clone(),
            Live::Asleep(_) => return,
        };
        let _ = mailbox.send(command).await;
    }

    /// Lets a session's task run, until the session is over or falls asleep.
    pub(super) fn run(
        &self,
        shared: &Arc<Shared>,
        handle: &Arc<Handle<G>>,
        mut actor: Actor<G>,
    ) -> mpsc::Sender<Command<G>> {
        let (sender, mut mailbox) = mpsc::channel(MAILBOX);
        let (manager, shared, handle) = (self.clone(), shared.clone(), handle.clone());
        tokio::spawn(async move {
            let mut gone = Gone { manager, shared, id: handle.meta.id, asleep: false };
            gone.shared.metrics.sessions.inc();
            while actor.run(&mut mailbox).await == Ran::Idle {
                // Whoever wants the mailbox waits here, and then wakes the session up again.
                let mut live = handle.live().await;
                if !mailbox.is_empty() {
                    continue;
                }
                if mailbox.sender_strong_count() > 1 {
                    actor.stay_awake();
                    continue;
                }
                let (timers, due) = actor.sleep().await;
                gone.manager.wakes().set(gone.id, due);
                *live = Live::Asleep(Some(timers));
                gone.asleep = true;
                return;
            }
            drop(gone);
            Actor::turn_all_away(&mut mailbox);
        });
        sender
    }

    /// The session is not to be found from now on.
    pub(crate) fn forget(&self, id: SessionId) {
        self.write(|sessions| sessions.remove(&id));
    }

    /// Waits until everything that every session has applied is stored.
    pub(crate) async fn rest(&self) {
        for handle in self.handles() {
            let mailbox = match &*handle.live().await {
                Live::Awake(mailbox) => mailbox.clone(),
                Live::Asleep(_) => continue,
            };
            let (rested, done) = oneshot::channel();
            if mailbox.send(Command::Rest { rested }).await.is_ok() {
                let _ = done.await;
            }
        }
    }

    fn write<T>(&self, change: impl FnOnce(&mut HashMap<SessionId, Arc<Handle<G>>>) -> T) -> T {
        change(&mut self.inner.sessions.write().unwrap_or_else(PoisonError::into_inner))
    }
}

/// When a session's task ends, however it ends, nobody finds the session any more; but for one that sleeps.
struct Gone<G: Game> {
    manager: SessionManager<G>,
    shared: Arc<Shared>,
    id: SessionId,
    /// It is in the database, and comes back.
    asleep: bool,
}

impl<G: Game> Drop for Gone<G> {
    fn drop(&mut self) {
        self.shared.metrics.sessions.dec();
        if self.asleep {
            return;
        }
        self.manager.forget(self.id);
        self.shared.seats.close(self.id);
    }
}
