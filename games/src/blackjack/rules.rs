//! The rules that look at nothing but cards and chips.

use parlor_core::kit::cards::{Card, Rank};
use parlor_core::prelude::*;

/// The least that is bet.
pub(super) const LEAST_BET: Chips = Chips::new(1);
/// The most that is bet.
pub(super) const MOST_BET: Chips = Chips::new(500);
/// Bets are whole numbers of these.
const BET_STEP: Chips = Chips::from_cents(50);
/// As many hands as one player can come to by splitting.
pub(super) const MOST_HANDS: usize = 4;
/// The best value; beyond it a hand is bust.
pub(super) const BEST: u8 = 21;
/// The dealer draws below this, and stands on it whatever it is made of.
const DEALER_STANDS: u8 = 17;

/// How a hand came out.
#[view]
#[derive(Copy, Eq)]
pub(super) enum Outcome {
    /// An ace and a ten-value as they were dealt, and none for the dealer.
    #[serde(rename = "Blackjack")]
    Blackjack,
    /// More than the dealer.
    #[serde(rename = "Win")]
    Win,
    /// As much as the dealer.
    #[serde(rename = "Push")]
    Push,
    /// Less than the dealer.
    #[serde(rename = "Loss")]
    Loss,
    /// More than 21.
    #[serde(rename = "Player Bust")]
    PlayerBust,
    /// The dealer has more than 21, and the hand has not.
    #[serde(rename = "Dealer Bust")]
    DealerBust,
    /// Given up for half of the stake.
    #[serde(rename = "Surrender")]
    Surrender,
}

/// Refuses what can't be a bet in any state of the game; nothing at all is the bet taken back.
pub(super) fn judge_bet(bet: Chips) -> Result<(), Refusal> {
    let reason = if !bet.is_zero() && !(LEAST_BET..=MOST_BET).contains(&bet) {
        format!("data.bet: a bet is {LEAST_BET} to {MOST_BET}, or 0 to take it back")
    } else if !bet.is_multiple_of(BET_STEP) {
        format!("data.bet: bets go in steps of {BET_STEP}")
    } else {
        return Ok(());
    };
    Err(Refusal::invalid_data(reason))
}

/// What one card counts; an ace counts 11, until [`value`] lets it count 1.
pub(super) fn card_value(card: Card) -> u8 {
    match card.rank {
        Rank::ACE => 11,
        rank => rank.number().min(10),
    }
}

/// What cards count together: one ace counts 11 where that is not too much.
pub(super) fn value(cards: &[Card]) -> u8 {
    if is_soft(cards) { hard_value(cards) + 10 } else { hard_value(cards) }
}

/// Whether an ace counts 11 among these.
pub(super) fn is_soft(cards: &[Card]) -> bool {
    cards.iter().any(|card| card.rank == Rank::ACE) && hard_value(cards) + 10 <= BEST
}

/// What cards count where every ace counts 1.
fn hard_value(cards: &[Card]) -> u8 {
    cards.iter().map(|&card| if card.rank == Rank::ACE { 1 } else { card_value(card) }).sum()
}

/// Whether two cards are 21. After a split that is no blackjack, which the cards alone don't tell.
pub(super) fn is_natural(cards: &[Card]) -> bool {
    cards.len() == 2 && value(cards) == BEST
}

/// Whether the dealer looks under this card before anyone plays.
pub(super) fn dealer_peeks_under(card: Card) -> bool {
    card_value(card) >= 10
}

/// Whether hands are insured against what lies under this card, before the dealer looks.
pub(super) fn is_insured_against(card: Card) -> bool {
    card.rank == Rank::ACE
}

/// Whether the dealer takes another card.
pub(super) fn dealer_draws(cards: &[Card]) -> bool {
    value(cards) < DEALER_STANDS
}

/// How a hand comes out against the dealer's cards.
pub(super) fn outcome(cards: &[Card], after_split: bool, dealer: &[Card]) -> Outcome {
    let (mine, theirs) = (value(cards), value(dealer));
    match (is_natural(cards) && !after_split, is_natural(dealer)) {
        _ if mine > BEST => Outcome::PlayerBust,
        (true, true) => Outcome::Push,
        (true, false) => Outcome::Blackjack,
        (false, true) => Outcome::Loss,
        (false, false) if theirs > BEST => Outcome::DealerBust,
        (false, false) if mine > theirs => Outcome::Win,
        (false, false) if mine == theirs => Outcome::Push,
        (false, false) => Outcome::Loss,
    }
}

