//! Why a move was not played.

use std::borrow::Cow;

/// What handling a message comes to.
///
/// `Ok(Some(event))`: everyone in the session gets the event. `Ok(None)`: nobody gets anything.
/// `Err(refusal)`: the sender alone is told why, and nothing has changed.
pub type Outcome<E> = Result<Option<E>, Refusal>;

/// Why a move was not played: a stable code for programs and a sentence for the player.
///
/// A refusal changes nothing: the move played on a copy, and the copy is dropped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    code: &'static str,
    message: Cow<'static, str>,
}

impl Refusal {
    /// A refusal with a code of the game's own, in snake case.
    pub fn new(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into() }
    }

    /// The rules forbid this move now: `illegal_move`.
    pub fn illegal_move(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new("illegal_move", message)
    }

    /// This kind of move belongs to another stage of the game: `wrong_stage`.
    pub fn wrong_stage(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new("wrong_stage", message)
    }

    /// It is someone else's move: `not_your_turn`.
    pub fn not_your_turn(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new("not_your_turn", message)
    }

    /// The message can't mean anything, in any state of the game: `invalid_data`.
    pub fn invalid_data(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new("invalid_data", message)
    }

    /// The player has not got the chips: `insufficient_funds`.
    pub fn insufficient_funds(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new("insufficient_funds", message)
    }

    /// A limit that the player has set is against it: `limit_reached`.
    pub fn limit_reached(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new("limit_reached", message)
    }

    /// The mover has no seat, or waits for the next round: `not_seated`.
    pub fn not_seated() -> Self {
        Self::new("not_seated", "you have no part in this round; take a seat, or wait for the next")
    }

    /// Every chair is taken: `session_full`.
    pub fn session_full() -> Self {
        Self::new("session_full", "every seat at this table is taken")
    }

    /// A fault of the game or of the site, not of the player: `internal`.
    pub fn internal() -> Self {
        Self::new("internal", "that failed on our side, and nothing has changed")
    }

    /// The stable code, for programs.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The sentence, for people.
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// A bare sentence refuses as `illegal_move`.
impl From<&'static str> for Refusal {
    fn from(message: &'static str) -> Self {
        Self::illegal_move(message)
    }
}

/// A bare sentence refuses as `illegal_move`.
impl From<String> for Refusal {
    fn from(message: String) -> Self {
        Self::illegal_move(message)
    }
}

/// Refuses the move unless the condition holds.
///
/// The second argument is a [`Refusal`], or a sentence, which refuses as `illegal_move`.
///
/// ```
/// use parlor_core::{Refusal, ensure};
/// fn place(cell: usize, mine: bool) -> Result<(), Refusal> {
///     ensure!(mine, Refusal::not_your_turn("it is not your turn"));
///     ensure!(cell < 9, "there is no such cell");
///     Ok(())
/// }
/// assert_eq!(place(9, true).unwrap_err().code(), "illegal_move");
/// assert_eq!(place(9, false).unwrap_err().code(), "not_your_turn");
/// ```
#[macro_export]
macro_rules! ensure {
    ($condition:expr, $refusal:expr $(,)?) => {
        if !$condition {
            return Err($crate::Refusal::from($refusal));
        }
    };
}
