//! The only randomness a game may use.

use chacha20::{
    ChaCha20Rng,
    rand_core::{Rng, SeedableRng},
};
use std::fmt;

/// Where a game's cards and dice come from: a ChaCha20 stream keyed by the table's seed and the record's number.
///
/// Each record draws from a stream of its own, so there is no state of dice to store, to roll back or to get wrong in a
/// replay. How numbers are made from the stream is written here, and not taken from a library, so that an update of a
/// library can never change a replay.
pub struct Dice {
    seed: [u8; 32],
    seq: u64,
    stream: Option<ChaCha20Rng>,
}

impl Dice {
    pub(crate) fn new(seed: [u8; 32], seq: u64) -> Self {
        Self { seed, seq, stream: None }
    }

    /// Whether anything was drawn.
    pub(crate) fn drawn(&self) -> bool {
        self.stream.is_some()
    }

    /// A number from 0 to `n` − 1, each equally likely.
    ///
    /// # Panics
    /// Where `n` is zero.
    pub fn below(&mut self, n: u32) -> u32 {
        assert!(n > 0, "there is no number below zero");
        // Rejection: of the 2³² values, the last, incomplete run of `n` is thrown away.
        let last_whole = u32::MAX - (u32::MAX % n + 1) % n;
        loop {
            let drawn = self.draw();
            if drawn <= last_whole {
                return drawn % n;
            }
        }
    }

    /// One die with `sides` sides: 1 to `sides`.
    ///
    /// # Panics
    /// Where there are no sides.
    pub fn roll(&mut self, sides: u32) -> u32 {
        self.below(sides) + 1
    }

    /// Puts the items in an order in which each is equally likely (Durstenfeld's form of the Fisher–Yates shuffle,
    /// Communications of the ACM 7 (1964), algorithm 235).
    ///
    /// # Panics
    /// Where there are more than 2³² items.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let n = u32::try_from(last + 1).expect("too many items to shuffle");
            items.swap(last, self.below(n) as usize);
        }
    }

    fn draw(&mut self) -> u32 {
        let Self { seed, seq, .. } = *self;
        let stream = self.stream.get_or_insert_with(|| {
            let mut stream = ChaCha20Rng::from_seed(seed);
            stream.set_stream(seq);
            stream
        });
        stream.next_u32()
    }
}

impl fmt::Debug for Dice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dice(***)")
    }
}

#[cfg(test)]
mod quality;

#[cfg(test)]
mod tests {
    use super::Dice;

    #[test]
    fn the_stream_never_changes() {
        // Journals are replayed by these numbers for years: a change here is a breaking change of every journal.
        let mut dice = Dice::new([7; 32], 42);
        let drawn: Vec<u32> = (0..6).map(|_| dice.below(52)).collect();
        let mut deck: Vec<u32> = (0..8).collect();
        dice.shuffle(&mut deck);
        assert_eq!(drawn, [33, 26, 44, 7, 10, 45]);
        assert_eq!(deck, [1, 7, 2, 6, 3, 0, 5, 4]);
    }

    #[test]
    fn each_record_has_its_own_stream() {
        let draw = |seed, seq| Dice::new([seed; 32], seq).below(u32::MAX);
        assert_ne!(draw(1, 1), draw(1, 2));
        assert_ne!(draw(1, 1), draw(2, 1));
        assert_eq!(draw(1, 1), draw(1, 1));
    }

    #[test]
    fn every_order_of_three_is_equally_likely() {
        // 60,000 shuffles, 10,000 expected of each order; chi-square with 5 degrees of freedom stays below 20.5 in 99.9 %.
        let mut counts = std::collections::BTreeMap::new();
        let mut dice = Dice::new([3; 32], 1);
        for _ in 0..60_000 {
            let mut items = [0_u8, 1, 2];
            dice.shuffle(&mut items);
            *counts.entry(items).or_insert(0_i64) += 1;
        }
        let chi_square: i64 = counts.values().map(|n| (n - 10_000) * (n - 10_000)).sum::<i64>();
        assert!(counts.len() == 6 && chi_square < 205_000, "{counts:?}");
    }
}
