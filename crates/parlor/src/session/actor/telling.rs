//! Telling: effects are encoded when they are applied, and leave when their record is stored.

use super::Actor;
use crate::{
    session::{command::Verdict, frames, gate::Delivery, members::Member, summary::Published},
    site::Shared,
    socket::{Frame, LOAD_GAME, Outbox, Text},
};
use parlor_core::{Audience, Game, Message as _, Refusal, What};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError},
};

impl<G: Game> Actor<G> {
    /// Encodes an effect for those who get it; `line` is the text where it is chat.
    pub(super) fn render(&mut self, what: What<G>, line: Option<Text>) {
        match what {
            What::All(event) => self.tell_all(&frames::event(&event)),
            What::Sent(event) => self.tell_all(&frames::event(&event)),
            What::Chat => {
                if let Some(line) = line {
                    self.tell_all(&line);
                    self.chat.push_back(line);
                    while self.chat.len() > self.shared.settings.limits.chat_history {
                        self.chat.pop_front();
                    }
                }
            }
            What::One(player, event) => {
                let audience = Audience::Player(player);
                let text = frames::event(&event);
                let outboxes: Vec<_> =
                    self.members.of(audience).map(|m| m.outbox.clone()).collect();
                for outbox in outboxes {
                    self.tell(outbox, Frame::event(text.clone()));
                }
            }
            What::Each(each) => self.tell_each(each, |event| {
                let text = frames::event(event);
                move |_: &str| Frame::event(text.clone())
            }),
            What::EachView(each) => self.tell_each(each, |event| {
                let (kind, event) = (event.kind(), frames::json(event));
                move |user: &str| Frame::view(kind, frames::own_event(&event, user))
            }),
            What::Refresh(each) => self.tell_each(each, |view| {
                let view = frames::json(view);
                move |user: &str| Frame::view(LOAD_GAME, frames::load_game(&view, user))
            }),
        }
    }

    pub(super) fn tell_all(&mut self, text: &Text) {
        let outboxes: Vec<Arc<Outbox>> = self.members.iter().map(|m| m.outbox.clone()).collect();
        for outbox in outboxes {
            self.tell(outbox, Frame::event(text.clone()));
        }
    }

    /// To each audience its own rendering, encoded once, and framed for each user.
    pub(super) fn tell_each<T, F: Fn(&str) -> Frame>(
        &mut self,
        each: Vec<(Audience, T)>,
        encode: impl Fn(&T) -> F,
    ) {
        for (audience, rendering) in each {
            let mut frame = None;
            let to: Vec<_> = self
                .members
                .of(audience)
                .map(|member| {
                    let frame = frame.get_or_insert_with(|| encode(&rendering));
                    (member.outbox.clone(), frame(&member.user.name))
                })
                .collect();
            for (outbox, frame) in to {
                self.tell(outbox, frame);
            }
        }
    }

    /// Shows a connection the game as it stands.
    pub(super) fn load(&mut self, member: &Member) {
        let frame = match self.state.view(member.audience()) {
            Ok(view) => {
                let view = frames::json(&view);
                // It was asked for, or is the connection's first frame: nothing else may take its place.
                Frame::event(frames::load_game(&view, &member.user.name))
            }
            Err(rejected) => Frame::event(frames::error(&self.rejected(&rejected))),
        };
        self.tell(member.outbox.clone(), frame);
    }

    pub(super) fn tell(&mut self, outbox: Arc<Outbox>, frame: Frame) {
        self.pass(Delivery::Frame(outbox, frame));
    }

    pub(super) fn answer(&mut self, verdict: Verdict, result: Result<(), Refusal>) {
        self.pass(Delivery::Answer(Box::new(move || drop(verdict.send(result)))));
    }

    pub(super) fn publish(&mut self) {
        let published = self.published_now();
        self.timers.set_empty(published.players == 0);
        self.pass(Delivery::Publish(published));
    }

    pub(super) fn published_now(&self) -> Published {
        let players = self.state.players();
        let counted =
            catch_unwind(AssertUnwindSafe(|| (self.state.len(), self.state.game().stage())));
        let (count, stage) = counted.unwrap_or_else(|_| (players.len(), ""));
        Published {
            players: count,
            spectators: players.spectators().count(),
            stage,
            seated: players.seated().map(|(_, player)| player.id).collect(),
        }
    }

    pub(super) fn pass(&mut self, delivery: Delivery) {
        if let Some(delivery) = self.gate.pass(delivery) {
            deliver(&self.shared, &self.published, delivery);
        }
    }
}

pub(super) fn deliver(shared: &Shared, published: &Mutex<Published>, delivery: Delivery) {
    match delivery {
        Delivery::Frame(outbox, frame) => {
            shared.metrics.delivered();
            outbox.push(frame);
        }
        Delivery::Close(outbox, close) => outbox.close(close),
        Delivery::Credit(purse, amount) => purse.put(amount),
        Delivery::Publish(new) => {
            *published.lock().unwrap_or_else(PoisonError::into_inner) = new;
        }
        Delivery::Answer(answer) => answer(),
    }
}
