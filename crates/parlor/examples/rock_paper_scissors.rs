//! Rock, paper, scissors for chips: secrets, stakes, an alarm, two messages and a bot, in one file.
//!
//! `cargo run -p parlor --example rock_paper_scissors`, then open <http://127.0.0.1:8000>. `docs/tutorial.md` explains it.

use parlor::prelude::*;
use std::process::ExitCode;

/// What each of the two stakes on a round.
const STAKE: Chips = Chips::new(5);

/// What the two seats have chosen in this round.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct RockPaperScissors {
    chosen: [Option<Hand>; 2],
}

/// One of the three.
#[view]
#[derive(Copy, Eq)]
enum Hand {
    Rock,
    Paper,
    Scissors,
}

/// What a player may send.
#[message]
enum Action {
    /// `{"type":"choose","data":{"hand":"rock"}}`
    Choose { hand: Hand },
    /// `{"type":"take_back"}`
    TakeBack,
}

/// What players are told.
#[message]
enum Event {
    /// Both hands are on the table; nobody's name is a draw.
    Shown { hands: [Hand; 2], winner: Option<String> },
    /// Somebody thought for too long.
    TimeIsUp,
}

/// What one viewer sees.
#[view]
struct Round {
    players: [Option<String>; 2],
    /// Who has chosen; not what.
    ready: [bool; 2],
    /// What this viewer has chosen.
    mine: Option<Hand>,
    /// Until when both must have chosen: milliseconds since 1970.
    deadline: Option<i64>,
}

/// What this game sets its alarm with.
#[derive(Debug, Serialize, Deserialize)]
struct Deadline;

impl Game for RockPaperScissors {
    const NAME: &'static str = "rock-paper-scissors";
    const TITLE: &'static str = "Rock, paper, scissors";
    const MIN_PLAYERS: usize = 2;
    const MAX_PLAYERS: usize = 2;

    type Action = Action;
    type Event = Event;
    type View = Round;

    fn handle(&mut self, action: Action, turn: &mut Turn<Self>) -> Outcome<Event> {
        match action {
            Action::Choose { hand } => self.choose(hand, turn),
            Action::TakeBack => self.take_back(turn),
        }
    }

    fn view(&self, table: &Table<Self>, viewer: Viewer) -> Round {
        let seat = viewer.player().and_then(|player| table.players().seat(player.id));
        Round {
            players: SEATS.map(|seat| table.players().at(seat).map(|p| p.name.clone())),
            ready: self.chosen.map(|hand| hand.is_some()),
            mine: seat.and_then(|seat| self.chosen[seat.index()]),
            deadline: table.rings_at(&Deadline),
        }
    }

    fn wake(&mut self, _alarm: Alarm, table: &mut Table<Self>) -> Outcome<Event> {
        self.new_round(table);
        Ok(Some(Event::TimeIsUp))
    }

    fn remove_player(&mut self, _player: &Player, table: &mut Table<Self>) {
        self.new_round(table);
    }

    fn legal(&self, table: &Table<Self>, player: &Player) -> Vec<Action> {
        let seat = table.players().seat(player.id);
        match seat.map(|seat| self.chosen[seat.index()]) {
            None => Vec::new(),
            Some(Some(_)) => vec![Action::TakeBack],
            Some(None) => {
                [Hand::Rock, Hand::Paper, Hand::Scissors].map(|hand| Action::Choose { hand }).into()
            }
        }
    }
}

const SEATS: [Seat; 2] = [Seat(0), Seat(1)];

impl RockPaperScissors {
    fn choose(&mut self, hand: Hand, turn: &mut Turn<Self>) -> Outcome<Event> {
        let mine = turn.seat()?.index();
        ensure!(self.chosen[mine].is_none(), "you have chosen; take it back first");
        turn.stake(turn.player().id, STAKE)?;
        self.chosen[mine] = Some(hand);
        let [Some(first), Some(second)] = self.chosen else {
            turn.wake_in(turn.turn_time(), &Deadline);
            turn.refresh();
            return Ok(None);
        };
        let seated = |seat| turn.players().at(seat).cloned();
        let (one, other) = (seated(SEATS[0]), seated(SEATS[1]));
        let (winner, loser) = match (first, second) {
            _ if first == second => (None, None),
            _ if first.beats(second) => (one, other),
            _ => (other, one),
        };
        if let (Some(winner), Some(loser)) = (&winner, &loser) {
            turn.pass(loser.id, winner.id, STAKE);
        }
        self.new_round(turn);
        Ok(Some(Event::Shown { hands: [first, second], winner: winner.map(|player| player.name) }))
    }

    fn take_back(&mut self, turn: &mut Turn<Self>) -> Outcome<Event> {
        let mine = turn.seat()?.index();
        ensure!(self.chosen[mine].is_some(), "you have not chosen yet");
        self.chosen[mine] = None;
        turn.give_back(turn.player().id, STAKE);
        turn.cancel(&Deadline);
        turn.refresh();
        Ok(None)
    }

    /// Gives back what is staked, and starts anew.
    fn new_round(&mut self, table: &mut Table<Self>) {
        let players: Vec<PlayerId> = table.players().iter().map(|(_, player)| player.id).collect();
        for player in players {
            let staked = table.staked(player);
            table.give_back(player, staked);
        }
        self.chosen = [None; 2];
        table.cancel(&Deadline);
        table.refresh();
    }
}

impl Hand {
    fn beats(self, other: Self) -> bool {
        matches!(
            (self, other),
            (Self::Rock, Self::Scissors)
                | (Self::Paper, Self::Rock)
                | (Self::Scissors, Self::Paper)
        )
    }
}

/// A bot that throws dice.
struct Unreadable;

impl Bot<RockPaperScissors> for Unreadable {
    fn choose(&mut self, view: &Round, legal: &[Action], dice: &mut Dice) -> Option<Action> {
        if view.mine.is_some() || view.players.contains(&None) {
            return None; // it has chosen, or there is nobody to play with
        }
        let chosen = dice.below(u32::try_from(legal.len()).ok()?);
        legal.get(chosen as usize).cloned()
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let manager = SessionManager::<RockPaperScissors>::new().bots(|| Unreadable);
    Site::new("My games").game(manager).run().await
}
