//! Inputs that are almost valid.

use std::panic::{self, AssertUnwindSafe};

/// No input is longer.
const LONGEST: usize = 64 << 10;

/// How many understood inputs are kept to be changed further.
const POOL: usize = 64;

/// No longer input is changed further.
const LONGEST_KEPT: usize = 4096;

/// Where an input is cut: what stands between two of these is a token of JSON, of HTTP or of a list.
const BOUNDARIES: &[u8] = b"{}[],:\"\r\n =;&?/";

/// Changes valid inputs at random: bits, tokens, numbers, pieces of other inputs, repeats. The same seed makes the same
/// inputs.
#[derive(Debug)]
pub struct Mutator {
    seed: u64,
    random: fastrand::Rng,
    corpus: Vec<Vec<u8>>,
    /// Inputs that were understood, and are changed further.
    pool: Vec<Vec<u8>>,
    words: Vec<Vec<u8>>,
}

impl Mutator {
    /// From these valid inputs, with these words to put in.
    ///
    /// # Panics
    /// Where there is no valid input.
    pub fn new(seed: u64, corpus: Vec<Vec<u8>>, words: Vec<Vec<u8>>) -> Self {
        assert!(!corpus.is_empty(), "there is a valid input to begin with");
        Self { seed, random: fastrand::Rng::with_seed(seed), corpus, pool: Vec::new(), words }
    }

    /// Gives that many inputs to `read`, which says whether it understood; returns how many were. Those that were are
    /// changed further.
    ///
    /// # Panics
    /// Where `read` does: with the input, and with the seed that repeats it.
    pub fn drive(mut self, inputs: u32, mut read: impl FnMut(&[u8]) -> bool) -> u32 {
        println!("{}={} repeats these inputs", super::SEED, self.seed);
        let mut understood = 0;
        for number in 0..inputs {
            let input = self.next_input();
            let ran = panic::catch_unwind(AssertUnwindSafe(|| read(&input)));
            match ran {
                Ok(true) => {
                    understood += 1;
                    self.keep(input);
                }
                Ok(false) => {}
                Err(why) => {
                    let input = input.escape_ascii();
                    println!("input {number}, of {}={}: b\"{input}\"", super::SEED, self.seed);
                    panic::resume_unwind(why);
                }
            }
        }
        understood
    }

    /// The next input.
    pub fn next_input(&mut self) -> Vec<u8> {
        if self.one_in(64) {
            let length = self.random.usize(..256);
            return (0..length).map(|_| self.random.u8(..)).collect();
        }
        let mut input = self.base().clone();
        // A valid one now and then; most have few changes, some have many.
        let most = if self.one_in(8) { 12 } else { 3 };
        for _ in 0..self.random.u32(0..=most) {
            self.change(&mut input);
            input.truncate(LONGEST);
        }
        input
    }

    /// Changes this input, which was understood, further.
    pub(super) fn keep(&mut self, input: Vec<u8>) {
        // What only grows would soon be all there is.
        if input.len() > LONGEST_KEPT {
            return;
        }
        if self.pool.len() < POOL {
            self.pool.push(input);
        } else if self.one_in(16) {
            let at = self.random.usize(..POOL);
            self.pool[at] = input;
        }
    }

    fn base(&mut self) -> &Vec<u8> {
        let from =
            if self.pool.is_empty() || self.random.bool() { &self.corpus } else { &self.pool };
        &from[self.random.usize(..from.len())]
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        match self.random.u32(..17) {
            0 => self.flip(input),
            1 => self.byte(input),
            2 => drop(input.drain(self.range(input, 16)).count()),
            3 => input.truncate(self.random.usize(..=input.len())),
            4 => self.insert(input),
            5 => self.repeat(input),
            6 | 7 => self.number(input),
            8 | 9 => self.splice(input),
            10..13 => self.word(input),
            13 => self.wrap(input),
            _ => self.token(input),
        }
    }

    fn flip(&mut self, input: &mut [u8]) {
        if let Some(at) = self.place(input) {
            input[at] ^= 1 << self.random.u32(..8);
        }
    }

    fn byte(&mut self, input: &mut [u8]) {
        const ODD: &[u8] = b"\0\t\n\r \"'\\/:;,.-+0{}[]\x7f\x80\xc0\xed\xf4\xff";
        if let Some(at) = self.place(input) {
            input[at] = ODD[self.random.usize(..ODD.len())];
        }
    }

    fn insert(&mut self, input: &mut Vec<u8>) {
        let at = self.random.usize(..=input.len());
        let bytes: Vec<u8> = (0..self.random.usize(1..9)).map(|_| self.random.u8(..)).collect();
        input.splice(at..at, bytes);
    }

