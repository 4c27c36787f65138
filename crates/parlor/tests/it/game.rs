//! A game with a counter, and one message for each thing that a game can do.

use parlor::prelude::*;
use std::{
    collections::BTreeSet,
    sync::{Condvar, Mutex, PoisonError},
};

/// A table with a counter on it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Counter {
    count: u32,
    stopped: bool,
    rules: Rules,
}

/// What a table is created with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Rules {
    /// Whether one who comes waits for the next round.
    waits: bool,
    /// Nobody sits down here.
    locked: bool,
    /// Where the game fails.
    panics: Panics,
}

/// Where a game fails whose table asks for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Panics {
    #[default]
    Nowhere,
    New,
    Join,
    Leave,
    View,
    /// From a count of three on.
    Stage,
    /// From a count of three on.
    Length,
    Question,
}

#[message]
pub(crate) enum Action {
    /// Adds to the counter.
    Add {
        n: u32,
    },
    /// Adds, where it is the turn of the first seat.
    First,
    /// Stops or starts the counter.
    Stop {
        stopped: bool,
    },
    Stake {
        bet: Chips,
    },
    TakeBack {
        bet: Chips,
    },
    Lose {
        bet: Chips,
    },
    Win {
        chips: Chips,
    },
    /// Tells everyone, the mover, or each viewer.
    Announce {
        text: String,
    },
    Whisper {
        text: String,
    },
    Each,
    /// Changes the counter, then panics.
    Crash,
    /// Draws from the dice, then refuses.
    Cheat,
    /// Draws from the dice, and tells.
    Roll,
    /// Those who wait have a part from now on.
    Deal,
    /// Rings once, after that many milliseconds.
    Ring {
        ms: u64,
    },
    /// Panics when it rings.
    Bomb {
        ms: u64,
    },
    Finish,
    Balance,
    /// Waits at a [`Door`], as a game may that never comes back, then adds one.
    Wait {
        door: String,
    },
    /// Rings once, after that many milliseconds, and waits at a [`Door`] before.
    RingAt {
        door: String,
        ms: u64,
    },
}

/// A door that moves wait at, until it is opened or dropped.
pub(crate) struct Door(pub(crate) String);

/// The doors that were opened, and those that somebody has come to.
static DOORS: (Mutex<Doors>, Condvar) =
    (Mutex::new(Doors { open: BTreeSet::new(), reached: BTreeSet::new() }), Condvar::new());

struct Doors {
    open: BTreeSet<String>,
    reached: BTreeSet<String>,
}

impl Door {
    /// A closed door.
    pub(crate) fn new() -> Self {
        Self(fastrand::u64(..).to_string())
    }

    pub(crate) fn wait(name: &str) {
        let mut doors = DOORS.0.lock().unwrap_or_else(PoisonError::into_inner);
        doors.reached.insert(name.to_owned());
        DOORS.1.notify_all();
        drop(DOORS.1.wait_while(doors, |doors| !doors.open.contains(name)));
    }

    /// Returns once a game waits at it, and blocks the thread until then.
    pub(crate) fn reached(&self) {
        let doors = DOORS.0.lock().unwrap_or_else(PoisonError::into_inner);
        drop(DOORS.1.wait_while(doors, |doors| !doors.reached.contains(&self.0)));
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        DOORS.0.lock().unwrap_or_else(PoisonError::into_inner).open.insert(self.0.clone());
        DOORS.1.notify_all();
    }
}

#[message]
pub(crate) enum Event {
    Announced { text: String },
    Whispered { text: String },
    Seen { by: String },
    Rolled { die: u8 },
    Rang,
    Balance { balance: Chips },
}

#[view]
pub(crate) struct Seen {
    pub(crate) count: u32,
    players: Vec<String>,
    waiting: Vec<String>,
    spectating: Vec<String>,
    staked: Vec<Chips>,
    pub(crate) you: Option<String>,
}

