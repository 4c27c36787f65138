//! Waking sleeping sessions when their clocks are due: an index on the next wake, and the task that waits for it.

use super::{
    SessionId, SessionManager,
    command::Command,
    handle::{Handle, Live},
};
use crate::{clock::Clock, site::stopping};
use parlor_core::Game;
use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::{
    sync::{Notify, mpsc::error::TrySendError, oneshot, watch},
    time::Instant,
};

/// When sleeping sessions are to be woken.
#[derive(Default)]
pub(super) struct Wakes {
    index: Mutex<Index>,
    /// Another is the next from now on.
    changed: Notify,
    /// Held while those that are due are woken.
    waking: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Index {
    by_time: BTreeSet<(Instant, SessionId)>,
    times: HashMap<SessionId, Instant>,
}

impl Wakes {
    /// The session is to be woken then, and at no other time; or not at all.
    pub(super) fn set(&self, id: SessionId, due: Option<Instant>) {
        let mut index = self.index();
        if let Some(before) = index.times.remove(&id) {
            index.by_time.remove(&(before, id));
        }
        if let Some(at) = due {
            index.times.insert(id, at);
            index.by_time.insert((at, id));
            if index.by_time.first() == Some(&(at, id)) {
                self.changed.notify_one();
            }
        }
    }

    fn next(&self) -> Option<Instant> {
        self.index().by_time.first().map(|(at, _)| *at)
    }

    /// Takes out one that is due by then.
    fn pop(&self, by: Instant) -> Option<SessionId> {
        let mut index = self.index();
        let (_, id) = *index.by_time.first().filter(|(at, _)| *at <= by)?;
        index.by_time.pop_first();
        index.times.remove(&id);
        Some(id)
    }

    fn index(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<G: Game> SessionManager<G> {
    /// Wakes sleeping sessions when their clocks are due, until the site is being stopped, or is gone.
    pub(super) async fn wake_when_due(self, clock: Clock, mut draining: watch::Receiver<bool>) {
        loop {
            let next = self.wakes().next();
            tokio::select! {
                () = stopping(&mut draining) => return,
                () = self.wakes().changed.notified() => {}
                () = clock.sleep_until(next.unwrap_or_else(|| clock.now())), if next.is_some() => {
                    self.wake_due().await;
                }
            }
        }
    }

    /// Wakes those that are due, one after the other.
    async fn wake_due(&self) {
        let _waking = self.wakes().waking.lock().await;
        let Ok(shared) = self.shared() else { return };
        while !shared.is_draining()
            && let Some(id) = self.wakes().pop(shared.clock.now())
        {
            // One that does not wake up is named in the log, and left as it is.
            let _ = self.mailbox(id).await;
        }
    }

    /// Waits until everything that is due by now has happened, and is stored.
    pub(crate) async fn settled(&self) {
        self.wake_due().await;
        let mut all = Vec::new();
        for handle in self.handles() {
            all.extend(settling(&handle).await);
        }
        for settled in all {
            // A session that is over says nothing, and is settled too.
            let _ = settled.await;
        }
    }
}

/// Asks a session that is awake to say when it is settled. It may fall asleep meanwhile, as if it had not been asked.
async fn settling<G: Game>(handle: &Handle<G>) -> Option<oneshot::Receiver<()>> {
    let (settled, done) = oneshot::channel();
    let (mailbox, settle) = match &*handle.live().await {
        // Put in from here, for whoever holds a mailbox is on the way to the session, and keeps it awake.
        Live::Awake(mailbox) => match mailbox.try_send(Command::Settle { settled }) {
            Ok(()) => return Some(done),
            Err(TrySendError::Full(settle)) => (mailbox.clone(), settle),
            Err(TrySendError::Closed(_)) => return None,
        },
        Live::Asleep(_) => return None,
    };
    mailbox.send(settle).await.ok()?;
    Some(done)
}

#[cfg(test)]
mod tests {
    use super::{Clock, Handle, Live, SessionId, Wakes, settling};
    use crate::{
        probe::game::Wheel,
        session::{Meta, summary::Published},
    };
    use std::{sync::Arc, time::Duration};
    use tokio::sync::mpsc;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn whoever_asks_whether_a_session_is_settled_does_not_keep_it_awake() {
        const ASKED: usize = 20_000;
        let meta = Meta {
            id: SessionId::random(),
            number: 1,
            host: None,
            private: false,
            invite: None,
            moved: 0.into(),
        };
        let handle = Handle::<Wheel>::asleep(Arc::new(meta), Published::default());
        let (sender, mut mailbox) = mpsc::channel(ASKED);
        *handle.live().await = Live::Awake(sender);
        // The session, which looks whether anybody is on the way to it as soon as it has obeyed.
        let held = std::thread::spawn(move || {
            let (mut obeyed, mut held) = (0, 0);
            while obeyed < ASKED {
                if mailbox.try_recv().is_ok() {
                    obeyed += 1;
                    held += usize::from(mailbox.sender_strong_count() > 1);
                }
                std::hint::spin_loop();
            }
            held
        });
        for _ in 0..ASKED {
            assert!(settling(&handle).await.is_some());
        }
        assert_eq!(held.join().expect("it has looked"), 0);
    }

    #[test]
    fn the_next_is_known_and_each_has_one_time() {
        let wakes = Wakes::default();
        let [a, b, c] = [(); 3].map(|()| SessionId::random());
        let now = Clock::system().now();
        let at = |seconds| now + Duration::from_secs(seconds);
        let (soon, later, late) = (at(10), at(20), at(30));
        wakes.set(a, Some(soon));
        wakes.set(b, Some(later));
        wakes.set(c, Some(later));
        wakes.set(a, Some(late));
        assert_eq!(wakes.next(), Some(later));
        assert_eq!(wakes.pop(soon), None);
        wakes.set(c, None);
        assert_eq!((wakes.pop(later), wakes.pop(later)), (Some(b), None));
        assert_eq!((wakes.next(), wakes.pop(late), wakes.next()), (Some(late), Some(a), None));
    }
}
