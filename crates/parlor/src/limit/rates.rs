//! Rates by address and by user.

use governor::{Quota, RateLimiter, clock::DefaultClock, state::keyed::DefaultKeyedStateStore};
use parlor_core::PlayerId;
use std::{
    fmt,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
};

/// After how many questions the keys that are back at full allowance are forgotten.
const TIDY_EVERY: u32 = 1_024;

type Limiter<K> = RateLimiter<K, DefaultKeyedStateStore<K>, DefaultClock>;

struct Keyed<K: Hash + Eq + Clone> {
    limiter: Limiter<K>,
    asked: AtomicU32,
}

impl<K: Hash + Eq + Clone> Keyed<K> {
    fn new(quota: Quota) -> Self {
        Self { limiter: RateLimiter::keyed(quota), asked: AtomicU32::new(0) }
    }

    fn admit(&self, key: &K) -> bool {
        if self.asked.fetch_add(1, Ordering::Relaxed) % TIDY_EVERY == TIDY_EVERY - 1 {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(key).is_ok()
    }
}

/// How often something may come from one address.
pub(crate) struct PerAddress(Keyed<IpAddr>);

impl PerAddress {
    pub(crate) fn per_minute(times: u32) -> Self {
        Self(Keyed::new(Quota::per_minute(at_least_one(times))))
    }

    pub(crate) fn per_hour(times: u32) -> Self {
        Self(Keyed::new(Quota::per_hour(at_least_one(times))))
    }

    /// Whether one more is within the rate.
    pub(crate) fn admit(&self, address: IpAddr) -> bool {
        self.0.admit(&one_household(address))
    }
}

/// How often one user may do something.
pub(crate) struct PerUser(Keyed<PlayerId>);

impl PerUser {
    pub(crate) fn per_minute(times: u32) -> Self {
        Self(Keyed::new(Quota::per_minute(at_least_one(times))))
    }

    /// Whether one more is within the rate.
    pub(crate) fn admit(&self, user: PlayerId) -> bool {
        self.0.admit(&user)
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
