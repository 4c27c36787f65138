//! Tic-tac-toe. Rules: <https://en.wikipedia.org/wiki/Tic-tac-toe>.
use parlor_core::prelude::*;

pub(crate) const LINES: [[usize; 3]; 8] =
    [[0, 1, 2], [3, 4, 5], [6, 7, 8], [0, 3, 6], [1, 4, 7], [2, 5, 8], [0, 4, 8], [2, 4, 6]];

/// Which seat has marked which cell; the first seat begins.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TicTacToe([Option<Seat>; 9]);
#[message]
pub enum Action {
    Place { cell: usize }, // {"type":"place","data":{"cell":4}}
}
#[message]
pub enum Event {} // everything there is to know is in the view
#[view]
pub struct Board {
    pub cells: [Option<Seat>; 9],
    pub turn: Seat,
    winner: Option<Seat>,
    players: [Option<String>; 2],
}

impl Game for TicTacToe {
    const NAME: &'static str = "tic-tac-toe";
    const TITLE: &'static str = "Tic-tac-toe";
    const MIN_PLAYERS: usize = 2;
    const MAX_PLAYERS: usize = 2;
    type Action = Action;
    type Event = Event;
    type View = Board;
    fn handle(&mut self, Action::Place { cell }: Action, turn: &mut Turn<Self>) -> Outcome<Event> {
        ensure!(cell < 9, Refusal::invalid_data("data.cell: the cells are numbered 0 to 8"));
        ensure!(!self.over(), Refusal::wrong_stage("the game is over"));
        ensure!(turn.seat()? == self.turn(), Refusal::not_your_turn("it is not your turn"));
        ensure!(self.0[cell].is_none(), "that cell is taken");
        self.0[cell] = Some(turn.seat()?);
        turn.refresh();
        if self.over() {
            turn.end_in(turn.ending_time());
        }
        Ok(None)
    }
    fn view(&self, table: &Table<Self>, _viewer: Viewer) -> Board {
        let players = [0, 1].map(|n| table.players().at(Seat(n)).map(|p| p.name.clone()));
        Board { cells: self.0, turn: self.turn(), winner: self.winner(), players }
    }
    fn legal(&self, table: &Table<Self>, player: &Player) -> Vec<Action> {
        let mine = !self.over() && table.players().seat(player.id) == Some(self.turn());
        let free = (0..9).filter(|&cell| mine && self.0[cell].is_none());
        free.map(|cell| Action::Place { cell }).collect()
    }
}

impl TicTacToe {
    fn turn(&self) -> Seat {
        Seat(u8::from(self.0.iter().flatten().count() % 2 == 1))
    }
    fn over(&self) -> bool {
        self.winner().is_some() || !self.0.contains(&None)
    }
    fn winner(&self) -> Option<Seat> {
        let rows = LINES.iter().map(|line| line.map(|cell| self.0[cell]));
        rows.filter(|[a, b, c]| a == b && b == c).find_map(|[a, ..]| a)
    }
}
