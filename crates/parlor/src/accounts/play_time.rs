//! How long each player has played today: connected to a table as a player, at however many at once.

use super::self_limits::day_of;
use crate::clock::Clock;
use parlor_core::PlayerId;
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::time::{Duration, Instant};

/// When so many are known, those are forgotten who do not play now and have not played for long.
const MANY: usize = 100_000;

/// How long is long: no more than all sockets together can have played a day.
const LONG: Duration = Duration::from_secs(3600);

/// Everyone's time of today.
pub(crate) struct PlayTimes {
    clock: Clock,
    today: Mutex<Today>,
}

#[derive(Default)]
struct Today {
    day: i64,
    players: HashMap<PlayerId, Played>,
    /// With how many some are forgotten.
    most: usize,
}

impl Today {
    fn make_room(&mut self) {
        if self.players.len() >= self.most.max(MANY) {
            self.players.retain(|_, played| played.now.is_some() || played.before >= LONG);
            // Not looked through again for each that comes, where that has helped little.
            self.most = 2 * self.players.len();
        }
    }
}

/// What one player has played today.
#[derive(Debug, Clone, Copy, Default)]
struct Played {
    before: Duration,
    /// How many sockets play now, and since when there are any.
    now: Option<(usize, Instant)>,
}

impl Played {
    fn total(&self, now: Instant) -> Duration {
        self.before
            + self.now.map_or(Duration::ZERO, |(_, since)| now.saturating_duration_since(since))
    }
}

impl fmt::Debug for PlayTimes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlayTimes")
    }
}

/// A socket that plays, until it is dropped.
#[derive(Debug)]
pub(crate) struct Playing {
    times: Arc<PlayTimes>,
    player: PlayerId,
}

impl PlayTimes {
    /// Nobody has played yet, but those of the last run, on this day of UTC.
    pub(crate) fn new(clock: Clock, day: i64, played: HashMap<PlayerId, Duration>) -> Self {
        let players =
            played.into_iter().map(|(player, before)| (player, Played { before, now: None }));
        let today = Today { day, players: players.collect(), most: MANY };
        Self { clock, today: Mutex::new(today) }
    }

    /// A socket of this player begins to play.
    pub(crate) fn begin(self: &Arc<Self>, player: PlayerId) -> Playing {
        let now = self.clock.now();
        let mut today = self.lock();
        today.make_room();
        let played = today.players.entry(player).or_default();
        let (sockets, since) = played.now.unwrap_or((0, now));
        played.now = Some((sockets + 1, since));
        Playing { times: self.clone(), player }
    }

    /// How long the player has played today.
    pub(crate) fn today(&self, player: PlayerId) -> Duration {
        let now = self.clock.now();
        self.lock().players.get(&player).map_or(Duration::ZERO, |played| played.total(now))
    }

    /// How long each of these has played today, and which day it is.
    pub(super) fn of(&self, players: &[PlayerId]) -> (i64, Vec<(PlayerId, Duration)>) {
        let now = self.clock.now();
        let today = self.lock();
        let of = |player: &PlayerId| Some((*player, today.players.get(player)?.total(now)));
        (today.day, players.iter().filter_map(of).collect())
    }

    fn end(&self, player: PlayerId) {
        let now = self.clock.now();
        let mut today = self.lock();
        let Some(played) = today.players.get_mut(&player) else { return };
        match &mut played.now {
            Some((sockets, _)) if *sockets > 1 => *sockets -= 1,
            _ => *played = Played { before: played.total(now), now: None },
        }
    }

    /// The times of today; at midnight they begin anew.
    fn lock(&self) -> MutexGuard<'_, Today> {
        let wall = self.clock.wall();
        let mut today = self.today.lock().unwrap_or_else(PoisonError::into_inner);
        let day = day_of(wall);
        if day > today.day {
            let now = self.clock.now();
            let since_midnight =
                Duration::from_millis(wall.rem_euclid(super::self_limits::DAY).unsigned_abs());
            today.day = day;
            today.players.retain(|_, played| {
                played.before = Duration::ZERO;
                if let Some((_, since)) = &mut played.now {
                    *since = (*since).max(now.checked_sub(since_midnight).unwrap_or(*since));
                }
                played.now.is_some()
            });
        }
        today
    }
}

impl Drop for Playing {
    fn drop(&mut self) {
        self.times.end(self.player);
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, PlayTimes, PlayerId, day_of};
    use crate::clock::{Adjuster, Clock};
    use std::{collections::HashMap, sync::Arc};

    const HOUR: Duration = Duration::from_secs(3600);

    fn ten_o_clock() -> (Arc<PlayTimes>, Adjuster) {
        let (clock, adjuster) = Clock::adjustable();
        adjuster.stand_still();
        adjuster.set_wall(10 * 3_600_000);
        (Arc::new(PlayTimes::new(clock, day_of(0), HashMap::new())), adjuster)
    }

    #[test]
    fn two_tables_at_once_are_played_once() {
        let (times, adjuster) = ten_o_clock();
        let ann = PlayerId(uuid::Uuid::nil());
        let first = times.begin(ann);
        adjuster.advance(HOUR);
        let second = times.begin(ann);
        adjuster.advance(HOUR);
        drop(first);
        adjuster.advance(HOUR);
        drop(second);
        adjuster.advance(HOUR);
        assert_eq!(times.today(ann), 3 * HOUR);
    }

    #[test]
    fn at_midnight_the_day_begins_anew_also_for_one_who_plays() {
        let (times, adjuster) = ten_o_clock();
        let [ann, bob] = [1, 2].map(|n| PlayerId(uuid::Uuid::from_u128(n)));
        let _ann = times.begin(ann);
        drop(times.begin(bob));
        adjuster.advance(13 * HOUR);
        assert_eq!(times.today(ann), 13 * HOUR);
        adjuster.advance(3 * HOUR);
        assert_eq!((times.today(ann), times.today(bob)), (2 * HOUR, Duration::ZERO));
        assert_eq!(times.of(&[ann, bob]), (1, vec![(ann, 2 * HOUR)]));
    }
}
