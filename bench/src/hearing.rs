//! What one player hears, checked as it comes: every update in order and without a gap, every acknowledgement once.
//!
//! Frames are read by their form and not as JSON, so that the load generator stays lighter than what it measures.

use anyhow::{Context as _, Result, bail, ensure};

/// How an update begins.
const UPDATE: &str = r#"{"type":"update","data":{"n":"#;

/// How an acknowledgement begins.
const ACK: &str = r#"{"type":"ack","data":{"id":""#;

/// How the game as it stands begins.
const LOAD_GAME: &str = r#"{"type":"load_game","#;

/// A frame that was in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    /// Somebody at the table has moved.
    Update,
    /// The player's own move is stored.
    Ack,
    /// How many moves the table has, as an answer.
    Moves(u64),
}

/// What one player has heard so far.
#[derive(Debug)]
pub(crate) struct Hearing {
    /// The player's seat, as it stands in updates.
    seat: u64,
    /// The number of the last frame.
    seq: u64,
    /// The moves of the table that were heard.
    moves: u64,
    /// The player's move that is on its way.
    sent: Option<u64>,
    /// Whether the update that it causes was heard.
    echoed: bool,
}

impl Hearing {
    /// One who sits down in that seat, when the table has told so many frames and has no moves yet.
    pub(crate) fn new(seat: u64, seq: u64) -> Self {
        Self { seat, seq, moves: 0, sent: None, echoed: false }
    }

    /// The moves of the table that were heard.
    pub(crate) fn moves(&self) -> u64 {
        self.moves
    }

    /// The player sends the move of that number.
    pub(crate) fn sends(&mut self, n: u64) {
        (self.sent, self.echoed) = (Some(n), false);
    }

    /// Takes in a frame.
    ///
    /// # Errors
    /// A frame that is lost, repeated, out of order or of no known form.
    pub(crate) fn hear(&mut self, frame: &str) -> Result<Heard> {
        self.judge(frame).with_context(|| {
            let shown: String = frame.chars().take(120).collect();
            format!("seat {}, {} moves heard: {shown}", self.seat, self.moves)
        })
    }

    fn judge(&mut self, frame: &str) -> Result<Heard> {
        if let Some(rest) = frame.strip_prefix(UPDATE) {
            return self.update(rest);
        }
        if let Some(rest) = frame.strip_prefix(ACK) {
            return self.ack(rest);
        }
        if frame.starts_with(LOAD_GAME) {
            return Ok(Heard::Moves(first(frame, "\"moves\":")?));
        }
        bail!("a frame that was not expected")
    }

    fn update(&mut self, rest: &str) -> Result<Heard> {
        let (seq, moves) = (last(rest)?, first(rest, "\"seq\":")?);
        ensure!(seq == self.seq + 1, "frame {} was expected, and {seq} came", self.seq + 1);
        ensure!(moves == self.moves + 1, "move {} was expected, and {moves} came", self.moves + 1);
        (self.seq, self.moves) = (seq, moves);
        if first(rest, "\"by\":")? == self.seat {
            let n = leading(rest)?;
            ensure!(self.sent == Some(n) && !self.echoed, "the move {n} was not on its way");
            self.echoed = true;
        }
        Ok(Heard::Update)
    }

    fn ack(&mut self, rest: &str) -> Result<Heard> {
        let n = leading(rest)?;
        ensure!(self.sent == Some(n), "an acknowledgement of {n}, which was not on its way");
        ensure!(self.echoed, "the acknowledgement came before the update");
        let seq = last(rest)?;
        ensure!(seq == self.seq, "the acknowledgement says {seq}, and {} was heard", self.seq);
        self.sent = None;
        Ok(Heard::Ack)
    }
}

/// The number of a frame: the last thing in it.
///
/// # Errors
/// A frame without a number.
pub(crate) fn last(frame: &str) -> Result<u64> {
    let at = frame.rfind("\"seq\":").context("no number")?;
    leading(&frame[at + 6..])
}