/// What of the stake goes back, and what the house pays on top of it.
pub(super) fn payout(outcome: Outcome, stake: Chips) -> (Chips, Chips) {
    match outcome {
        Outcome::Blackjack => (stake, stake.ratio(3, 2)),
        Outcome::Win | Outcome::DealerBust => (stake, stake),
        Outcome::Push => (stake, Chips::ZERO),
        Outcome::Surrender => (stake.ratio(1, 2), Chips::ZERO),
        Outcome::Loss | Outcome::PlayerBust => (Chips::ZERO, Chips::ZERO),
    }
}

/// What insuring a bet takes.
pub(super) fn insurance(bet: Chips) -> Chips {
    bet.ratio(1, 2)
}

/// What the house pays on top of an insurance, where the dealer has a blackjack.
pub(super) fn insured(insurance: Chips) -> Chips {
    insurance.ratio(2, 1)
}

#[cfg(test)]
mod tests {
    use super::{
        Outcome, dealer_draws, dealer_peeks_under, insurance, insured, is_insured_against, outcome,
        payout, value,
    };
    use parlor_core::Chips;
    use parlor_core::kit::cards::Card;

    fn cards(text: &str) -> Vec<Card> {
        text.split(' ').map(|card| card.parse().unwrap()).collect()
    }

    #[test]
    fn aces_count_one_or_eleven() {
        for (hand, counts) in [
            ("AS", 11),
            ("AS AD", 12),
            ("AS KD", 21),
            ("AS 9D AD", 21),
            ("AS KD AD", 12),
            ("AS AD AH AC", 14),
            ("AS KD QD AD", 22),
            ("10S JD", 20),
            ("2S 3D 4D", 9),
            ("KS QD 2D", 22),
        ] {
            assert_eq!(value(&cards(hand)), counts, "{hand}");
        }
    }

    #[test]
    fn the_dealer_stands_on_all_17() {
        for (hand, draws) in
            [("10S 6D", true), ("10S 7D", false), ("AS 6D", false), ("AS 5D", true)]
        {
            assert_eq!(dealer_draws(&cards(hand)), draws, "{hand}");
        }
        for (card, peeks, asks) in
            [("AS", true, true), ("10S", true, false), ("QS", true, false), ("9S", false, false)]
        {
            let card = card.parse().unwrap();
            assert_eq!((dealer_peeks_under(card), is_insured_against(card)), (peeks, asks));
        }
    }

    #[test]
    fn hands_come_out_as_the_cards_say() {
        for (hand, after_split, dealer, comes_out) in [
            ("AS KD", false, "10S 7D", Outcome::Blackjack),
            ("AS KD", false, "10S 7D 4D", Outcome::Blackjack),
            ("AS KD", false, "AD QS", Outcome::Push),
            ("AS KD", true, "10S 7D", Outcome::Win),
            ("AS KD", true, "10S 7D 4D", Outcome::Push),
            ("10S 5D 6D", false, "AD QS", Outcome::Loss),
            ("10S 5D 6D", false, "10D 5D 6D", Outcome::Push),
            ("10S 5D 7D", false, "10D 6D 9D", Outcome::PlayerBust),
            ("2S 3D", false, "10D 6D 9D", Outcome::DealerBust),
            ("10S 9D", false, "10D 8D", Outcome::Win),
            ("10S 8D", false, "10D 8D", Outcome::Push),
            ("10S 7D", false, "10D 8D", Outcome::Loss),
        ] {
            assert_eq!(outcome(&cards(hand), after_split, &cards(dealer)), comes_out, "{hand}");
        }
    }

    #[test]
    fn payouts_are_exact_to_the_cent() {
        for (comes_out, stake, back, paid) in [
            (Outcome::Blackjack, 150, 150, 225),
            (Outcome::Blackjack, 100, 100, 150),
            (Outcome::Blackjack, 50_000, 50_000, 75_000),
            (Outcome::Win, 150, 150, 150),
            (Outcome::DealerBust, 150, 150, 150),
            (Outcome::Push, 150, 150, 0),
            (Outcome::Surrender, 150, 75, 0),
            (Outcome::Loss, 150, 0, 0),
            (Outcome::PlayerBust, 150, 0, 0),
        ] {
            let [stake, back, paid] = [stake, back, paid].map(Chips::from_cents);
            assert_eq!(payout(comes_out, stake), (back, paid), "{comes_out:?}");
        }
        let premium = insurance(Chips::from_cents(150));
        assert_eq!((premium, insured(premium)), (Chips::from_cents(75), Chips::from_cents(150)));
    }
}
