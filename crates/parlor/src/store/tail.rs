//! The tail of the journal: records that are stored and not in runs yet, in memory, by session; and how far each session is.
//!
//! A session's records lie here as the run that they will be. While it is being written, those that come after it begin the next
//! one. Readers take what is here first, and the database's runs then, so that a fold in between loses nothing.
//!
//! Where nothing outlives the program, runs stay here, and there is no fold.

use super::{
    journal::{Append, Hash},
    log::Logged,
    runs::Run,
};
use hashbrown::HashMap;
use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use uuid::Uuid;

/// From so many records on the tail is to be folded.
const RECORDS: usize = 8_192;

/// From so many bytes of bodies on the tail is to be folded.
const BYTES: usize = 2 << 20;

/// How many times that it may hold before records wait for it to be folded.
const MOST: usize = 4;

/// So many bytes of bodies are a run, where runs stay here; and a new run has room for so many at the most before they come.
const A_RUN: usize = 8 << 10;

/// How many sessions' heads are remembered at the most, besides those that are written to just now.
const KNOWN: usize = 65_536;

#[derive(Default)]
pub(super) struct Tail(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    sessions: HashMap<Uuid, Session>,
    whole: Whole,
}

/// What is to be known of all sessions together.
#[derive(Default)]
struct Whole {
    /// The sessions that have a growing run.
    growing: Vec<Uuid>,
    size: Size,
    folds: u64,
    /// Whether runs stay here.
    stay: bool,
}

/// How far a session is.
#[derive(Default)]
struct Session {
    /// The number of its last record that is stored.
    head: u64,
    /// The number of its last record that is stored, or on its way.
    ahead: u64,
    /// The runs that stay here.
    whole: Vec<Arc<Run>>,
    growing: Option<Run>,
    /// What is being written as a run.
    folding: Option<Arc<Run>>,
    /// How long its last run was: the next one gets room for as much, where that is not too much, and an eighth more.
    as_long: usize,
    /// After how many folds it was last written to.
    touched: u64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Size {
    records: usize,
    bytes: usize,
}

/// What became of a record that was to be let in at once.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entered {
    /// It is in.
    In,
    /// The record before it is missing.
    Gap,
    /// That can't be said: it has to wait for the writer.
    Later,
}

impl fmt::Debug for Tail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tail")
    }
}

impl Tail {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One where runs stay.
    pub(super) fn in_memory() -> Self {
        Self(Mutex::new(Inner {
            whole: Whole { stay: true, ..Whole::default() },
            ..Inner::default()
        }))
    }

    /// Takes up what the log has of a session of which the runs end with `head`.
    pub(super) fn adopt(&self, session: Uuid, head: u64, records: impl Iterator<Item = Logged>) {
        let mut inner = self.lock();
        inner.learn(session, head);
        for Logged { seq, link, body, .. } in records {
            // Where a run is missing before it, who reads the session finds that out.
            if let Some(known) = inner.sessions.get_mut(&session).filter(|it| it.growing.is_none())
            {
                known.head = seq - 1;
            }
            inner.push(session, seq, &body, link);
        }
    }

    /// Lets in a record that is stored with that, unless something stands in the way.
    pub(super) fn enter(&self, record: &Append) -> Entered {
        let Inner { sessions, whole } = &mut *self.lock();
        match sessions.get_mut(&record.session()) {
            None => Entered::Later,
            Some(session) if session.ahead + 1 != record.seq() => Entered::Gap,
            Some(session) => {
                whole.push((record.session(), session), record.seq(), record.body(), record.link());
                Entered::In
            }
        }
    }

    /// Those of these sessions of which it is not known how far they are.
    pub(super) fn unknown(&self, sessions: impl Iterator<Item = Uuid>) -> Vec<Uuid> {
        let inner = self.lock();
        let mut unknown: Vec<Uuid> =
            sessions.filter(|session| !inner.sessions.contains_key(session)).collect();
        unknown.sort_unstable();
        unknown.dedup();
        unknown
    }

    /// How far these sessions are.
    pub(super) fn learn(&self, heads: Vec<(Uuid, u64)>) {
        let mut inner = self.lock();
        for (session, head) in heads {
            inner.learn(session, head);
        }
    }

