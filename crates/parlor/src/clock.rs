//! The clock of a site: the system's, or one that a test puts forward.

use std::{
    fmt,
    time::{SystemTime, UNIX_EPOCH},
};
use tokio::{
    sync::watch,
    time::{Duration, Instant},
};

/// What a site takes for the time. Cheap to clone; clones show the same time.
///
/// There are two in it, as in every computer. Monotonic time only goes forward: sessions go by it, with their alarms, the
/// grace time of seats, and when they leave memory; and so do tickets and the waits after wrong passwords. The wall clock may
/// jump: what outlives the program goes by it, which is how old tokens are, and where a session's own clock begins when it is
/// taken up after a start.
///
/// What is about the network goes by real time whatever this clock shows: pings, the silence of a connection, one who reads
/// too slowly, the time of a hook, the drain time-out, and the rates of messages, handshakes and guests.
///
/// ```
/// # use parlor::Clock;
/// # use std::time::Duration;
/// let (clock, adjuster) = Clock::adjustable();
/// let before = clock.now();
/// adjuster.advance(Duration::from_secs(3600));
/// assert!(clock.now() >= before + Duration::from_secs(3600));
/// ```
#[derive(Clone, Default)]
pub struct Clock(Option<watch::Sender<Dial>>);

/// Moves a clock that can be moved: [`Clock::adjustable`]. Cheap to clone.
#[derive(Clone)]
pub struct Adjuster(watch::Sender<Dial>);

/// What an adjustable clock shows. Every instant outside of here is in its time, which is ahead of the system's.
#[derive(Debug, Clone, Copy)]
struct Dial {
    began: Instant,
    /// What the wall clock showed when it began, had it never jumped since.
    wall: i64,
    ahead: Duration,
    /// The system's time when it came to stand still.
    stands: Option<Instant>,
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Clock(adjustable)" } else { "Clock(system)" })
    }
}

impl fmt::Debug for Adjuster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Adjuster")
    }
}

impl Clock {
    /// The system's clock, which a site has unless it is given another.
    pub fn system() -> Self {
        Self(None)
    }

    /// A clock that shows the system's time and goes like it, and what moves it.
    pub fn adjustable() -> (Self, Adjuster) {
        let dial =
            Dial { began: Instant::now(), wall: wall_clock(), ahead: Duration::ZERO, stands: None };
        let dial = watch::Sender::new(dial);
        (Self(Some(dial.clone())), Adjuster(dial))
    }

    /// Monotonic time.
    pub fn now(&self) -> Instant {
        // Looked up while the dial is held, so that time never goes back when it comes to stand still.
        self.0.as_ref().map_or_else(Instant::now, |dial| dial.borrow().now())
    }

    /// The wall clock, in milliseconds since 1970. It may jump, in both directions.
    pub fn wall(&self) -> i64 {
        self.0.as_ref().map_or_else(wall_clock, |dial| dial.borrow().wall())
    }

    /// Waits until [`now`](Self::now) is that instant, by itself or because the clock was put forward.
    pub async fn sleep_until(&self, at: Instant) {
        let Some(dial) = &self.0 else { return tokio::time::sleep_until(at).await };
        let mut moves = dial.subscribe();
        loop {
            let shows = *moves.borrow_and_update();
            let Some(left) = at.checked_duration_since(shows.now()).filter(|left| !left.is_zero())
            else {
                return;
            };
            tokio::select! {
                () = tokio::time::sleep(left), if shows.stands.is_none() => {}
                _ = moves.changed() => {}
            }
        }
    }
}

impl Adjuster {
    /// Puts monotonic time forward, and the wall clock with it, as if the computer had slept for so long: everything that is
    /// due by then happens now, and what follows from it counts from now.
    ///
    /// # Panics
    /// After centuries.
    pub fn advance(&self, by: Duration) {
        self.0.send_modify(|dial| dial.ahead += by);
    }

    /// Moves the wall clock alone, by so many milliseconds, which may be negative: as a correction over the network does.
    pub fn jump_wall(&self, by: i64) {
        self.0.send_modify(|dial| dial.wall = dial.wall.saturating_add(by));
    }

    /// Sets the wall clock alone, in milliseconds since 1970.
    pub fn set_wall(&self, at: i64) {
        self.0.send_modify(|dial| dial.wall = at.saturating_sub(dial.passed()));
    }

    /// From now on no time passes by itself, only by [`advance`](Self::advance): what is due in 30 seconds is due after
    /// exactly as much of it, however busy the computer.
    pub fn stand_still(&self) {
        self.0.send_modify(|dial| dial.stands = dial.stands.or_else(|| Some(Instant::now())));
    }
}

impl Dial {
    fn now(&self) -> Instant {
        self.stands.unwrap_or_else(Instant::now) + self.ahead
    }

    fn wall(&self) -> i64 {
        self.wall.saturating_add(self.passed())
    }

    fn passed(&self) -> i64 {
        let passed = self.now().saturating_duration_since(self.began);
        i64::try_from(passed.as_millis()).unwrap_or(i64::MAX)
    }
}

fn wall_clock() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::Clock;
    use std::time::Duration;

    const HOUR: Duration = Duration::from_secs(3600);

    #[tokio::test]
    async fn one_who_sleeps_is_woken_by_an_advance_and_not_before() {
        let (clock, adjuster) = Clock::adjustable();
        adjuster.stand_still();
        let at = clock.now() + HOUR;
        let sleeping = tokio::spawn({
            let clock = clock.clone();
            async move {
                clock.sleep_until(at).await;
                clock.now()
            }
        });
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        adjuster.advance(HOUR - Duration::from_millis(1));
        adjuster.jump_wall(2 * 3_600_000);
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        assert!(!sleeping.is_finished());
        adjuster.advance(Duration::from_millis(1));
        assert_eq!(sleeping.await.unwrap(), at);
    }

    #[tokio::test]
    async fn it_goes_by_itself_until_it_stands_still() {
        let (clock, adjuster) = Clock::adjustable();
        adjuster.advance(HOUR);
        let at = clock.now() + Duration::from_millis(20);
        clock.sleep_until(at).await;
        assert!(clock.now() >= at);
        adjuster.stand_still();
        assert_eq!(clock.now(), clock.now());
        clock.sleep_until(at).await;
    }

    #[test]
    fn the_wall_clock_jumps_alone_and_advances_with_the_other() {
        let (clock, adjuster) = Clock::adjustable();
        adjuster.stand_still();
        let (now, wall) = (clock.now(), clock.wall());
        adjuster.jump_wall(-3_600_000);
        assert_eq!((clock.now(), clock.wall()), (now, wall - 3_600_000));
        adjuster.set_wall(5_000);
        assert_eq!((clock.now(), clock.wall()), (now, 5_000));
        adjuster.advance(Duration::from_secs(7));
        assert_eq!((clock.now(), clock.wall()), (now + Duration::from_secs(7), 12_000));
    }
}
