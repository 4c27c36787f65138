//! Whether players may stake and sit down, by the limits that they have set themselves.

use super::{
    play_time::{PlayTimes, Playing},
    self_limits::{SelfLimit, SelfLimits, Wish, day_of},
};
use crate::{
    clock::Clock,
    problem::Problem,
    site::Shared,
    store::{
        ReadError, Store, WriteError,
        self_limits::{KeepPlayTimes, KeepSelfLimits},
    },
};
use parlor_core::{Chips, PlayerId};
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

/// The limits of all who have set themselves any, and how long everyone has played today.
pub(crate) struct Restraints {
    clock: Clock,
    times: Arc<PlayTimes>,
    limits: RwLock<HashMap<PlayerId, SelfLimits>>,
    /// Held while somebody's limits change: the database, this and the purse change in the same order.
    changing: tokio::sync::Mutex<()>,
}

impl fmt::Debug for Restraints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Restraints")
    }
}

/// What one asks one's limits to be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) loss: Wish<Chips>,
    pub(crate) minutes: Wish<u32>,
}

impl Restraints {
    /// What the database knows of them.
    pub(crate) async fn read(store: &Store, clock: Clock) -> Result<Self, ReadError> {
        let day = day_of(clock.wall());
        let times = PlayTimes::new(clock.clone(), day, store.play_times(day).await?);
        let limits = RwLock::new(store.self_limits().await?);
        Ok(Self { clock, times: Arc::new(times), limits, changing: tokio::sync::Mutex::default() })
    }

    /// The wall clock, in milliseconds since 1970.
    pub(super) fn now(&self) -> i64 {
        self.clock.wall()
    }

    /// The player's limits as they stand.
    pub(super) fn of(&self, player: PlayerId) -> SelfLimits {
        let limits = self.limits.read().unwrap_or_else(PoisonError::into_inner);
        limits.get(&player).map_or_else(SelfLimits::default, |limits| limits.at(self.now()))
    }

    /// How long the player has played today.
    pub(super) fn played_today(&self, player: PlayerId) -> Duration {
        self.times.today(player)
    }

    /// A socket of this player begins to play.
    pub(crate) fn begin(&self, player: PlayerId) -> Playing {
        self.times.begin(player)
    }

    /// Whether the player may take a further seat.
    ///
    /// # Errors
    /// What the player is told, who has played for long enough.
    pub(crate) fn allow_seat(&self, player: PlayerId) -> Result<(), String> {
        self.allow_time(player, self.of(player).minutes)
    }

    /// Whether the player may stake with these limits, where that makes `out` hundredths that are out today.
    pub(super) fn allow_stake(
        &self,
        player: PlayerId,
        limits: SelfLimits,
        out: i64,
    ) -> Result<(), String> {
        if let Some(most) = limits.loss.value.filter(|most| out > most.cents()) {
            return Err(format!(
                "you have set yourself to lose no more than {most} a day, and this could be more; \
                 a new day begins at 00:00 UTC"
            ));
        }
        self.allow_time(player, limits.minutes)
    }

    fn allow_time(&self, player: PlayerId, minutes: SelfLimit<u32>) -> Result<(), String> {
        let Some(most) = minutes.value else { return Ok(()) };
        if self.times.today(player) < Duration::from_secs(u64::from(most) * 60) {
            return Ok(());
        }
        Err(format!(
            "you have set yourself to play no more than {most} minutes a day, and they are over; \
             a new day begins at 00:00 UTC"
        ))
    }

    /// Changes one's limits: what is tighter holds at once, what is looser after a day's rest.
    pub(crate) async fn change(
        &self,
        shared: &Shared,
        player: PlayerId,
        wanted: Wanted,
    ) -> Result<(), Problem> {
        let _changing = self.changing.lock().await;
        let (held, now) = (self.of(player), self.now());
        let limits = SelfLimits {
            loss: held.loss.asked(wanted.loss, now),
            minutes: held.minutes.asked(wanted.minutes, now),
        };
        let kept = shared.store.write(KeepSelfLimits { account: player, limits }).await;
        kept.map_err(|why| match why {
            WriteError::Forbidden(_) => Problem::no_player(),
            _ => Problem::internal(),
        })?;
        self.hold(player, limits);
        let purse = shared.purses.open(player).await.map_err(|_| Problem::internal())?;
        purse.restrain(limits, &shared.store).await.map_err(|_| Problem::internal())
    }

    /// The account is gone, and its limits with it.
    pub(super) fn forget(&self, player: PlayerId) {
        self.hold(player, SelfLimits::default());
    }

    fn hold(&self, player: PlayerId, limits: SelfLimits) {
        let mut all = self.limits.write().unwrap_or_else(PoisonError::into_inner);
        if limits.is_none() {
            all.remove(&player);
        } else {
            all.insert(player, limits);
        }
    }

    /// Those who have a limit of time.
    fn timed(&self) -> Vec<PlayerId> {
        let limits = self.limits.read().unwrap_or_else(PoisonError::into_inner);
        let timed = limits.iter().filter(|(_, limits)| limits.minutes != SelfLimit::default());
        timed.map(|(player, _)| *player).collect()
    }

    /// Writes down how long those have played today who have a limit of time.
    pub(crate) async fn keep_play_times(&self, store: &Store) {
        let (day, played) = self.times.of(&self.timed());
        if played.is_empty() {
            return;
        }
        if let Err(why) = store.write(KeepPlayTimes { day, played }).await {
            tracing::warn!("how long players have played was not kept: {why}");
        }
    }
}
