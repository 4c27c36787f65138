//! The actor: one task a session, which alone touches its state.
//!
//! It waits for its mailbox, its clocks and its commits, and for nothing else. What it tells waits at the gate until the
//! record it comes from is stored.

mod applying;
mod bots;
mod coming;
mod due;
mod keeping;
mod people;
mod playing;
mod telling;

use super::{
    bots::{Bots, MakeBot},
    clock::SessionClock,
    command::{Command, Wish},
    company::Company,
    desk::Desk,
    frames,
    gate::{Delivery, Gate},
    hall::Hall,
    members::Members,
    memory::Memory,
    summary::{Meta, Published, Shown},
    timers::Timers,
    watch::Watched,
};
use crate::{
    accounts::Purse,
    site::Shared,
    socket::{Close, Frame},
    store::{Progress, journal::Hash},
};
use parlor_core::{Game, Input, Player, PlayerId, Refusal, State};
use std::sync::{Arc, Mutex};
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};

/// How many commands are obeyed before those who hear of them are told.
const A_ROUND: usize = 256;

/// What an actor starts from.
pub(super) struct Start<G: Game> {
    pub(super) meta: Arc<Meta>,
    pub(super) state: State<G>,
    pub(super) chain: Hash,
    pub(super) clock: SessionClock,
    pub(super) memory: Memory,
    /// The last record that a snapshot was made of.
    pub(super) kept: u64,
    /// What drives the game's bots, where it has any.
    pub(super) bots: Option<MakeBot<G>>,
}

/// One session.
pub(super) struct Actor<G: Game> {
    shared: Arc<Shared>,
    meta: Arc<Meta>,
    state: State<G>,
    watched: Watched<G>,
    chain: Hash,
    gate: Gate,
    members: Members,
    hall: Hall,
    desk: Desk,
    timers: Timers,
    bots: Bots<G>,
    memory: Memory,
    published: Arc<Mutex<Published>>,
    progress: Progress,
    company: Company,
    over: bool,
    kept: u64,
    /// Whether a record was stored since the desk was tidied.
    untidy: bool,
    /// What lists show of it.
    shown: Shown,
    /// Since when nobody is connected.
    idle: Option<Instant>,
    rest: Vec<oneshot::Sender<()>>,
    /// Who waits for the end of the task.
    unsettled: Vec<oneshot::Sender<()>>,
}

impl<G: Game> Actor<G> {
    pub(super) fn new(
        shared: Arc<Shared>,
        start: Start<G>,
        published: Arc<Mutex<Published>>,
    ) -> Self {
        let Start { meta, state, chain, clock, memory, kept, bots } = start;
        let now = shared.clock.now();
        let timers = Timers::new(
            clock,
            G::GRACE.unwrap_or(shared.settings.seat_grace),
            G::EMPTY_AFTER.unwrap_or(shared.settings.empty_after),
        );
        let mut actor = Self {
            watched: shared.watch.session(meta.id),
            meta,
            chain,
            gate: Gate::open_at(state.seq()),
            members: Members::default(),
            hall: Hall::default(),
            desk: Desk::default(),
            timers,
            bots: Bots::new(bots),
            memory,
            published,
            progress: Progress::default(),
            company: Company::default(),
            over: false,
            kept,
            untidy: false,
            shown: Shown::default(),
            idle: Some(now),
            rest: Vec::new(),
            unsettled: Vec::new(),
            state,
            shared,
        };
        actor.publish();
        actor.bots.keep_company(actor.timers.clock());
        actor.bots.stir(&actor.state, actor.timers.clock());
        actor
    }

