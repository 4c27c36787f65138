//! What a session tells its members at one go: made into bytes once, and one write for each of them.

use super::frame::{Frame, Told};
use std::cell::OnceCell;

/// What all members are told.
#[derive(Debug, Default)]
pub(crate) struct Round {
    told: Vec<Told>,
    bytes: usize,
    plain: OnceCell<Written>,
    numbered: OnceCell<Written>,
}

/// What one member is told: all from one place on, and what it alone is told, each after so many of the others.
#[derive(Debug, Default)]
pub(crate) struct Part {
    pub(crate) from: usize,
    pub(crate) own: Vec<(usize, Frame)>,
}

/// Frames, one after the other, and where each of them begins.
#[derive(Debug)]
struct Written {
    bytes: Vec<u8>,
    begins: Vec<usize>,
}

impl Round {
    /// Adds what all are told.
    pub(crate) fn add(&mut self, told: Told) {
        self.bytes += told.bytes();
        self.told.push(told);
        (self.plain, self.numbered) = Default::default();
    }

    /// How much is told to all.
    pub(crate) fn len(&self) -> usize {
        self.told.len()
    }

    /// How many bytes that is, about.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Everything that this part holds, in order.
    pub(super) fn frames(&self, part: &Part) -> impl Iterator<Item = Frame> {
        let mut own = part.own.iter().peekable();
        let mut at = part.from;
        std::iter::from_fn(move || {
            if let Some((_, frame)) = own.next_if(|(after, _)| *after <= at) {
                return Some(frame.clone());
            }
            at += 1;
            self.told.get(at - 1).cloned().map(Frame::event)
        })
    }

    /// The bytes of what all are told from there on.
    pub(super) fn shared(&self, from: usize, numbers: bool) -> &[u8] {
        let Written { bytes, begins } = self.written(numbers);
        &bytes[begins[from]..]
    }

    /// Writes everything that this part holds. `last` is the number of the frame before it, and then of the last one.
    pub(super) fn write(&self, part: &Part, to: &mut Vec<u8>, numbers: bool, last: &mut u64) {
        let Written { bytes, begins } = self.written(numbers);
        let mut at = part.from;
        for (after, frame) in &part.own {
            to.extend_from_slice(&bytes[begins[at]..begins[*after]]);
            *last = self.number(at..*after, *last);
            frame.write(to, numbers, last);
            at = *after;
        }
        to.extend_from_slice(&bytes[begins[at]..]);
        *last = self.number(at..self.told.len(), *last);
    }

    /// The number of the last of these, or of the one before them.
    pub(super) fn number(&self, told: std::ops::Range<usize>, before: u64) -> u64 {
        self.told[told].last().map_or(before, |told| told.seq())
    }

    fn written(&self, numbers: bool) -> &Written {
        let written = if numbers { &self.numbered } else { &self.plain };
        written.get_or_init(|| {
            // A frame's head has up to 10 bytes, and a number in it up to 27.
            let mut bytes = Vec::with_capacity(self.bytes + 37 * self.told.len());
            let mut begins = Vec::with_capacity(self.told.len() + 1);
            for told in &self.told {
                begins.push(bytes.len());
                told.write(&mut bytes, numbers);
            }
            begins.push(bytes.len());
            Written { bytes, begins }
        })
    }
}
