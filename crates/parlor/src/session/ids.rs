//! The ids of the last messages that were applied: one sent again is not applied again.

use parlor_core::PlayerId;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Each player's last ids.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Ids {
    #[serde(skip)]
    kept: usize,
    of: BTreeMap<PlayerId, Last>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(from = "VecDeque<String>", into = "VecDeque<String>")]
struct Last {
    order: VecDeque<String>,
    all: BTreeSet<String>,
}

impl From<VecDeque<String>> for Last {
    fn from(order: VecDeque<String>) -> Self {
        Self { all: order.iter().cloned().collect(), order }
    }
}

impl From<Last> for VecDeque<String> {
    fn from(last: Last) -> Self {
        last.order
    }
}

impl Ids {
    /// Keeps that many of each player.
    pub(super) fn new(kept: usize) -> Self {
        Self { kept, of: BTreeMap::new() }
    }

    /// Takes over what a snapshot remembers.
    pub(super) fn adopt(&mut self, ids: Self) {
        self.of = ids.of;
    }

    /// A message of this id was applied.
    pub(super) fn remember(&mut self, player: PlayerId, id: String) {
        let last = self.of.entry(player).or_default();
        last.all.insert(id.clone());
        last.order.push_back(id);
        while last.order.len() > self.kept {
            if let Some(oldest) = last.order.pop_front() {
                last.all.remove(&oldest);
            }
        }
    }

    /// Whether a message of this id was applied, and is still remembered.
    pub(super) fn knows(&self, player: PlayerId, id: &str) -> bool {
        self.of.get(&player).is_some_and(|last| last.all.contains(id))
    }
}

#[cfg(test)]
mod tests {
    use super::{Ids, PlayerId};

    #[test]
    fn the_last_ids_are_known() {
        let (ann, bob) = (PlayerId(uuid::Uuid::nil()), PlayerId(uuid::Uuid::max()));
        let mut ids = Ids::new(2);
        for id in ["a", "b", "c"] {
            ids.remember(ann, id.into());
        }
        assert!(!ids.knows(ann, "a") && ids.knows(ann, "b") && ids.knows(ann, "c"));
        assert!(!ids.knows(bob, "c"), "ids are a player's own");
    }
}
