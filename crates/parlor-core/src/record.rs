//! What the journal keeps of a session.

use crate::{Game, Message, Player, table::Timing};
use serde::{Deserialize, Serialize};
use std::fmt;

/// One applied input, with everything that is needed to apply it again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Record<G: Game> {
    /// The record's number in its session: 1, 2, 3 …
    pub seq: u64,
    /// When it was applied, in milliseconds since 1970 by the session's clock, which never goes back.
    pub at: i64,
    /// Who caused it; nobody, where the table or its clock did.
    pub who: Option<Player>,
    /// What happened.
    pub input: Input<G::Action>,
    /// What its sender calls it: sent again, it is not applied again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What the table told the game from outside, in the order it was asked.
    pub observed: Vec<Observed>,
    /// The number of the last effect after this record.
    pub effects: u64,
}

/// Something that happens to a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "", tag = "type", content = "data", rename_all = "snake_case")]
pub enum Input<A: Message> {
    /// The session came to be.
    Created {
        /// The game's options as JSON, `null` where none were given.
        options: serde_json::Value,
        /// The clocks of the site that games ask for.
        timing: Timing,
        /// The version of the rules it is played by.
        rules: u32,
    },
    /// A player took a chair.
    Joined,
    /// A player gave up the chair, or was away for longer than the grace time.
    Left,
    /// A spectator came.
    Watched,
    /// A spectator went.
    Unwatched,
    /// A player moved.
    Acted(A),
    /// An alarm rang.
    Woke {
        /// The alarm, as the JSON of the game's value.
        alarm: String,
        /// Which setting of it rang.
        generation: u64,
    },
    /// Someone said something. The text lies beside the journal, under this record's number.
    Said {
        /// SHA-256 of the text, in hexadecimal.
        hash: String,
    },
    /// A hook of the site told everyone something: an event, as JSON.
    Sent(serde_json::Value),
    /// The session was rebuilt from its journal; nobody is connected.
    Resumed,
    /// The session is over; what is still staked goes back.
    Closed,
}

impl<A: Message> Input<A> {
    /// The input's name, as it stands in the JSON.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Created { .. } => "created",
            Self::Joined => "joined",
            Self::Left => "left",
            Self::Watched => "watched",
            Self::Unwatched => "unwatched",
            Self::Acted(_) => "acted",
            Self::Woke { .. } => "woke",
            Self::Said { .. } => "said",
            Self::Sent(_) => "sent",
            Self::Resumed => "resumed",
            Self::Closed => "closed",
        }
    }
}

/// Something the table told the game from outside. Debug output does not show a seed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Observed {
    /// A fresh seed from the operating system.
    Seed([u8; 32]),
    /// Whether a stake was covered.
    Stake(bool),
}

impl fmt::Debug for Observed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seed(_) => f.write_str("Seed(***)"),
            Self::Stake(covered) => write!(f, "Stake({covered})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Input;
    use crate::{message, table::Timing};
    use serde_json::{Value, json};

    #[message]
    enum Action {
        Pass,
    }

    #[test]
    fn every_number_is_read_as_it_was_written() {
        let timing = Timing { turn: 0, ending: 0 };
        for number in [1e-162, 0.1, 5e-324, f64::MAX, 1.0 / 3.0, -48.600_000_000_1] {
            for input in [
                Input::<Action>::Sent(json!({ "odds": number })),
                Input::Created { options: json!([number]), timing, rules: 1 },
            ] {
                let text = serde_json::to_string(&input).unwrap();
                assert_eq!(serde_json::from_str::<Input<Action>>(&text).unwrap(), input, "{text}");
            }
        }
        let read: Value = serde_json::from_str("1e-162").unwrap();
        assert_eq!(read.to_string(), "1e-162");
    }
}
