//! Blackjack: everyone at the table plays at once, each against the house.
//!
//! The rules are those of <https://wizardofodds.com/games/blackjack/basics/>. Where they leave a choice, this table has
//! six decks (option `decks`, 2 to 8), reshuffled before a deal when a quarter is left; a dealer who peeks under an ace and
//! under a ten-value, and stands on every 17; blackjack paid 3:2; double on any two cards, also after a split; split of
//! equal values, up to four hands, aces once and with one card each; insurance of half the bet, paid 2:1; late surrender, half
//! back, as the first thing done with a hand. The bet is insured in full and before any split, a blackjack too, which comes to
//! even money, and an insured hand is played as any other.
//!
//! A hand is settled as soon as nothing can change its outcome any more: bust, given up, or blackjack once the dealer has
//! peeked.
//!
//! - [`actions`]: what players send, one method a message
//! - [`peek`]: what everyone is asked under an ace, and what the dealer then finds
//! - [`round`]: from betting through dealing to the ending, and who comes and goes meanwhile
//! - [`hand`], [`dealer`]: whose cards are whose
//! - [`rules`]: values, outcomes and payouts, pure
//! - [`shoes`]: where cards come from, and how anyone checks that
//! - [`strategy`]: the best play of a hand, as a hint and as a bot
//! - [`view`]: what players are told; [`truth`]: how they say that they are ready

mod actions;
mod peek;
mod round;

mod dealer;
mod hand;
mod rules;
mod shoes;
mod strategy;

mod truth;
mod view;

use actions::Action;
use dealer::Dealer;
use hand::Hand;
use parlor_core::kit::{cards::Shoe, ready::Ready, shoes::Shoes};
use parlor_core::prelude::*;
use round::{Clock, Stage};
use std::collections::BTreeMap;
pub use strategy::BasicStrategy;
use view::{Event, Update, View};

/// A table of blackjack. What is secret in it, the shoe and the dealer's face-down card, is in no view and no log.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Blackjack {
    options: Options,
    stage: Stage,
    /// The first bets of the round, through its ending, also of those who left it.
    bets: BTreeMap<PlayerId, Chips>,
    /// Who is ready: to be dealt cards in the betting, to bet again in the ending.
    ready: Ready,
    /// In the order of the seats; the hands of a split one after the other.
    hands: Vec<Hand>,
    dealer: Dealer,
    /// Whether everyone is asked under an ace, before the dealer peeks.
    #[serde(default)]
    asking: bool,
    shoe: Shoe,
    #[serde(default)]
    shoes: Shoes,
}

/// What a table can be created with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Options {
    decks: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { decks: 6 }
    }
}

impl Game for Blackjack {
    const NAME: &'static str = "blackjack";
    const TITLE: &'static str = "Blackjack";
    const MAX_PLAYERS: usize = 7;
    const RULES_VERSION: u32 = 2;
    const QUERIES: &'static [&'static str] = &["request_user_balance"];
    const PUBLIC_ACTIONS: bool = true;

    type Action = Action;
    type Event = Event;
    type View = View;

    fn new(table: &mut Table<Self>) -> Result<Self, Refusal> {
        let options: Options = table.options()?;
        let decks = (2..=8).contains(&options.decks);
        ensure!(decks, Refusal::invalid_data("options.decks: a shoe has 2 to 8 decks"));
        Ok(Self { options, shoes: Shoes::new(table), ..Self::default() })
    }

    fn handle(&mut self, action: Action, turn: &mut Turn<Self>) -> Outcome<Event> {
        match action {
            Action::PlaceBet { bet } => self.place_bet(bet, turn),
            Action::ReadyUp { ready } => self.ready_up(ready, turn),
            Action::Action { r#move } => self.action(r#move, turn),
            Action::AddEntropy { text } => self.add_entropy(&text, turn),
            Action::RequestUserBalance => Err("a balance is asked for, and changes nothing".into()),
        }
    }

    fn query(&self, action: Action, ask: &Ask<Self>) -> Outcome<Event> {
        ensure!(action == Action::RequestUserBalance, "only a balance can be asked for");
        Ok(Some(Event::Update(Update::Balance { balance: ask.balance() })))
    }

    fn view(&self, table: &Table<Self>, viewer: Viewer) -> View {
        self.seen_by(viewer, table)
    }

    fn wake(&mut self, alarm: Alarm, table: &mut Table<Self>) -> Outcome<Event> {
        self.time_is_up(alarm.read::<Clock>(), table);
        table.refresh();
        Ok(None)
    }

    fn add_player(&mut self, player: &Player, table: &mut Table<Self>) -> Result<(), Refusal> {
        self.come(player.id, table);
        Ok(())
    }

    fn remove_player(&mut self, player: &Player, table: &mut Table<Self>) {
        self.leave(player.id, table);
    }

    fn close(&mut self, table: &mut Table<Self>) {
        self.show_all(table);
    }

    fn stage(&self) -> &'static str {
        self.stage.name()
    }

    fn legal(&self, table: &Table<Self>, player: &Player) -> Vec<Action> {
        let plays = table.players().seat(player.id).is_some();
        if !plays {
            return Vec::new();
        }
        let mut legal = self.legal_actions(player.id);
        legal.extend(self.legal_entropy());
        legal
    }
}
