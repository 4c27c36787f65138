//! What a player can spend: one purse in memory for all of a player's sessions.
//!
//! A stake is reserved inside the move, at once, so two tables never spend the same chip; what is won can be spent once it is
//! committed. The database's balance is the truth that a purse starts from. Limits that players set themselves hold here too,
//! since here is where all of a player's stakes come past.

use super::{
    restraints::Restraints,
    self_limits::{DAY, SelfLimits, day_of},
};
use crate::store::{ReadError, Store};
use parlor_core::{Chips, Cover, PlayerId};
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
    filled: OnceCell<Filled>,
}

#[derive(Debug)]
struct Filled {
    player: PlayerId,
    /// When it was filled, in milliseconds since 1970.
    at: i64,
    restraints: Arc<Restraints>,
    chips: Mutex<Contents>,
}

#[derive(Debug)]
struct Contents {
    spendable: Chips,
    day: i64,
    /// What went out for stakes on that day since it was filled, less what came back, in hundredths.
    out: i64,
    /// The same of that day before it was filled; asked for where a limit is to hold.
    out_before: Option<i64>,
    limits: SelfLimits,
}

impl Purse {
    /// What can be spent now.
    pub(crate) fn spendable(&self) -> Chips {
        self.with(|_, contents| contents.spendable)
    }

    /// Takes the amount out, if it is there and no limit is against it.
    pub(crate) fn reserve(&self, amount: Chips) -> Cover {
        self.with(|filled, contents| {
            let Some(left) = contents.spendable.checked_sub(amount) else { return Cover::Short };
            if !contents.limits.is_none() {
                let limits = contents.limits.at(filled.restraints.now());
                let out = contents.out_today() + amount.cents();
                if let Err(why) = filled.restraints.allow_stake(filled.player, limits, out) {
                    return Cover::Limited(why);
                }
            }
            contents.spendable = left;
            contents.out += amount.cents();
            Cover::Full
        })
    }

    /// Puts the amount in: it was won and committed, or reserved for a move that was refused.
    pub(crate) fn put(&self, amount: Chips) {
        self.with(|_, contents| {
            contents.add(amount);
            contents.out -= amount.cents();
        });
    }

    /// Puts the amount in: it was given, and has nothing to do with any table.
    pub(super) fn give(&self, amount: Chips) {
        self.with(|_, contents| contents.add(amount));
    }

    /// What went out for stakes today, less what came back, in hundredths.
    pub(super) async fn out_today(&self, store: &Store) -> Result<i64, ReadError> {
        self.know_what_went_out(store).await?;
        Ok(self.with(|_, contents| contents.out_today()))
    }

    /// These limits hold from now on.
    pub(super) async fn restrain(
        &self,
        limits: SelfLimits,
        store: &Store,
    ) -> Result<(), ReadError> {
        self.know_what_went_out(store).await?;
        self.with(|_, contents| contents.limits = limits);
        Ok(())
    }

    async fn know_what_went_out(&self, store: &Store) -> Result<(), ReadError> {
        let (player, filled_at) = self.with(|filled, _| (filled.player, filled.at));
        let (day, known) = self.with(|_, contents| (contents.day, contents.out_before.is_some()));
        if known {
            return Ok(());
        }
        let before = store.went_out(player, day * DAY, filled_at).await?;
        self.with(|_, contents| {
            if contents.day == day {
                contents.out_before = Some(before);
            }
        });
        Ok(())
    }

    fn with<T>(&self, act: impl FnOnce(&Filled, &mut Contents) -> T) -> T {
        let filled = self.filled.get().expect("a purse is filled before it is handed out");
        let contents = &mut filled.chips.lock().unwrap_or_else(PoisonError::into_inner);
        contents.turn_to(day_of(filled.restraints.now()));
        act(filled, contents)
    }
}

impl Contents {
    fn add(&mut self, amount: Chips) {
        self.spendable = self.spendable.checked_add(amount).unwrap_or(Chips::MAX);
    }

    fn out_today(&self) -> i64 {
        self.out_before.unwrap_or_default() + self.out
    }

    /// With a new day everything begins anew; a wall clock that is set back takes nothing away.
    fn turn_to(&mut self, day: i64) {
        if day > self.day {
            (self.day, self.out, self.out_before) = (day, 0, Some(0));
        }
    }
}

/// All purses that somebody holds.
pub(crate) struct Purses {
    store: Store,
    restraints: Arc<Restraints>,
    held: Mutex<HashMap<PlayerId, Weak<Purse>>>,
}

impl fmt::Debug for Purses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Purses")
    }
}

impl Purses {
    pub(crate) fn new(store: Store, restraints: Arc<Restraints>) -> Self {
        Self { store, restraints, held: Mutex::default() }
    }

    /// The player's purse, filled from the database where nobody holds it yet.
    pub(crate) async fn open(&self, player: PlayerId) -> Result<Arc<Purse>, ReadError> {
        let purse = self.held_or_new(player);
        purse.filled.get_or_try_init(async || self.fill(player).await).await?;
        Ok(purse)
    }

    async fn fill(&self, player: PlayerId) -> Result<Filled, ReadError> {
        let spendable = self.store.balance(player).await?;
        let at = self.restraints.now();
        let (day, limits) = (day_of(at), self.restraints.of(player));
        let out_before = match limits.is_none() {
            true => None,
            false => Some(self.store.went_out(player, day * DAY, at).await?),
        };
        let chips = Mutex::new(Contents { spendable, day, out: 0, out_before, limits });
        Ok(Filled { player, at, restraints: self.restraints.clone(), chips })
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
        let purse = Arc::new(Purse { filled: OnceCell::new() });
        held.insert(player, Arc::downgrade(&purse));
        purse
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<PlayerId, Weak<Purse>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