/// The number after the first place where `key` stands.
///
/// # Errors
/// A frame without it.
pub(crate) fn first(frame: &str, key: &str) -> Result<u64> {
    let at = frame.find(key).with_context(|| format!("no {key}"))?;
    leading(&frame[at + key.len()..])
}

/// The number that a text begins with.
fn leading(text: &str) -> Result<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    text[..digits].parse().context("no number where one must be")
}

#[cfg(test)]
mod tests {
    use super::{Heard, Hearing};

    fn update(n: u64, moves: u64, by: u64, seq: u64) -> String {
        format!(
            r#"{{"type":"update","data":{{"n":{n},"t":5,"seq":{moves},"by":{by},"state":"ss"}},"seq":{seq}}}"#
        )
    }

    fn ack(n: u64, seq: u64) -> String {
        format!(r#"{{"type":"ack","data":{{"id":"{n}"}},"seq":{seq}}}"#)
    }

    /// One in seat 1 who has heard 7 frames and has sent move 1.
    fn one() -> Hearing {
        let mut one = Hearing::new(1, 7);
        one.sends(1);
        one
    }

    /// What is wrong with the last of these frames.
    fn wrong(frames: &[String]) -> String {
        let mut one = one();
        let (last, before) = frames.split_last().unwrap();
        for frame in before {
            one.hear(frame).unwrap();
        }
        format!("{:#}", one.hear(last).unwrap_err())
    }

    #[test]
    fn what_is_in_order_is_counted() {
        let mut one = one();
        assert_eq!(one.hear(&update(9, 1, 0, 8)).unwrap(), Heard::Update);
        assert_eq!(one.hear(&update(1, 2, 1, 9)).unwrap(), Heard::Update);
        assert_eq!(one.hear(&ack(1, 9)).unwrap(), Heard::Ack);
        assert_eq!(one.moves(), 2);
        let game = r#"{"type":"load_game","data":{"players":2,"moves":2},"user":"a","seq":9}"#;
        assert_eq!(one.hear(game).unwrap(), Heard::Moves(2));
    }

    #[test]
    fn a_lost_update_is_found() {
        let found = wrong(&[update(9, 1, 0, 8), update(1, 3, 1, 10)]);
        assert!(found.ends_with("frame 9 was expected, and 10 came"), "{found}");
        let found = wrong(&[update(9, 1, 0, 8), update(1, 3, 1, 9)]);
        assert!(found.ends_with("move 2 was expected, and 3 came"), "{found}");
    }

    #[test]
    fn a_repeated_update_is_found() {
        let found = wrong(&[update(9, 1, 0, 8), update(9, 1, 0, 8)]);
        assert!(found.ends_with("frame 9 was expected, and 8 came"), "{found}");
        let found = wrong(&[update(1, 1, 1, 8), update(1, 2, 1, 9)]);
        assert!(found.ends_with("the move 1 was not on its way"), "{found}");
    }

    #[test]
    fn an_acknowledgement_comes_once_and_after_its_update() {
        let found = wrong(&[ack(1, 7)]);
        assert!(found.ends_with("the acknowledgement came before the update"), "{found}");
        let found = wrong(&[update(1, 1, 1, 8), ack(1, 8), ack(1, 8)]);
        assert!(found.ends_with("an acknowledgement of 1, which was not on its way"), "{found}");
        let found = wrong(&[update(1, 1, 1, 8), ack(2, 8)]);
        assert!(found.ends_with("an acknowledgement of 2, which was not on its way"), "{found}");
        let found = wrong(&[update(1, 1, 1, 8), ack(1, 9)]);
        assert!(found.ends_with("the acknowledgement says 9, and 8 was heard"), "{found}");
    }

    #[test]
    fn refusals_and_unknown_frames_fail() {
        let refused = r#"{"type":"error","data":{"code":"rate_limited","message":"wait"},"seq":7}"#;
        assert!(wrong(&[refused.into()]).ends_with("a frame that was not expected"));
    }
}
