//! Snapshots, and when a session may leave memory.

use super::Actor;
use crate::{
    session::{finding::snapshot, timers::Timers},
    store::snapshots::Snapshot,
};
use parlor_core::Game;
use tokio::time::Instant;

impl<G: Game> Actor<G> {
    /// When the session may leave memory: nobody is connected for as long as an empty session stays open, everything is
    /// stored, and its clocks are not due within that time again.
    pub(super) fn may_sleep_at(&self, due: Instant, is_due: bool) -> Option<Instant> {
        let long = self.shared.settings.empty_after;
        let at = self.idle? + long;
        let far = !is_due || due > at.max(self.shared.clock.now()) + long;
        (far && !self.over && !self.bots.think() && self.gate.is_clear()).then_some(at)
    }

    /// Leaves memory: a snapshot is kept; what is left are the clocks, and when they are due.
    pub(in crate::session) async fn sleep(&mut self) -> (Timers, Option<Instant>) {
        self.keep().await;
        let due = self.next_due().map(|(at, _)| at);
        (self.timers.clone(), due)
    }

    /// Keeps a snapshot, if there is anything new in it, and waits until it is stored.
    pub(in crate::session) async fn keep(&mut self) {
        if let Some(snapshot) = self.new_snapshot()
            && let Err(error) = self.shared.store.keep(snapshot).await
        {
            // The next start is slower, and nothing is wrong.
            tracing::warn!(session = %self.meta.id, %error, "a snapshot was not kept");
        }
    }

    /// Keeps a snapshot, and goes on: it is stored some time after its records.
    pub(super) async fn keep_later(&mut self) {
        if let Some(snapshot) = self.new_snapshot() {
            self.shared.store.keep_later(snapshot).await;
        }
    }

    fn new_snapshot(&mut self) -> Option<Snapshot> {
        let seq = self.state.seq();
        if self.over || seq == self.kept {
            return None;
        }
        self.kept = seq;
        snapshot(self.meta.id, &self.state, self.chain, &self.memory.ids)
    }
}
