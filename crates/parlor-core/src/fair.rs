//! Draws that anyone can check afterwards: a seed that is sealed before anything is drawn, and shown when it is spent.
//!
//! What is public of a sealed seed from the first is its hash. Until it is drawn from, players may mix in texts of their
//! own. Seed and texts together key a stream of [`Dice`]; once nothing is to be drawn from it any more, the seed is
//! shown, and whoever kept the hash draws all of it again. `docs/fairness.md` tells it to the byte, and what it does not
//! prove.
//!
//! ```
//! use parlor_core::fair::{Bytes, Sealed};
//! let sealed = Sealed::new(Bytes([1; 16]), 1, [2; 32]);
//! assert!(sealed.hash().to_string().starts_with("68d60e67"));
//! // A log shows no seed.
//! assert!(!format!("{sealed:?}").contains("0202"));
//! ```

mod bytes;
mod mac;

pub use bytes::Bytes;

use crate::{Dice, Player, Refusal, ensure};
use bytes::Secret;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What is hashed before a seed, so that no hash made for another purpose can be taken for one.
const SEAL: &[u8] = b"parlor/seal/1";
/// What is hashed before the texts that a key is made with.
const KEY: &[u8] = b"parlor/key/1";
/// The most characters of a text that a player mixes in.
pub const LONGEST_TEXT: usize = 64;

/// A seed that nobody may know yet, and its hash, which everyone may.
///
/// Debug output shows no seed, and neither must a game's view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    table: Bytes<16>,
    number: u32,
    hash: Bytes<32>,
    seed: Secret<32>,
    entropy: Vec<Entropy>,
}

/// A text that a player has mixed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entropy {
    /// Whose it is.
    pub player: Player,
    /// The text.
    pub text: String,
}

impl Sealed {
    /// Seals a seed from [`Table::fresh_seed`](crate::Table::fresh_seed): the one of this number at the table of this name.
    pub fn new(table: Bytes<16>, number: u32, seed: [u8; 32]) -> Self {
        let hash = Sha256::new()
            .chain_update(SEAL)
            .chain_update(table.0)
            .chain_update(number.to_be_bytes())
            .chain_update(seed)
            .finalize();
        Self {
            table,
            number,
            hash: Bytes(hash.into()),
            seed: Secret(Bytes(seed)),
            entropy: Vec::new(),
        }
    }

    /// The name of its table, which is no secret.
    pub fn table(&self) -> Bytes<16> {
        self.table
    }

    /// Its number at its table.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// What everyone may know of the seed before it is spent.
    pub fn hash(&self) -> Bytes<32> {
        self.hash
    }

    /// What was mixed in, in the order in which it counts.
    pub fn entropy(&self) -> &[Entropy] {
        &self.entropy
    }

    /// Mixes in a player's text, in place of an earlier one of the same player, which no longer counts then. To be called
    /// before anything is drawn.
    ///
    /// # Errors
    /// `invalid_data`, where the text is empty, too long, or has control characters.
    pub fn add(&mut self, player: &Player, text: &str) -> Result<(), Refusal> {
        let text = text.trim();
        let length = text.chars().count();
        let sentence = "data.text: write 1 to 64 characters";
        ensure!((1..=LONGEST_TEXT).contains(&length), Refusal::invalid_data(sentence));
        let written = !text.chars().any(char::is_control);
        ensure!(written, Refusal::invalid_data("data.text: no control characters"));
        self.entropy.retain(|entropy| entropy.player.id != player.id);
        self.entropy.push(Entropy { player: player.clone(), text: text.to_owned() });
        Ok(())
    }

    /// The dice that draw from it: the same each time, as long as nothing more is mixed in.
    pub fn dice(&self) -> Dice {
        Dice::new(self.key(), 0)
    }

    /// The key of the stream.
    fn key(&self) -> [u8; 32] {
        let mut message = [KEY, &self.table.0, &self.number.to_be_bytes()].concat();
        for Entropy { text, .. } in &self.entropy {
            let length = u32::try_from(text.len()).expect("texts are short");
            message.extend(length.to_be_bytes());
            message.extend(text.as_bytes());
        }
        mac::hmac_sha256(&self.seed.0.0, &message)
    }

