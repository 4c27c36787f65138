//! What a game may do: the only doors to the outside, all of them journaled or derived.

use crate::{
    Account, Audience, Chips, Cover, Dice, Game, Observed, Outside, Player, PlayerId, Players,
    Refusal, Seat, Transfer, Viewer, What, alarm::Alarms, stakes::Stakes,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{fmt, sync::Arc, time::Duration};

/// The clocks of the site that games ask for, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// How long a turn takes at the most.
    pub turn: i64,
    /// How long a finished round stays on the table.
    pub ending: i64,
}

/// A table: its players, its clock, its dice, its chips, and the ears of its members.
#[derive(Clone)]
pub struct Table<G: Game> {
    pub(crate) kept: Kept,
    pub(crate) moment: Moment<G>,
}

/// What is the table's between records, and in snapshots.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) seq: u64,
    pub(crate) now: i64,
    /// Shared by the copies that moves are played on: names are texts, and few moves change them.
    pub(crate) players: Arc<Players>,
    pub(crate) options: serde_json::Value,
    pub(crate) timing: Timing,
    pub(crate) seed: [u8; 32],
    pub(crate) stakes: Stakes,
    pub(crate) alarms: Alarms,
    pub(crate) effects: u64,
    pub(crate) ends_at: Option<i64>,
    pub(crate) ended: bool,
}

impl Kept {
    /// The players, to be changed.
    pub(crate) fn players_mut(&mut self) -> &mut Players {
        Arc::make_mut(&mut self.players)
    }
}

/// What a record gathers while it is applied.
pub(crate) struct Moment<G: Game> {
    pub(crate) dice: Option<Dice>,
    /// Whether dice that a new seed has replaced were drawn from.
    pub(crate) drawn_before: bool,
    pub(crate) outside: Option<Box<dyn Outside>>,
    pub(crate) observed: Vec<Observed>,
    pub(crate) transfers: Vec<Transfer>,
    pub(crate) told: Vec<Told<G>>,
    pub(crate) options_read: bool,
    pub(crate) proofs: Vec<serde_json::Value>,
}

/// What is told in a record; a refresh is rendered when the move is over.
pub(crate) enum Told<G: Game> {
    Now(What<G>),
    Refresh,
}

impl<G: Game> Default for Moment<G> {
    fn default() -> Self {
        Self {
            dice: None,
            drawn_before: false,
            outside: None,
            observed: Vec::new(),
            transfers: Vec::new(),
            told: Vec::new(),
            options_read: false,
            proofs: Vec::new(),
        }
    }
}

impl<G: Game> Moment<G> {
    /// Whether anything was drawn in this record.
    pub(crate) fn drawn(&self) -> bool {
        self.drawn_before || self.dice.as_ref().is_some_and(Dice::drawn)
    }
}

/// A copy of a table starts with an empty moment.
impl<G: Game> Clone for Moment<G> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<G: Game> fmt::Debug for Table<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table")
            .field("seq", &self.kept.seq)
            .field("players", &self.kept.players)
            .finish_non_exhaustive()
    }
}

/// Reading.
impl<G: Game> Table<G> {
    pub(crate) fn new(options: serde_json::Value, timing: Timing) -> Self {
        let kept = Kept {
            seq: 0,
            now: 0,
            players: Arc::default(),
            options,
            timing,
            seed: [0; 32],
            stakes: Stakes::default(),
            alarms: Alarms::default(),
            effects: 0,
            ends_at: None,
            ended: false,
        };
        Self { kept, moment: Moment::default() }
    }

    /// Who is at the table.
    pub fn players(&self) -> &Players {
        &self.kept.players
    }

    /// The seat of one who plays; one who waits has none yet.
    pub fn seat(&self, player: PlayerId) -> Option<Seat> {
        self.kept.players.seat(player)
    }

    /// The session's time, in milliseconds since 1970. It never goes back, whatever the wall clock does.
    pub fn now(&self) -> i64 {
        self.kept.now
    }

    /// How long a turn takes at the most: a setting of the site.
    pub fn turn_time(&self) -> Duration {
        Duration::from_millis(self.kept.timing.turn.unsigned_abs())
    }

    /// How long a finished round stays on the table: a setting of the site.
    pub fn ending_time(&self) -> Duration {
        Duration::from_millis(self.kept.timing.ending.unsigned_abs())
    }

    /// What a player has staked at this table.
    pub fn staked(&self, player: PlayerId) -> Chips {
        self.kept.stakes.of(player)
    }

    /// When this alarm will ring, in milliseconds since 1970; nothing where it is not set.
    pub fn rings_at(&self, alarm: &impl Serialize) -> Option<i64> {
        self.kept.alarms.get(&key(alarm)).map(|setting| setting.at)
    }

