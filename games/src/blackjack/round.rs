//! From betting through dealing to the ending, and who comes and goes meanwhile.

use super::{Blackjack, actions::Move, hand::Hand, rules};
use parlor_core::prelude::*;

/// Where a round stands.
#[view]
#[derive(Copy, Eq, Default)]
pub(super) enum Stage {
    /// Bets are placed, changed and taken back.
    #[default]
    Betting,
    /// Cards are on the table; everyone plays.
    Dealing,
    /// The hands are settled, and stay on the table for a while.
    Ending,
}

impl Stage {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Betting => "betting",
            Self::Dealing => "dealing",
            Self::Ending => "ending",
        }
    }
}

/// What the table waits for, and for how long at the most.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) enum Clock {
    /// For everyone to be ready, from the first bet on.
    Betting,
    /// For one player's next move.
    Turn(PlayerId),
    /// For everyone to have seen how the round came out.
    Ending,
}

/// The course of a round.
impl Blackjack {
    /// Goes on to the next stage where nobody is waited for any more.
    pub(super) fn go_on(&mut self, table: &mut Table<Self>) {
        // A table that was begun without seals gets one before its next shoe.
        self.shoes.seal(table);
        let all_ready = table.players().iter().all(|(_, player)| self.ready.contains(player.id));
        match self.stage {
            Stage::Betting if all_ready && !self.bets.is_empty() => self.deal(table),
            Stage::Dealing => {
                if self.asking && self.hands.iter().all(|hand| hand.chosen.is_some()) {
                    self.peek(table);
                }
                if self.asking {
                    return;
                }
                self.settle(Hand::is_decided, table);
                if self.hands.iter().all(|hand| hand.done) {
                    self.finish(table);
                }
            }
            Stage::Ending if all_ready => self.next_round(table),
            Stage::Betting | Stage::Ending => {}
        }
    }

    /// The clock rang: whoever was waited for is waited for no longer.
    pub(super) fn time_is_up(&mut self, clock: Clock, table: &mut Table<Self>) {
        match clock {
            Clock::Betting => {
                for (_, player) in table.players().iter() {
                    self.ready.set(player.id, true);
                }
                self.go_on(table);
            }
            Clock::Turn(player) => {
                self.stand(player, table);
                self.go_on(table);
            }
            Clock::Ending => self.next_round(table),
        }
    }

    /// Notes a player's bet. The clock runs while there is any: a table without bets waits for nobody.
    pub(super) fn set_bet(&mut self, player: PlayerId, bet: Chips, table: &mut Table<Self>) {
        let first = self.bets.is_empty();
        if bet.is_zero() {
            self.bets.remove(&player);
        } else {
            self.bets.insert(player, bet);
        }
        if self.bets.is_empty() {
            table.cancel(&Clock::Betting);
        } else if first {
            let time = table.turn_time();
            table.wake_in(time, &Clock::Betting);
        }
    }

    /// Two cards to each bet in the order of the seats, and to the dealer, one at a time; then the dealer peeks, and under an
    /// ace asks everyone first.
    fn deal(&mut self, table: &mut Table<Self>) {
        table.cancel(&Clock::Betting);
        self.stage = Stage::Dealing;
        self.ready.clear();
        if self.shoe.left() * 4 <= self.shoe.size() {
            self.next_shoe(table);
            self.show_spent(table);
        }
        let hand =
            |(_, player): (Seat, &Player)| Some(Hand::new(player, *self.bets.get(&player.id)?));
        self.hands = table.players().iter().filter_map(hand).collect();
        for _ in 0..2 {
            for place in 0..self.hands.len() {
                let card = self.card(table);
                self.hands[place].take(card);
            }
            let card = self.card(table);
            self.dealer.take(card);
        }
        self.asking = self.dealer.shows_an_ace();
        if self.asking {
            self.wind_clocks(table);
        } else {
            self.peek(table);
        }
        self.go_on(table);
    }

    /// The dealer turns the face-down card, draws where a hand still stands, and settles.
    fn finish(&mut self, table: &mut Table<Self>) {
        self.dealer.turn();
        let standing = self.hands.iter().any(|hand| hand.outcome.is_none());
        while standing && self.dealer.draws() {
            let card = self.card(table);
            self.dealer.take(card);
        }
        self.settle(|_| true, table);
        self.show_spent(table);
        self.stage = Stage::Ending;
        let time = table.ending_time();
        table.wake_in(time, &Clock::Ending);
    }

    /// Clears the table, and deals those in who waited.
    fn next_round(&mut self, table: &mut Table<Self>) {
        table.cancel(&Clock::Ending);
        let Self { options, shoe, shoes, .. } = std::mem::take(self);
        *self = Self { options, shoe, shoes, ..Self::default() };
        table.seat_waiting();
    }

    /// Pays or takes what lies on those hands that are due and not settled yet.
    fn settle(&mut self, due: impl Fn(&Hand) -> bool, table: &mut Table<Self>) {
        for hand in self.hands.iter_mut().filter(|hand| hand.outcome.is_none() && due(hand)) {
            let outcome = hand.against(self.dealer.cards());
            let (player, stake) = (hand.player.id, hand.stake);
            let (back, winnings) = rules::payout(outcome, stake);
            table.win(player, winnings);
            table.give_back(player, back);
            table.lose(player, stake - back);
            hand.outcome = Some(outcome);
        }
    }
}

/// Who comes and goes.
impl Blackjack {
    /// Who comes in mid-round waits for the next; where nobody plays any more, there is nothing to wait for.
    pub(super) fn come(&mut self, player: PlayerId, table: &mut Table<Self>) {
        let alone = table.players().iter().all(|(_, other)| other.id == player);
        match self.stage {
            Stage::Betting => {}
            Stage::Ending if alone => self.next_round(table),
            Stage::Dealing | Stage::Ending => table.wait(player),
        }
    }

    /// Who leaves takes the bet back before the deal, and is stood after it. Nobody waits for one who leaves.
    pub(super) fn leave(&mut self, player: PlayerId, table: &mut Table<Self>) {
        match self.stage {
            Stage::Betting => {
                let bet = self.bets.get(&player).copied().unwrap_or_default();
                table.give_back(player, bet);
                self.set_bet(player, Chips::ZERO, table);
            }
            Stage::Dealing => self.stand(player, table),
            Stage::Ending => {}
        }
        self.ready.set(player, true);
        self.go_on(table);
        self.ready.set(player, false);
    }

    /// Stands all hands of one who is not waited for any more. An insurance stays; a choice that was not played is none.
    fn stand(&mut self, player: PlayerId, table: &mut Table<Self>) {
        for hand in self.hands.iter_mut().filter(|hand| hand.player.id == player) {
            table.give_back(player, hand.held());
            hand.chosen = self.asking.then_some(Move::Stay);
            hand.done = true;
        }
        self.wind_clock(player, table);
    }

    /// Gives every player the whole turn time.
    pub(super) fn wind_clocks(&mut self, table: &mut Table<Self>) {
        let players: Vec<_> = self.bets.keys().copied().collect();
        for player in players {
            self.wind_clock(player, table);
        }
    }

    /// Gives a player the whole turn time for the next move, where there is one to make.
    pub(super) fn wind_clock(&mut self, player: PlayerId, table: &mut Table<Self>) {
        let clock = Clock::Turn(player);
        if self.active(player).is_some() {
            let time = table.turn_time();
            table.wake_in(time, &clock);
        } else {
            table.cancel(&clock);
        }
    }
}
