//! A game that does nothing but deal cards from one shoe after the other.

use parlor::prelude::*;
use parlor_core::kit::{
    cards::{Card, Shoe},
    shoes::{Shoes, SpentShoe},
};

/// A table on which cards lie until the next are dealt.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Pack {
    options: Options,
    shoes: Shoes,
    shoe: Shoe,
    out: Vec<Card>,
}

/// What a table is created with.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Options {
    decks: u32,
    /// The table fails when it is to show its last shoe.
    fails_at_its_end: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { decks: 1, fails_at_its_end: false }
    }
}

#[message]
pub(crate) enum Action {
    AddEntropy {
        text: String,
    },
    /// Takes up what lies on the table, and deals this many; the shoe is shuffled anew before that where a quarter is left.
    Deal {
        cards: u32,
    },
    Stake {
        bet: Chips,
    },
    Finish,
}

#[message]
pub(crate) enum Event {
    ShoeSpent(SpentShoe),
}

#[view]
pub(crate) struct Seen {
    hash: Option<String>,
    next: String,
    out: Vec<Card>,
}

impl Pack {
    fn shuffle(&mut self, table: &mut Table<Self>) {
        let before = std::mem::take(&mut self.shoe);
        self.shoe = self.shoes.take(&before, self.options.decks, &self.out, table);
    }

    fn show_spent(&mut self, table: &mut Table<Self>) {
        for shoe in self.shoes.show_spent(table) {
            table.group_send(Event::ShoeSpent(shoe));
        }
    }
}

impl Game for Pack {
    const NAME: &'static str = "pack";
    type Action = Action;
    type Event = Event;
    type View = Seen;

    fn new(table: &mut Table<Self>) -> Result<Self, Refusal> {
        Ok(Self { options: table.options()?, shoes: Shoes::new(table), ..Self::default() })
    }

    fn handle(&mut self, action: Action, turn: &mut Turn<Self>) -> Outcome<Event> {
        let player = turn.player();
        match action {
            Action::AddEntropy { text } => self.shoes.add(player, &text, turn)?,
            Action::Deal { cards } => {
                self.out.clear();
                if self.shoe.left() * 4 <= self.shoe.size() {
                    self.shuffle(turn);
                    self.show_spent(turn);
                }
                for _ in 0..cards {
                    if self.shoe.left() == 0 {
                        self.shuffle(turn);
                    }
                    self.out.push(self.shoe.deal());
                }
                self.show_spent(turn);
            }
            Action::Stake { bet } => turn.stake(player.id, bet)?,
            Action::Finish => turn.end(),
        }
        turn.refresh();
        Ok(None)
    }

    fn view(&self, _table: &Table<Self>, _viewer: Viewer) -> Seen {
        Seen {
            hash: self.shoes.hash().map(|hash| hash.to_string()),
            next: self.shoes.next().map(|next| next.hash().to_string()).unwrap_or_default(),
            out: self.out.clone(),
        }
    }

    fn close(&mut self, table: &mut Table<Self>) {
        for shoe in self.shoes.close(&self.shoe, table) {
            table.group_send(Event::ShoeSpent(shoe));
        }
        assert!(!self.options.fails_at_its_end, "the last shoe breaks");
    }
}