impl Game for Counter {
    const NAME: &'static str = "counter";
    const TITLE: &'static str = "The Counter";
    const MAX_PLAYERS: usize = 3;
    const QUERIES: &'static [&'static str] = &["balance"];
    type Action = Action;
    type Event = Event;
    type View = Seen;

    fn new(table: &mut Table<Self>) -> Result<Self, Refusal> {
        let rules: Rules = table.options()?;
        assert!(rules.panics != Panics::New, "the table breaks");
        Ok(Self { rules, ..Self::default() })
    }

    fn handle(&mut self, action: Action, turn: &mut Turn<Self>) -> Outcome<Event> {
        let player = turn.player().id;
        match action {
            Action::Add { n } => {
                ensure!(n > 0, Refusal::invalid_data("data.n: add something"));
                ensure!(!self.stopped, Refusal::wrong_stage("the counter is stopped"));
                ensure!(n < 10, "no more than nine at once");
                self.count += n;
            }
            Action::First => {
                let mine = turn.seat()? == Seat(0);
                ensure!(mine, Refusal::not_your_turn("it is the turn of the first seat"));
                self.count += 1;
            }
            Action::Stop { stopped } => self.stopped = stopped,
            Action::Stake { bet } => {
                ensure!(!self.stopped, Refusal::wrong_stage("the counter is stopped"));
                turn.stake(player, bet)?;
            }
            Action::TakeBack { bet } => turn.give_back(player, bet),
            Action::Lose { bet } => turn.lose(player, bet),
            Action::Win { chips } => turn.win(player, chips),
            Action::Announce { text } => return Ok(Some(Event::Announced { text })),
            Action::Whisper { text } => turn.send(Event::Whispered { text }),
            Action::Each => turn.send_each(|viewer, _| {
                let name = viewer.player().map_or("a spectator", |player| &player.name);
                Event::Seen { by: name.to_owned() }
            }),
            Action::Crash => {
                self.count = 1_000_000;
                turn.stake(player, Chips::new(1))?;
                panic!("the counter breaks");
            }
            Action::Cheat => {
                turn.dice().below(6);
                return Err("after the dice were seen".into());
            }
            Action::Roll => {
                let die = u8::try_from(turn.dice().below(6)).unwrap_or_default() + 1;
                return Ok(Some(Event::Rolled { die }));
            }
            Action::Deal => drop(turn.seat_waiting()),
            Action::Ring { ms } => turn.wake_in(Duration::from_millis(ms), &"ring"),
            Action::Bomb { ms } => turn.wake_in(Duration::from_millis(ms), &"bomb"),
            Action::Finish => turn.end(),
            Action::Balance => return Err("that is a question".into()),
            Action::Wait { door } => {
                Door::wait(&door);
                self.count += 1;
            }
            Action::RingAt { door, ms } => turn.wake_in(Duration::from_millis(ms), &door),
        }
        turn.refresh();
        Ok(None)
    }

    fn query(&self, _action: Action, ask: &Ask<Self>) -> Outcome<Event> {
        assert!(self.rules.panics != Panics::Question, "the question breaks it");
        Ok(Some(Event::Balance { balance: ask.balance() }))
    }

    fn wake(&mut self, alarm: Alarm, _table: &mut Table<Self>) -> Outcome<Event> {
        let rings: String = alarm.read();
        assert_ne!(rings, "bomb", "the bomb goes off");
        if rings != "ring" {
            Door::wait(&rings);
        }
        Ok(Some(Event::Rang))
    }

    fn view(&self, table: &Table<Self>, viewer: Viewer) -> Seen {
        assert!(self.rules.panics != Panics::View, "the view breaks");
        let players = table.players();
        let name = |player: &Player| player.name.clone();
        Seen {
            count: self.count,
            players: players.iter().map(|(_, p)| name(p)).collect(),
            waiting: players.waiting().map(|(_, p)| name(p)).collect(),
            spectating: players.spectators().map(name).collect(),
            staked: players.seated().map(|(_, p)| table.staked(p.id)).collect(),
            you: viewer.player().map(name),
        }
    }

    fn add_player(&mut self, player: &Player, table: &mut Table<Self>) -> Result<(), Refusal> {
        ensure!(!self.rules.locked, Refusal::session_full());
        assert!(self.rules.panics != Panics::Join, "the chair breaks");
        if self.rules.waits && table.players().len() > 1 {
            table.wait(player.id);
        }
        Ok(())
    }

    fn remove_player(&mut self, _player: &Player, _table: &mut Table<Self>) {
        assert!(self.rules.panics != Panics::Leave, "the chair breaks behind one");
    }

    fn legal(&self, _table: &Table<Self>, _player: &Player) -> Vec<Action> {
        if self.stopped { Vec::new() } else { vec![Action::Add { n: 1 }, Action::Add { n: 9 }] }
    }

    fn len(&self, table: &Table<Self>) -> usize {
        assert!(self.rules.panics != Panics::Length || self.count < 3, "the bench breaks");
        table.players().len()
    }

    fn stage(&self) -> &'static str {
        assert!(self.rules.panics != Panics::Stage || self.count < 3, "the stage breaks");
        if self.stopped { "stopped" } else { "counting" }
    }
}

/// A site with this game alone.
pub(crate) fn site() -> Site {
    Site::new("Counting").game(SessionManager::<Counter>::new())
}
