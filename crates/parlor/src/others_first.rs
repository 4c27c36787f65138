//! Letting others go first.

use std::{future::poll_fn, mem, task::Poll};

/// Lets those tasks run first that are ready.
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

#[cfg(test)]
mod tests {
    use super::others_first;
    use std::{sync::mpsc, time::Duration};

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn it_does_not_wait_for_one_who_does_not_come_back() {
        for _ in 0..50 {
            let tried = tokio::spawn(async {
                let (went_on, goes_on) = mpsc::channel();
                // It is next on this thread, and holds it.
                let holds = tokio::spawn(async move {
                    goes_on.recv_timeout(Duration::from_secs(5)).expect("the other goes on");
                });
                others_first().await;
                went_on.send(()).expect("somebody waits");
                holds.await.expect("it was let go");
            });
            tried.await.expect("both have ended");
        }
    }
}
