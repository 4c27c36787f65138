//! Telling: effects are encoded when they are applied, and leave when their record is stored.

use super::Actor;
use crate::{
    session::{
        command::Verdict, frames, gate::Delivery, hall::Hall, history::Hearer, members::Member,
        summary::Published, watch::Doing,
    },
    socket::{Frame, LOAD_GAME, Outbox, Told},
};
use parlor_core::{Audience, Game, Message as _, Refusal, What};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError},
};

impl<G: Game> Actor<G> {
    /// Encodes an effect for those who get it, once, and keeps events for those who come back; `line` is the text where it
    /// is chat.
    pub(super) fn render(&mut self, what: What<G>, seq: u64, line: Option<String>) {
        if let (What::Chat, Some(line)) = (&what, &line) {
            let kept = self.shared.settings.limits.chat_history;
            self.shared.metrics.hit(self.memory.say(line.clone(), kept));
        }
        if let Some(events) = frames::kept(&what, line) {
            for (hearer, text) in events {
                self.tell_event(hearer, Told::new(text, seq));
            }
            return;
        }
        match what {
            What::EachView(each) => self.tell_each(each, |event| {
                let (kind, event) = (event.kind(), frames::json(event));
                move |user: &str| Frame::view(kind, Told::new(frames::own_event(&event, user), seq))
            }),
            What::Refresh(each) => self.tell_each(each, |view| {
                let view = frames::json(view);
                move |user: &str| {
                    Frame::view(LOAD_GAME, Told::new(frames::load_game(&view, user), seq))
                }
            }),
            // These are events.
            What::All(_) | What::One(..) | What::Each(_) | What::Sent(_) | What::Chat => {}
        }
    }

    fn tell_event(&mut self, hearer: Hearer, told: Told) {
        match hearer {
            None => self.pass(Delivery::All(told.clone())),
            Some(only) => {
                let outboxes: Vec<_> =
                    self.members.of(only).map(|member| member.outbox.clone()).collect();
                for outbox in outboxes {
                    self.tell(outbox, Frame::event(told.clone()));
                }
            }
        }
        self.shared.metrics.hit(self.memory.history.keep(hearer, told));
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

    /// Shows a new connection the game as it stands.
    pub(super) fn load(&mut self, member: &Member) {
        let now = self.state.effects();
        let text = self.game_for(member);
        self.tell(member.outbox.clone(), Frame::answer_at(text, now));
    }

    /// Shows a connection that asks for it the game as it stands.
    pub(super) fn load_again(&mut self, member: &Member) {
        let text = self.game_for(member);
        self.tell(member.outbox.clone(), Frame::answer(text));
    }

    fn game_for(&self, member: &Member) -> String {
        let view = || self.state.view(member.audience());
        match self.watched.during(Doing::View, view).0 {
            Ok(view) => frames::load_game(&frames::json(&view), &member.user.name),
            Err(rejected) => frames::error(&self.rejected(&rejected), None),
        }
    }

    pub(super) fn tell(&mut self, outbox: Arc<Outbox>, frame: Frame) {
        self.pass(Delivery::Frame(outbox, frame));
    }

    pub(super) fn answer(&mut self, verdict: Verdict, result: Result<(), Refusal>) {
        self.pass(Delivery::Answer(Box::new(move || drop(verdict.send(result)))));
    }

    /// Lets lists show the session as it stands, once that is stored; returns what is to be stored of it, where it has
    /// changed.
    pub(super) fn publish(&mut self) -> Option<String> {
        let (count, stage) = self.count_and_stage();
        let published = self.shown.show(self.state.shared_players(), count, stage)?;
        self.timers.set_empty(published.is_empty());
        let shown = frames::json(&published);
        self.pass(Delivery::Publish(published));
        Some(shown)
    }

    /// How many play, and at which stage the game is, as it says itself.
    fn count_and_stage(&self) -> (usize, &'static str) {
        let counted =
            || catch_unwind(AssertUnwindSafe(|| (self.state.len(), self.state.game().stage())));
        let (counted, _) = self.watched.during(Doing::Stage, counted);
        counted.unwrap_or_else(|_| (self.state.players().len(), ""))
    }

    pub(super) fn pass(&mut self, delivery: Delivery) {
        if let Some(delivery) = self.gate.pass(delivery) {
            deliver(&mut self.hall, &self.published, delivery);
        } else {
            self.shared.metrics.hit(self.gate.reached());
        }
    }
}

pub(super) fn deliver(hall: &mut Hall, published: &Mutex<Published>, delivery: Delivery) {
    match delivery {
        Delivery::Enter(outbox) => hall.enter(outbox),
        Delivery::Leave(id) => hall.leave(id),
        Delivery::All(told) => hall.tell_all(told),
        Delivery::Frame(outbox, frame) => hall.tell(&outbox, frame),
        Delivery::Close(outbox, close) => hall.close(&outbox, close),
        Delivery::Credit(purse, amount) => purse.put(amount),
        Delivery::Publish(new) => {
            *published.lock().unwrap_or_else(PoisonError::into_inner) = new;
        }
        Delivery::Answer(answer) => {
            // Whoever asked may look at once for what was told before.
            hall.hear();
            answer();
        }
    }
}
