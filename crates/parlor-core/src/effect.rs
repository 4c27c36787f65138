//! What a session tells its members.

use crate::{Game, PlayerId, Players};

/// Something told, with its number: 1, 2, 3 … within a session, in the order it happened, the same in every replay.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect<G: Game> {
    /// The number.
    pub seq: u64,
    /// What is told, and to whom.
    pub what: What<G>,
}

/// What is told, and to whom.
#[derive(Debug, Clone, PartialEq)]
pub enum What<G: Game> {
    /// One event to everyone.
    All(G::Event),
    /// One event to one player.
    One(PlayerId, G::Event),
    /// To each viewer an event of its own.
    Each(Vec<(Audience, G::Event)>),
    /// To each viewer its own event that shows the game as it stands; a newer view may replace it while it is unsent.
    EachView(Vec<(Audience, G::Event)>),
    /// To each viewer the game as it stands: `load_game`.
    Refresh(Vec<(Audience, G::View)>),
    /// One event of a hook's to everyone, as JSON.
    Sent(serde_json::Value),
    /// A line of chat to everyone. The text lies beside the journal, which keeps its hash.
    Chat,
}

/// Who gets one rendering of a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    /// A player who has a chair.
    Player(PlayerId),
    /// All who watch.
    Spectators,
}

impl Audience {
    /// Everyone at the table; the spectators once, where there are any.
    pub(crate) fn all(players: &Players) -> Vec<Self> {
        let seated = players.seated().map(|(_, player)| Self::Player(player.id));
        let watching = players.spectators().next().map(|_| Self::Spectators);
        seated.chain(watching).collect()
    }
}
