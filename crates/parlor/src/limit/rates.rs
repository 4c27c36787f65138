//! Rates by address and by user.

use crate::{metrics::Metrics, settings::Limit};
use governor::{Quota, RateLimiter, clock::DefaultClock, state::keyed::DefaultKeyedStateStore};
use parlor_core::PlayerId;
use std::{
    fmt,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::{
        Arc, PoisonError, RwLock, RwLockReadGuard,
        atomic::{AtomicU32, Ordering},
    },
};

/// After how many questions the keys that are back at full allowance are forgotten.
const TIDY_EVERY: u32 = 1_024;

type Limiter<K> = RateLimiter<K, DefaultKeyedStateStore<K>, DefaultClock>;

/// How many keys are remembered that are not back at full allowance. Past it all are forgotten: who has so many addresses
/// to ask from is not held back by what each of them may ask.
const REMEMBERED: usize = 100_000;

struct Keyed<K: Hash + Eq + Clone> {
    quota: Quota,
    limiter: RwLock<Limiter<K>>,
    asked: AtomicU32,
    metrics: Arc<Metrics>,
}

impl<K: Hash + Eq + Clone> Keyed<K> {
    fn new(quota: Quota, metrics: Arc<Metrics>) -> Self {
        let limiter = RwLock::new(RateLimiter::keyed(quota));
        Self { quota, limiter, asked: AtomicU32::new(0), metrics }
    }

    fn admit(&self, key: &K) -> bool {
        if self.asked.fetch_add(1, Ordering::Relaxed) % TIDY_EVERY == TIDY_EVERY - 1 {
            self.tidy();
        }
        self.limiter().check_key(key).is_ok()
    }

    fn tidy(&self) {
        self.limiter().retain_recent();
        if self.count() >= REMEMBERED {
            self.metrics.hit(Limit::RatesKept);
            let anew = RateLimiter::keyed(self.quota);
            *self.limiter.write().unwrap_or_else(PoisonError::into_inner) = anew;
        }
    }

    /// How many keys are remembered.
    fn count(&self) -> usize {
        self.limiter().len()
    }

    fn limiter(&self) -> RwLockReadGuard<'_, Limiter<K>> {
        self.limiter.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How often something may come from one address.
pub(crate) struct PerAddress(Keyed<IpAddr>);

impl PerAddress {
    pub(crate) fn per_minute(times: u32, metrics: Arc<Metrics>) -> Self {
        Self(Keyed::new(Quota::per_minute(at_least_one(times)), metrics))
    }

    pub(crate) fn per_hour(times: u32, metrics: Arc<Metrics>) -> Self {
        Self(Keyed::new(Quota::per_hour(at_least_one(times)), metrics))
    }

    /// Whether one more is within the rate.
    pub(crate) fn admit(&self, address: IpAddr) -> bool {
        self.0.admit(&one_household(address))
    }

    /// How many addresses are remembered.
    pub(crate) fn count(&self) -> usize {
        self.0.count()
    }
}

/// How often one user may do something.
pub(crate) struct PerUser(Keyed<PlayerId>);

impl PerUser {
    pub(crate) fn per_minute(times: u32, metrics: Arc<Metrics>) -> Self {
        Self(Keyed::new(Quota::per_minute(at_least_one(times)), metrics))
    }

    /// Whether one more is within the rate.
    pub(crate) fn admit(&self, user: PlayerId) -> bool {
        self.0.admit(&user)
    }

    /// How many users are remembered.
    pub(crate) fn count(&self) -> usize {
        self.0.count()
    }
}

/// With IPv6 a household has 2⁶⁴ addresses: its network counts as one.
pub(super) fn one_household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let network = u128::from(v6) & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from(network))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

fn at_least_one(times: u32) -> NonZeroU32 {
    NonZeroU32::new(times).unwrap_or(NonZeroU32::MIN)
}

impl fmt::Debug for PerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PerAddress")
    }
}

impl fmt::Debug for PerUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PerUser")
    }
}

#[cfg(test)]
mod tests {
    use super::{PerAddress, REMEMBERED, TIDY_EVERY};
    use std::{net::Ipv4Addr, sync::Arc};

    #[test]
    fn each_address_has_its_own_rate_and_only_so_many_are_remembered() {
        let rates = PerAddress::per_hour(1, Arc::default());
        let address = |n: u32| Ipv4Addr::from_bits(n).into();
        assert!(rates.admit(address(0)) && !rates.admit(address(0)));
        let most = REMEMBERED + TIDY_EVERY as usize;
        for n in 1..250_000 {
            assert!(rates.admit(address(n)), "{n}");
            assert!(rates.count() <= most, "{n}");
        }
        assert!(!rates.admit(address(249_999)), "the last is remembered");
        assert!(rates.admit(address(0)), "the first is not");
    }
}
