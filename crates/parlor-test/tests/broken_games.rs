//! A law is worth what it catches: games that each break one.

use parlor_core::prelude::*;
use parlor_test::{Laws, Twins, fuzz, laws, twins};
use serde_json::{Value, json};
use std::{
    cell::Cell,
    sync::atomic::{AtomicU32, Ordering},
};

/// What is wrong with a game.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
enum Fault {
    #[default]
    None,
    RefusesWhatIsLegal,
    AcceptsWhatIsNot,
    Panics,
    RefusesAfterDice,
    StandsStill,
    WaitsForEver,
    RefusesAnAlarm,
    IsNotDeterministic,
    LeavesOutOfSnapshots,
    ShowsTheSecret,
    HintsInARefusal,
    HintsByTheClock,
    PanicsAtThousands,
    Forgets,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Options {
    fault: Fault,
}

/// Everyone may count one on at any time; it costs a chip, and the eighth count takes all chips home. The dice decide
/// on a secret number.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Counter {
    fault: Fault,
    count: u32,
    secret: u32,
    open: bool,
    #[serde(skip)]
    forgotten: u32,
}

#[message]
enum Action {
    Count {
        times: u32,
        #[serde(default, skip_serializing_if = "forgets")]
        loud: bool,
    },
    Show,
}

thread_local! {
    /// Whether it is left out of what is written that a count was loud.
    static FORGETS: Cell<bool> = const { Cell::new(false) };
}

fn forgets(loud: &bool) -> bool {
    *loud && FORGETS.get()
}

#[message]
enum Event {
    Counted { count: u32 },
}

#[view]
struct Seen {
    count: u32,
    secret: Option<u32>,
}

static AMBIENT: AtomicU32 = AtomicU32::new(0);

impl Game for Counter {
    const NAME: &'static str = "counter";
    type Action = Action;
    type Event = Event;
    type View = Seen;

    fn new(table: &mut Table<Self>) -> Result<Self, Refusal> {
        let Options { fault } = table.options()?;
        Ok(Self { fault, secret: table.dice().below(1000), ..Self::default() })
    }

    fn handle(&mut self, action: Action, turn: &mut Turn<Self>) -> Outcome<Event> {
        let player = turn.player().id;
        match action {
            Action::Show => {
                ensure!(self.fault == Fault::AcceptsWhatIsNot || self.may_show(), "not yet");
                self.open = true;
                turn.refresh();
                return Ok(None);
            }
            Action::Count { times: 1000.., .. } if self.fault == Fault::PanicsAtThousands => {
                panic!("too many to count");
            }
            Action::Count { times, .. } => ensure!(times == 1, "one at a time"),
        }
        turn.stake(player, Chips::new(1))?;
        self.count += 1;
        self.forgotten += 1;
        match self.fault {
            Fault::RefusesWhatIsLegal => ensure!(self.count < 3, "I don't want to"),
            Fault::Panics => assert!(self.count < 3, "three"),
            Fault::RefusesAfterDice => ensure!(turn.dice().below(3) > 0, "try again"),
            Fault::IsNotDeterministic => self.count = AMBIENT.fetch_add(1, Ordering::Relaxed),
            Fault::LeavesOutOfSnapshots if self.forgotten > 5 => self.count += 1,
            Fault::HintsInARefusal => ensure!(!self.secret.is_multiple_of(7), "seven divides it"),
            Fault::HintsByTheClock => {
                let time = Duration::from_millis(u64::from(self.secret));
                turn.wake_in(time, &());
            }
            Fault::RefusesAnAlarm => turn.wake_in(Duration::from_secs(5), &()),
            _ => {}
        }
        if self.count % 8 == 7 {
            let seated: Vec<_> = turn.players().seated().map(|(_, p)| p.id).collect();
            for player in seated {
                let staked = turn.staked(player);
                turn.give_back(player, staked);
            }
        }
        Ok(Some(Event::Counted { count: self.count }))
    }