    /// For whose eyes this audience's rendering is made.
    pub(crate) fn viewer(&self, audience: Audience) -> Option<Viewer<'_>> {
        match audience {
            Audience::Player(id) => self.kept.players.get(id).map(Viewer::Player),
            Audience::Spectators => Some(Viewer::Spectator),
        }
    }
}

/// Telling.
impl<G: Game> Table<G> {
    /// Tells everyone in the session.
    pub fn group_send(&mut self, event: G::Event) {
        self.moment.told.push(Told::Now(What::All(event)));
    }

    /// Tells one player.
    pub fn send_to(&mut self, player: PlayerId, event: G::Event) {
        self.moment.told.push(Told::Now(What::One(player, event)));
    }

    /// Tells each viewer something of its own.
    pub fn send_each(&mut self, event: impl Fn(Viewer, &Self) -> G::Event) {
        let each = self.each(event);
        self.moment.told.push(Told::Now(What::Each(each)));
    }

    /// Shows each viewer the game in an event of its own. Like [`refresh`](Self::refresh), such an event may be replaced by
    /// a newer one while it is unsent, and is not sent again to one who was away.
    pub fn refresh_each(&mut self, event: impl Fn(Viewer, &Self) -> G::Event) {
        let each = self.each(event);
        self.moment.told.push(Told::Now(What::EachView(each)));
    }

    /// Shows each viewer the game as it stands at the end of this move: everyone gets its own `load_game`.
    pub fn refresh(&mut self) {
        self.moment.told.push(Told::Refresh);
    }

    fn each(&self, event: impl Fn(Viewer, &Self) -> G::Event) -> Vec<(Audience, G::Event)> {
        let render = |audience| Some((audience, event(self.viewer(audience)?, self)));
        Audience::all(&self.kept.players).into_iter().filter_map(render).collect()
    }
}

/// Dice, alarms, chairs, options, and the end.
impl<G: Game> Table<G> {
    /// The dice of this record. A move that has drawn from them can't be refused any more: it could be tried again until
    /// the dice please.
    pub fn dice(&mut self) -> &mut Dice {
        let (seed, seq) = (self.kept.seed, self.kept.seq);
        self.moment.dice.get_or_insert_with(|| Dice::new(seed, seq))
    }

    /// Takes a fresh seed of 32 bytes from the operating system into the journal, and draws from it from now on: one for
    /// each shoe or hand, so that it can be shown when it is spent without giving away what is still to come.
    pub fn new_seed(&mut self) -> [u8; 32] {
        let seed = self.fresh_seed();
        self.kept.seed = seed;
        self.moment.drawn_before = self.moment.drawn();
        self.moment.dice = Some(Dice::new(seed, self.kept.seq));
        seed
    }

    /// Takes 32 fresh bytes from the operating system into the journal, and leaves the table's own dice as they are: for
    /// what is [sealed](crate::fair) now and drawn from in a later record.
    pub fn fresh_seed(&mut self) -> [u8; 32] {
        let seed = self.outside().seed();
        self.moment.observed.push(Observed::Seed(seed));
        seed
    }

    /// Makes something public that helps to check the game's draws: a hash, a text mixed in, a seed that is spent. Nobody
    /// is told of it now; it is on the session's page of proofs, for everyone who may read its journal.
    pub fn prove(&mut self, proof: &impl Serialize) {
        let proof = serde_json::to_value(proof).expect("a proof can be written as JSON");
        self.moment.proofs.push(proof);
    }

    /// Wakes the game with this value after that time. Setting the same value again moves the alarm.
    pub fn wake_in(&mut self, after: Duration, alarm: &impl Serialize) {
        self.wake_at(self.kept.now.saturating_add(milliseconds(after)), alarm);
    }

    /// Wakes the game with this value at that time, in milliseconds since 1970 by the session's clock.
    pub fn wake_at(&mut self, at: i64, alarm: &impl Serialize) {
        self.kept.alarms.set(key(alarm), at);
    }

    /// Takes this alarm off.
    pub fn cancel(&mut self, alarm: &impl Serialize) {
        self.kept.alarms.cancel(&key(alarm));
    }

    /// Lets one who has a chair wait for the next round: not among those who play, and refused every move until
    /// [`seat_waiting`](Self::seat_waiting).
    pub fn wait(&mut self, player: PlayerId) {
        self.kept.players_mut().set_waiting(player, true);
    }

    /// Deals those in who waited, and says who they are.
    pub fn seat_waiting(&mut self) -> Vec<Player> {
        let waiting: Vec<_> = self.kept.players.waiting().map(|(_, p)| p.clone()).collect();
        for player in &waiting {
            self.kept.players_mut().set_waiting(player.id, false);
        }
        waiting
    }

