//! A player of tic-tac-toe that can be drawn against, and never beaten.

use super::tic_tac_toe::{Action, Board, LINES, TicTacToe};
use parlor_core::prelude::*;

/// Looks at every way that the game can go on; of several moves that are equally good, the dice choose one.
#[derive(Debug, Default)]
pub struct NeverLoses;

type Cells = [Option<Seat>; 9];

impl Bot<TicTacToe> for NeverLoses {
    fn choose(&mut self, view: &Board, legal: &[Action], dice: &mut Dice) -> Option<Action> {
        let me = view.turn;
        let worth = |&Action::Place { cell }: &Action| (after(view.cells, cell, me), cell);
        let judged: Vec<_> = legal.iter().map(worth).collect();
        let best = judged.iter().map(|(worth, _)| *worth).max()?;
        let good: Vec<_> = judged.into_iter().filter(|(worth, _)| *worth == best).collect();
        let chosen = dice.below(u32::try_from(good.len()).ok()?);
        good.get(chosen as usize).map(|&(_, cell)| Action::Place { cell })
    }
}

/// What it is worth to whoever marks this cell: the more, the sooner a win, and the later a loss.
fn after(mut cells: Cells, cell: usize, mover: Seat) -> i32 {
    cells[cell] = Some(mover);
    let left = free(&cells).count();
    if LINES.iter().any(|line| line.iter().all(|&at| cells[at] == Some(mover))) {
        return 1 + i32::try_from(left).unwrap_or_default();
    }
    let other = Seat(1 - mover.0);
    -free(&cells).map(|cell| after(cells, cell, other)).max().unwrap_or_default()
}

fn free(cells: &Cells) -> impl Iterator<Item = usize> {
    (0..9).filter(|&cell| cells[cell].is_none())
}
