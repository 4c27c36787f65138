//! The ids of the last messages that were applied: one sent again is not applied again.

use crate::settings::Limit;
use parlor_core::PlayerId;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    sync::Arc,
};

/// Of how many players ids are kept. Whoever passes by a table leaves some behind, and a table may be open for years: those
/// go first whose last message is the longest ago.
const PLAYERS: usize = 256;

/// Each player's last ids.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "Kept", into = "Kept")]
pub(super) struct Ids {
    kept: usize,
    /// How many ids were remembered.
    count: u64,
    of: BTreeMap<PlayerId, Last>,
}

/// Ids as a snapshot has them: players by their last message, the longest ago first, and each one's ids, the oldest first.
type Kept = Vec<(PlayerId, Vec<String>)>;

#[derive(Debug, Clone, Default)]
struct Last {
    /// The count at the newest of them.
    at: u64,
    order: VecDeque<Arc<str>>,
    all: HashSet<Arc<str>>,
}

impl From<Kept> for Ids {
    fn from(kept: Kept) -> Self {
        let count = kept.len() as u64;
        let last = |(at, (player, order)): (u64, (PlayerId, Vec<String>))| {
            let order: VecDeque<Arc<str>> = order.into_iter().map(Arc::from).collect();
            (player, Last { at, all: order.iter().cloned().collect(), order })
        };
        Self { kept: usize::MAX, count, of: (1..).zip(kept).map(last).collect() }
    }
}

impl From<Ids> for Kept {
    fn from(ids: Ids) -> Self {
        let mut players: Vec<(PlayerId, Last)> = ids.of.into_iter().collect();
        players.sort_by_key(|(_, last)| last.at);
        let order = |last: Last| last.order.iter().map(ToString::to_string).collect();
        players.into_iter().map(|(player, last)| (player, order(last))).collect()
    }
}

impl Ids {
    /// Keeps that many of each player.
    pub(super) fn new(kept: usize) -> Self {
        Self { kept, count: 0, of: BTreeMap::new() }
    }

    /// Takes over what a snapshot remembers.
    pub(super) fn adopt(&mut self, ids: Self) {
        *self = Self { kept: self.kept, ..ids };
    }

    /// A message of this id was applied; the limit, where an older one is forgotten for it.
    pub(super) fn remember(&mut self, player: PlayerId, id: &str) -> Option<Limit> {
        let mut full = None;
        let id: Arc<str> = id.into();
        self.count += 1;
        let last = self.of.entry(player).or_default();
        last.at = self.count;
        last.all.insert(id.clone());
        last.order.push_back(id);
        while last.order.len() > self.kept {
            if let Some(oldest) = last.order.pop_front() {
                last.all.remove(&oldest);
                full = Some(Limit::IdsKept);
            }
        }
        if self.of.len() > PLAYERS {
            let longest_ago = self.of.iter().min_by_key(|(_, last)| last.at);
            if let Some(player) = longest_ago.map(|(player, _)| *player) {
                self.of.remove(&player);
                full = Some(Limit::IdsPlayers);
            }
        }
        full
    }

    /// Whether a message of this id was applied, and is still remembered.
    pub(super) fn knows(&self, player: PlayerId, id: &str) -> bool {
        self.of.get(&player).is_some_and(|last| last.all.contains(id))
    }
}

#[cfg(test)]
mod tests {
    use super::{Ids, Limit, PLAYERS, PlayerId};

    #[test]
    fn the_last_ids_are_known() {
        let (ann, bob) = (PlayerId(uuid::Uuid::nil()), PlayerId(uuid::Uuid::max()));
        let mut ids = Ids::new(2);
        let full = ["a", "b", "c"].map(|id| ids.remember(ann, id));
        assert_eq!(full, [None, None, Some(Limit::IdsKept)]);
        assert!(!ids.knows(ann, "a") && ids.knows(ann, "b") && ids.knows(ann, "c"));
        assert!(!ids.knows(bob, "c"), "ids are a player's own");
    }

    #[test]
    fn those_who_passed_by_long_ago_are_forgotten_first_also_after_a_snapshot() {
        let player = |n: usize| PlayerId(uuid::Uuid::from_u128(n as u128 ^ 0x5a));
        let mut ids = Ids::new(2);
        for n in 0..PLAYERS {
            ids.remember(player(n), "a");
        }
        ids.remember(player(0), "b");
        let text = serde_json::to_string(&ids).expect("JSON");
        let mut again = Ids::new(2);
        again.adopt(serde_json::from_str(&text).expect("ids"));
        for mut ids in [ids, again] {
            let full = ids.remember(player(PLAYERS), "a");
            assert_eq!(full, Some(Limit::IdsPlayers));
            assert!(ids.knows(player(0), "a") && ids.knows(player(0), "b"));
            assert!(!ids.knows(player(1), "a") && ids.knows(player(2), "a"));
            ids.remember(player(0), "c");
            assert!(!ids.knows(player(0), "a") && ids.knows(player(0), "b"), "still two of each");
        }
    }
}
