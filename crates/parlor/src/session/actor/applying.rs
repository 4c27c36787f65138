//! Applying what happens, and storing it.

use super::{Actor, telling::deliver};
use crate::{
    session::{frames, gate::Delivery, watch::Doing},
    settings::Limit,
    socket::Close,
    store::{
        Stored,
        journal::{Append, Line},
        snapshots,
    },
};
use parlor_core::{
    Applied, Effect, Game, Happening, Input, Player, PlayerId, Refusal, Rejected, What,
};
use std::{mem, sync::atomic::Ordering};

impl<G: Game> Actor<G> {
    /// Applies what happens, stores it and tells of it; a fault that no player caused voids the session.
    pub(super) async fn happen(
        &mut self,
        who: Option<Player>,
        input: Input<G::Action>,
        id: Option<String>,
    ) -> Result<(), Refusal> {
        let by_player = matches!(input, Input::Acted(_) | Input::Joined);
        match self.apply(who, input, id) {
            Ok(applied) => {
                self.commit(applied, None).await;
                if self.state.ended() {
                    Box::pin(self.end()).await;
                }
                Ok(())
            }
            Err(refusal) if by_player => Err(refusal),
            Err(refusal) => {
                tracing::error!(session = %self.meta.id, %refusal, "the session is void: stakes go back");
                Box::pin(self.end()).await;
                Err(refusal)
            }
        }
    }

    pub(super) fn apply(
        &mut self,
        who: Option<Player>,
        input: Input<G::Action>,
        id: Option<String>,
    ) -> Result<Applied<G>, Refusal> {
        let happening = Happening { at: self.timers.clock().now(), who, input, id };
        let doing = Doing::Input(happening.input.clone());
        let (state, outside) = (&mut self.state, self.desk.outside());
        match self.watched.during(doing, || state.apply(happening, outside)) {
            (Ok(applied), _) => {
                self.desk.keep();
                Ok(applied)
            }
            (Err(rejected), doing) => {
                self.desk.undo();
                if let (Rejected::Fault(_), Some(doing)) = (&rejected, doing) {
                    tracing::error!(session = %self.meta.id, %doing, "the game fails over this");
                }
                Err(self.rejected(&rejected))
            }
        }
    }

    pub(super) fn rejected(&self, rejected: &Rejected) -> Refusal {
        if let Rejected::Fault(fault) = rejected {
            tracing::error!(session = %self.meta.id, game = G::NAME, fault, "the game failed");
        }
        rejected.refusal()
    }

    pub(super) async fn commit(&mut self, applied: Applied<G>, said: Option<(PlayerId, String)>) {
        // Proofs are made again from the journal, for those who ask.
        let Applied { record, transfers, effects, proofs: _ } = applied;
        let seq = record.seq;
        self.gate.applied(seq);
        self.shared.metrics.hit((!self.gate.has_room()).then_some(Limit::RecordsAhead));
        if let (Some(user), Some(id)) = (&record.who, &record.id) {
            self.shared.metrics.hit(self.memory.ids.remember(user.id, id));
        }
        for Effect { what, seq } in effects {
            let line = match (&what, &said, &record.who) {
                (What::Chat, Some((_, text)), Some(user)) => Some(frames::chat(&user.name, text)),
                _ => None,
            };
            self.render(what, seq, line);
        }
        for (purse, amount) in self.desk.credits(&transfers) {
            self.pass(Delivery::Credit(purse, amount));
        }
        let shown = self.publish();
        if record.who.as_ref().is_some_and(|who| !who.id.is_bot()) {
            self.bots.keep_company(self.timers.clock());
        }
        self.bots.stir(&self.state, self.timers.clock());
        self.shared.metrics.applied();

        let at = (record.seq, record.at);
        self.meta.moved.store(record.at, Ordering::Relaxed);
        let body = frames::json(&record);
        let mut append = Append::new(self.meta.id.0, at, &self.chain, body, transfers);
        if let (Some((player, text)), Some(user)) = (said, &record.who) {
            append = append.said(Line { player: player.0, name: user.name.clone(), text });
        }
        if let Some(shown) = shown {
            append = append.summary(shown);
        }
        match record.input {
            Input::Closed => append = append.closes(),
            Input::Said { .. } | Input::Unwatched => append = append.can_wait(),
            _ => {}
        }
        self.chain = append.link();
        if let Some(result) = self.shared.store.append(append, &self.progress).await {
            self.stored((seq, result));
        }
        if seq.saturating_sub(self.kept) >= snapshots::EVERY {
            self.keep_later().await;
        }
        self.watched.may_have_woken();
    }

    /// Lets go of the purses of those who have nothing to do with the session any more, once that is stored.
    pub(super) fn tidy_desk(&mut self) {
        if self.gate.is_clear() && mem::take(&mut self.untidy) {
            let state = &self.state;
            let staked: Vec<PlayerId> = state.stakes().map(|(player, _)| player).collect();
            self.desk.retain(|player| state.players().contains(player) || staked.contains(&player));
        }
    }

    pub(super) fn stored(&mut self, (seq, result): Stored) {
        match result {
            Ok(()) => {
                let Self { gate, hall, published, .. } = self;
                gate.committed(seq, |delivery| deliver(hall, published, delivery));
                self.untidy = true;
            }
            Err(error) => {
                // Nothing that depends on this record may leave; the session stops here, its neighbours go on.
                tracing::error!(session = %self.meta.id, seq, %error, "a record was not stored");
                self.shared.store.lose_snapshots(self.meta.id.0);
                for member in self.members.take(|_| true) {
                    member.outbox.close(Close::INTERNAL);
                }
                // Those who were on their way in or out are no members.
                for delivery in self.gate.fail() {
                    if let Delivery::Enter(outbox)
                    | Delivery::Frame(outbox, _)
                    | Delivery::Close(outbox, _) = delivery
                    {
                        outbox.close(Close::INTERNAL);
                    }
                }
                self.over = true;
                self.hall.fail();
            }
        }
    }
}
