//! Wrong passwords: some are free, then each one doubles the wait, per name and address; and in an hour a name gets only so
//! many from all addresses together.
//!
//! The second rule slows down those who guess from many addresses. It must not lock the owner out, so it is not for addresses
//! from which the right password came before, nor for one who is signed in to that account already.

use super::rates::one_household;
use crate::{clock::Clock, metrics::Metrics, recent::Recent, settings::Limit};
use std::{
    collections::HashMap,
    fmt,
    hash::Hash,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// The longest wait of a name and an address.
const LONGEST: Duration = Duration::from_secs(15 * 60);

const HOUR: Duration = Duration::from_secs(3600);

/// After this long without a wrong password everything is forgotten.
const FORGOTTEN_AFTER: Duration = HOUR;

/// How many names and addresses are remembered, of each kind.
const REMEMBERED: usize = 100_000;

/// Whose password is tried, and from where.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Who {
    name: String,
    address: IpAddr,
}

impl Who {
    pub(crate) fn new(name: &str, address: IpAddr) -> Self {
        // What is longer is nobody's name, and is not worth remembering.
        let name = name.chars().take(64).collect::<String>().to_ascii_lowercase();
        Self { name, address: one_household(address) }
    }

    /// Whether it is the password of the account of that name.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

/// A password that is being tried. It counts as wrong until it is [`right`](Failures::right), or
/// [taken back](Failures::take_back).
#[derive(Debug)]
#[must_use = "a try counts as wrong until it is known to be none"]
pub(crate) struct Try {
    who: Who,
    /// Whether it counts among those of the name from all addresses.
    strange: bool,
}

/// The wrong passwords of a name from one address.
struct Failed {
    times: u32,
    last: Instant,
}

/// The tries of a name from all addresses: when it could have as many at once again as it has after a quiet hour.
struct Tried {
    rested: Instant,
}

/// Who got a password wrong, how often, and when.
pub(crate) struct Failures {
    free: u32,
    /// How many tries a name gets at once, and how long one takes to come back: together no more than a number an hour.
    at_once: u32,
    back_after: Duration,
    clock: Clock,
    metrics: Arc<Metrics>,
    kept: Mutex<Kept>,
}

struct Kept {
    failed: HashMap<Who, Failed>,
    tried: HashMap<String, Tried>,
    /// Where the right password came from.
    familiar: Recent<Who, ()>,
}

impl fmt::Debug for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Failures")
    }
}

impl Failures {
    /// The first `free` wrong passwords of a name and an address cost nothing; a name gets `an_hour` from strange addresses.
    pub(crate) fn new(free: u32, an_hour: u32, clock: Clock, metrics: Arc<Metrics>) -> Self {
        let at_once = an_hour.div_ceil(2).max(1);
        let back_after = HOUR / an_hour.saturating_sub(at_once).max(1);
        let familiar = Recent::new(REMEMBERED);
        let kept = Kept { failed: HashMap::new(), tried: HashMap::new(), familiar };
        Self { free, at_once, back_after, clock, metrics, kept: Mutex::new(kept) }
    }

