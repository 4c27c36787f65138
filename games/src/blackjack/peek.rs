//! The dealer's look at the face-down card, before anyone plays.
//!
//! Under an ace everyone is asked first. Insurance is one answer, and any other move declines it: that move is played as soon
//! as the dealer has looked and has no blackjack, so nobody has to choose twice, and surrender comes late. What a double or a
//! split takes is staked with the choice, and goes back where the dealer has a blackjack. Nothing that anyone is told depends
//! on the card until all have chosen.

use super::{Blackjack, rules};
use parlor_core::prelude::*;

impl Blackjack {
    /// Looks, where the open card calls for it: settles insurance, and ends the round or plays what was chosen.
    pub(super) fn peek(&mut self, table: &mut Table<Self>) {
        self.asking = false;
        let blackjack = self.dealer.peeks_blackjack();
        for hand in &self.hands {
            let (player, Some(insurance)) = (hand.player.id, hand.insurance) else { continue };
            if blackjack {
                table.win(player, rules::insured(insurance));
                table.give_back(player, insurance);
            } else {
                table.lose(player, insurance);
            }
        }
        if blackjack {
            self.play_nothing(table);
        } else {
            self.play_chosen(table);
        }
        self.wind_clocks(table);
    }

    fn play_nothing(&mut self, table: &mut Table<Self>) {
        for hand in &mut self.hands {
            table.give_back(hand.player.id, hand.held());
            hand.chosen = None;
            hand.done = true;
        }
    }

    /// Plays what was chosen, in the order of the seats.
    fn play_chosen(&mut self, table: &mut Table<Self>) {
        let mut place = 0;
        // A split makes the hands more.
        while let Some(hand) = self.hands.get_mut(place) {
            if let Some(chosen) = hand.chosen.take() {
                self.play(place, chosen, table);
            }
            place += 1;
        }
    }
}
