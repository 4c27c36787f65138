//! Coming and going.

use super::Actor;
use crate::{
    accounts::Purse,
    session::{
        command::{Greeting, Offer, Verdict},
        frames,
        gate::Delivery,
        members::{Member, Role},
        seats::Claim,
    },
    settings::Limit,
    socket::{Close, Frame, Outbox},
};
use parlor_core::{Game, Input, Player, PlayerId, Refusal};
use std::sync::Arc;
use tokio::sync::oneshot;

impl<G: Game> Actor<G> {
    pub(super) async fn join(
        &mut self,
        user: Player,
        purse: Arc<Purse>,
        claim: Claim,
        verdict: Verdict,
    ) {
        if verdict.is_closed() {
            // It waited too long for a game that did not come back, or went away meanwhile.
            return;
        }
        let Some(user) = self.shared.changes.now(user) else {
            let gone = Refusal::new("no_player", "this account is gone");
            return self.answer(verdict, Err(gone));
        };
        let id = user.id;
        self.desk.admit(id, purse);
        let result = if self.state.players().contains(id) { Ok(()) } else { self.sit(user).await };
        if result.is_ok() {
            claim.keep();
            // The seat is kept for the grace time from here on, should the socket never open.
            if !self.members.has(id, Role::Player) {
                self.timers.gone(id);
            }
        }
        self.answer(verdict, result);
    }

    pub(super) fn may_join(&self, user: &Player, role: Role) -> Result<(), Refusal> {
        if role == Role::Spectator || self.state.players().contains(user.id) {
            return Ok(());
        }
        self.as_if_seated(user).map(drop)
    }

    /// How the user would come to play here, as somebody who asks for any table: not at all, where the game is about to end.
    pub(super) fn offer(&self, user: &Player) -> Option<Offer> {
        let state = self.as_if_seated(user).ok()?;
        let at_once = state.players().seat(user.id).is_some();
        (!state.is_ending()).then_some(Offer { at_once })
    }

    pub(super) async fn attach(
        &mut self,
        mut member: Member,
        greeting: Option<Greeting>,
        attached: oneshot::Sender<()>,
    ) {
        let Some(user) = self.shared.changes.now(member.user.clone()) else {
            return member.outbox.close(Close::SIGNED_OUT);
        };
        let role = member.role;
        member.user = user.clone();
        let first = !self.members.has(user.id, role);
        if role == Role::Player && !self.state.players().contains(user.id) {
            // The seat was given up between the handshake and the opening of the socket.
            return member.outbox.close(Close::LEFT);
        }
        if role == Role::Spectator && first && !self.state.players().watches(user.id) {
            let watched = self.happen(Some(user.clone()), Input::Watched, None).await;
            if watched.is_err() {
                return member.outbox.close(Close::INTERNAL);
            }
            if self.over {
                return member.outbox.close(Close::ENDED);
            }
        }
        if role == Role::Player {
            self.timers.settled(user.id);
        }
        self.pass(Delivery::Enter(member.outbox.clone()));
        self.greet(&member, greeting);
        self.pass(Delivery::Answer(Box::new(move || {
            let _ = attached.send(());
        })));
        let most = self.shared.settings.limits.sockets_per_seat;
        let replaced = self.members.add(Arc::new(member), most);
        if let Some(replaced) = replaced {
            self.pass(Delivery::Close(replaced.outbox.clone(), Close::REPLACED));
            self.shared.metrics.hit(Limit::SocketsPerSeat);
            self.detached(&replaced).await;
        }
    }

    pub(super) async fn detached(&mut self, member: &Member) {
        let Member { user, role, outbox, .. } = member;
        self.pass(Delivery::Leave(outbox.id()));
        if self.members.has(user.id, *role) {
            return;
        }
        match role {
            Role::Player if self.state.players().contains(user.id) => self.timers.gone(user.id),
            Role::Spectator if self.state.players().watches(user.id) => {
                let _ = self.happen(Some(user.clone()), Input::Unwatched, None).await;
            }
            Role::Player | Role::Spectator => {}
        }
    }

    /// The first frames of a connection. One who comes back is told what was missed, others the last lines of chat.
    fn greet(&mut self, member: &Member, greeting: Option<Greeting>) {
        let now = self.state.effects();
        let missed = match greeting {
            Some(Greeting::After(after)) => {
                let missed = self.memory.history.since(after, now, member.audience());
                missed.map(|missed| (after, missed))
            }
            Some(Greeting::Anew) | None => None,
        };
        if greeting.is_some() {
            let (resumed, at) = missed.as_ref().map_or((false, now), |(after, _)| (true, *after));
            let welcome = frames::welcome(&member.user.name, member.role, self.meta.id, resumed);
            self.tell(member.outbox.clone(), Frame::answer_at(welcome, at));
        }
        match missed {
            Some((_, missed)) => {
                for told in missed {
                    self.tell(member.outbox.clone(), Frame::event(told).greets());
                }
                self.load(member);
            }
            None => {
                self.load(member);
                for line in self.memory.chat.clone() {
                    self.tell(member.outbox.clone(), Frame::answer(line).greets());
                }
            }
        }
    }

    pub(super) async fn leave(&mut self, member: &Member, id: Option<String>) {
        let acked = id.clone().map(|id| (member.outbox.clone(), id));
        match member.role {
            Role::Spectator => {
                self.members.remove(member.outbox.id());
                self.detached(member).await;
                self.ack(acked);
                self.pass(Delivery::Close(member.outbox.clone(), Close::LEFT));
            }
            Role::Player => {
                // A player who leaves is gone from the session, also where the player only watched.
                let user = member.user.clone();
                let watched =
                    self.members.take(|m| m.user.id == user.id && m.role == Role::Spectator);
                self.give_up_seat(user.clone(), id, acked).await;
                if self.state.players().watches(user.id) {
                    let _ = self.happen(Some(user), Input::Unwatched, None).await;
                }
                for member in watched {
                    self.pass(Delivery::Close(member.outbox.clone(), Close::LEFT));
                }
            }
        }
    }

    /// One who is shut out has no seat any more, and watches no more; it is told once that is stored.
    pub(super) async fn shut_out(&mut self, user: PlayerId, done: oneshot::Sender<()>) {
        for member in self.members.take(|member| member.user.id == user) {
            self.pass(Delivery::Close(member.outbox.clone(), Close::SIGNED_OUT));
        }
        let players = self.state.players();
        let seated = players.seated().map(|(_, player)| player).find(|player| player.id == user);
        if let Some(player) = seated.cloned() {
            self.give_up_seat(player, None, None).await;
        }
        let watching = self.state.players().spectators().find(|player| player.id == user);
        if let Some(player) = watching.cloned().filter(|_| !self.over) {
            let _ = self.happen(Some(player), Input::Unwatched, None).await;
        }
        self.pass(Delivery::Answer(Box::new(move || {
            let _ = done.send(());
        })));
    }

    /// The player has no seat any more: because of a message, which is acknowledged, or after too long an absence.
    pub(super) async fn give_up_seat(
        &mut self,
        user: Player,
        id: Option<String>,
        acked: Option<(Arc<Outbox>, String)>,
    ) {
        let player = user.id;
        self.timers.settled(player);
        let theirs = self.members.take(|m| m.user.id == player && m.role == Role::Player);
        if self.state.players().contains(player) {
            let _ = self.happen(Some(user), Input::Left, id).await;
        }
        self.shared.seats.release(player, self.meta.id);
        self.ack(acked);
        for member in theirs {
            self.pass(Delivery::Close(member.outbox.clone(), Close::LEFT));
        }
    }
}