    /// Takes a session up again that was in the database: nobody is connected, and everyone's grace begins anew.
    pub(super) async fn resume(&mut self, purses: Vec<(PlayerId, Arc<Purse>)>) {
        self.admit(purses);
        let watching: Vec<Player> = self.state.players().spectators().cloned().collect();
        let _ = self.happen(None, Input::Resumed, None).await;
        if self.over {
            // The game had ended it: nothing comes after the end.
            return;
        }
        for spectator in watching {
            let _ = self.happen(Some(spectator), Input::Unwatched, None).await;
        }
        self.dismiss_unknown_bots().await;
        let seated = self.state.players().seated().map(|(_, player)| player.id);
        // A bot is never away.
        let people: Vec<PlayerId> = seated.filter(|player| !player.is_bot()).collect();
        people.into_iter().for_each(|player| self.timers.gone(player));
    }

    /// Takes a session up again that this process had put to sleep: its clocks run on.
    pub(super) fn wake(&mut self, purses: Vec<(PlayerId, Arc<Purse>)>, timers: Timers) {
        self.admit(purses);
        self.timers = timers;
    }

    fn admit(&self, purses: Vec<(PlayerId, Arc<Purse>)>) {
        for (player, purse) in purses {
            self.desk.admit(player, purse);
        }
    }

    /// Runs until the session is over and everything is told, or until it might fall asleep.
    pub(super) async fn run(&mut self, mailbox: &mut mpsc::Receiver<Command<G>>) -> Ran {
        if self.state.ended() {
            // The game had ended it, and the last program got no further.
            Box::pin(self.end()).await;
        }
        while !(self.over && self.gate.is_clear()) {
            self.watched.may_have_woken();
            // What obeys is boxed, so that a table at which nothing happens takes no memory for it.
            let due = self.next_due();
            let at = due.as_ref().map_or_else(|| self.shared.clock.now(), |(at, _)| *at);
            let asleep_at = self.may_sleep_at(at, due.is_some());
            let clock = &self.shared.clock;
            tokio::select! {
                biased;
                stored = self.progress.after(self.gate.stored()) => self.stored(stored),
                () = clock.sleep_until(at), if due.is_some() && self.gate.has_room() => {
                    if let Some((_, what)) = due {
                        self.watched.others_first().await;
                        Box::pin(self.ring(what)).await;
                    }
                }
                Some(thought) = self.bots.thought(), if self.gate.has_room() => {
                    self.watched.others_first().await;
                    Box::pin(self.bot_has_thought(*thought)).await;
                }
                command = mailbox.recv(), if self.gate.has_room() => match command {
                    Some(command) => {
                        // Whoever is about to send one, does so first. What obeys is made after that: it mostly ends without
                        // waiting for anything, and so lies where the last one has lain.
                        self.company.gather(mailbox).await;
                        self.watched.others_went_first();
                        Box::pin(self.hear(command, mailbox)).await;
                    }
                    None => self.over = true,
                },
                () = clock.sleep_until(asleep_at.unwrap_or(at)), if asleep_at.is_some() => {
                    return Ran::Idle;
                }
            }
            if let Some(stored) = self.progress.news(self.gate.stored()) {
                self.stored(stored);
            }
            self.hall.hear_by_turns().await;
            self.shared.metrics.delivered(self.hall.delivered());
            if self.after().await {
                // Its clocks must not go on either: from here on it is the next program's session.
                break;
            }
        }
        self.hall.hear();
        Ran::Over
    }

    /// Obeys a command, and those that have come meanwhile: what they tell is told at one go.
    async fn hear(&mut self, command: Command<G>, mailbox: &mut mpsc::Receiver<Command<G>>) {
        self.obey_unless_over(command).await;
        for _ in 1..A_ROUND {
            if !self.gate.has_room() {
                break;
            }
            let Ok(command) = mailbox.try_recv() else { break };
            self.watched.may_have_woken();
            self.obey_unless_over(command).await;
        }
    }

    async fn obey_unless_over(&mut self, command: Command<G>) {
        match command {
            settle @ Command::Settle { .. } => {
                while Box::pin(self.is_due()).await {}
                self.obey(settle).await;
            }
            command if self.over => Self::turn_away(command),
            command => self.obey(command).await,
        }
    }

