//! One hand of a player's.

use super::rules::{self, BEST, Outcome};
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
    /// Whether it takes no more cards.
    pub(super) done: bool,
    /// How it came out, once it is settled.
    pub(super) outcome: Option<Outcome>,
}

impl Hand {
    pub(super) fn new(player: &Player, stake: Chips) -> Self {
        let (player, cards) = (player.clone(), Vec::new());
        Self { player, cards, stake, after_split: false, done: false, outcome: None }
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

    pub(super) fn may_double(&self) -> bool {
        self.cards.len() == 2
    }

    /// Whether these are two cards of equal value.
    pub(super) fn is_pair(&self) -> bool {
        matches!(*self.cards, [a, b] if rules::card_value(a) == rules::card_value(b))
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
        rules::outcome(&self.cards, self.after_split, dealer)
    }

    /// Whether no card of the dealer's can change its outcome, once the dealer is known to have no blackjack.
    pub(super) fn is_decided(&self) -> bool {
        self.value() > BEST || (rules::is_natural(&self.cards) && !self.after_split)
    }
}
