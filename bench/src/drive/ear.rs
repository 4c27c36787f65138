//! What one player has sent and heard, checked as it comes: every update of the table in order, without a gap and without a
//! repeat, and each of the player's own moves once.

use crate::wire::Update;
use anyhow::{Result, ensure};
use std::collections::VecDeque;

/// A player's place among all.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// The player's number, of all players at all tables.
    pub(crate) number: usize,
    /// How many sit at each table; those of a table have numbers that follow each other.
    pub(crate) players: usize,
    /// How many tables there are.
    pub(crate) tables: usize,
}

impl Place {
    /// The number of the player's table.
    pub(crate) fn table(self) -> usize {
        self.number / self.players
    }

    fn everyone(self) -> u64 {
        (self.players * self.tables) as u64
    }
}

/// A move on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sent {
    n: u64,
    t: u64,
    /// When it was to be sent, in nanoseconds of the run.
    pub(crate) due: u64,
}

/// What one player has sent and heard.
#[derive(Debug)]
pub(crate) struct Ear {
    place: Place,
    /// The moves of the table that were heard.
    heard: u64,
    /// How many moves the player has sent.
    said: u64,
    /// Those of them that are not heard yet, the first sent first.
    on_way: VecDeque<Sent>,
    /// The player's seat, once it was told in the first own update.
    by: Option<u64>,
}

impl Ear {
    /// One who has heard nothing, at a table without moves.
    pub(crate) fn new(place: Place) -> Self {
        Self { place, heard: 0, said: 0, on_way: VecDeque::new(), by: None }
    }

    /// The moves of the table that were heard.
    pub(crate) fn heard(&self) -> u64 {
        self.heard
    }

    /// How many moves the player has sent.
    pub(crate) fn said(&self) -> u64 {
        self.said
    }

    /// The player sends a move that is due at that nanosecond: its `n` and its `t`.
    ///
    /// No other player at any table sends a move of the same `n`.
    pub(crate) fn says(&mut self, due: u64) -> (u64, u64) {
        let n = self.said * self.place.everyone() + self.place.number as u64;
        let t = due / 1_000;
        self.said += 1;
        self.on_way.push_back(Sent { n, t, due });
        (n, t)
    }

    /// Takes in an update; the player's own move, if it is one.
    ///
    /// # Errors
    /// An update that was lost, is repeated, out of order or of another table, and one that is not as it was sent.
    pub(crate) fn hears(&mut self, update: Update) -> Result<Option<Sent>> {
        let Update { n, t, seq, by } = update;
        ensure!(seq == self.heard + 1, "move {} was expected, and {seq} came", self.heard + 1);
        self.heard = seq;
        let who = n % self.place.everyone();
        let table = who / self.place.players as u64;
        ensure!(table == self.place.table() as u64, "an update of table {table}");
        if who != self.place.number as u64 {
            ensure!(self.by != Some(by), "the move {n} is said to be this player's");
            return Ok(None);
        }
        ensure!(*self.by.get_or_insert(by) == by, "the player's seat was another one");
        // A server that plays each message in a task of its own may play one player's in another order.
        let at = self.on_way.iter().position(|it| (it.n, it.t) == (n, t));
        let sent = at.and_then(|at| self.on_way.remove(at));
        ensure!(sent.is_some(), "the move {n} was not on its way");
        Ok(sent)
    }
}

#[cfg(test)]
mod tests {
    use super::{Ear, Place};
    use crate::wire::Update;

    /// Player 6 of 10: the second at the second of two tables. Move 6 was sent.
    fn one() -> Ear {
        let mut one = Ear::new(Place { number: 6, players: 5, tables: 2 });
        assert_eq!(one.says(5_000), (6, 5));
        one
    }

    fn update(n: u64, seq: u64, by: u64) -> Update {
        Update { n, t: 5, seq, by }
    }

    /// What is wrong with the last of these.
    fn wrong(updates: &[Update]) -> String {
        let mut one = one();
        let (last, before) = updates.split_last().unwrap();
        for update in before {
            one.hears(*update).unwrap();
        }
        one.hears(*last).unwrap_err().to_string()
    }

    #[test]
    fn own_moves_and_those_of_others_are_counted() {
        let mut one = one();
        assert_eq!(one.hears(update(7, 1, 2)).unwrap(), None);
        assert_eq!(one.hears(update(6, 2, 1)).unwrap().unwrap().due, 5_000);
        assert_eq!(one.says(6_000), (16, 6));
        assert_eq!((one.heard(), one.said()), (2, 2));
    }

    #[test]
    fn a_lost_update_is_found() {
        assert_eq!(wrong(&[update(7, 1, 2), update(8, 3, 3)]), "move 2 was expected, and 3 came");
    }

    #[test]
    fn a_repeated_update_is_found() {
        assert_eq!(wrong(&[update(7, 1, 2), update(7, 1, 2)]), "move 2 was expected, and 1 came");
        assert_eq!(wrong(&[update(6, 1, 1), update(6, 2, 1)]), "the move 6 was not on its way");
    }

    #[test]
    fn what_is_not_as_it_was_sent_is_found() {
        assert_eq!(wrong(&[update(16, 1, 1)]), "the move 16 was not on its way");
        let other_time = Update { t: 6, ..update(6, 1, 1) };
        assert_eq!(wrong(&[other_time]), "the move 6 was not on its way");
    }

    #[test]
    fn an_update_of_another_table_or_player_is_found() {
        assert_eq!(wrong(&[update(4, 1, 4)]), "an update of table 0");
        assert_eq!(
            wrong(&[update(6, 1, 1), update(7, 2, 1)]),
            "the move 7 is said to be this player's"
        );
    }
}
