//! What a session or a connection says, before it is bytes.

use super::wire::{head_bytes, text_head};
use std::{io::Write as _, sync::Arc};

/// The frame that shows all there is to see.
pub(crate) const LOAD_GAME: &str = "load_game";

/// Something a session told, with its number. Its text is shared by all who get it, and lies in one piece of memory: it is looked
/// for there again long after it was told.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    text: Arc<[u8]>,
    seq: u64,
}

impl Told {
    /// This text, told under this number.
    pub(crate) fn new(text: impl AsRef<[u8]>, seq: u64) -> Self {
        Self { text: text.as_ref().into(), seq }
    }

    pub(crate) fn seq(&self) -> u64 {
        self.seq
    }

    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }

    pub(crate) fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Writes it as a frame, with its number where `parlor.v1` is spoken.
    pub(super) fn write(&self, to: &mut Vec<u8>, numbers: bool) {
        write(to, &self.text, numbers.then_some(self.seq));
    }
}

/// A text on its way out.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    body: Body,
    view: Option<&'static str>,
    /// Whether it is told to one who comes, and counts for no limit.
    greets: bool,
}

#[derive(Debug, Clone)]
enum Body {
    Told(Told),
    /// An answer carries the number of what was sent before it, or the one given here.
    Answer(Vec<u8>, Option<u64>),
}

impl Frame {
    /// Something that happened: never dropped.
    pub(crate) fn event(told: Told) -> Self {
        Self { body: Body::Told(told), view: None, greets: false }
    }

    /// The game as it stands, in a frame of this type: a newer one takes its place while it is unsent, and a newer
    /// `load_game` the place of every view.
    pub(crate) fn view(kind: &'static str, told: Told) -> Self {
        Self { body: Body::Told(told), view: Some(kind), greets: false }
    }

    /// An answer to this connection alone, never dropped.
    pub(crate) fn answer(text: impl Into<Vec<u8>>) -> Self {
        Self { body: Body::Answer(text.into(), None), view: None, greets: false }
    }

    /// An answer that says where the session stands.
    pub(crate) fn answer_at(text: impl Into<Vec<u8>>, seq: u64) -> Self {
        Self { body: Body::Answer(text.into(), Some(seq)), view: None, greets: false }
    }

    /// The same, told to one who comes: all that is kept may be more than one who is there may have unsent, and nobody is
    /// slow before there was time to read it.
    pub(crate) fn greets(self) -> Self {
        Self { greets: true, ..self }
    }

    /// How much of it counts for the limits: frames, and bytes.
    pub(super) fn counts(&self) -> (usize, usize) {
        if self.greets { (0, 0) } else { (1, self.bytes()) }
    }

    /// How long its text is.
    pub(crate) fn bytes(&self) -> usize {
        match &self.body {
            Body::Told(told) => told.bytes(),
            Body::Answer(text, _) => text.len(),
        }
    }

    /// Whether it shows less than this newer one, or the same as it was.
    pub(super) fn is_replaced_by(&self, newer: &Self) -> bool {
        let (Some(older), Some(newer)) = (self.view, newer.view) else { return false };
        older == newer || newer == LOAD_GAME
    }

    /// Whether a newer one may take its place.
    pub(super) fn is_view(&self) -> bool {
        self.view.is_some()
    }

    /// Its number, where the one before it had the number `last`.
    pub(super) fn number(&self, last: u64) -> u64 {
        match &self.body {
            Body::Told(told) => told.seq,
            Body::Answer(_, at) => at.unwrap_or(last),
        }
    }

    /// Writes it as a frame. `last` is the number of the frame before it, and then its own.
    pub(super) fn write(&self, to: &mut Vec<u8>, numbers: bool, last: &mut u64) {
        *last = self.number(*last);
        match &self.body {
            Body::Told(told) => told.write(to, numbers),
            Body::Answer(text, _) => write(to, text, numbers.then_some(*last)),
        }
    }
}

/// Writes a text as a frame, with its number before the brace that closes it.
fn write(to: &mut Vec<u8>, text: &[u8], number: Option<u64>) {
    let open = text.strip_suffix(b"}");
    let (Some(number), Some(open)) = (number, open) else {
        text_head(to, text.len());
        return to.extend_from_slice(text);
    };
    let digits = number.checked_ilog10().map_or(1, |zeros| zeros as usize + 1);
    let length = text.len() + ",\"seq\":".len() + digits;
    to.reserve(head_bytes(length) + length);
    text_head(to, length);
    to.extend_from_slice(open);
    write!(to, ",\"seq\":{number}}}").expect("memory takes what is written to it");
}

#[cfg(test)]
mod tests {
    use super::{Frame, Told};

    #[test]
    fn every_frame_has_a_number_where_that_is_spoken() {
        let told = Told::new("{\"type\":\"x\"}", 10);
        let frames = [
            Frame::answer_at("{\"type\":\"welcome\"}", 0),
            Frame::answer("{\"type\":\"ack\"}"),
            Frame::event(told),
            Frame::answer("{\"type\":\"ack\"}"),
        ];
        let written = |numbers| {
            let mut last = 7;
            frames.each_ref().map(|frame| {
                let mut bytes = Vec::new();
                frame.write(&mut bytes, numbers, &mut last);
                assert_eq!(usize::from(bytes[1]), bytes.len() - 2, "the length fits");
                String::from_utf8(bytes.split_off(2)).unwrap()
            })
        };
        let numbers =
            ["welcome\",\"seq\":0", "ack\",\"seq\":0", "x\",\"seq\":10", "ack\",\"seq\":10"];
        assert_eq!(written(true), numbers.map(|middle| format!("{{\"type\":\"{middle}}}")));
        let plain = ["welcome", "ack", "x", "ack"];
        assert_eq!(written(false), plain.map(|kind| format!("{{\"type\":\"{kind}\"}}")));
    }
}
