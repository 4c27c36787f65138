//! Everything that can be asked of a session.

use super::{
    members::{Member, Role},
    seats::Claim,
};
use crate::{accounts::Purse, metrics::Metrics, settings::Limit};
use parlor_core::{Game, Player, PlayerId, Refusal};
use std::{fmt, sync::Arc};
use tokio::sync::{
    mpsc::{self, error::TrySendError},
    oneshot,
};

/// The answer to one who asks to come in, or who moves.
pub(crate) type Verdict = oneshot::Sender<Result<(), Refusal>>;

/// The answer to one who wants a bot to come or to go: its name.
pub(crate) type Named = oneshot::Sender<Result<String, Refusal>>;

/// A seat that somebody could have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Offer {
    /// Whether one plays at once, and need not wait for the next round.
    pub(crate) at_once: bool,
}

/// What a session's mailbox holds. It makes room for many at once, and most are messages: what is larger is boxed.
pub(crate) enum Command<G: Game> {
    /// Somebody is about to open a socket, and takes a seat, or returns to it; unless nobody waits for that any more.
    Join { user: Player, purse: Arc<Purse>, claim: Box<Claim>, verdict: Verdict },
    /// Would somebody be let in? Nothing changes.
    MayJoin { user: Player, role: Role, verdict: Verdict },
    /// Which seat is there for somebody who asks for any table? Nothing changes.
    Consider { user: Player, offer: oneshot::Sender<Option<Offer>> },
    /// The host wants a bot to come.
    AddBot { added: Named },
    /// The host wants the bot of this name to go.
    RemoveBot { name: String, removed: Named },
    /// A socket is open. One that speaks `parlor.v1` is welcomed, and told what it missed. Once it has been told how the game
    /// stands, that is answered.
    Attach { member: Member, greeting: Option<Greeting>, attached: oneshot::Sender<()> },
    /// A socket is closed.
    Detach { connection: u64 },
    /// A message came in, with what its sender calls it.
    Message { connection: u64, id: Option<String>, wish: Wish<G> },
    /// A hook tells one connection something.
    Tell { connection: u64, event: Box<G::Event> },
    /// A hook tells everyone something.
    Send { event: Box<G::Event> },
    /// One who may be here is called otherwise from now on. Once that is stored, it is answered.
    Rename { user: Player, done: oneshot::Sender<()> },
    /// The account of one who may be here is gone. Once all that comes of it is stored, it is answered.
    Depart { departure: Departure, done: oneshot::Sender<()> },
    /// This user is shut out: there is no seat for one any more, and nothing to see.
    ShutOut { user: PlayerId, done: oneshot::Sender<()> },
    /// The session is to end.
    Close { closed: oneshot::Sender<()> },
    /// The server is being stopped: once all is stored, say so, and stop. The session goes on when it is started again.
    Rest { rested: oneshot::Sender<()> },
    /// Once all that happened before is stored, say so.
    Settle { settled: oneshot::Sender<()> },
}

/// Puts a command into a session's mailbox, and waits while that is full. False where the session takes none any more.
pub(crate) async fn post<G: Game>(
    mailbox: &mpsc::Sender<Command<G>>,
    command: Command<G>,
    metrics: &Metrics,
) -> bool {
    match mailbox.try_send(command) {
        Ok(()) => true,
        Err(TrySendError::Closed(_)) => false,
        Err(TrySendError::Full(command)) => {
            metrics.hit(Limit::Mailbox);
            mailbox.send(command).await.is_ok()
        }
    }
}

/// One whose account is gone.
#[derive(Debug, Clone)]
pub(crate) struct Departure {
    /// The player, called as one who is gone.
    pub(crate) user: Player,
    /// The names under which the player has said something here.
    pub(crate) said_as: Vec<String>,
}

/// What a message asks for.
pub(crate) enum Wish<G: Game> {
    /// A move. One that could not be read is still judged by who sends it first.
    Act(Result<G::Action, Refusal>, Option<Verdict>),
    /// A question.
    Ask(Result<G::Action, Refusal>),
    /// The game as it stands.
    Load,
    /// To say something.
    Say(String),
    /// Nothing that could be done, for this reason; unless its id was applied before.
    Refused(Refusal),
    /// To give up the seat, or to go on watching elsewhere.
    Leave,
}

/// How one who speaks `parlor.v1` is greeted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Greeting {
    /// As one who comes anew, or whose number could not be read.
    Anew,
    /// As one who has heard everything up to this number.
    After(u64),
}

impl<G: Game> fmt::Debug for Command<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Join { .. } => "Join",
            Self::MayJoin { .. } => "MayJoin",
            Self::Consider { .. } => "Consider",
            Self::AddBot { .. } => "AddBot",
            Self::RemoveBot { .. } => "RemoveBot",
            Self::Attach { .. } => "Attach",
            Self::Detach { .. } => "Detach",
            Self::Message { .. } => "Message",
            Self::Tell { .. } => "Tell",
            Self::Send { .. } => "Send",
            Self::Rename { .. } => "Rename",
            Self::Depart { .. } => "Depart",
            Self::ShutOut { .. } => "ShutOut",
            Self::Close { .. } => "Close",
            Self::Rest { .. } => "Rest",
            Self::Settle { .. } => "Settle",
        })
    }
}
