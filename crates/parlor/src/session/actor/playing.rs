//! Moves, questions, chat, and the end.

use super::Actor;
use crate::{
    session::{command::Wish, frames, gate::Delivery, members::Member, watch::Doing},
    socket::{Close, Frame, Outbox},
};
use parlor_core::{Chips, Game, Input, Message as _, Refusal, state::hex};
use sha2::{Digest, Sha256};
use std::sync::Arc;

impl<G: Game> Actor<G> {
    /// A message: judged, applied, and acknowledged where it has an id. One that was applied before is acknowledged again.
    pub(super) async fn message(&mut self, connection: u64, id: Option<String>, wish: Wish<G>) {
        let Some(member) = self.members.get(connection).cloned() else { return };
        self.hall.hears_first(connection);
        let acked = id.clone().map(|id| (member.outbox.clone(), id));
        let known = id.as_ref().is_some_and(|id| self.memory.ids.knows(member.user.id, id));
        let (result, verdict) = match wish {
            _ if known => (Ok(()), None),
            Wish::Act(action, verdict) => (self.act(&member, action, id).await, verdict),
            Wish::Ask(action) => (self.ask(&member, action), None),
            Wish::Load => {
                self.load_again(&member);
                (Ok(()), None)
            }
            Wish::Refused(refusal) => (Err(refusal), None),
            Wish::Say(text) => (self.say(&member, text, id).await, None),
            Wish::Leave => return self.leave(&member, id).await,
        };
        match &result {
            Ok(()) => self.ack(acked),
            Err(refusal) => {
                self.shared.metrics.refused(refusal.code());
                let id = acked.as_ref().map(|(_, id)| id.as_str());
                self.tell(member.outbox.clone(), Frame::answer(frames::error(refusal, id)));
            }
        }
        if let Some(verdict) = verdict {
            self.answer(verdict, result);
        }
    }

    /// Says that a message was applied, once it is stored.
    pub(super) fn ack(&mut self, acked: Option<(Arc<Outbox>, String)>) {
        if let Some((outbox, id)) = acked {
            self.tell(outbox, Frame::answer(frames::ack(&id)));
        }
    }

    async fn act(
        &mut self,
        member: &Member,
        action: Result<G::Action, Refusal>,
        id: Option<String>,
    ) -> Result<(), Refusal> {
        if self.state.players().seat(member.user.id).is_none() {
            return Err(Refusal::not_seated());
        }
        self.happen(Some(member.user.clone()), Input::Acted(action?), id).await
    }

    fn ask(&mut self, member: &Member, action: Result<G::Action, Refusal>) -> Result<(), Refusal> {
        // The answer leaves when all of this is stored; what is won can be spent by then.
        let (now, won) = (member.purse.spendable(), self.gate.credits(&member.purse));
        let balance = now.checked_add(won).unwrap_or(Chips::MAX);
        let action = action?;
        let (doing, audience) = (Doing::Question(action.kind()), member.audience());
        let query = || self.state.query(action, &member.user, balance, audience);
        let (answer, _) = self.watched.during(doing, query);
        if let Some(event) = answer.map_err(|rejected| self.rejected(&rejected))? {
            self.tell(member.outbox.clone(), Frame::answer(frames::event(&event)));
        }
        Ok(())
    }

    async fn say(
        &mut self,
        member: &Member,
        text: String,
        id: Option<String>,
    ) -> Result<(), Refusal> {
        let said = Input::Said { hash: hex(&Sha256::digest(&text)) };
        let applied = self.apply(Some(member.user.clone()), said, id)?;
        self.commit(applied, Some((member.user.id, text))).await;
        Ok(())
    }

    /// Ends the session: stakes go home, and the sockets close once that is stored.
    pub(super) async fn end(&mut self) {
        if self.over {
            return;
        }
        self.over = true;
        match self.apply(None, Input::Closed, None) {
            Ok(applied) => self.commit(applied, None).await,
            Err(refusal) => {
                tracing::error!(session = %self.meta.id, %refusal, "a session did not close")
            }
        }
        for member in self.members.take(|_| true) {
            self.pass(Delivery::Close(member.outbox.clone(), Close::ENDED));
        }
    }
}