    /// Whoever lets records on their way, one after the other.
    pub(super) fn admission(&self) -> Admission<'_> {
        Admission(self.lock())
    }

    /// These were on their way, and were not stored.
    pub(super) fn put_back<'a>(&self, records: impl Iterator<Item = &'a Append>) {
        let mut inner = self.lock();
        for record in records {
            if let Some(session) = inner.sessions.get_mut(&record.session()) {
                session.ahead = session.head;
            }
        }
    }

    /// These were on their way, and are stored.
    pub(super) fn stored<'a>(&self, records: impl Iterator<Item = &'a Append>) {
        let mut inner = self.lock();
        for record in records {
            inner.push(record.session(), record.seq(), record.body(), record.link());
        }
    }

    /// Whether it is to be folded before anything else is written.
    pub(super) fn is_overfull(&self) -> bool {
        self.lock().whole.is_full(MOST)
    }

    /// Whether it is to be folded.
    pub(super) fn is_full(&self) -> bool {
        self.lock().whole.is_full(1)
    }

    /// The number of the session's last record that is stored; zero where that is not known.
    pub(super) fn head(&self, session: Uuid) -> u64 {
        self.lock().sessions.get(&session).map_or(0, |session| session.head)
    }

    /// How many records are in it, and in no run that is whole.
    pub(super) fn len(&self) -> usize {
        self.lock().whole.size.records
    }

    /// The sessions that have records to be folded.
    pub(super) fn to_fold(&self) -> Vec<Uuid> {
        std::mem::take(&mut self.lock().whole.growing)
    }

    /// The runs of the last of these sessions, as they are now, to be written: at the most as many, and of as many bytes or one.
    /// They stay here until they are [folded](Self::folded).
    pub(super) fn fold(
        &self,
        sessions: &mut Vec<Uuid>,
        (most, bytes): (usize, usize),
    ) -> Vec<(Uuid, Arc<Run>)> {
        let (mut inner, mut runs, mut sum) = (self.lock(), Vec::new(), 0);
        while runs.len() < most && sum < bytes {
            let Some(id) = sessions.pop() else { break };
            let Some(session) = inner.sessions.get_mut(&id) else { continue };
            let Some(run) = session.growing.take().map(Arc::new) else { continue };
            sum += run.bodies.len();
            session.as_long = run.bodies.len();
            session.folding = Some(run.clone());
            runs.push((id, run));
        }
        runs
    }

    /// These runs are written: they are the database's from here on.
    pub(super) fn folded(&self, runs: &[(Uuid, Arc<Run>)]) {
        let mut inner = self.lock();
        for (id, run) in runs {
            inner.whole.size.records -= run.len();
            inner.whole.size.bytes -= run.bodies.len();
            if let Some(session) = inner.sessions.get_mut(id) {
                session.folding = None;
            }
        }
    }

    /// A fold is over. Where too many sessions are remembered, those are forgotten that nobody wrote to for long.
    pub(super) fn fold_is_over(&self) {
        let mut inner = self.lock();
        inner.whole.folds += 1;
        if inner.sessions.len() > KNOWN {
            let lately = inner.whole.folds - 1;
            inner.sessions.retain(|_, session| {
                let busy = session.growing.is_some() || session.ahead > session.head;
                busy || session.touched >= lately
            });
        }
    }

    /// A session's runs that are here, or were a moment ago: those with these records, and the one before.
    pub(super) fn of(&self, session: Uuid, (from, up_to): (u64, u64)) -> Vec<Arc<Run>> {
        let inner = self.lock();
        let Some(session) = inner.sessions.get(&session) else { return Vec::new() };
        let before = session.whole.partition_point(|run| run.last < from).saturating_sub(1);
        let whole = session.whole[before..].iter().cloned();
        let growing = session.growing.clone().map(Arc::new);
        let runs = whole.chain(session.folding.clone()).chain(growing);
        runs.take_while(|run| run.first <= up_to).collect()
    }

    /// The session's records are in the archive: those that are here go.
    pub(super) fn take_out(&self, session: Uuid) {
        let mut inner = self.lock();
        if let Some(Session { growing: Some(run), .. }) = inner.sessions.remove(&session) {
            inner.whole.size.records -= run.len();
            inner.whole.size.bytes -= run.bodies.len();
        }
    }
}

/// Lets records on their way.
pub(super) struct Admission<'a>(MutexGuard<'a, Inner>);

impl Admission<'_> {
    /// Whether this record follows the last one of its session, stored or on its way; then it is on its way too.
    pub(super) fn admits(&mut self, record: &Append) -> bool {
        let session = self.0.sessions.get_mut(&record.session());
        let Some(session) = session.filter(|session| session.ahead + 1 == record.seq()) else {
            return false;
        };
        session.ahead += 1;
        true
    }

    /// Whether that record of the session is stored, or on its way.
    pub(super) fn has(&self, session: Uuid, seq: u64) -> bool {
        self.0.sessions.get(&session).is_some_and(|session| seq <= session.ahead)
    }
}

impl Inner {
    fn learn(&mut self, session: Uuid, head: u64) {
        let touched = self.whole.folds;
        self.sessions.entry(session).or_insert_with(|| Session {
            head,
            ahead: head,
            touched,
            ..Session::default()
        });
    }

    /// Adds a record after the last one of a session that is known.
    fn push(&mut self, id: Uuid, seq: u64, body: &str, link: Hash) {
        if let Some(session) = self.sessions.get_mut(&id) {
            self.whole.push((id, session), seq, body, link);
        }
    }
}

impl Whole {
    /// Whether it is as many times as much as is to be folded; what stays here is not.
    fn is_full(&self, times: usize) -> bool {
        let Size { records, bytes } = self.size;
        !self.stay && (records >= RECORDS * times || bytes >= BYTES * times)
    }

    /// Adds a record after the last one of this session.
    fn push(&mut self, (id, session): (Uuid, &mut Session), seq: u64, body: &str, link: Hash) {
        debug_assert_eq!(session.head + 1, seq, "without a gap");
        session.head = seq;
        session.ahead = session.ahead.max(seq);
        session.touched = self.folds;
        let before = session.growing.as_ref().map_or(0, |run| run.bodies.len());
        let run = match &mut session.growing {
            Some(run) => {
                run.add(body, link);
                run
            }
            none => {
                if !self.stay {
                    self.growing.push(id);
                }
                none.insert(Run::of(seq, body, link, session.as_long.min(A_RUN) / 8 * 9))
            }
        };
        self.size.records += 1;
        self.size.bytes += run.bodies.len() - before;
        if self.stay && run.bodies.len() >= A_RUN {
            self.size.records -= run.len();
            self.size.bytes -= run.bodies.len();
            run.bodies.shrink_to_fit();
            session.as_long = run.bodies.len();
            session.whole.extend(session.growing.take().map(Arc::new));
        }
    }
}
