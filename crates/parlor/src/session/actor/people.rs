//! What happens to an account, at a table where its player is: another name, and its end.

use super::Actor;
use crate::{
    session::{command::Departure, gate::Delivery},
    socket::Close,
};
use parlor_core::{Game, Input, Player};
use tokio::sync::oneshot;

impl<G: Game> Actor<G> {
    /// One who may be here is called otherwise from now on.
    pub(in crate::session) async fn rename(&mut self, user: Player) {
        self.members.rename(&user);
        if self.called_otherwise(&user) {
            let _ = self.happen(Some(user), Input::Renamed, None).await;
        }
    }

    /// Whether the player is here, and by another name.
    fn called_otherwise(&self, user: &Player) -> bool {
        let players = self.state.players();
        let here = players.seated().map(|(_, player)| player).chain(players.spectators());
        here.into_iter().any(|player| player.id == user.id && player.name != user.name)
    }

    /// The account of one who may be here is gone. First the name, so that whoever plays the hand on plays it by the new one.
    pub(super) async fn depart(&mut self, departure: Departure, done: oneshot::Sender<()>) {
        let Departure { user, said_as } = departure;
        self.memory.forget_lines_of(&said_as);
        self.rename(user.clone()).await;
        let theirs = self.members.take(|member| member.user.id == user.id);
        self.give_up_seat(user.clone(), None, None).await;
        if !self.over && self.state.players().watches(user.id) {
            let _ = self.happen(Some(user), Input::Unwatched, None).await;
        }
        for member in theirs {
            self.pass(Delivery::Close(member.outbox.clone(), Close::SIGNED_OUT));
        }
        self.confirm(done);
    }

    /// Says that all of this is stored, once it is.
    pub(super) fn confirm(&mut self, done: oneshot::Sender<()>) {
        self.pass(Delivery::Answer(Box::new(move || {
            let _ = done.send(());
        })));
    }
}
