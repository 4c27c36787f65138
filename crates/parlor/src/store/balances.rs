//! What players have, as it is committed: read from the database once, and forgotten when a record moves it.

use crate::recent::Recent;
use parlor_core::{Chips, PlayerId};
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// How many balances are remembered at the most.
const REMEMBERED: usize = 20_000;

/// The balances that need not be read.
///
/// One that a record is about to move is not known until the record is committed or refused, and what was read before then is
/// not remembered: the database alone says what it came to.
pub(super) struct Balances(Mutex<Inner>);

struct Inner {
    known: Recent<PlayerId, Balance>,
    /// How many records that are not committed yet move the balance.
    moving: HashMap<PlayerId, usize>,
    readings: u64,
}

enum Balance {
    Known(Chips),
    /// It is being read, and this reading is the last that was begun.
    Read(u64),
}

/// A balance that was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Known(Chips),
    /// It is to be read from the database, and told by this number.
    Unknown(Option<u64>),
}

/// Records on their way move these balances, until this is dropped.
pub(super) struct Moving {
    balances: Arc<Balances>,
    players: Vec<PlayerId>,
}

impl fmt::Debug for Moving {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Moving({:?})", self.players)
    }
}

impl Default for Balances {
    fn default() -> Self {
        let known = Recent::new(REMEMBERED);
        Self(Mutex::new(Inner { known, moving: HashMap::new(), readings: 0 }))
    }
}

impl Balances {
    /// What the player has, if that is known.
    pub(super) fn ask(&self, player: PlayerId) -> Asked {
        let inner = &mut *self.lock();
        if let Some(Balance::Known(chips)) = inner.known.get(&player) {
            return Asked::Known(*chips);
        }
        if inner.moving.contains_key(&player) {
            return Asked::Unknown(None);
        }
        inner.readings += 1;
        inner.known.put(player, Balance::Read(inner.readings));
        Asked::Unknown(Some(inner.readings))
    }

    /// What the database has said; it is remembered where nothing has moved it meanwhile.
    pub(super) fn read(&self, player: PlayerId, reading: Option<u64>, chips: Chips) {
        let mut inner = self.lock();
        if let Some(balance) = inner.known.get(&player)
            && matches!(balance, Balance::Read(last) if Some(*last) == reading)
        {
            *balance = Balance::Known(chips);
        }
    }

    /// A record is about to move the balances of these players.
    pub(super) fn moving(self: &Arc<Self>, players: Vec<PlayerId>) -> Moving {
        if !players.is_empty() {
            let mut inner = self.lock();
            for player in &players {
                inner.known.remove(player);
                *inner.moving.entry(*player).or_default() += 1;
            }
        }
        Moving { balances: self.clone(), players }
    }

    /// How many are known, or being read.
    pub(super) fn count(&self) -> usize {
        self.lock().known.len()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Moving {
    fn drop(&mut self) {
        if self.players.is_empty() {
            return;
        }
        let mut inner = self.balances.lock();
        for player in &self.players {
            if let Some(records) = inner.moving.get_mut(player) {
                *records -= 1;
                if *records == 0 {
                    inner.moving.remove(player);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Asked, Balances, REMEMBERED};
    use parlor_core::{Chips, PlayerId};
    use std::sync::Arc;
    use uuid::Uuid;

    fn player(n: usize) -> PlayerId {
        PlayerId(Uuid::from_u128(n as u128))
    }

    fn read(balances: &Balances, chips: Chips) {
        let Asked::Unknown(reading) = balances.ask(player(1)) else { panic!("it is known") };
        balances.read(player(1), reading, chips);
    }

    #[test]
    fn it_is_known_until_a_record_moves_it() {
        let balances = Arc::<Balances>::default();
        let (ten, nine) = (Chips::new(10), Chips::new(9));
        read(&balances, ten);
        assert_eq!(balances.ask(player(1)), Asked::Known(ten));
        let (first, second) =
            (balances.moving(vec![player(1), player(2)]), balances.moving(vec![player(1)]));
        // Before the commit it may be the old one.
        read(&balances, ten);
        drop(first);
        read(&balances, ten);
        assert_eq!(balances.ask(player(1)), Asked::Unknown(None), "another is still on its way");
        drop(second);
        read(&balances, nine);
        assert_eq!(balances.ask(player(1)), Asked::Known(nine));
    }

    #[test]
    fn what_was_read_before_a_commit_is_not_remembered_after_it() {
        let balances = Arc::<Balances>::default();
        let (ten, nine) = (Chips::new(10), Chips::new(9));
        let Asked::Unknown(before) = balances.ask(player(1)) else { panic!("it is known") };
        drop(balances.moving(vec![player(1)]));
        balances.read(player(1), before, ten);
        let Asked::Unknown(after) = balances.ask(player(1)) else { panic!("the old one is known") };
        balances.read(player(1), before, ten);
        balances.read(player(1), after, nine);
        assert_eq!(balances.ask(player(1)), Asked::Known(nine));
    }

    #[test]
    fn however_many_players_there_are_so_many_are_remembered() {
        let balances = Arc::<Balances>::default();
        for n in 0..REMEMBERED * 3 {
            balances.ask(player(n));
        }
        assert!(balances.count() <= REMEMBERED);
    }
}
