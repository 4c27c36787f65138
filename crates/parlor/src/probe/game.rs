//! A wheel of fortune: a small game with something of each kind that a game can have.

use parlor_core::{
    Alarm, Chips, Game, Outcome, Player, Refusal, Seat, Table, Turn, Viewer, ensure, message, view,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};

/// The wheel, and what lies on it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Wheel {
    bets: BTreeMap<u8, Bet>,
    last: Option<u8>,
    motto: String,
}

/// A bet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Bet {
    on: Spot,
    chips: Chips,
}

/// Where a bet lies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Spot {
    /// On red.
    Red,
    /// On one number.
    Number(u8),
    /// On several, and for how much more.
    Split {
        /// The numbers.
        numbers: Vec<u8>,
        /// How much more or less.
        more: Option<i64>,
    },
}

/// What a table may be opened with.
#[derive(Debug, Default, Deserialize)]
struct Options {
    #[serde(default)]
    motto: String,
}

/// What players do.
#[message]
pub enum Action {
    /// Bets.
    Bet {
        /// Where.
        on: Spot,
        /// How much.
        chips: Chips,
        /// Whatever else.
        #[serde(default)]
        notes: Vec<(String, u32)>,
    },
    /// Writes on the wheel.
    Write(String),
    /// Turns the wheel.
    Spin,
    /// Lets it be turned later.
    Later {
        /// In so many milliseconds.
        ms: u64,
        /// Or not.
        sure: bool,
    },
    /// Stops.
    Stop,
}

/// What everyone is told.
#[message]
pub enum Event {
    /// It stands.
    Landed {
        /// Where.
        on: u8,
    },
}

/// What everyone sees.
#[view]
pub struct View {
    last: Option<u8>,
    motto: String,
    staked: Vec<Chips>,
}

impl Wheel {
    fn spin(&mut self, table: &mut Table<Self>) -> Event {
        let on = u8::try_from(table.dice().below(37)).expect("37 numbers fit");
        let players: Vec<Player> = table.players().seated().map(|(_, p)| p.clone()).collect();
        for player in players {
            let staked = table.staked(player.id);
            match self.bets.values().any(|bet| bet.on == Spot::Number(on)) {
                true => table.give_back(player.id, staked),
                false => table.lose(player.id, staked),
            }
        }
        self.bets.clear();
        self.last = Some(on);
        Event::Landed { on }
    }
}

impl Game for Wheel {
    const NAME: &'static str = "wheel";
    const TITLE: &'static str = "The Wheel";
    const MAX_PLAYERS: usize = 4;
    type Action = Action;
    type Event = Event;
    type View = View;

    fn new(table: &mut Table<Self>) -> Result<Self, Refusal> {
        let Options { motto } = table.options()?;
        Ok(Self { motto, ..Self::default() })
    }

    fn handle(&mut self, action: Action, turn: &mut Turn<Self>) -> Outcome<Event> {
        match action {
            Action::Bet { on, chips, notes } => {
                ensure!(notes.len() < 4, Refusal::invalid_data("data.notes: write fewer"));
                let (player, Seat(seat)) = (turn.player().id, turn.seat()?);
                turn.stake(player, chips)?;
                self.bets.insert(seat, Bet { on, chips });
            }
            Action::Write(motto) => self.motto = motto,
            Action::Spin => return Ok(Some(self.spin(turn))),
            Action::Later { ms, sure } => {
                ensure!(sure, "be sure");
                turn.wake_in(Duration::from_millis(ms), &("spin", ms));
            }
            Action::Stop => turn.end(),
        }
        turn.refresh();
        Ok(None)
    }

    fn wake(&mut self, alarm: Alarm, table: &mut Table<Self>) -> Outcome<Event> {
        let (what, _): (String, u64) = alarm.read();
        ensure!(what == "spin", "that is no alarm of this game");
        Ok(Some(self.spin(table)))
    }

    fn view(&self, table: &Table<Self>, _viewer: Viewer) -> View {
        let staked = table.players().seated().map(|(_, p)| table.staked(p.id)).collect();
        View { last: self.last, motto: self.motto.clone(), staked }
    }
}
