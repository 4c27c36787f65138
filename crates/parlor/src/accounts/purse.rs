//! What a player can spend: one purse in memory for all of a player's sessions.
//!
//! A stake is reserved inside the move, at once, so two tables never spend the same chip; what is won can be spent once it is
//! committed. The database's balance is the truth that a purse starts from.

use crate::store::{ReadError, Store};
use parlor_core::{Chips, PlayerId};
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError, Weak},
};
use tokio::sync::OnceCell;

/// One player's purse. Whoever may still move this player's chips holds it, so that it is never read from the database
/// while a movement is on its way there.
#[derive(Debug)]
pub(crate) struct Purse {
    spendable: OnceCell<Mutex<Chips>>,
}

impl Purse {
    /// What can be spent now.
    pub(crate) fn spendable(&self) -> Chips {
        self.with(|spendable| *spendable)
    }

    /// Takes the amount out, if it is there.
    pub(crate) fn reserve(&self, amount: Chips) -> bool {
        self.with(|spendable| match spendable.checked_sub(amount) {
            Some(left) => {
                *spendable = left;
                true
            }
            None => false,
        })
    }

    /// Puts the amount in: it was won and committed, or reserved for a move that was refused.
    pub(crate) fn put(&self, amount: Chips) {
        self.with(|spendable| *spendable = spendable.checked_add(amount).unwrap_or(Chips::MAX));
    }

    fn with<T>(&self, act: impl FnOnce(&mut Chips) -> T) -> T {
        let cell = self.spendable.get().expect("a purse is filled before it is handed out");
        act(&mut cell.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// All purses that somebody holds.
pub(crate) struct Purses {
    store: Store,
    held: Mutex<HashMap<PlayerId, Weak<Purse>>>,
}

impl fmt::Debug for Purses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Purses")
    }
}

impl Purses {
    pub(crate) fn new(store: Store) -> Self {
        Self { store, held: Mutex::default() }
    }

    /// The player's purse, filled from the database where nobody holds it yet.
    pub(crate) async fn open(&self, player: PlayerId) -> Result<Arc<Purse>, ReadError> {
        let purse = self.held_or_new(player);
        let fill = async || self.store.balance(player).await.map(Mutex::new);
        purse.spendable.get_or_try_init(fill).await?;
        Ok(purse)
    }

    /// How many purses are held.
    pub(crate) fn count(&self) -> usize {
        self.lock().values().filter(|purse| purse.strong_count() > 0).count()
    }

    fn held_or_new(&self, player: PlayerId) -> Arc<Purse> {
        let mut held = self.lock();
        if let Some(purse) = held.get(&player).and_then(Weak::upgrade) {
            return purse;
        }
        if held.len() == held.capacity() {
            held.retain(|_, purse| purse.strong_count() > 0);
        }
        let purse = Arc::new(Purse { spendable: OnceCell::new() });
        held.insert(player, Arc::downgrade(&purse));
        purse
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<PlayerId, Weak<Purse>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
