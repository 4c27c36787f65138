//! What players send: one method a message.

use super::{
    Blackjack,
    round::Stage,
    rules::{self, LEAST_BET, MOST_BET, MOST_HANDS},
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
    /// A side bet against the dealer's blackjack; not offered.
    Insurance,
    /// Gives up the hand for half of the stake; not offered.
    Surrender,
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
        let active = self.active(player).ok_or("your play is done in this round")?;
        ensure!(self.moves(player).contains(&chosen), refused(chosen));
        if matches!(chosen, Move::Double | Move::Split) {
            turn.stake(player, self.hands[active].stake)?;
        }
        match chosen {
            Move::Hit => {
                let card = self.card(turn);
                self.hands[active].take(card);
            }
            Move::Double => {
                let card = self.card(turn);
                self.hands[active].double(card);
            }
            Move::Split => {
                let other = self.hands[active].split();
                self.hands.insert(active + 1, other);
                for half in [active, active + 1] {
                    let card = self.card(turn);
                    self.hands[half].take(card);
                }
            }
            Move::Stay => self.hands[active].done = true,
            Move::Insurance | Move::Surrender => return Err(refused(chosen)),
        }
        self.wind_clock(player, turn);
        self.go_on(turn);
        turn.refresh();
        Ok(None)
    }

    /// What this player may do with the active hand; nothing where there is none.
    fn moves(&self, player: PlayerId) -> Vec<Move> {
        let Some(active) = self.active(player) else { return Vec::new() };
        let hand = &self.hands[active];
        let mine = self.hands.iter().filter(|h| h.player.id == player).count();
        let double = hand.may_double().then_some(Move::Double);
        let split = (hand.is_pair() && mine < MOST_HANDS).then_some(Move::Split);
        [Move::Hit, Move::Stay].into_iter().chain(double).chain(split).collect()
    }

    /// Which hand this player plays now: the first that is not done.
    pub(super) fn active(&self, player: PlayerId) -> Option<usize> {
        self.hands.iter().position(|hand| hand.player.id == player && !hand.done)
    }

    /// Goes on where nobody is waited for any more; tells everyone all that is new then, else who is ready with which bet.
    fn go_on_and_tell(&mut self, turn: &mut Turn<Self>) -> Outcome<Event> {
        let stage = self.stage;
        self.go_on(turn);
        if self.stage == stage {
            turn.refresh_each(|viewer, table| {
                Event::Update(Update::Ready(self.seen_by(viewer, table)))
            });
        } else {
            turn.refresh();
        }
        Ok(None)
    }
}

fn refused(chosen: Move) -> Refusal {
    Refusal::illegal_move(match chosen {
        Move::Hit | Move::Stay => "this hand is done",
        Move::Double => "only a hand of two cards is doubled",
        Move::Split => "only two cards of equal value are split, and into four hands at the most",
        Move::Insurance => "this table offers no insurance",
        Move::Surrender => "this table offers no surrender",
    })
}