    /// What the table was created with, in `Game::new`; `T::default()` where nothing was given.
    ///
    /// # Errors
    /// `invalid_data`, where they are not what `T` wants.
    pub fn options<T: DeserializeOwned + Default>(&mut self) -> Result<T, Refusal> {
        self.moment.options_read = true;
        if self.kept.options.is_null() {
            return Ok(T::default());
        }
        let object = self.kept.options.is_object();
        crate::ensure!(object, Refusal::invalid_data("options: expected an object"));
        serde_path_to_error::deserialize(&self.kept.options)
            .map_err(|why| Refusal::invalid_data(crate::message::at_path("options", why)))
    }

    /// Ends the session once this record is told: what is still staked goes back, and its sockets close.
    pub fn end(&mut self) {
        self.kept.ended = true;
    }

    /// Ends the session after that time: long enough to look at the result.
    pub fn end_in(&mut self, after: Duration) {
        self.kept.ends_at = Some(self.kept.now.saturating_add(milliseconds(after)));
    }
}

/// Money: each movement is a transfer, kept in the same transaction as the record.
impl<G: Game> Table<G> {
    /// Moves chips from what a player can spend into the player's stake at this table. A bot stakes the house's chips.
    ///
    /// # Errors
    /// `insufficient_funds`, where the player can't spend that much; `limit_reached`, where a limit that the player has set is
    /// against it.
    ///
    /// # Panics
    /// Where the player is not at the table.
    pub fn stake(&mut self, player: PlayerId, amount: Chips) -> Result<(), Refusal> {
        assert!(self.kept.players.contains(player), "{player} stakes without being at the table");
        if amount.is_zero() {
            return Ok(());
        }
        if !player.is_bot() {
            self.reserve(player, amount)?;
        }
        self.kept.stakes.put(player, amount);
        self.transfer(Account::Player(player), Account::Escrow(player), amount);
        Ok(())
    }

    /// Asks whether the player can pay a stake, and takes the answer into the journal.
    fn reserve(&mut self, player: PlayerId, amount: Chips) -> Result<(), Refusal> {
        let cover = self.outside().stake(player, amount);
        self.moment.observed.push(match &cover {
            Cover::Full | Cover::Short => Observed::Stake(cover == Cover::Full),
            Cover::Limited(why) => Observed::Limited(why.clone()),
        });
        match cover {
            Cover::Full => Ok(()),
            Cover::Short => {
                let why = format!("you have not got {amount} to stake");
                Err(Refusal::insufficient_funds(why))
            }
            Cover::Limited(why) => Err(Refusal::limit_reached(why)),
        }
    }

    /// Pays a player from the house, on top of what is staked.
    ///
    /// # Panics
    /// Where the player neither sits at the table nor has a stake in it.
    pub fn win(&mut self, player: PlayerId, amount: Chips) {
        let known = self.kept.players.contains(player) || !self.staked(player).is_zero();
        assert!(known, "{player} is paid without being at the table");
        self.transfer(Account::House, Account::Player(player), amount);
    }

    /// Takes from a player's stake for the house.
    ///
    /// # Panics
    /// Where less is staked.
    pub fn lose(&mut self, player: PlayerId, amount: Chips) {
        self.kept.stakes.take(player, amount);
        self.transfer(Account::Escrow(player), Account::House, amount);
    }

    /// Gives a player back from the player's own stake.
    ///
    /// # Panics
    /// Where less is staked.
    pub fn give_back(&mut self, player: PlayerId, amount: Chips) {
        self.kept.stakes.take(player, amount);
        self.transfer(Account::Escrow(player), Account::Player(player), amount);
    }

    /// Passes from one player's stake to another's, as a pot is won.
    ///
    /// # Panics
    /// Where less is staked.
    pub fn pass(&mut self, from: PlayerId, to: PlayerId, amount: Chips) {
        self.kept.stakes.take(from, amount);
        self.kept.stakes.put(to, amount);
        self.transfer(Account::Escrow(from), Account::Escrow(to), amount);
    }

    fn transfer(&mut self, from: Account, to: Account, amount: Chips) {
        let [from, to] = [from, to].map(purse);
        if !amount.is_zero() && from != to {
            self.moment.transfers.push(Transfer { from, to, amount });
        }
    }

    fn outside(&mut self) -> &mut dyn Outside {
        self.moment.outside.as_deref_mut().expect("chips and seeds move in a record alone")
    }
}

/// A bot has no purse: it plays with the house's chips, and what it wins is the house's.
fn purse(account: Account) -> Account {
    match account {
        Account::Player(player) if player.is_bot() => Account::House,
        account => account,
    }
}

fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

fn key(alarm: &impl Serialize) -> String {
    serde_json::to_string(alarm).expect("an alarm is a value that can be written as JSON")
}
