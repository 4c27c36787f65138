//! What is due next, by whichever clock, and what happens then.

use super::Actor;
use crate::session::timers::Due;
use parlor_core::{Game, Input, PlayerId};
use tokio::time::Instant;

/// What the clocks do.
pub(super) enum Ringing<G: Game> {
    Own(Due),
    Game(Input<G::Action>),
    /// This bot looks at the table.
    Bot(PlayerId),
}

impl<G: Game> Actor<G> {
    pub(super) fn next_due(&self) -> Option<(Instant, Ringing<G>)> {
        if self.over {
            return None;
        }
        let own = self.timers.next().map(|(at, due)| (at, Ringing::Own(due)));
        let game = self.state.next_alarm();
        let game = game.map(|(at, input)| (self.timers.clock().instant(at), Ringing::Game(input)));
        let bot = self.bots.next().map(|(at, bot)| (at, Ringing::Bot(bot)));
        own.into_iter().chain(game).chain(bot).min_by_key(|(at, _)| *at)
    }

    pub(super) async fn ring(&mut self, what: Ringing<G>) {
        match what {
            Ringing::Own(Due::Away(player)) => match self.state.players().get(player).cloned() {
                Some(user) => self.give_up_seat(user, None, None).await,
                None => self.timers.settled(player),
            },
            Ringing::Own(Due::Empty) => self.end().await,
            Ringing::Bot(bot) => self.bot_looks(bot).await,
            Ringing::Game(Input::Closed) => self.end().await,
            Ringing::Game(input) => {
                let _ = self.happen(None, input, None).await;
            }
        }
    }

    /// Does what is due by now, with what bots think of meanwhile; false where there is nothing.
    pub(super) async fn is_due(&mut self) -> bool {
        if self.over {
            return false;
        }
        let due = self.next_due().filter(|(at, _)| *at <= self.shared.clock.now());
        if let Some((_, what)) = due {
            self.ring(what).await;
        } else if self.bots.think() {
            let Some(thought) = self.bots.thought().await else { return false };
            self.bot_has_thought(*thought).await;
        } else {
            return false;
        }
        true
    }
}
