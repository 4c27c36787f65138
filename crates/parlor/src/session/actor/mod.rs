//! The actor: one task a session, which alone touches its state.
//!
//! It waits for its mailbox, its clocks and its commits, and for nothing else. What it tells waits at the gate until the
//! record it comes from is stored.

mod applying;
mod coming;
mod playing;
mod telling;

use super::{
    clock::Clock,
    command::{Command, Wish},
    desk::Desk,
    frames,
    gate::{Delivery, Gate},
    history::History,
    ids::Ids,
    members::Members,
    summary::{Meta, Published},
    timers::{Due, Timers},
};
use crate::{
    accounts::Purse,
    site::Shared,
    socket::{Close, Frame, Text},
    store::{WriteError, journal::Hash},
};
use parlor_core::{Game, Input, Player, PlayerId, Refusal, State};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};

/// What the store says of a record.
type Stored = (u64, Result<(), WriteError>);

/// What an actor starts from.
pub(super) struct Start<G: Game> {
    pub(super) meta: Arc<Meta>,
    pub(super) state: State<G>,
    pub(super) chain: Hash,
    pub(super) at: i64,
    pub(super) chat: VecDeque<Text>,
    pub(super) history: History,
    pub(super) ids: Ids,
}

/// One session.
pub(super) struct Actor<G: Game> {
    shared: Arc<Shared>,
    meta: Arc<Meta>,
    state: State<G>,
    chain: Hash,
    clock: Clock,
    gate: Gate,
    members: Members,
    desk: Desk,
    timers: Timers,
    chat: VecDeque<Text>,
    history: History,
    ids: Ids,
    published: Arc<Mutex<Published>>,
    stored: (mpsc::UnboundedSender<Stored>, mpsc::UnboundedReceiver<Stored>),
    over: bool,
    rest: Vec<oneshot::Sender<()>>,
}

impl<G: Game> Actor<G> {
    pub(super) fn new(
        shared: Arc<Shared>,
        start: Start<G>,
        published: Arc<Mutex<Published>>,
    ) -> Self {
        let Start { meta, state, chain, at, chat, history, ids } = start;
        let timers = Timers::new(
            G::GRACE.unwrap_or(shared.settings.seat_grace),
            G::EMPTY_AFTER.unwrap_or(shared.settings.empty_after),
        );
        let mut actor = Self {
            meta,
            chain,
            clock: Clock::after(at),
            gate: Gate::open_at(state.seq()),
            members: Members::default(),
            desk: Desk::default(),
            timers,
            chat,
            history,
            ids,
            published,
            stored: mpsc::unbounded_channel(),
            over: state.ended(),
            rest: Vec::new(),
            state,
            shared,
        };
        actor.timers.set_empty(actor.published_now().players == 0);
        actor.publish();
        actor
    }

    /// Takes a session up again that was in the database: nobody is connected, and everyone's grace begins anew.
    pub(super) async fn resume(&mut self, purses: Vec<(PlayerId, Arc<Purse>)>) {
        for (player, purse) in purses {
            self.desk.admit(player, purse);
        }
        let watching: Vec<Player> = self.state.players().spectators().cloned().collect();
        let _ = self.happen(None, Input::Resumed, None).await;
        for spectator in watching {
            let _ = self.happen(Some(spectator), Input::Unwatched, None).await;
        }
        let seated: Vec<PlayerId> = self.state.players().seated().map(|(_, p)| p.id).collect();
        seated.into_iter().for_each(|player| self.timers.gone(player));
    }

    /// Runs until the session is over and everything is told.
    pub(super) async fn run(mut self, mut mailbox: mpsc::Receiver<Command<G>>) {
        while !(self.over && self.gate.is_clear()) {
            let due = self.next_due();
            let at = due.as_ref().map_or_else(Instant::now, |(at, _)| *at);
            tokio::select! {
                biased;
                Some(stored) = self.stored.1.recv() => self.stored(stored),
                () = tokio::time::sleep_until(at), if due.is_some() && self.gate.has_room() => {
                    if let Some((_, what)) = due {
                        self.ring(what).await;
                    }
                }
                command = mailbox.recv(), if self.gate.has_room() => match command {
                    Some(command) if self.over => Self::turn_away(command),
                    Some(command) => self.obey(command).await,
                    None => self.over = true,
                },
            }
            if self.gate.is_clear() {
                for rested in self.rest.drain(..) {
                    let _ = rested.send(());
                }
            }
        }
        mailbox.close();
        while let Ok(command) = mailbox.try_recv() {
            Self::turn_away(command);
        }
    }

    async fn obey(&mut self, command: Command<G>) {
        match command {
            Command::Join { user, purse, verdict } => self.join(user, purse, verdict).await,
            Command::MayJoin { user, role, verdict } => {
                let result = self.may_join(&user, role);
                self.answer(verdict, result);
            }
            Command::Attach(member, greeting) => self.attach(member, greeting).await,
            Command::Detach { connection } => {
                if let Some(member) = self.members.remove(connection) {
                    self.detached(member).await;
                }
            }
            Command::Message { connection, id, wish } => {
                self.message(connection, id, wish).await;
            }
            Command::Tell { connection, event } => {
                if let Some(outbox) = self.members.get(connection).map(|m| m.outbox.clone()) {
                    self.tell(outbox, Frame::answer(frames::event(&event)));
                }
            }
            Command::Send { event } => {
                if let Ok(event) = serde_json::to_value(&event) {
                    let _ = self.happen(None, Input::Sent(event), None).await;
                }
            }
            Command::Close { closed } => {
                self.end().await;
                self.pass(Delivery::Answer(Box::new(move || {
                    let _ = closed.send(());
                })));
            }
            Command::Rest { rested } => self.rest.push(rested),
        }
    }

    /// The session is over: whoever comes now comes too late.
    fn turn_away(command: Command<G>) {
        let late = || Refusal::new("no_such_session", "the session has ended");
        match command {
            Command::Join { verdict, .. }
            | Command::MayJoin { verdict, .. }
            | Command::Message { wish: Wish::Act(_, Some(verdict)), .. } => {
                drop(verdict.send(Err(late())));
            }
            Command::Attach(member, _) => member.outbox.close(Close::ENDED),
            Command::Close { closed: done } | Command::Rest { rested: done } => {
                let _ = done.send(());
            }
            _ => {}
        }
    }

    fn next_due(&self) -> Option<(Instant, Ringing<G>)> {
        if self.over {
            return None;
        }
        let own = self.timers.next().map(|(at, due)| (at, Ringing::Own(due)));
        let game = self.state.next_alarm();
        let game = game.map(|(at, input)| (self.clock.instant(at), Ringing::Game(input)));
        own.into_iter().chain(game).min_by_key(|(at, _)| *at)
    }
}

/// What the clocks do.
enum Ringing<G: Game> {
    Own(Due),
    Game(Input<G::Action>),
}
