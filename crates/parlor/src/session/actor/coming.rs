//! Coming and going.

use super::Actor;
use crate::{
    accounts::Purse,
    session::{
        command::Verdict,
        gate::Delivery,
        members::{Member, Role},
    },
    socket::{Close, Frame},
};
use parlor_core::{Game, Happening, Input, Player, Refusal};
use std::sync::Arc;
use tokio::sync::oneshot;

impl<G: Game> Actor<G> {
    pub(super) async fn join(&mut self, user: Player, purse: Arc<Purse>, verdict: Verdict) {
        let id = user.id;
        self.desk.admit(id, purse);
        let result = if self.state.players().contains(id) {
            Ok(())
        } else {
            self.happen(Some(user), Input::Joined).await
        };
        // The seat is kept for the grace time from here on, should the socket never open.
        if result.is_ok() && !self.members.has(id, Role::Player) {
            self.timers.gone(id);
        }
        self.answer(verdict, result);
    }

    pub(super) fn may_join(&self, user: &Player, role: Role) -> Result<(), Refusal> {
        if role == Role::Spectator || self.state.players().contains(user.id) {
            return Ok(());
        }
        let happening =
            Happening { at: self.clock.now(), who: Some(user.clone()), input: Input::Joined };
        let tried = self.state.clone().apply(happening, self.desk.outside());
        self.desk.undo();
        tried.map(drop).map_err(|rejected| rejected.refusal())
    }

    pub(super) async fn attach(&mut self, member: Member, attached: oneshot::Sender<()>) {
        let Member { user, role, .. } = member.clone();
        let first = !self.members.has(user.id, role);
        if role == Role::Player && !self.state.players().contains(user.id) {
            // The seat was given up between the handshake and the opening of the socket.
            return member.outbox.close(Close::LEFT);
        }
        if role == Role::Spectator && first && !self.state.players().watches(user.id) {
            let watched = self.happen(Some(user.clone()), Input::Watched).await;
            if watched.is_err() {
                return member.outbox.close(Close::INTERNAL);
            }
        }
        if role == Role::Player {
            self.timers.settled(user.id);
        }
        self.load(&member);
        for line in self.chat.clone() {
            self.tell(member.outbox.clone(), Frame::event(line));
        }
        self.pass(Delivery::Answer(Box::new(move || {
            let _ = attached.send(());
        })));
        let replaced = self.members.add(member, self.shared.settings.limits.sockets_per_seat);
        if let Some(replaced) = replaced {
            self.detached(replaced).await;
        }
    }

    pub(super) async fn detached(&mut self, member: Member) {
        let Member { user, role, .. } = member;
        if self.members.has(user.id, role) {
            return;
        }
        match role {
            Role::Player if self.state.players().contains(user.id) => self.timers.gone(user.id),
            Role::Spectator if self.state.players().watches(user.id) => {
                let _ = self.happen(Some(user), Input::Unwatched).await;
            }
            Role::Player | Role::Spectator => {}
        }
    }

    pub(super) async fn leave(&mut self, connection: u64) {
        let Some(member) = self.members.get(connection).cloned() else { return };
        match member.role {
            Role::Spectator => {
                self.members.remove(connection);
                self.detached(member.clone()).await;
                self.pass(Delivery::Close(member.outbox, Close::LEFT));
            }
            Role::Player => self.give_up_seat(member.user).await,
        }
    }

    pub(super) async fn give_up_seat(&mut self, user: Player) {
        let id = user.id;
        self.timers.settled(id);
        let theirs = self.members.take(|m| m.user.id == id && m.role == Role::Player);
        if self.state.players().contains(id) {
            let _ = self.happen(Some(user), Input::Left).await;
        }
        self.shared.seats.release(id, self.meta.id);
        for member in theirs {
            self.pass(Delivery::Close(member.outbox, Close::LEFT));
        }
    }
}
