//! What a task owes to the others on its runtime: a game that does not come back holds its thread, and nothing may wait for
//! that thread but the game's own table.
//!
//! Two things would, by the way a thread works: the task that it would run next, which no other thread takes from it; and, where
//! it is the one that watched the network and all others sleep, everything that comes in.

use std::{future::poll_fn, mem, task::Poll};
use tokio::{runtime::Handle, task::JoinHandle};

/// Lets those tasks run first that are ready, and wakes a thread for them, if one sleeps.
///
/// Unlike with `yield_now`, which keeps the task on its thread until that thread has nothing left to run, another thread can take
/// it: it does not wait for a game that does not come back.
pub(crate) async fn others_first() {
    let mut went_first = false;
    poll_fn(|task| {
        if mem::replace(&mut went_first, true) {
            return Poll::Ready(());
        }
        task.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Lets another thread take the task that this one would run next: the one that was woken last.
///
/// One that does nothing is woken in its place.
pub(crate) fn let_next_go() {
    if let Ok(runtime) = Handle::try_current() {
        runtime.spawn(async {});
    }
}

/// Wakes a thread that sleeps, so that it watches the network, if nobody else does.
#[derive(Debug)]
pub(crate) struct Rouse {
    runtime: Handle,
    /// What the last one was woken for.
    last: Option<JoinHandle<()>>,
}

impl Rouse {
    /// For the runtime that this is called on; nothing elsewhere.
    pub(crate) fn here() -> Option<Self> {
        Some(Self { runtime: Handle::try_current().ok()?, last: None })
    }

    /// Wakes one, unless the last one was not free yet to wake up: then all are busy.
    pub(crate) fn rouse(&mut self) {
        if self.last.as_ref().is_none_or(JoinHandle::is_finished) {
            self.last = Some(self.runtime.spawn(async {}));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Rouse, let_next_go, others_first};
    use crate::clock::Clock;
    use std::{
        io::{Read as _, Write as _},
        net::TcpStream,
        sync::mpsc,
        time::Duration,
    };
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    const LONG: Duration = Duration::from_secs(5);

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn it_does_not_wait_for_one_who_does_not_come_back() {
        for _ in 0..50 {
            let tried = tokio::spawn(async {
                let (went_on, goes_on) = mpsc::channel();
                // It is next on this thread, and holds it.
                let holds = tokio::spawn(async move {
                    goes_on.recv_timeout(LONG).expect("the other goes on");
                });
                others_first().await;
                went_on.send(()).expect("somebody waits");
                holds.await.expect("it was let go");
            });
            tried.await.expect("both have ended");
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn who_is_next_does_not_wait_for_one_who_does_not_come_back() {
        for _ in 0..50 {
            let tried = tokio::spawn(async {
                let (went_on, goes_on) = mpsc::channel();
                let next = tokio::spawn(async move { went_on.send(()).expect("somebody waits") });
                let_next_go();
                goes_on.recv_timeout(LONG).expect("the other goes on");
                next.await.expect("it has ended");
            });
            tried.await.expect("both have ended");
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn somebody_watches_the_network_while_one_does_not_come_back() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let byte = stream.read_u8().await.expect("a byte");
            stream.write_u8(byte).await.expect("it is written");
        });
        let (holds, held) = mpsc::channel();
        let (let_go, goes) = mpsc::channel();
        // A clock rings on the thread that watches the network, and that thread does not come back.
        tokio::spawn(async move {
            let clock = Clock::system();
            clock.sleep_until(clock.now() + Duration::from_millis(100)).await;
            holds.send(()).expect("the test waits");
            let _ = goes.recv_timeout(2 * LONG);
        });
        held.recv_timeout(LONG).expect("it rings");
        Rouse::here().expect("a runtime").rouse();
        let mut stream = TcpStream::connect(address).expect("a connection");
        stream.set_read_timeout(Some(LONG)).expect("a socket");
        stream.write_all(&[7]).expect("it is written");
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("an answer");
        let_go.send(()).expect("it waits");
    }
}
