//! What players send: one method a message.

use super::{
    Blackjack,
    hand::Hand,
    round::Stage,
    rules::{self, LEAST_BET, MOST_BET},
    truth,
    view::{Event, Update},
};
use parlor_core::prelude::*;

/// What a player may send.
#[message]
#[expect(clippy::enum_variant_names, reason = "`action` is what the message is called")]
pub enum Action {
    /// Bets in place of the bet that stands; zero takes it back.
    PlaceBet { bet: Chips },
    /// Says whether the table need not wait for this player.
    ReadyUp {
        #[serde(with = "truth")]
        #[ts(type = "\"0\" | \"1\" | boolean")]
        ready: bool,
    },
    /// Plays the active hand.
    Action { r#move: Move },
    /// Adds a text of 1 to 64 characters to the next shoe, in place of an earlier one of this player.
    AddEntropy { text: String },
    /// Asks what the player can spend.
    RequestUserBalance,
}

/// What can be done with a hand.
#[view]
#[derive(Copy, Eq)]
pub enum Move {
    /// Takes a card.
    Hit,
    /// Takes no more cards.
    Stay,
    /// Takes one last card, for as much again.
    Double,
    /// Makes two hands of two cards of equal value, for as much again.
    Split,
    /// Half of the bet besides, on a blackjack of the dealer's under an ace.
    Insurance,
    /// Gives up the hand for half of the bet, before anything else is done with it.
    Surrender,
}

impl Move {
    /// All of them, in the order in which they are listed as legal.
    pub(super) const ALL: [Self; 6] =
        [Self::Hit, Self::Stay, Self::Double, Self::Split, Self::Insurance, Self::Surrender];
}

impl Blackjack {
    /// The actions that this player may try now, who plays in the round.
    pub(super) fn legal_actions(&self, player: PlayerId) -> Vec<Action> {
        let ready = Action::ReadyUp { ready: !self.ready.contains(player) };
        let bet = |bet| Action::PlaceBet { bet };
        match self.stage {
            Stage::Betting => vec![bet(LEAST_BET), bet(MOST_BET), ready],
            Stage::Dealing => {
                self.moves(player).into_iter().map(|r#move| Action::Action { r#move }).collect()
            }
            Stage::Ending => vec![ready],
        }
    }

    pub(super) fn place_bet(&mut self, bet: Chips, turn: &mut Turn<Self>) -> Outcome<Event> {
        rules::judge_bet(bet)?;
        ensure!(self.stage == Stage::Betting, Refusal::wrong_stage("no bets are taken now"));
        let player = turn.player().id;
        let stands = self.bets.get(&player).copied().unwrap_or_default();
        match bet.checked_sub(stands) {
            Some(more) => turn.stake(player, more)?,
            None => turn.give_back(player, stands - bet),
        }
        self.set_bet(player, bet, turn);
        self.go_on_and_tell(turn)
    }

    pub(super) fn ready_up(&mut self, ready: bool, turn: &mut Turn<Self>) -> Outcome<Event> {
        let dealing = self.stage == Stage::Dealing;
        ensure!(!dealing, Refusal::wrong_stage("the cards are dealt: play your hand, or stay"));
        self.ready.set(turn.player().id, ready);
        self.go_on_and_tell(turn)
    }

    pub(super) fn action(&mut self, chosen: Move, turn: &mut Turn<Self>) -> Outcome<Event> {
        ensure!(self.stage == Stage::Dealing, Refusal::wrong_stage("no cards are played now"));
        let player = turn.player().id;
        let active = self.active(player).ok_or_else(|| self.nothing_to_play())?;
        let hand = &self.hands[active];
        ensure!(self.moves(player).contains(&chosen), refused(chosen, hand));
        turn.stake(player, hand.price(chosen))?;
        if self.asking {
            self.hands[active].choose(chosen);
        } else {
            self.play(active, chosen, turn);
        }
        self.wind_clock(player, turn);
        self.go_on(turn);
        turn.refresh();
        Ok(None)
    }

    /// Plays a hand, once what the move takes is staked.
    pub(super) fn play(&mut self, place: usize, chosen: Move, table: &mut Table<Self>) {
        match chosen {
            Move::Hit => {
                let card = self.card(table);
                self.hands[place].take(card);
            }
            Move::Double => {
                let card = self.card(table);
                self.hands[place].double(card);
            }
            Move::Split => {
                let other = self.hands[place].split();
                self.hands.insert(place + 1, other);
                for half in [place, place + 1] {
                    let card = self.card(table);
                    self.hands[half].take(card);
                }
            }
            Move::Stay => self.hands[place].done = true,
            Move::Surrender => self.hands[place].give_up(),
            // It was a bet on what the dealer has seen by now, and is settled.
            Move::Insurance => {}
        }
    }

    /// What this player may do with the active hand; nothing where there is none.
    pub(super) fn moves(&self, player: PlayerId) -> Vec<Move> {
        let Some(active) = self.active(player) else { return Vec::new() };
        let hand = &self.hands[active];
        let mine = self.hands.iter().filter(|h| h.player.id == player).count();
        let may = |chosen: &Move| match chosen {
            Move::Insurance => self.asking,
            chosen => hand.may(*chosen, mine),
        };
        Move::ALL.into_iter().filter(may).collect()
    }

    /// Which hand this player plays now: the first that is not done, or the one that is asked about under an ace.
    pub(super) fn active(&self, player: PlayerId) -> Option<usize> {
        let waits = |hand: &Hand| if self.asking { hand.chosen.is_none() } else { !hand.done };
        self.hands.iter().position(|hand| hand.player.id == player && waits(hand))
    }

    fn nothing_to_play(&self) -> Refusal {
        Refusal::illegal_move(if self.asking {
            "you have chosen: the dealer looks at the card once everyone has"
        } else {
            "your play is done in this round"
        })
    }

    /// Goes on where nobody is waited for any more; tells everyone all that is new then, else who is ready with which bet.
    fn go_on_and_tell(&mut self, turn: &mut Turn<Self>) -> Outcome<Event> {
        let stage = self.stage;
        self.go_on(turn);
        if self.stage == stage {
            turn.refresh_each(|viewer, table| {
                Event::Update(Update::Ready(Box::new(self.seen_by(viewer, table))))
            });
        } else {
            turn.refresh();
        }
        Ok(None)
    }
}

/// Why this can't be done with the active hand.
fn refused(chosen: Move, hand: &Hand) -> Refusal {
    Refusal::illegal_move(match chosen {
        Move::Insurance => "a hand is insured under an ace alone, before the dealer has looked",
        _ if hand.done => "a blackjack is insured, or stays as it is",
        Move::Hit | Move::Stay => "this hand is done",
        Move::Double => "only a hand of two cards is doubled",
        Move::Split => "only two cards of equal value are split, and into four hands at the most",
        Move::Surrender => "only a hand with which nothing was done yet is given up",
    })
}
