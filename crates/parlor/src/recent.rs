//! What was used lately, and no more of it than a number that is given.

use std::{collections::HashMap, hash::Hash, mem};

/// A map that forgets what nobody has asked for in a long time, so that it never holds more than so many.
///
/// It has two halves. What is put in or asked for is in the young one; when that is full it becomes the old one, and what was
/// still in the old one is forgotten. It may also [`turn`](Recent::turn) with time. Nothing is ever looked through.
#[derive(Debug)]
pub(crate) struct Recent<K, V> {
    half: usize,
    young: HashMap<K, V>,
    old: HashMap<K, V>,
}

impl<K: Hash + Eq, V> Recent<K, V> {
    /// One that holds `most` at the most, and surely the last `most / 2` that were used.
    pub(crate) fn new(most: usize) -> Self {
        Self { half: (most / 2).max(1), young: HashMap::new(), old: HashMap::new() }
    }

    /// What is known under this key.
    pub(crate) fn get(&mut self, key: &K) -> Option<&mut V> {
        if !self.young.contains_key(key) {
            let (key, value) = self.old.remove_entry(key)?;
            self.put(key, value);
        }
        self.young.get_mut(key)
    }

    /// From now on this is known under the key.
    pub(crate) fn put(&mut self, key: K, value: V) {
        self.old.remove(&key);
        if self.young.len() >= self.half && !self.young.contains_key(&key) {
            self.turn();
        }
        self.young.insert(key, value);
    }

    /// Forgets what nobody has put in or asked for since the last turn.
    pub(crate) fn turn(&mut self) {
        self.old = mem::take(&mut self.young);
    }

    /// Nothing is known under the key any more.
    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let old = self.old.remove(key);
        self.young.remove(key).or(old)
    }

    /// How many are known.
    pub(crate) fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }
}

#[cfg(test)]
mod tests {
    use super::Recent;

    #[test]
    fn it_never_holds_more_than_it_may_and_forgets_what_nobody_asks_for() {
        let mut recent = Recent::new(10);
        for n in 0..1_000 {
            recent.put(n, n * 2);
            assert!(recent.len() <= 10, "{n}");
            assert_eq!(recent.get(&0), Some(&mut 0), "asked for all the time");
            assert_eq!(recent.get(&n), Some(&mut (n * 2)));
        }
        assert_eq!(recent.get(&500), None, "nobody has asked for it in a long time");
        assert_eq!(recent.get(&998).copied(), Some(1_996));
        recent.put(998, 7);
        assert_eq!(recent.remove(&998), Some(7));
        assert_eq!(recent.get(&998), None);
        assert_eq!(recent.remove(&998), None);
    }

    #[test]
    fn what_nobody_asks_for_between_two_turns_is_forgotten() {
        let mut recent = Recent::new(10);
        recent.put('a', 1);
        recent.put('b', 2);
        recent.turn();
        assert_eq!(recent.get(&'a'), Some(&mut 1));
        recent.turn();
        assert_eq!(recent.get(&'a'), Some(&mut 1));
        assert_eq!(recent.get(&'b'), None);
        recent.turn();
        recent.turn();
        assert_eq!(recent.len(), 0);
    }
}