    /// Somebody is on the way to the session: it stays awake for as long again.
    pub(super) fn stay_awake(&mut self) {
        self.idle = Some(self.shared.clock.now());
    }

    /// What is to be done between two commands. True where the server is being stopped, and all is stored.
    async fn after(&mut self) -> bool {
        let connected = self.members.iter().next().is_some();
        self.idle =
            if connected { None } else { self.idle.or_else(|| Some(self.shared.clock.now())) };
        self.tidy_desk();
        let rests = !self.rest.is_empty() && self.gate.is_clear();
        if rests {
            Box::pin(self.keep()).await;
            for rested in self.rest.drain(..) {
                let _ = rested.send(());
            }
        }
        rests
    }

    async fn obey(&mut self, command: Command<G>) {
        match command {
            Command::Join { user, purse, claim, verdict } => {
                self.join(user, purse, *claim, verdict).await;
            }
            Command::MayJoin { user, role, verdict } => {
                let result = self.may_join(&user, role);
                self.answer(verdict, result);
            }
            Command::Consider { user, offer } => {
                let offered = self.offer(&user);
                self.pass(Delivery::Answer(Box::new(move || {
                    let _ = offer.send(offered);
                })));
            }
            Command::AddBot { added } => self.add_bot(added).await,
            Command::RemoveBot { name, removed } => self.remove_bot(name, removed).await,
            Command::Attach { member, greeting, attached } => {
                self.attach(member, greeting, attached).await;
            }
            Command::Detach { connection } => {
                if let Some(member) = self.members.remove(connection) {
                    self.detached(&member).await;
                }
            }
            Command::Message { connection, id, wish } => {
                self.message(connection, id, wish).await;
            }
            Command::Tell { connection, event } => {
                if let Some(outbox) = self.members.get(connection).map(|m| m.outbox.clone()) {
                    self.tell(outbox, Frame::answer(frames::event(&*event)));
                }
            }
            Command::Send { event } => {
                if let Ok(event) = serde_json::to_value(&*event) {
                    let _ = self.happen(None, Input::Sent(event), None).await;
                }
            }
            Command::ShutOut { user, done } => self.shut_out(user, done).await,
            Command::Close { closed } => {
                self.end().await;
                self.confirm(closed);
            }
            Command::Rename { user, done } => {
                self.rename(user).await;
                self.confirm(done);
            }
            Command::Depart { departure, done } => self.depart(departure, done).await,
            Command::Rest { rested } => self.rest.push(rested),
            Command::Settle { settled } => self.settle(settled),
        }
    }

    /// What is due has happened by now, so it is only to be stored. Of a session that is over, it is to be
    /// forgotten too: the answer is dropped with the task.
    fn settle(&mut self, settled: oneshot::Sender<()>) {
        if self.over {
            return self.unsettled.push(settled);
        }
        self.confirm(settled);
    }

    /// The session is over, and nobody finds it any more: whoever is still on the way comes too late.
    pub(super) fn turn_all_away(mailbox: &mut mpsc::Receiver<Command<G>>) {
        mailbox.close();
        while let Ok(command) = mailbox.try_recv() {
            Self::turn_away(command);
        }
    }

    fn turn_away(command: Command<G>) {
        let late = || Refusal::new("no_such_session", "the session has ended");
        match command {
            Command::Join { verdict, .. }
            | Command::MayJoin { verdict, .. }
            | Command::Message { wish: Wish::Act(_, Some(verdict)), .. } => {
                drop(verdict.send(Err(late())));
            }
            Command::Attach { member, .. } => member.outbox.close(Close::ENDED),
            Command::Close { closed: done }
            | Command::Rest { rested: done }
            | Command::ShutOut { done, .. }
            | Command::Rename { done, .. }
            | Command::Depart { done, .. } => {
                let _ = done.send(());
            }
            _ => {}
        }
    }
}

/// Why a session's task pauses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ran {
    /// The session is over, and everything is told.
    Over,
    /// The session might fall asleep.
    Idle,
}
