//! Sessions that run: their tasks, their mailboxes, and their falling asleep.

use super::SessionManager;
use crate::{
    problem::Problem,
    session::{
        SessionId,
        actor::{Actor, Ran},
        command::{Command, post},
        handle::{Handle, Live},
    },
    site::Shared,
};
use parlor_core::Game;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// How many commands wait for one session; those who want to send more wait themselves.
const MAILBOX: usize = 256;

impl<G: Game> SessionManager<G> {
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
    pub(in crate::session) fn run(
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
                let (timers, due) = Box::pin(actor.sleep()).await;
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