    /// Whether a password may be tried now, or after how long; those made at the same time count too. The owner is one who is
    /// signed in to that account already.
    pub(crate) fn try_now(&self, who: Who, is_owner: bool) -> Result<Try, Duration> {
        let now = self.clock.now();
        let kept = &mut *self.lock();
        let pair = kept.failed.get(&who).map_or(Duration::ZERO, |failed| self.left(failed, now));
        let strange = !is_owner && kept.familiar.get(&who).is_none();
        let name = match kept.tried.get(&who.name) {
            Some(tried) if strange => self.left_of_all(tried, now),
            _ => Duration::ZERO,
        };
        let wait = pair.max(name);
        if !wait.is_zero() {
            let of_name = name > pair;
            self.metrics.hit(if of_name {
                Limit::LoginFailuresPerHour
            } else {
                Limit::LoginFailures
            });
            return Err(wait);
        }
        let age = |failed: &Failed| (!self.left(failed, now).is_zero(), failed.last);
        self.metrics.hit(make_room(&mut kept.failed, age).then_some(Limit::FailuresKept));
        let entry = kept.failed.entry(who.clone()).or_insert(Failed { times: 0, last: now });
        let forgotten = now.saturating_duration_since(entry.last) > FORGOTTEN_AFTER;
        let times = if forgotten { 0 } else { entry.times };
        *entry = Failed { times: times.saturating_add(1), last: now };
        if strange {
            let age = |tried: &Tried| (!self.left_of_all(tried, now).is_zero(), tried.rested);
            let full = make_room(&mut kept.tried, age);
            self.metrics.hit(full.then_some(Limit::FailuresKept));
            let tried = kept.tried.entry(who.name.clone()).or_insert(Tried { rested: now });
            tried.rested = tried.rested.max(now) + self.back_after;
        }
        Ok(Try { who, strange })
    }

    /// The password was not looked at, after all.
    pub(crate) fn take_back(&self, tried: &Try) {
        let kept = &mut *self.lock();
        if let Some(failed) = kept.failed.get_mut(&tried.who) {
            failed.times = failed.times.saturating_sub(1);
        }
        self.give_back(kept, tried);
    }

    /// The password was right: this address has a clean record, and is familiar from now on.
    pub(crate) fn right(&self, tried: Try) {
        let kept = &mut *self.lock();
        kept.failed.remove(&tried.who);
        self.give_back(kept, &tried);
        kept.familiar.put(tried.who, ());
    }

    /// The account was made from this address.
    pub(crate) fn familiar(&self, who: Who) {
        self.lock().familiar.put(who, ());
    }

    fn give_back(&self, kept: &mut Kept, Try { who, strange }: &Try) {
        if *strange
            && let Some(tried) = kept.tried.get_mut(&who.name)
            && let Some(rested) = tried.rested.checked_sub(self.back_after)
        {
            tried.rested = rested;
        }
    }

    fn left(&self, failed: &Failed, now: Instant) -> Duration {
        let since = now.saturating_duration_since(failed.last);
        if since > FORGOTTEN_AFTER {
            return Duration::ZERO;
        }
        self.wait(failed.times).saturating_sub(since)
    }

    /// How many names and addresses are remembered.
    pub(crate) fn count(&self) -> usize {
        let kept = self.lock();
        kept.failed.len() + kept.tried.len()
    }

    fn wait(&self, times: u32) -> Duration {
        match times.checked_sub(self.free) {
            None => Duration::ZERO,
            Some(doublings) => LONGEST.min(Duration::from_secs(1 << doublings.min(20))),
        }
    }

