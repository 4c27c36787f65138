//! A session in memory, without a server.

use crate::Bank;
use parlor_core::{
    Applied, Audience, Chips, Game, Happening, Input, Message, Player, PlayerId, Record, Refusal,
    Rejected, State, Undecoded, table::Timing,
};
use serde_json::Value;
use std::time::Duration;
use uuid::Uuid;

/// Noon on 1 January 2026, in milliseconds since 1970.
const NOON: i64 = 1_767_268_800_000;

/// The clocks of every session here: 30 seconds a turn, 15 for a finished round.
const TIMING: Timing = Timing { turn: 30_000, ending: 15_000 };

/// A session in memory: a state, a bank, a clock that the test moves, and all that was applied.
///
/// ```no_run
/// # fn play<G: parlor_core::Game>() -> Result<(), parlor_core::Refusal> {
/// use serde_json::json;
/// let mut session = parlor_test::Session::<G>::new(json!(null), 1)?;
/// let alice = session.join("alice")?;
/// session.send(&alice, "place_bet", json!({"bet": "10.00"}))?;
/// assert_eq!(session.balance(&alice), "990.00");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Session<G: Game> {
    state: State<G>,
    bank: Bank,
    now: i64,
    applied: Vec<Applied<G>>,
}

impl<G: Game> Session<G> {
    /// A new session with these options, whose seeds all follow from `seed`.
    ///
    /// # Errors
    /// Options that the game refuses.
    pub fn new(options: Value, seed: u64) -> Result<Self, Refusal> {
        let bank = Bank::new(seed);
        let input = Input::Created { options, timing: TIMING, rules: G::RULES_VERSION };
        let happening = Happening { at: NOON, who: None, input, id: None };
        let (state, created) = State::create(happening, Box::new(bank.clone()))
            .map_err(|rejected| rejected.refusal())?;
        Ok(Self { state, bank, now: NOON, applied: vec![created] })
    }

    /// The same session over again, from now on on its own.
    #[must_use]
    pub fn fork(&self) -> Self {
        let Self { state, bank, now, applied } = self;
        Self { state: state.clone(), bank: bank.fork(), now: *now, applied: applied.clone() }
    }

    /// Applies what happens now, and moves the chips that move with it.
    ///
    /// # Errors
    /// Why it was rejected; the bank is as it was then.
    pub fn apply(
        &mut self,
        who: Option<&Player>,
        input: Input<G::Action>,
    ) -> Result<&Applied<G>, Rejected> {
        let happening = Happening { at: self.now, who: who.cloned(), input, id: None };
        let applied = self.state.apply(happening, Box::new(self.bank.clone()));
        let applied = applied.inspect_err(|_| self.bank.undo())?;
        self.bank.settle(&applied.transfers).map_err(Rejected::Fault)?;
        self.applied.push(applied);
        Ok(self.applied.last().expect("one was just applied"))
    }

    /// A player of that name takes a chair, with 1,000 chips where the name is new.
    ///
    /// # Errors
    /// Why the player can't.
    pub fn join(&mut self, name: &str) -> Result<Player, Refusal> {
        let player = player(name);
        self.bank.open(player.id, Chips::new(1000));
        self.apply(Some(&player), Input::Joined).map_err(|rejected| rejected.refusal())?;
        Ok(player)
    }

    /// A message from a player, as its JSON.
    ///
    /// # Errors
    /// Why it is refused.
    #[expect(clippy::needless_pass_by_value, reason = "messages are written where they are sent")]
    pub fn send(
        &mut self,
        player: &Player,
        kind: &str,
        data: Value,
    ) -> Result<&Applied<G>, Refusal> {
        let action = decode::<G>(kind, &data)?;
        self.apply(Some(player), Input::Acted(action)).map_err(|rejected| rejected.refusal())
    }

    /// Time goes by, and no alarm rings.
    pub fn pass(&mut self, time: Duration) {
        self.now += i64::try_from(time.as_millis()).expect("no test lasts for ages");
    }

    /// Time goes by until then, in milliseconds since 1970; the clock never goes back.
    pub fn pass_until(&mut self, at: i64) {
        self.now = self.now.max(at);
    }

    /// The next alarm rings, in its time; nothing where none is set.
    ///
    /// # Errors
    /// What the game answers, and must not.
    pub fn ring(&mut self) -> Result<Option<&Applied<G>>, Rejected> {
        let Some((at, input)) = self.state.next_alarm() else { return Ok(None) };
        self.pass_until(at);
        self.apply(None, input).map(Some)
    }

    /// Changes the game behind the table's back, as its JSON: a shoe is stacked, a hole card exchanged.
    ///
    /// # Panics
    /// Where the JSON is no state of this game any more.
    pub fn alter(&mut self, change: impl FnOnce(&mut Value)) {
        let mut whole: Value = serde_json::from_str(&self.state.snapshot()).expect("it is JSON");
        change(&mut whole[0]);
        self.state = State::from_snapshot(&whole.to_string())
            .unwrap_or_else(|why| panic!("that is no state of {}: {why}", G::NAME));
    }

    /// Goes on from what a snapshot keeps.
    ///
    /// # Errors
    /// A snapshot that can't be read.
    pub fn restore(&mut self) -> Result<(), serde_json::Error> {
        self.state = State::from_snapshot(&self.state.snapshot())?;
        Ok(())
    }
}

/// Reading.
impl<G: Game> Session<G> {
    /// The state as it stands.
    pub fn state(&self) -> &State<G> {
        &self.state
    }

    /// What the clock shows, in milliseconds since 1970.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// The bank of its players.
    pub fn bank(&self) -> &Bank {
        &self.bank
    }

    /// What the player can spend, as it travels.
    pub fn balance(&self, player: &Player) -> String {
        self.bank.balance(player.id).to_string()
    }

    /// What the player sees, as JSON; what spectators see where that is nobody.
    ///
    /// # Panics
    /// Where the game fails to say, or the player has no chair.
    pub fn view(&self, player: Option<&Player>) -> Value {
        let audience = player.map_or(Audience::Spectators, |p| Audience::Player(p.id));
        let view = self.state.view(audience).expect("a view for one who is at the table");
        serde_json::to_value(view).expect("a view is JSON")
    }

    /// Everything that was applied, from the creation on.
    pub fn applied(&self) -> &[Applied<G>] {
        &self.applied
    }

    /// The records, from the creation on.
    pub fn records(&self) -> impl Iterator<Item = &Record<G>> {
        self.applied.iter().map(|applied| &applied.record)
    }
}

/// The player of that name, the same in every session.
pub fn player(name: &str) -> Player {
    let id = name.bytes().fold(0, |id: u128, byte| id.wrapping_mul(257) + u128::from(byte));
    Player { id: PlayerId(Uuid::from_u128(id)), name: name.to_owned() }
}

/// Reads a message as the framework does.
///
/// # Errors
/// `unknown_type` or `invalid_data`.
pub fn decode<G: Game>(kind: &str, data: &Value) -> Result<G::Action, Refusal> {
    G::Action::decode(kind, Some(&data.to_string())).map_err(|undecoded| match undecoded {
        Undecoded::UnknownType => Refusal::new("unknown_type", undecoded.to_string()),
        Undecoded::Invalid(reason) => Refusal::invalid_data(reason),
    })
}
