//! Whose chips are whose, and where the seeds come from.

use parlor_core::{Account, Chips, Cover, Outside, PlayerId, Transfer};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// What a table asks for from outside, in memory: balances that stakes are taken from, and seeds from one first seed.
///
/// Handles are shared, as [`Outside`] wants them; [`Bank::fork`] makes a bank of its own.
#[derive(Debug, Clone)]
pub struct Bank(Arc<Mutex<Books>>);

#[derive(Debug, Clone)]
struct Books {
    /// In hundredths; the house alone may be below zero.
    accounts: BTreeMap<Account, i64>,
    /// What the record that is being applied has staked so far.
    reserved: Vec<(PlayerId, Chips)>,
    seeds: fastrand::Rng,
}

impl Bank {
    /// A bank without accounts, whose seeds follow from `seed`.
    pub fn new(seed: u64) -> Self {
        let seeds = fastrand::Rng::with_seed(seed);
        Self(Arc::new(Mutex::new(Books { accounts: BTreeMap::new(), reserved: Vec::new(), seeds })))
    }

    /// The same bank over again, from now on on its own.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self(Arc::new(Mutex::new(self.books().clone())))
    }

    /// Opens an account with these chips, once.
    pub fn open(&self, player: PlayerId, chips: Chips) {
        self.books().accounts.entry(Account::Player(player)).or_insert(chips.cents());
    }

    /// What the player can spend.
    pub fn balance(&self, player: PlayerId) -> Chips {
        let cents = self.books().accounts.get(&Account::Player(player)).copied();
        Chips::try_from_cents(cents.unwrap_or_default()).unwrap_or_default()
    }

    /// Every account with its hundredths.
    pub fn accounts(&self) -> BTreeMap<Account, i64> {
        self.books().accounts.clone()
    }

    /// Makes a record's transfers, all of whose stakes must have been asked for.
    ///
    /// # Errors
    /// What does not add up.
    pub fn settle(&self, transfers: &[Transfer]) -> Result<(), String> {
        let mut books = self.books();
        let reserved = std::mem::take(&mut books.reserved);
        let staked: Vec<_> = transfers
            .iter()
            .filter_map(|transfer| match transfer.from {
                Account::Player(player) => Some((player, transfer.amount)),
                Account::Escrow(_) | Account::House => None,
            })
            .collect();
        if staked != reserved {
            return Err(format!("{reserved:?} was asked for, and {staked:?} is taken"));
        }
        for Transfer { from, to, amount } in transfers {
            *books.accounts.entry(*from).or_default() -= amount.cents();
            *books.accounts.entry(*to).or_default() += amount.cents();
        }
        Ok(())
    }

    /// Forgets what a rejected happening had staked.
    pub fn undo(&self) {
        self.books().reserved.clear();
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        // A game that panics while it asks leaves nothing half done here.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Outside for Bank {
    fn seed(&mut self) -> [u8; 32] {
        let mut seed = [0; 32];
        self.books().seeds.fill(&mut seed);
        seed
    }

    fn stake(&mut self, player: PlayerId, amount: Chips) -> Cover {
        let mut books = self.books();
        let balance = books.accounts.get(&Account::Player(player)).copied().unwrap_or_default();
        let mine = books.reserved.iter().filter(|(p, _)| *p == player);
        let reserved: i64 = mine.map(|(_, amount)| amount.cents()).sum();
        let covered = amount.cents() <= balance - reserved;
        if covered {
            books.reserved.push((player, amount));
        }
        covered.into()
    }
}
