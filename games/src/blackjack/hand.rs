//! One hand of a player's.

use super::{
    actions::Move,
    rules::{self, BEST, MOST_HANDS, Outcome},
};
use parlor_core::kit::cards::{Card, Rank};
use parlor_core::prelude::*;

/// One hand of a player's, from the deal to the end of the round, whether the player stays or leaves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Hand {
    /// Whose it is, as the player was called at the deal.
    pub(super) player: Player,
    pub(super) cards: Vec<Card>,
    /// What is staked on it: the bet, and as much again when it was doubled.
    pub(super) stake: Chips,
    /// Whether it came of a split: 21 is no blackjack then.
    pub(super) after_split: bool,
    /// What its player chose under an ace: played once the dealer has looked, and nothing from then on.
    #[serde(default)]
    pub(super) chosen: Option<Move>,
    /// What is staked besides on a blackjack of the dealer's, also once that is settled.
    #[serde(default)]
    pub(super) insurance: Option<Chips>,
    /// Whether it takes no more cards.
    pub(super) done: bool,
    /// Whether it was given up for half of the stake.
    #[serde(default)]
    pub(super) given_up: bool,
    /// How it came out, once it is settled.
    pub(super) outcome: Option<Outcome>,
}

impl Hand {
    pub(super) fn new(player: &Player, stake: Chips) -> Self {
        Self {
            player: player.clone(),
            cards: Vec::new(),
            stake,
            after_split: false,
            chosen: None,
            insurance: None,
            done: false,
            given_up: false,
            outcome: None,
        }
    }

    pub(super) fn value(&self) -> u8 {
        rules::value(&self.cards)
    }

    /// Takes a card. A value of 21 stands by itself, what is bust is done, and split aces take one card each.
    pub(super) fn take(&mut self, card: Card) {
        self.cards.push(card);
        self.done |= self.value() >= BEST || (self.after_split && self.cards[0].rank == Rank::ACE);
    }

    /// Takes one card and no more, for as much again.
    pub(super) fn double(&mut self, card: Card) {
        self.stake = self.stake + self.stake;
        self.take(card);
        self.done = true;
    }

    /// Whether its player, who has so many hands, may do this with it, as far as its cards can tell: they know nothing of
    /// insurance. One that is done takes no more cards, and stays.
    pub(super) fn may(&self, chosen: Move, hands: usize) -> bool {
        match chosen {
            Move::Insurance => false,
            Move::Stay => true,
            _ if self.done => false,
            Move::Hit => true,
            Move::Double => self.cards.len() == 2,
            Move::Split => self.is_pair() && hands < MOST_HANDS,
            Move::Surrender => self.cards.len() == 2 && !self.after_split,
        }
    }

    /// Whether these are two cards of equal value.
    fn is_pair(&self) -> bool {
        matches!(*self.cards, [a, b] if rules::card_value(a) == rules::card_value(b))
    }

    /// What is staked besides for this move.
    pub(super) fn price(&self, chosen: Move) -> Chips {
        match chosen {
            Move::Double | Move::Split => self.stake,
            Move::Insurance => rules::insurance(self.stake),
            Move::Hit | Move::Stay | Move::Surrender => Chips::ZERO,
        }
    }

    /// Notes what its player chose under an ace, whose price is staked.
    pub(super) fn choose(&mut self, chosen: Move) {
        if chosen == Move::Insurance {
            self.insurance = Some(self.price(chosen));
        }
        self.chosen = Some(chosen);
    }

    /// What is staked for a choice that was not played yet.
    pub(super) fn held(&self) -> Chips {
        match self.chosen {
            // This bet is on the table already.
            None | Some(Move::Insurance) => Chips::ZERO,
            Some(chosen) => self.price(chosen),
        }
    }

    /// Gives it up for half of the stake.
    pub(super) fn give_up(&mut self) {
        self.done = true;
        self.given_up = true;
    }

    /// Parts a pair: the second card becomes a hand of its own with the same stake. Each half takes a card next.
    pub(super) fn split(&mut self) -> Self {
        let mut other = Self::new(&self.player, self.stake);
        other.cards.extend(self.cards.pop());
        self.after_split = true;
        other.after_split = true;
        other
    }

    /// How it comes out against the dealer's cards.
    pub(super) fn against(&self, dealer: &[Card]) -> Outcome {
        if self.given_up {
            return Outcome::Surrender;
        }
        rules::outcome(&self.cards, self.after_split, dealer)
    }

    /// Whether no card of the dealer's can change its outcome, once the dealer is known to have no blackjack.
    pub(super) fn is_decided(&self) -> bool {
        let natural = rules::is_natural(&self.cards) && !self.after_split;
        natural || self.given_up || self.value() > BEST
    }
}
