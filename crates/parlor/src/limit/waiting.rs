//! Connections without a request: so many in all and so many of one address. One more cuts off the one that has been without
//! a request for longest, so that whoever sends one at once is never in the way of those who don't.

use super::rates::one_household;
use crate::{metrics::Metrics, settings::Limit};
use ipnet::IpNet;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::Notify;

/// All connections that are open without a request.
pub(crate) struct Waiting {
    most: usize,
    most_per_address: usize,
    /// Behind these addresses are many people.
    proxies: Vec<IpNet>,
    waiting: Mutex<Inner>,
    cut: AtomicU64,
    metrics: Arc<Metrics>,
}

#[derive(Default)]
struct Inner {
    last: u64,
    /// In the order in which they began to wait.
    places: BTreeMap<u64, (IpAddr, Arc<Notify>)>,
    by_address: HashMap<IpAddr, BTreeSet<u64>>,
}

/// A connection, which is without a request at first.
pub(crate) struct Place {
    all: Arc<Waiting>,
    address: IpAddr,
    number: Mutex<Option<u64>>,
    cut: Arc<Notify>,
}

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Waiting({})", self.count())
    }
}

impl Waiting {
    /// So many in all, and so many of each address but of those of trusted proxies, and of this computer's own.
    pub(crate) fn new(
        most: usize,
        most_per_address: usize,
        proxies: Vec<IpNet>,
        metrics: Arc<Metrics>,
    ) -> Arc<Self> {
        let (waiting, cut) = (Mutex::default(), AtomicU64::new(0));
        Arc::new(Self { most, most_per_address, proxies, waiting, cut, metrics })
    }

    /// A connection that was just accepted.
    pub(crate) fn accept(self: &Arc<Self>, address: IpAddr) -> Place {
        let (address, cut) = (one_household(address), Arc::new(Notify::new()));
        let place = Place { all: self.clone(), address, number: Mutex::new(None), cut };
        place.wait();
        place
    }

    /// How many are without a request.
    pub(crate) fn count(&self) -> usize {
        self.lock().places.len()
    }

    /// How many were cut off to make room.
    pub(crate) fn cut(&self) -> u64 {
        self.cut.load(Ordering::Relaxed)
    }

    fn is_limited(&self, address: IpAddr) -> bool {
        !address.is_loopback() && !self.proxies.iter().any(|net| net.contains(&address))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn add(&mut self, address: IpAddr, cut: Arc<Notify>) -> u64 {
        self.last += 1;
        self.places.insert(self.last, (address, cut));
        self.by_address.entry(address).or_default().insert(self.last);
        self.last
    }

    fn remove(&mut self, number: u64) -> Option<Arc<Notify>> {
        let (address, cut) = self.places.remove(&number)?;
        if let Some(numbers) = self.by_address.get_mut(&address) {
            numbers.remove(&number);
            if numbers.is_empty() {
                self.by_address.remove(&address);
            }
        }
        Some(cut)
    }

    fn of(&self, address: IpAddr) -> usize {
        self.by_address.get(&address).map_or(0, BTreeSet::len)
    }
}

impl Place {
    /// It is without a request from now on.
    pub(crate) fn wait(&self) {
        let all = &self.all;
        let mut number = self.number();
        let mut inner = all.lock();
        if number.is_some() {
            return;
        }
        let oldest =
            if all.is_limited(self.address) && inner.of(self.address) >= all.most_per_address {
                all.metrics.hit(Limit::WaitingPerAddress);
                inner.by_address.get(&self.address).and_then(|numbers| numbers.first().copied())
            } else if inner.places.len() >= all.most {
                all.metrics.hit(Limit::Waiting);
                inner.places.keys().next().copied()
            } else {
                None
            };
        if let Some(cut) = oldest.and_then(|oldest| inner.remove(oldest)) {
            all.cut.fetch_add(1, Ordering::Relaxed);
            cut.notify_one();
        }
        *number = Some(inner.add(self.address, self.cut.clone()));
    }

    /// It has a request from now on. False where it was cut off just now, and must not be answered.
    pub(crate) fn ask(&self) -> bool {
        let taken = self.number().take();
        taken.is_none_or(|number| self.all.lock().remove(number).is_some())
    }

    /// Waits until the connection is to be cut off.
    pub(crate) async fn is_cut(&self) {
        self.cut.notified().await;
    }

    fn number(&self) -> MutexGuard<'_, Option<u64>> {
        self.number.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.ask();
    }
}

#[cfg(test)]
mod tests {
    use super::{Arc, Place, Waiting};
    use futures_util::FutureExt as _;

    fn is_cut(place: &Place) -> bool {
        place.is_cut().now_or_never().is_some()
    }

    #[test]
    fn one_more_of_an_address_cuts_off_the_one_that_has_waited_longest() {
        let waiting = Waiting::new(100, 2, vec!["10.0.0.0/8".parse().unwrap()], Arc::default());
        let accept = |address: &str| waiting.accept(address.parse().unwrap());
        let [first, second, other] = ["203.0.113.9", "203.0.113.9", "203.0.113.10"].map(accept);
        assert!(first.ask(), "it has sent its request");
        let third = accept("203.0.113.9");
        assert!(!is_cut(&second) && !is_cut(&first));
        first.wait();
        assert!(is_cut(&second) && !second.ask(), "too late");
        assert!(!is_cut(&third) && !is_cut(&other) && third.ask());
        let proxied: Vec<_> = (0..20).map(|_| accept("10.1.2.3")).collect();
        let own: Vec<_> = (0..20).map(|_| accept("127.0.0.1")).collect();
        assert!(!proxied.iter().chain(&own).any(is_cut), "behind those are many");
        // A household with IPv6 has any number of addresses.
        let household: Vec<_> = (1..=3).map(|n| accept(&format!("2001:db8::{n}"))).collect();
        assert!(is_cut(&household[0]) && !is_cut(&household[2]));
        assert_eq!(waiting.cut(), 2);
    }

    #[test]
    fn one_more_in_all_cuts_off_the_one_that_has_waited_longest() {
        let waiting = Waiting::new(3, 2, Vec::new(), Arc::default());
        let places: Vec<_> = (0..5).map(|n| waiting.accept([203, 0, 113, n].into())).collect();
        let cut: Vec<_> = places.iter().map(is_cut).collect();
        assert_eq!(cut, [true, true, false, false, false]);
        assert_eq!((waiting.count(), waiting.cut()), (3, 2));
        drop(places);
        assert_eq!(waiting.count(), 0);
        assert!(waiting.lock().by_address.is_empty());
    }
}
