//! Moves, questions, chat, clocks, and the end.

use super::{Actor, Ringing};
use crate::{
    session::{command::Verdict, frames, gate::Delivery, members::Member, timers::Due},
    socket::{Close, Frame},
};
use parlor_core::{Chips, Game, Input, Refusal, state::hex};
use sha2::{Digest, Sha256};

impl<G: Game> Actor<G> {
    pub(super) async fn act(
        &mut self,
        connection: u64,
        action: Result<G::Action, Refusal>,
        verdict: Option<Verdict>,
    ) {
        let Some(Member { user, outbox, .. }) = self.members.get(connection).cloned() else {
            return;
        };
        let result = match action {
            _ if self.state.players().seat(user.id).is_none() => Err(Refusal::not_seated()),
            Err(unreadable) => Err(unreadable),
            Ok(action) => self.happen(Some(user), Input::Acted(action)).await,
        };
        if let Err(refusal) = &result {
            self.shared.metrics.refused(refusal.code());
            self.tell(outbox, Frame::event(frames::error(refusal)));
        }
        if let Some(verdict) = verdict {
            self.answer(verdict, result);
        }
    }

    pub(super) fn ask(&mut self, connection: u64, action: Result<G::Action, Refusal>) {
        let Some(member) = self.members.get(connection).cloned() else { return };
        let answer = action.and_then(|action| {
            // The answer leaves when all of this is stored; what is won can be spent by then.
            let (now, won) = (member.purse.spendable(), self.gate.credits(&member.purse));
            let balance = now.checked_add(won).unwrap_or(Chips::MAX);
            let answer = self.state.query(action, &member.user, balance, member.audience());
            answer.map_err(|rejected| self.rejected(&rejected))
        });
        match answer {
            Ok(Some(event)) => self.tell(member.outbox, Frame::event(frames::event(&event))),
            Ok(None) => {}
            Err(refusal) => {
                self.shared.metrics.refused(refusal.code());
                self.tell(member.outbox, Frame::event(frames::error(&refusal)));
            }
        }
    }

    pub(super) async fn say(&mut self, connection: u64, text: &str) {
        let Some(user) = self.members.get(connection).map(|m| m.user.clone()) else { return };
        let said = Input::Said { hash: hex(&Sha256::digest(text)) };
        let line = (user.id, text.to_owned());
        let applied = self.apply(Some(user), said);
        if let Ok(applied) = applied {
            self.commit(applied, Some(line)).await;
        }
    }

    pub(super) async fn ring(&mut self, what: Ringing<G>) {
        match what {
            Ringing::Own(Due::Away(player)) => match self.state.players().get(player).cloned() {
                Some(user) => self.give_up_seat(user).await,
                None => self.timers.settled(player),
            },
            Ringing::Own(Due::Empty) => self.end().await,
            Ringing::Game(Input::Closed) => self.end().await,
            Ringing::Game(input) => {
                let _ = self.happen(None, input).await;
            }
        }
    }

    /// Ends the session: stakes go home, and the sockets close once that is stored.
    pub(super) async fn end(&mut self) {
        if self.over {
            return;
        }
        self.over = true;
        match self.apply(None, Input::Closed) {
            Ok(applied) => self.commit(applied, None).await,
            Err(refusal) => {
                tracing::error!(session = %self.meta.id, %refusal, "a session did not close")
            }
        }
        for member in self.members.take(|_| true) {
            self.pass(Delivery::Close(member.outbox, Close::ENDED));
        }
    }
}
