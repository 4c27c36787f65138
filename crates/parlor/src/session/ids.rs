//! The ids of the last messages that were applied: one sent again is not applied again.

use crate::settings::Limit;
use hashbrown::HashTable;
use parlor_core::PlayerId;
use serde::{Deserialize, Serialize, Serializer, ser::SerializeSeq as _};
use std::{
    collections::{BTreeMap, VecDeque},
    hash::{BuildHasher as _, RandomState},
};

/// Of how many players ids are kept. Whoever passes by a table leaves some behind, and a table may be open for years: those
/// go first whose last message is the longest ago.
const PLAYERS: usize = 256;

/// Each player's last ids.
///
/// A snapshot has players by their last message, the longest ago first, and each one's ids, the oldest first.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "Kept")]
pub(super) struct Ids {
    kept: usize,
    /// How many ids were remembered.
    count: u64,
    of: BTreeMap<PlayerId, Last>,
    hasher: RandomState,
}

/// Ids as they are read.
type Kept = Vec<(PlayerId, Vec<String>)>;

/// One player's.
#[derive(Debug, Clone, Default)]
struct Last {
    /// The count at the newest of them.
    at: u64,
    texts: Texts,
    /// Their numbers, by their texts.
    numbers: HashTable<u32>,
}

/// Ids one after the other, as one text: a table remembers thousands of them, and most have a few letters.
#[derive(Debug, Clone, Default)]
struct Texts {
    text: String,
    /// How many bytes of it are forgotten.
    gone: u32,
    /// The number of the first one, after which they are counted.
    first: u32,
    /// Where each ends.
    ends: VecDeque<u32>,
}

impl From<Kept> for Ids {
    fn from(kept: Kept) -> Self {
        let mut ids = Self::new(usize::MAX);
        for (player, order) in kept {
            for id in order {
                ids.remember(player, &id);
            }
        }
        ids
    }
}

impl Serialize for Ids {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut players: Vec<(&PlayerId, &Last)> = self.of.iter().collect();
        players.sort_by_key(|(_, last)| last.at);
        serializer.collect_seq(players.into_iter().map(|(player, last)| (player, &last.texts)))
    }
}

impl Serialize for Texts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut texts = serializer.serialize_seq(Some(self.ends.len()))?;
        for place in 0..self.ends.len() {
            texts.serialize_element(self.at(place))?;
        }
        texts.end()
    }
}

impl Ids {
    /// Keeps that many of each player.
    pub(super) fn new(kept: usize) -> Self {
        Self { kept, count: 0, of: BTreeMap::new(), hasher: RandomState::new() }
    }

    /// Takes over what a snapshot remembers.
    pub(super) fn adopt(&mut self, ids: Self) {
        *self = Self { kept: self.kept, ..ids };
    }

    /// A message of this id was applied; the limit, where an older one is forgotten for it.
    pub(super) fn remember(&mut self, player: PlayerId, id: &str) -> Option<Limit> {
        let mut full = None;
        self.count += 1;
        let last = self.of.entry(player).or_default();
        last.at = self.count;
        last.add(id, &self.hasher);
        while last.texts.ends.len() > self.kept {
            last.forget_first(&self.hasher);
            full = Some(Limit::IdsKept);
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
        self.of.get(&player).is_some_and(|last| {
            let hash = self.hasher.hash_one(id);
            last.numbers.find(hash, |number| last.texts.of(*number) == id).is_some()
        })
    }
}

impl Last {
    fn add(&mut self, id: &str, hasher: &RandomState) {
        let Self { texts, numbers, .. } = self;
        let number = texts.add(id);
        numbers.insert_unique(hasher.hash_one(id), number, |number| {
            hasher.hash_one(texts.of(*number))
        });
    }

    fn forget_first(&mut self, hasher: &RandomState) {
        let first = self.texts.first;
        let hash = hasher.hash_one(self.texts.of(first));
        if let Ok(entry) = self.numbers.find_entry(hash, |number| *number == first) {
            entry.remove();
        }
        self.texts.forget_first();
    }
}

impl Texts {
    /// The one of this number.
    fn of(&self, number: u32) -> &str {
        self.at(number.wrapping_sub(self.first) as usize)
    }

    fn at(&self, place: usize) -> &str {
        let start = place.checked_sub(1).map_or(self.gone, |before| self.ends[before]);
        &self.text[start as usize..self.ends[place] as usize]
    }

    /// Its number.
    fn add(&mut self, id: &str) -> u32 {
        let number = self.first.wrapping_add(small(self.ends.len()));
        self.text.push_str(id);
        self.ends.push_back(small(self.text.len()));
        number
    }

    fn forget_first(&mut self) {
        let Some(end) = self.ends.pop_front() else { return };
        self.first = self.first.wrapping_add(1);
        self.gone = end;
        // Once half of it is forgotten, so that each letter is moved once.
        if end as usize > self.text.len() / 2 {
            self.text.drain(..end as usize);
            self.gone = 0;
            for later in &mut self.ends {
                *later -= end;
            }
        }
    }
}

/// As it is kept: no player has four billion letters in ids.
fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
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

    #[test]
    fn what_is_remembered_is_what_a_list_of_the_last_would_hold() {
        let seed = fastrand::u64(..);
        eprintln!("seed {seed}");
        let mut random = fastrand::Rng::with_seed(seed);
        for kept in [1, 2, 7, 100] {
            let (mut ids, mut list) = (Ids::new(kept), Vec::new());
            for n in 0..2_000 {
                let id = format!("{n}{}", "é".repeat(random.usize(..30)));
                ids.remember(PlayerId(uuid::Uuid::nil()), &id);
                list.push(id);
                let old = random.usize(..list.len());
                let known = ids.knows(PlayerId(uuid::Uuid::nil()), &list[old]);
                assert_eq!(known, old + kept >= list.len(), "number {old} of {}", list.len());
            }
            let last = &list[list.len() - kept..];
            let text = serde_json::to_value(&ids).expect("JSON");
            assert_eq!(text[0][1], serde_json::json!(last));
        }
    }
}
