//! What wakes a game.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;

/// An alarm that rings: whatever value of its own the game set it with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm(pub(crate) String);

impl Alarm {
    /// The value the alarm was set with.
    ///
    /// # Panics
    /// Where it was set with a value of another type; a panic in `Game::wake` voids the session.
    pub fn read<T: DeserializeOwned>(&self) -> T {
        serde_json::from_str(&self.0)
            .unwrap_or_else(|why| panic!("the alarm {} is of another type: {why}", self.0))
    }
}

/// When one alarm rings; setting it again makes a new generation, so that an old ringing is known as stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Setting {
    pub(crate) at: i64,
    pub(crate) generation: u64,
}

/// All alarms of a table, by the text of their values.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Alarms {
    set: BTreeMap<String, Setting>,
    generations: u64,
}

impl Alarms {
    pub(crate) fn set(&mut self, alarm: String, at: i64) {
        self.generations += 1;
        self.set.insert(alarm, Setting { at, generation: self.generations });
    }

    pub(crate) fn cancel(&mut self, alarm: &str) {
        self.set.remove(alarm);
    }

    pub(crate) fn get(&self, alarm: &str) -> Option<Setting> {
        self.set.get(alarm).copied()
    }

    /// The next to ring: its text, time and generation.
    pub(crate) fn next(&self) -> Option<(&str, Setting)> {
        let next = self.set.iter().min_by_key(|(_, setting)| (setting.at, setting.generation))?;
        Some((next.0, *next.1))
    }

    /// Takes the alarm off, if this ringing is not stale.
    pub(crate) fn ring(&mut self, alarm: &str, generation: u64) -> bool {
        let fresh = self.set.get(alarm).is_some_and(|s| s.generation == generation);
        if fresh {
            self.set.remove(alarm);
        }
        fresh
    }

    /// Lets no alarm ring before `at`.
    pub(crate) fn not_before(&mut self, at: i64) {
        for setting in self.set.values_mut() {
            setting.at = setting.at.max(at);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.set.clear();
    }
}
