//! What one viewer hears over its connections, written down frame by frame.

use parlor_core::Chips;
use serde_json::Value;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// How something was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// A connection begins, and what was missed comes next.
    Resumed,
    /// A connection begins, and nothing before it is told.
    Anew,
    /// The game as it stands, once at the beginning of each connection.
    Loaded,
    /// What is told to members under a number of its own.
    Told,
    /// The game as it stands, which was asked for.
    Asked,
    /// A line of chat from before the connection.
    Again,
}

/// A line of the log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Heard {
    pub(crate) how: How,
    pub(crate) seq: u64,
    /// Of the frame without its number.
    pub(crate) print: u64,
}

/// The log of one viewer.
#[derive(Debug, Default)]
pub(crate) struct Hearing {
    /// Everything but what is answered to the viewer alone, in the order it was heard.
    pub(crate) log: Vec<Heard>,
    /// The number heard last.
    pub(crate) last: Option<u64>,
    /// Whether the connection has shown the game yet.
    loaded: bool,
    /// Whether an answer was heard whose acknowledgement comes next.
    answered: bool,
}

impl Hearing {
    /// Writes a frame down. Its number is not lower than the one before, over all connections; answers carry the one before.
    pub(crate) fn hear(&mut self, frame: &Value) {
        let seq = frame["seq"].as_u64().unwrap_or_else(|| panic!("no number in {frame}"));
        let before = self.last.replace(seq);
        let last = before.unwrap_or(seq);
        assert!(seq >= last, "it went back from {last}: {frame}");
        let kind = frame["type"].as_str().expect("a type");
        let answered = std::mem::replace(&mut self.answered, false);
        assert!(!answered || matches!(kind, "ack" | "welcome"), "not acknowledged: {frame}");
        let balance = || frame["data"]["to_update"] == "balance";
        let how = match kind {
            "welcome" => {
                self.loaded = false;
                let resumed = frame["data"]["resumed"] == true;
                assert!(!resumed || before == Some(seq), "{before:?} was heard: {frame}");
                if resumed { How::Resumed } else { How::Anew }
            }
            "load_game" if !self.loaded => {
                self.loaded = true;
                How::Loaded
            }
            "ack" | "error" => {
                assert_eq!(seq, last, "an answer has no number of its own: {frame}");
                return;
            }
            _ if seq > last => How::Told,
            "load_game" => {
                self.answered = true;
                How::Asked
            }
            "update" if balance() => {
                self.answered = true;
                let amount = frame["data"]["balance"].as_str();
                let amount = amount.and_then(|text| text.parse::<Chips>().ok());
                assert!(amount.is_some(), "no amount in {frame}");
                return;
            }
            "chat_msg" => How::Again,
            _ => panic!("{last} was heard before: {frame}"),
        };
        assert!(!(how == How::Told && balance()), "a balance is an answer: {frame}");
        let text = frame.to_string();
        let unnumbered = text.strip_suffix(&format!(",\"seq\":{seq}}}"));
        let unnumbered = unnumbered.unwrap_or_else(|| panic!("its number is not the last: {text}"));
        self.log.push(Heard { how, seq, print: print(unnumbered) });
    }

    /// How often something was heard so.
    pub(crate) fn count(&self, how: How) -> usize {
        self.log.iter().filter(|heard| heard.how == how).count()
    }

    /// Where the session stood at the latest when it gave the answer in this line: all that had a number by then was sent
    /// before it, or was a view that the next thing with a number replaced.
    pub(crate) fn latest(&self, line: usize) -> u64 {
        let bounds = |next: &&Heard| matches!(next.how, How::Told | How::Loaded | How::Anew);
        match self.log[line + 1..].iter().find(bounds) {
            Some(Heard { how: How::Told, seq, .. }) => seq - 1,
            Some(Heard { seq, .. }) => *seq,
            None => self.log[line].seq,
        }
    }
}

/// What is kept of a text.
pub(crate) fn print(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
