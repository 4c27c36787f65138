//! What players are told.

use super::{
    Blackjack,
    actions::{Action, Move},
    round::{Clock, Stage},
    rules::{self, Outcome},
    shoes::Shoe,
};
use parlor_core::Message;
use parlor_core::kit::{cards::Card, shoes::SpentShoe};
use parlor_core::prelude::*;

/// A card that lies face down.
const FACE_DOWN: &str = "2B";

/// What players are told besides the table as a whole.
#[message]
pub enum Event {
    /// Something has changed that is no card.
    Update(Update),
    /// Nothing is dealt from this shoe any more, and this is all that it takes to deal it again.
    ShoeSpent(SpentShoe),
}

/// What has changed.
#[view]
#[serde(tag = "to_update")]
pub enum Update {
    /// Who is ready, and with which bet.
    Ready(Box<View>),
    /// What the asker can spend.
    Balance {
        /// The amount.
        balance: Chips,
    },
}

/// The table as one viewer sees it.
#[view]
pub struct View {
    /// Where the round stands.
    pub(super) stage: Stage,
    /// Those who play, in the order of their seats.
    players: Vec<Player>,
    /// The names of those who watch.
    spectating: Vec<String>,
    /// The names of those who wait for the next round.
    waiting: Vec<String>,
    /// The hands, in the order of the seats; none before the deal.
    hands: Vec<Hand>,
    /// The dealer's cards; left out before the deal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    dealer: Option<Dealer>,
    /// Where cards come from, and what is public of it.
    shoe: Shoe,
    /// What this viewer may do: types of messages, and in the dealing the moves of `action`.
    legal: Vec<String>,
    /// The move that basic strategy advises this viewer for the active hand; nothing where the viewer has none.
    pub(super) hint: Option<Move>,
    /// Until when this viewer, or else the table, may take its time: milliseconds since 1970.
    #[ts(type = "number | null")]
    deadline: Option<i64>,
}

/// One who plays.
#[view]
pub(super) struct Player {
    /// The player's name.
    player: String,
    /// The round's first bet, through its ending.
    bet: Chips,
    /// Whether the table need not wait for this player.
    ready: bool,
    /// Until when the table waits for this player's next move: milliseconds since 1970; left out while it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    deadline: Option<i64>,
}

/// One hand.
#[view]
pub(super) struct Hand {
    /// Whose it is.
    player: String,
    /// Its cards.
    hand: Vec<Card>,
    /// What they count.
    value: u8,
    /// What is staked on it.
    bet: Chips,
    /// What is staked besides on a blackjack of the dealer's, through the ending.
    insurance: Option<Chips>,
    /// What its player has chosen under an ace, until the dealer has looked: it is played then.
    chosen: Option<Move>,
    /// How it came out, once it is settled.
    outcome: Option<Outcome>,
    /// Whether it takes no more cards, and nothing is asked about it.
    ready: bool,
    /// Whether it is the one its player plays now.
    active: bool,
}

/// The dealer's cards.
#[view]
pub(super) struct Dealer {
    /// The cards; `2B` lies face down.
    hand: Vec<String>,
    /// What the open ones count.
    value: u8,
}

impl Blackjack {
    pub(super) fn seen_by(&self, viewer: Viewer, table: &Table<Self>) -> View {
        let players = table.players();
        View {
            stage: self.stage,
            players: players.iter().map(|(_, p)| self.player(p.id, &p.name, table)).collect(),
            spectating: players.spectators().map(|p| p.name.clone()).collect(),
            waiting: players.waiting().map(|(_, p)| p.name.clone()).collect(),
            hands: (0..self.hands.len()).map(|place| self.hand(place, table)).collect(),
            dealer: (self.stage != Stage::Betting).then(|| self.dealer()),
            shoe: self.shoe_seen(table),
            legal: self.legal_names(viewer, table),
            hint: viewer.player().and_then(|player| self.hint(player.id)),
            deadline: self.deadline(viewer, table),
        }
    }

    fn player(&self, id: PlayerId, name: &str, table: &Table<Self>) -> Player {
        let ready = match self.stage {
            Stage::Betting | Stage::Ending => self.ready.contains(id),
            Stage::Dealing => self.active(id).is_none(),
        };
        let bet = self.bets.get(&id).copied().unwrap_or_default();
        let deadline = table.rings_at(&Clock::Turn(id));
        Player { player: name.to_owned(), bet, ready, deadline }
    }

    fn hand(&self, place: usize, table: &Table<Self>) -> Hand {
        let hand = &self.hands[place];
        // A name may change, and one who has left is called as before.
        let player = table.players().get(hand.player.id).unwrap_or(&hand.player).name.clone();
        let active = self.active(hand.player.id) == Some(place);
        Hand {
            player,
            hand: hand.cards.clone(),
            value: hand.value(),
            bet: hand.stake,
            insurance: hand.insurance,
            chosen: hand.chosen,
            outcome: hand.outcome,
            // A blackjack takes no card, and is asked about under an ace all the same.
            ready: hand.done && !active,
            active,
        }
    }

    fn dealer(&self) -> Dealer {
        let seen = self.dealer.seen();
        let down = self.dealer.hides_one().then(|| FACE_DOWN.to_owned());
        let hand = seen.iter().map(Card::to_string).chain(down).collect();
        Dealer { hand, value: rules::value(seen) }
    }

    fn legal_names(&self, viewer: Viewer, table: &Table<Self>) -> Vec<String> {
        let actions = viewer.player().map(|player| self.legal(table, player)).unwrap_or_default();
        // To add to the next shoe is no play.
        let plays = actions.iter().filter(|action| !matches!(action, Action::AddEntropy { .. }));
        let mut names: Vec<String> = plays.map(|action| name(action).to_owned()).collect();
        // A bet is legal at its least and at its most.
        names.dedup();
        names
    }

    /// The viewer's own where the viewer is waited for; else the next at the table.
    fn deadline(&self, viewer: Viewer, table: &Table<Self>) -> Option<i64> {
        let turn = |player| table.rings_at(&Clock::Turn(player));
        match self.stage {
            Stage::Betting => table.rings_at(&Clock::Betting),
            Stage::Dealing => viewer
                .player()
                .and_then(|player| turn(player.id))
                .or_else(|| self.hands.iter().filter_map(|hand| turn(hand.player.id)).min()),
            Stage::Ending => table.rings_at(&Clock::Ending),
        }
    }
}

/// What an action is called among the legal ones.
fn name(action: &Action) -> &'static str {
    match action {
        Action::Action { r#move } => match r#move {
            Move::Hit => "hit",
            Move::Stay => "stay",
            Move::Double => "double",
            Move::Split => "split",
            Move::Insurance => "insurance",
            Move::Surrender => "surrender",
        },
        other => other.kind(),
    }
}