    /// A piece of it, again: a few times, or seldom very often.
    fn repeat(&mut self, input: &mut Vec<u8>) {
        let range = if self.random.bool() { self.range(input, 64) } else { self.between(input) };
        let often = if self.one_in(32) { 4096 } else { 20 };
        let times = self.random.usize(1..often).min(LONGEST / range.len().max(1));
        let (at, piece) = (range.start, input[range].repeat(times));
        input.splice(at..at, piece);
    }

    /// Another number in the place of one.
    fn number(&mut self, input: &mut Vec<u8>) {
        let begins = |at: usize| {
            input[at].is_ascii_digit()
                && !at.checked_sub(1).is_some_and(|b| input[b].is_ascii_digit())
        };
        let starts: Vec<usize> = (0..input.len()).filter(|at| begins(*at)).collect();
        let Some(&start) = self.random.choice(&starts) else { return };
        let length = input[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let number = match self.random.u32(..5) {
            0 => format!("{}", self.random.u8(..)),
            1 => format!("{}", self.random.u64(..)),
            2 => format!("{}.{}", self.random.u32(..100), self.random.u64(..)),
            3 => format!("{:e}", f64::from_bits(self.random.u64(..))),
            _ => super::NUMBERS[self.random.usize(..super::NUMBERS.len())].to_owned(),
        };
        input.splice(start..start + length, number.bytes());
    }

    /// A piece of another input in the place of one.
    fn splice(&mut self, input: &mut Vec<u8>) {
        let other = self.base().clone();
        let piece = other[self.range(&other, 64)].to_vec();
        let range = if self.random.bool() { self.range(input, 64) } else { self.between(input) };
        input.splice(range, piece);
    }

    fn word(&mut self, input: &mut Vec<u8>) {
        if let Some(word) = self.random.choice(&self.words) {
            let at = self.random.usize(..=input.len());
            input.splice(at..at, word.iter().copied());
        }
    }

    /// A token in lists, or seldom in very many.
    fn wrap(&mut self, input: &mut Vec<u8>) {
        let often = if self.one_in(32) { 4096 } else { 24 };
        let (range, depth) = (self.between(input), self.random.usize(1..often));
        input.splice(range.end..range.end, vec![b']'; depth]);
        input.splice(range.start..range.start, vec![b'['; depth]);
    }

    /// A word, another token or nothing in the place of a token.
    fn token(&mut self, input: &mut Vec<u8>) {
        let (range, other) = (self.between(input), self.between(input));
        let piece = match self.random.u32(..4) {
            0 => Vec::new(),
            1 => input[other].to_vec(),
            _ => self.random.choice(&self.words).cloned().unwrap_or_default(),
        };
        input.splice(range, piece);
    }

    /// From one boundary to the next.
    fn between(&mut self, input: &[u8]) -> std::ops::Range<usize> {
        let Some(at) = self.place(input) else { return 0..0 };
        let boundary = |byte: &u8| BOUNDARIES.contains(byte);
        let start = input[..at].iter().rposition(boundary).map_or(0, |before| before + 1);
        let end = input[at..].iter().position(boundary).map_or(input.len(), |after| at + after);
        start..end
    }

    fn range(&mut self, input: &[u8], longest: usize) -> std::ops::Range<usize> {
        let start = self.random.usize(..=input.len());
        start..(start + self.random.usize(..=longest)).min(input.len())
    }

    fn place(&mut self, input: &[u8]) -> Option<usize> {
        (!input.is_empty()).then(|| self.random.usize(..input.len()))
    }

    fn one_in(&mut self, n: u32) -> bool {
        self.random.u32(..n) == 0
    }
}

#[cfg(test)]
mod tests {
    use super::Mutator;
    use crate::fuzz::JSON;

    fn mutator(seed: u64) -> Mutator {
        let words = JSON.iter().map(|word| word.as_bytes().to_vec()).collect();
        Mutator::new(seed, vec![br#"{"a":[1,2.5],"b":"c"}"#.to_vec()], words)
    }

    #[test]
    fn the_same_seed_makes_the_same_inputs() {
        let inputs = |seed| {
            let mut all = Vec::new();
            mutator(seed).drive(500, |input| {
                all.push(input.to_vec());
                input.len() % 2 == 0
            });
            all
        };
        assert_eq!(inputs(7), inputs(7));
        assert_ne!(inputs(7), inputs(8));
    }

    #[test]
    fn many_are_valid_and_many_are_not() {
        let valid = mutator(1).drive(2000, |input| {
            assert!(input.len() <= super::LONGEST);
            serde_json::from_slice::<serde_json::Value>(input).is_ok()
        });
        assert!((200..1800).contains(&valid), "{valid} of 2000");
    }

    #[test]
    #[should_panic(expected = "a long one")]
    fn what_panics_is_told() {
        mutator(1).drive(2000, |input| {
            assert!(input.len() < 100, "a long one");
            true
        });
    }
}
