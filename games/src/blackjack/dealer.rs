//! The dealer's cards.

use super::rules;
use parlor_core::kit::cards::Card;
use parlor_core::prelude::*;
use std::fmt;

/// The dealer's cards: the first lies open, the second face down until it is turned.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Dealer {
    cards: Vec<Card>,
    turned: bool,
}

impl Dealer {
    /// All cards, for the rules alone; what players may know is [`seen`](Self::seen).
    pub(super) fn cards(&self) -> &[Card] {
        &self.cards
    }

    /// The cards that lie open.
    pub(super) fn seen(&self) -> &[Card] {
        let open = if self.turned { self.cards.len() } else { self.cards.len().min(1) };
        &self.cards[..open]
    }

    /// Whether a card lies face down.
    pub(super) fn hides_one(&self) -> bool {
        self.seen().len() < self.cards.len()
    }

    pub(super) fn take(&mut self, card: Card) {
        self.cards.push(card);
    }

    /// Whether hands are insured against what lies under the open card.
    pub(super) fn shows_an_ace(&self) -> bool {
        self.cards.first().is_some_and(|&open| rules::is_insured_against(open))
    }

    /// Peeks where the open card calls for it: whether there is a blackjack.
    pub(super) fn peeks_blackjack(&self) -> bool {
        self.cards.first().is_some_and(|&open| rules::dealer_peeks_under(open))
            && rules::is_natural(&self.cards)
    }

    /// Turns the face-down card.
    pub(super) fn turn(&mut self) {
        self.turned = true;
    }

    pub(super) fn draws(&self) -> bool {
        rules::dealer_draws(&self.cards)
    }
}

/// A log shows what players see.
impl fmt::Debug for Dealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dealer({:?}{})", self.seen(), if self.hides_one() { " ***" } else { "" })
    }
}
