//! All players, on one thread: whoever has something to read or to write gets a turn.

use super::{
    ear::Place,
    player::{Came, Player, Ticket},
};
use crate::wire::Wire;
use anyhow::{Context as _, Result, ensure};
use mio::{Events, Interest, Poll, Token};
use std::{
    io::ErrorKind,
    net::SocketAddr,
    time::{Duration, Instant},
};

/// How much is read at once.
const BUFFER: usize = 64 << 10;

/// How many players may have something at once.
const AT_ONCE: usize = 1_024;

/// How long what was sent may take to come back, and all players to come in.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long nothing may come after the last frame.
const SILENCE: Duration = Duration::from_millis(200);

/// All players.
pub(crate) struct Crowd {
    address: SocketAddr,
    wire: Wire,
    began: Instant,
    poll: Poll,
    events: Events,
    buffer: Vec<u8>,
    /// All who have begun to come in, by their numbers.
    pub(crate) players: Vec<Player>,
    /// How many of them are at their tables.
    entered: usize,
    /// How many updates all of them have heard together.
    pub(crate) updates: u64,
    /// How long turns took in which somebody had something.
    pub(crate) busy: Duration,
    /// When the last frame of the game came.
    last: Instant,
}

/// What to do with a player who has heard an own move, which was due at that nanosecond.
pub(crate) type OnOwn<'a> = &'a mut dyn FnMut(&mut Player, u64) -> Result<()>;

impl Crowd {
    /// Nobody, for now.
    ///
    /// # Errors
    /// A system that watches no sockets.
    pub(crate) fn new(address: SocketAddr, wire: Wire) -> Result<Self> {
        let now = Instant::now();
        Ok(Self {
            address,
            wire,
            began: now,
            poll: Poll::new()?,
            events: Events::with_capacity(AT_ONCE),
            buffer: vec![0; BUFFER],
            players: Vec::new(),
            entered: 0,
            updates: 0,
            busy: Duration::ZERO,
            last: now,
        })
    }

    /// The nanosecond of the run.
    pub(crate) fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// Lets players come in, so many at a time, until all have their first frame.
    ///
    /// # Errors
    /// One who is refused, and a server that takes too long.
    pub(crate) fn enter(
        &mut self,
        tickets: impl IntoIterator<Item = (Place, Ticket)>,
        at_a_time: usize,
    ) -> Result<()> {
        let mut tickets = tickets.into_iter();
        let until = Instant::now() + PATIENCE;
        loop {
            while self.players.len() - self.entered < at_a_time {
                let Some((place, ticket)) = tickets.next() else { break };
                let mut player = Player::connect(self.address, self.wire, ticket, place)?;
                let (token, interest) =
                    (Token(self.players.len()), Interest::READABLE | Interest::WRITABLE);
                self.poll.registry().register(player.stream(), token, interest)?;
                self.players.push(player);
            }
            if self.entered == self.players.len() {
                return Ok(());
            }
            ensure!(Instant::now() < until, "{} of {} came in", self.entered, self.players.len());
            self.turn(Some(Duration::from_millis(100)), &mut |_, _| Ok(()))?;
        }
    }

    /// Waits so long at the most, and gives a turn to all who have something then.
    ///
    /// # Errors
    /// Whatever is not as it must be, with the player's number.
    pub(crate) fn turn(&mut self, wait: Option<Duration>, on_own: OnOwn<'_>) -> Result<()> {
        match self.poll.poll(&mut self.events, wait) {
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(()),
            polled => polled?,
        }
        if self.events.is_empty() {
            return Ok(());
        }
        let began = Instant::now();
        let mut came = Came::default();
        for event in &self.events {
            let number = event.token().0;
            let player = &mut self.players[number];
            let mut served = || {
                if event.is_writable() {
                    player.writable()?;
                }
                if event.is_readable() {
                    player.readable(&mut self.buffer, &mut came)?;
                    for sent in came.own.drain(..) {
                        on_own(player, sent.due)?;
                    }
                }
                Ok::<_, anyhow::Error>(())
            };
            served().with_context(|| format!("player {number}"))?;
            self.entered += usize::from(std::mem::take(&mut came.entered));
        }
        self.updates += came.updates;
        let now = Instant::now();
        if came.anything {
            self.last = now;
        }
        self.busy += now - began;
        Ok(())
    }

    /// Goes on for so long, whatever comes.
    ///
    /// # Errors
    /// Whatever is not as it must be.
    pub(crate) fn rest(&mut self, time: Duration) -> Result<()> {
        let until = Instant::now() + time;
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            self.turn(Some(left), &mut |_, _| Ok(()))?;
        }
        Ok(())
    }

    /// Waits until nothing comes any more: players may be told of each other while they come in.
    ///
    /// # Errors
    /// A server that does not stop, and whatever is not as it must be.
    pub(crate) fn settle(&mut self) -> Result<()> {
        let until = Instant::now() + PATIENCE;
        self.last = Instant::now();
        while self.last.elapsed() < SILENCE {
            ensure!(Instant::now() < until, "the server does not stop talking");
            self.turn(Some(SILENCE), &mut |_, _| Ok(()))?;
        }
        for player in &mut self.players {
            player.told.clear();
        }
        Ok(())
    }

    /// Waits for all that is on its way, compares what every player has heard with what was sent and with what the server
    /// has counted, and makes sure that nothing comes after it. Returns how many moves there were.
    ///
    /// # Errors
    /// Anything lost, repeated or out of order.
    pub(crate) fn finish(&mut self, players: usize) -> Result<u64> {
        let tables = || 0..self.players.len() / players;
        let said: Vec<u64> = tables()
            .map(|table| {
                self.players[table * players..][..players].iter().map(|it| it.ear.said()).sum()
            })
            .collect();
        self.until("something was lost: players still wait for it", |number, player| {
            player.ear.heard() == said[number / players]
        })?;
        for player in &mut self.players {
            ensure!(player.told.is_empty(), "an answer that nobody asked for");
            player.ask_moves()?;
        }
        self.until("the game as it stands was not told", |_, player| !player.told.is_empty())?;
        let updates = self.updates;
        self.last = Instant::now();
        while self.last.elapsed() < SILENCE {
            self.turn(Some(SILENCE), &mut |_, _| Ok(()))?;
        }
        ensure!(self.updates == updates, "updates came after the last");
        for (number, player) in self.players.iter().enumerate() {
            let table = number / players;
            let (sent, told) = (said[table], &player.told);
            ensure!(*told == [sent], "table {table}: {sent} moves were sent, and {told:?} told");
        }
        Ok(said.iter().sum())
    }

    /// Goes on until this is so for every player.
    fn until(&mut self, or: &'static str, is: impl Fn(usize, &Player) -> bool) -> Result<()> {
        let until = Instant::now() + PATIENCE;
        while !self.players.iter().enumerate().all(|(number, player)| is(number, player)) {
            ensure!(Instant::now() < until, or);
            self.turn(Some(Duration::from_millis(20)), &mut |_, _| Ok(()))?;
        }
        Ok(())
    }
}
