//! The cashier's desk of a session: its players' purses, and what a move has reserved from them.

use crate::accounts::Purse;
use parlor_core::{Account, Chips, Cover, Outside, PlayerId, Transfer};
use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

/// The purses of those whose chips this session may move.
#[derive(Default)]
pub(super) struct Desk(Arc<Mutex<Open>>);

#[derive(Default)]
struct Open {
    purses: BTreeMap<PlayerId, Arc<Purse>>,
    reserved: Vec<(Arc<Purse>, Chips)>,
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Desk")
    }
}

impl Desk {
    /// Holds this player's purse from now on.
    pub(super) fn admit(&self, player: PlayerId, purse: Arc<Purse>) {
        self.with(|open| open.purses.insert(player, purse));
    }

    /// What a record asks for from outside.
    pub(super) fn outside(&self) -> Box<dyn Outside> {
        Box::new(Counter(self.0.clone()))
    }

    /// The record was applied: what it reserved is gone, on its way into the escrow.
    pub(super) fn keep(&self) {
        self.with(|open| open.reserved.clear());
    }

    /// The record was refused: what it reserved goes back.
    pub(super) fn undo(&self) {
        self.with(|open| open.reserved.drain(..).for_each(|(purse, amount)| purse.put(amount)));
    }

    /// The purses that these transfers fill, once they are committed.
    pub(super) fn credits(&self, transfers: &[Transfer]) -> Vec<(Arc<Purse>, Chips)> {
        if transfers.is_empty() {
            return Vec::new();
        }
        self.with(|open| {
            let credit = |transfer: &Transfer| match transfer.to {
                Account::Player(player) => {
                    Some((open.purses.get(&player)?.clone(), transfer.amount))
                }
                Account::Escrow(_) | Account::House => None,
            };
            transfers.iter().filter_map(credit).collect()
        })
    }

    /// Lets go of the purses of those who have nothing to do with the session any more.
    pub(super) fn retain(&self, concerned: impl Fn(PlayerId) -> bool) {
        self.with(|open| open.purses.retain(|player, _| concerned(*player)));
    }

    fn with<T>(&self, act: impl FnOnce(&mut Open) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The desk, as a record sees it.
struct Counter(Arc<Mutex<Open>>);

impl Outside for Counter {
    fn seed(&mut self) -> [u8; 32] {
        fresh_seed()
    }

    fn stake(&mut self, player: PlayerId, amount: Chips) -> Cover {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(purse) = open.purses.get(&player).cloned() else { return Cover::Short };
        let cover = purse.reserve(amount);
        if cover == Cover::Full {
            open.reserved.push((purse, amount));
        }
        cover
    }
}

/// The outside of a session that is just being made: seeds, and nobody who could stake.
pub(super) struct SeedsAlone;

impl Outside for SeedsAlone {
    fn seed(&mut self) -> [u8; 32] {
        fresh_seed()
    }

    fn stake(&mut self, _player: PlayerId, _amount: Chips) -> Cover {
        Cover::Short
    }
}

fn fresh_seed() -> [u8; 32] {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).expect("the operating system's randomness");
    seed
}