    /// Shows the seed: nothing may be drawn from it after that.
    pub fn into_seed(self) -> Bytes<32> {
        self.seed.0
    }
}

#[cfg(test)]
mod tests {
    use super::{Bytes, Sealed};
    use crate::{Player, PlayerId};
    use uuid::Uuid;

    fn sealed() -> Sealed {
        Sealed::new(Bytes([1; 16]), 1, [2; 32])
    }

    fn player(id: u128) -> Player {
        Player { id: PlayerId(Uuid::from_u128(id)), name: format!("player{id}") }
    }

    fn drawn(sealed: &Sealed) -> [u32; 4] {
        let mut dice = sealed.dice();
        [0; 4].map(|_| dice.below(u32::MAX))
    }

    #[test]
    fn the_stream_depends_on_everything_that_goes_into_it() {
        let mut with = sealed();
        with.add(&player(1), "ab").unwrap();
        with.add(&player(2), "c").unwrap();
        let mut split = sealed();
        split.add(&player(1), "a").unwrap();
        split.add(&player(2), "bc").unwrap();
        let mut turned = sealed();
        turned.add(&player(2), "c").unwrap();
        turned.add(&player(1), "ab").unwrap();
        let all = [
            drawn(&sealed()),
            drawn(&with),
            drawn(&split),
            drawn(&turned),
            drawn(&Sealed::new(Bytes([0; 16]), 1, [2; 32])),
            drawn(&Sealed::new(Bytes([1; 16]), 2, [2; 32])),
            drawn(&Sealed::new(Bytes([1; 16]), 1, [3; 32])),
        ];
        for (place, one) in all.iter().enumerate() {
            assert!(!all[..place].contains(one), "{place}");
        }
        assert_eq!(drawn(&with), drawn(&with));
    }

    #[test]
    fn the_hash_depends_on_table_number_and_seed_and_on_nothing_else() {
        let hash = sealed().hash();
        let mut with = sealed();
        with.add(&player(1), "luck").unwrap();
        assert_eq!(with.hash(), hash);
        assert_ne!(Sealed::new(Bytes([0; 16]), 1, [2; 32]).hash(), hash);
        assert_ne!(Sealed::new(Bytes([1; 16]), 2, [2; 32]).hash(), hash);
        assert_ne!(Sealed::new(Bytes([1; 16]), 1, [3; 32]).hash(), hash);
    }

    #[test]
    fn a_player_has_one_text_the_last() {
        let mut sealed = sealed();
        for (id, text) in [(1, "first"), (2, "other"), (1, "  second\n")] {
            sealed.add(&player(id), text).unwrap();
        }
        let texts: Vec<&str> = sealed.entropy().iter().map(|entropy| &*entropy.text).collect();
        assert_eq!(texts, ["other", "second"]);
    }

    #[test]
    fn what_is_no_text_of_1_to_64_characters_is_refused_and_changes_nothing() {
        let mut sealed = sealed();
        sealed.add(&player(1), &"ä".repeat(64)).unwrap();
        let before = sealed.clone();
        for text in ["", "  \n", &"a".repeat(65), "a\0b", "a\u{1b}b", "a\nb"] {
            let refusal = sealed.add(&player(1), text).unwrap_err();
            assert_eq!(refusal.code(), "invalid_data", "{text:?}");
        }
        assert_eq!(sealed, before);
    }

    #[test]
    fn a_log_shows_no_seed_and_a_snapshot_keeps_it() {
        let sealed = sealed();
        let log = format!("{sealed:?}");
        assert!(log.contains("***") && log.contains(&sealed.hash().to_string()), "{log}");
        assert!(!log.contains("0202") && !log.contains("2, 2"), "{log}");
        let kept = serde_json::to_string(&sealed).unwrap();
        assert_eq!(serde_json::from_str::<Sealed>(&kept).unwrap(), sealed);
        assert_eq!(sealed.into_seed(), Bytes([2; 32]));
    }
}
