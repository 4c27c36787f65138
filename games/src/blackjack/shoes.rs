//! The shoes that cards come from: sealed before players add to them, and shown when they are spent.

use super::{Blackjack, actions::Action, round::Stage, view::Event};
use parlor_core::fair::LONGEST_TEXT;
use parlor_core::kit::{
    cards::Card,
    shoes::{self, AddedEntropy},
};
use parlor_core::prelude::*;

/// The shoe as everyone sees it: nothing of it tells the order.
#[view]
pub(super) struct Shoe {
    /// The number of the shoe that is dealt from; none before the first deal.
    number: Option<u32>,
    /// The hash of its seed, which was public before its first card.
    hash: Option<String>,
    /// How many cards are left in it.
    cards_left: u32,
    /// The shoe after it.
    next: Option<NextShoe>,
}

/// The shoe that comes next.
#[view]
pub(super) struct NextShoe {
    /// Its number.
    number: u32,
    /// The hash of its seed.
    hash: String,
    /// What players have added to it so far.
    entropy: Vec<AddedEntropy>,
}

impl Blackjack {
    /// Adds a player's text to the next shoe. While cards are on the table nobody changes what may still be dealt to them.
    pub(super) fn add_entropy(&mut self, text: &str, turn: &mut Turn<Self>) -> Outcome<Event> {
        // What can't be a text at any stage is refused first.
        self.shoes.add(turn.player(), text, turn)?;
        let dealing = self.stage == Stage::Dealing;
        let sentence = "cards are on the table: add to the next shoe when the round is over";
        ensure!(!dealing, Refusal::wrong_stage(sentence));
        turn.refresh();
        Ok(None)
    }

    /// What may be added to the next shoe: the shortest text, and a longest.
    pub(super) fn legal_entropy(&self) -> Vec<Action> {
        let texts = match self.stage {
            Stage::Betting | Stage::Ending => vec!["7".to_owned(), "7".repeat(LONGEST_TEXT)],
            Stage::Dealing => Vec::new(),
        };
        texts.into_iter().map(|text| Action::AddEntropy { text }).collect()
    }

    pub(super) fn shoe_seen(&self, table: &Table<Self>) -> Shoe {
        // A name may change.
        let called =
            |player: &Player| table.players().get(player.id).unwrap_or(player).name.clone();
        let next = self.shoes.next().map(|next| NextShoe {
            number: next.number(),
            hash: next.hash().to_string(),
            entropy: next
                .entropy()
                .iter()
                .map(|added| AddedEntropy {
                    player: called(&added.player),
                    text: added.text.clone(),
                })
                .collect(),
        });
        Shoe {
            number: self.shoes.number(),
            hash: self.shoes.hash().map(|hash| hash.to_string()),
            cards_left: u32::try_from(self.shoe.left()).unwrap_or(u32::MAX),
            next,
        }
    }

    /// The next card. Whoever takes it must have it before the next is drawn: an empty shoe is followed by one of what is not
    /// on the table.
    pub(super) fn card(&mut self, table: &mut Table<Self>) -> Card {
        if self.shoe.left() == 0 {
            self.next_shoe(table);
        }
        self.shoe.deal()
    }

    /// Shuffles the next shoe: all cards that are not on the table.
    pub(super) fn next_shoe(&mut self, table: &mut Table<Self>) {
        let hands = self.hands.iter().flat_map(|hand| &hand.cards);
        let out: Vec<Card> = hands.chain(self.dealer.cards()).copied().collect();
        self.shoe = self.shoes.take(&self.shoe, self.options.decks, &out, table);
    }

    /// Shows everyone the shoes that are spent. With the seed of one goes every card that came from it: none may lie face
    /// down.
    pub(super) fn show_spent(&mut self, table: &mut Table<Self>) {
        tell(self.shoes.show_spent(table), table);
    }

    /// Shows everyone all shoes: the table is over.
    pub(super) fn show_all(&mut self, table: &mut Table<Self>) {
        tell(self.shoes.close(&self.shoe, table), table);
    }
}

fn tell(spent: Vec<shoes::SpentShoe>, table: &mut Table<Blackjack>) {
    for shoe in spent {
        table.group_send(Event::ShoeSpent(shoe));
    }
}
