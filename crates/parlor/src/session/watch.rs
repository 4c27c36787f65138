//! Watching for games that do not come back: code of a game that runs for long holds up its session, and a thread of the
//! program with it.
//!
//! Such code can't be interrupted, so the one who watches has a thread of its own, and tells which session it is, and over
//! what. It counts time in ticks of its own, so that to enter and to leave a game costs no look at a clock.
//!
//! Nobody else waits for the thread that is held: what was woken on it before goes to another, and one that sleeps is woken to
//! watch the network.

use super::SessionId;
use crate::{
    metrics::Metrics,
    runtime::{Rouse, let_next_go, others_first},
};
use parlor_core::{Game, Input, Message};
use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

/// How often it is looked.
const TICK: Duration = Duration::from_millis(250);

/// After how many ticks a game that has not come back is stalled: a second.
const STALLED: u64 = 4;

/// What a game is asked to do.
#[derive(Debug, Clone)]
pub(super) enum Doing<A: Message> {
    /// To apply this.
    Input(Input<A>),
    /// To answer a question of this type.
    Question(&'static str),
    /// To say what somebody sees.
    View,
    /// To say at which stage it is.
    Stage,
    /// To go through its journal again.
    Replay,
}

impl<A: Message> fmt::Display for Doing<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(input) => write!(f, "{input:?}"),
            Self::Question(kind) => write!(f, "the question {kind:?}"),
            Self::View => f.write_str("a view"),
            Self::Stage => f.write_str("its stage"),
            Self::Replay => f.write_str("its replay"),
        }
    }
}

/// All sessions that are watched, and the thread that watches them until this is dropped.
pub(crate) struct Watch {
    /// How often it was looked, counted from one.
    ticks: AtomicU64,
    sessions: Mutex<Sessions>,
    metrics: Arc<Metrics>,
}

#[derive(Default)]
struct Sessions {
    last: u64,
    marks: BTreeMap<u64, Arc<dyn AnyMark>>,
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch")
    }
}

/// One session that is watched, until this is dropped.
pub(super) struct Watched<G: Game> {
    watch: Arc<Watch>,
    number: u64,
    mark: Arc<Mark<G>>,
    /// Whether anyone may have been woken since the task last let others go first.
    woken: AtomicBool,
}

/// Since which tick a session is inside of its game, or zero; and over what.
struct Mark<G: Game> {
    session: SessionId,
    since: AtomicU64,
    doing: Mutex<Option<Doing<G::Action>>>,
}

/// A mark of a game whose type is forgotten.
trait AnyMark: Send + Sync {
    fn since(&self) -> u64;
    fn tell(&self, waits: Duration);
}

impl<G: Game> AnyMark for Mark<G> {
    fn since(&self) -> u64 {
        self.since.load(Ordering::Relaxed)
    }

    fn tell(&self, waits: Duration) {
        let doing = self.doing.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // It may have come back just now.
        if let Some(doing) = doing {
            let (session, game) = (self.session, G::NAME);
            tracing::error!(%session, game, %doing, ?waits, "the game does not come back");
        }
    }
}

impl Watch {
    /// Begins to watch.
    pub(crate) fn start(metrics: Arc<Metrics>) -> Arc<Self> {
        let watch =
            Arc::new(Self { ticks: AtomicU64::new(1), sessions: Mutex::default(), metrics });
        let watching = Arc::downgrade(&watch);
        let thread = thread::Builder::new().name("parlor-watch".into());
        let rouse = Rouse::here();
        if let Err(why) = thread.spawn(move || look(&watching, rouse)) {
            tracing::error!("nobody watches for games that stall: {why}");
        }
        watch
    }

    /// Watches this session.
    pub(super) fn session<G: Game>(self: &Arc<Self>, session: SessionId) -> Watched<G> {
        let mark = Arc::new(Mark { session, since: AtomicU64::new(0), doing: Mutex::new(None) });
        let mut sessions = self.lock();
        sessions.last += 1;
        let number = sessions.last;
        sessions.marks.insert(number, mark.clone());
        drop(sessions);
        Watched { watch: self.clone(), number, mark, woken: AtomicBool::new(true) }
    }

    /// Looks once: counts those that are stalled, and tells of each after a second, after two, after four, and so on. True
    /// where any session is inside of its game.
    fn tick(&self) -> bool {
        let now = self.ticks.fetch_add(1, Ordering::Relaxed) + 1;
        let (mut stalled, mut inside) = (0, false);
        for mark in self.lock().marks.values() {
            let since = mark.since();
            inside |= since > 0;
            // In the tick in which it went in, less than a whole one had passed.
            let waits = now.saturating_sub(since + 1);
            if since == 0 || waits < STALLED {
                continue;
            }
            stalled += 1;
            self.metrics.stalls(u64::from(waits == STALLED));
            if waits.is_multiple_of(STALLED) && (waits / STALLED).is_power_of_two() {
                mark.tell(TICK * u32::try_from(waits).unwrap_or(u32::MAX));
            }
        }
        self.metrics.stalled.set(stalled);
        inside
    }

    fn lock(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn look(watch: &Weak<Watch>, mut rouse: Option<Rouse>) {
    loop {
        thread::park_timeout(TICK);
        let Some(watch) = watch.upgrade() else { return };
        if watch.tick()
            && let Some(rouse) = &mut rouse
        {
            rouse.rouse();
        }
    }
}

impl<G: Game> Watched<G> {
    /// Lets others go first, before the game is entered.
    pub(super) async fn others_first(&self) {
        others_first().await;
        self.others_went_first();
    }

    /// The task has just let others go first.
    pub(super) fn others_went_first(&self) {
        self.woken.store(false, Ordering::Relaxed);
    }

    /// Since the task last let others go first, it did something that may have woken another.
    pub(super) fn may_have_woken(&self) {
        self.woken.store(true, Ordering::Relaxed);
    }

    /// Runs code of the game; what it was about comes back with what it came to.
    pub(super) fn during<T>(
        &self,
        doing: Doing<G::Action>,
        run: impl FnOnce() -> T,
    ) -> (T, Option<Doing<G::Action>>) {
        if self.woken.load(Ordering::Relaxed) {
            self.woken.store(false, Ordering::Relaxed);
            let_next_go();
        }
        *self.doing() = Some(doing);
        self.mark.since.store(self.watch.ticks.load(Ordering::Relaxed), Ordering::Relaxed);
        let ran = run();
        self.mark.since.store(0, Ordering::Relaxed);
        (ran, self.doing().take())
    }

    fn doing(&self) -> MutexGuard<'_, Option<Doing<G::Action>>> {
        self.mark.doing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<G: Game> Drop for Watched<G> {
    fn drop(&mut self) {
        self.watch.lock().marks.remove(&self.number);
    }
}
