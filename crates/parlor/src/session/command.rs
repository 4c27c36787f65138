//! Everything that can be asked of a session.

use super::members::{Member, Role};
use crate::accounts::Purse;
use parlor_core::{Game, Player, Refusal};
use std::{fmt, sync::Arc};
use tokio::sync::oneshot;

/// The answer to one who asks to come in, or who moves.
pub(crate) type Verdict = oneshot::Sender<Result<(), Refusal>>;

/// What a session's mailbox holds.
pub(crate) enum Command<G: Game> {
    /// Somebody is about to open a socket, and takes a seat, or returns to it.
    Join { user: Player, purse: Arc<Purse>, verdict: Verdict },
    /// Would somebody be let in? Nothing changes.
    MayJoin { user: Player, role: Role, verdict: Verdict },
    /// A socket is open. Once it has been told how the game stands, that is answered.
    Attach { member: Member, attached: oneshot::Sender<()> },
    /// A socket is closed.
    Detach { connection: u64 },
    /// A move. One that could not be read is still judged by who sends it first.
    Act { connection: u64, action: Result<G::Action, Refusal>, verdict: Option<Verdict> },
    /// A question.
    Ask { connection: u64, action: Result<G::Action, Refusal> },
    /// A connection asks for the game as it stands.
    Load { connection: u64 },
    /// Somebody says something.
    Say { connection: u64, text: String },
    /// Somebody gives up the seat, or goes on watching elsewhere.
    Leave { connection: u64 },
    /// A hook tells one connection something.
    Tell { connection: u64, event: G::Event },
    /// A hook tells everyone something.
    Send { event: G::Event },
    /// The session is to end.
    Close { closed: oneshot::Sender<()> },
    /// The server is being stopped: once all is stored, say so, and stop. The session goes on when it is started again.
    Rest { rested: oneshot::Sender<()> },
}

impl<G: Game> fmt::Debug for Command<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Join { .. } => "Join",
            Self::MayJoin { .. } => "MayJoin",
            Self::Attach { .. } => "Attach",
            Self::Detach { .. } => "Detach",
            Self::Act { .. } => "Act",
            Self::Ask { .. } => "Ask",
            Self::Load { .. } => "Load",
            Self::Say { .. } => "Say",
            Self::Leave { .. } => "Leave",
            Self::Tell { .. } => "Tell",
            Self::Send { .. } => "Send",
            Self::Close { .. } => "Close",
            Self::Rest { .. } => "Rest",
        })
    }
}