    fn left_of_all(&self, tried: &Tried, now: Instant) -> Duration {
        let tired = tried.rested.saturating_duration_since(now);
        tired.saturating_sub(self.back_after * (self.at_once - 1))
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes room for one more where there is none: those that hold nobody up go first, and then those that were used longest ago.
fn make_room<K: Hash + Eq, V>(
    all: &mut HashMap<K, V>,
    age: impl Fn(&V) -> (bool, Instant),
) -> bool {
    if all.len() < REMEMBERED {
        return false;
    }
    let mut ages: Vec<_> = all.values().map(&age).collect();
    // A quarter at a time: looking through all of them for each one would be work that an attacker chooses.
    let (_, newest_to_go, _) = ages.select_nth_unstable(REMEMBERED / 4);
    let newest_to_go = *newest_to_go;
    all.retain(|_, value| age(value) > newest_to_go);
    true
}

#[cfg(test)]
mod tests {
    use super::{Clock, Failures, Kept, REMEMBERED, Who};
    use std::{sync::Arc, time::Duration};

    fn from(name: &str, n: u32) -> Who {
        Who::new(name, std::net::Ipv4Addr::from(n).into())
    }

    #[test]
    fn five_are_free_and_then_the_wait_doubles() {
        let failures = Failures::new(5, 20, Clock::system(), Arc::default());
        let try_now = |name, n| failures.try_now(from(name, n), false);
        let tries: Vec<_> = (0..5).map(|_| try_now("Ann", 1).unwrap()).collect();
        assert!(try_now("ANN", 1).is_err());
        assert_eq!(failures.wait(5), Duration::from_secs(1));
        assert_eq!(failures.wait(8), Duration::from_secs(8));
        assert_eq!(failures.wait(500), Duration::from_secs(900));
        assert!(try_now("bob", 1).is_ok(), "another name is not held back");
        failures.take_back(&tries[0]);
        let again = try_now("ann", 1).expect("four wrong ones, and one that nobody looked at");
        assert!(try_now("ann", 1).is_err());
        failures.right(again);
        assert!(try_now("ann", 1).is_ok());
    }

    #[test]
    fn a_name_gets_so_many_an_hour_however_many_the_addresses() {
        for an_hour in [2, 7, 20, 21] {
            let (clock, adjuster) = Clock::adjustable();
            adjuster.stand_still();
            let failures = Failures::new(5, an_hour, clock.clone(), Arc::default());
            let began = clock.now();
            let mut tried = Vec::new();
            // One try a second for three hours, each from an address of its own.
            for n in 0..3 * 3_600 {
                if failures.try_now(from("ann", n), false).is_ok() {
                    tried.push(clock.now() - began);
                }
                adjuster.advance(Duration::from_secs(1));
            }
            let hour = Duration::from_secs(3600);
            let within = |from: Duration| {
                tried.iter().filter(|at| (from..from + hour).contains(*at)).count()
            };
            let most = tried.iter().map(|from| within(*from)).max();
            let most = most.and_then(|most| u32::try_from(most).ok()).unwrap_or_default();
            assert!((an_hour - 1..=an_hour).contains(&most), "{most} of {an_hour}");
        }
    }

    #[test]
    fn the_owner_is_not_locked_out() {
        let failures = Failures::new(5, 20, Clock::system(), Arc::default());
        let try_now = |n, is_owner| failures.try_now(from("ann", n), is_owner);
        failures.right(try_now(1, false).unwrap());
        let tries = (100..200).filter_map(|n| try_now(n, false).ok()).count();
        assert_eq!(tries, 10, "half of an hour's at once");
        assert!(try_now(2, false).is_err(), "a strange address waits with the others");
        for _ in 0..50 {
            failures.right(try_now(1, false).expect("the right password came from there before"));
        }
        failures.right(try_now(2, true).expect("the owner is signed in there"));
        assert!(try_now(2, false).is_ok(), "and so that is no strange address any more");
        assert!(try_now(3, false).is_err(), "for which nobody else has one try more");
    }

    #[test]
    fn however_many_names_are_tried_so_many_are_remembered_and_those_who_wait_go_last() {
        let (clock, adjuster) = Clock::adjustable();
        adjuster.stand_still();
        let failures = Failures::new(5, 20, clock, Arc::default());
        while failures.try_now(from("ann", 1), false).is_ok() {}
        let most = u32::try_from(REMEMBERED).unwrap() * 2;
        for n in 0..most {
            assert!(failures.try_now(from(&n.to_string(), n), false).is_ok());
            failures.familiar(from("bob", n));
            adjuster.advance(Duration::from_micros(1));
        }
        assert!(failures.try_now(from("ann", 1), false).is_err());
        let Kept { failed, tried, familiar } = &*failures.lock();
        for (what, count) in
            [("failed", failed.len()), ("tried", tried.len()), ("familiar", familiar.len())]
        {
            assert!((REMEMBERED / 4..=REMEMBERED).contains(&count), "{what}: {count}");
        }
    }
}