    fn view(&self, _table: &Table<Self>, viewer: Viewer) -> Seen {
        let known = self.open || (self.fault == Fault::ShowsTheSecret && viewer.player().is_none());
        Seen { count: self.count, secret: known.then_some(self.secret) }
    }

    fn wake(&mut self, _alarm: Alarm, _table: &mut Table<Self>) -> Outcome<Event> {
        ensure!(self.fault != Fault::RefusesAnAlarm, "nobody is there to hear this");
        Ok(None)
    }

    fn add_player(&mut self, player: &Player, table: &mut Table<Self>) -> Result<(), Refusal> {
        if self.fault == Fault::WaitsForEver {
            table.wait(player.id);
        }
        Ok(())
    }

    fn remove_player(&mut self, player: &Player, table: &mut Table<Self>) {
        let staked = table.staked(player.id);
        table.lose(player.id, staked);
    }

    fn legal(&self, _table: &Table<Self>, _player: &Player) -> Vec<Action> {
        if self.fault == Fault::StandsStill && self.count > 3 {
            return Vec::new();
        }
        let show = self.may_show().then_some(Action::Show);
        [Action::Count { times: 1, loud: false }].into_iter().chain(show).collect()
    }
}

impl Counter {
    fn may_show(&self) -> bool {
        self.count > 20
    }
}

fn with(fault: Fault) -> Laws<Counter> {
    Laws { games: 200, options: vec![json!({ "fault": fault })], ..Laws::default() }
}

fn twins_with(fault: Fault) -> Twins<Counter> {
    let exchange = |game: &mut Value| {
        let secret = game["secret"].as_u64().expect("a number");
        game["secret"] = json!((secret + 1) % 1000);
        game["open"] == false
    };
    Twins { laws: with(fault), exchange, known: |game| game.open }
}

#[test]
fn a_sound_game_passes() {
    laws::check(with(Fault::None));
    twins::check(twins_with(Fault::None));
    fuzz::check(with(Fault::None));
}

/// One test for each fault: the law that must catch it, and the fault.
macro_rules! caught {
    ($($test:ident: $check:ident $fault:ident $law:literal,)*) => {$(
        #[test]
        #[should_panic(expected = $law)]
        fn $test() {
            $check(Fault::$fault);
        }
    )*};
}

fn lawful(fault: Fault) {
    laws::check(with(fault));
}

fn secret(fault: Fault) {
    twins::check(twins_with(fault));
}

fn damaged(fault: Fault) {
    FORGETS.set(fault == Fault::Forgets);
    // It ends with the first game in which the fault is found; few games may have none of the messages that show it.
    fuzz::check(Laws { games: 5_000, ..with(fault) });
}

caught! {
    what_is_legal_is_accepted: lawful RefusesWhatIsLegal "what is legal was refused (illegal_move",
    nothing_else_is_accepted: lawful AcceptsWhatIsNot "not among the legal ones was accepted",
    no_game_panics: lawful Panics "the game panicked: three",
    no_game_refuses_after_dice: lawful RefusesAfterDice "refused after dice were drawn",
    nobody_is_stuck: lawful StandsStill "nobody can move, and no alarm is set",
    nobody_waits_in_vain: lawful WaitsForEver "nobody can move, and no alarm is set",
    alarms_are_answered: lawful RefusesAnAlarm "nobody is there to hear this",
    a_replay_is_the_same: lawful IsNotDeterministic "something else",
    a_snapshot_is_whole: lawful LeavesOutOfSnapshots "something else",
    no_game_panics_at_odd_numbers: damaged PanicsAtThousands "the game panicked: too many to count",
    a_message_is_whole_in_the_journal: damaged Forgets "and read again as",
    a_view_shows_no_secret: secret ShowsTheSecret "the secret shows",
    a_refusal_shows_no_secret: secret HintsInARefusal "the secret shows",
    a_clock_shows_no_secret: secret HintsByTheClock "the secret shows",
}
