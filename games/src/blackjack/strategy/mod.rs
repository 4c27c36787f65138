//! Basic strategy: the play of each hand that returns most, for one who knows the own cards and the dealer's open card alone.
//!
//! The chart is that of <https://wizardofodds.com/games/blackjack/strategy/4-decks/> for a dealer who stands on soft 17, with
//! double after split and late surrender: these are the rules of this table, and it holds for three decks as well. With two
//! decks five of its rows differ, as <https://wizardofodds.com/games/blackjack/strategy/2-decks/> has them. Insurance is
//! advised to nobody: it returns less than it costs as long as cards are not counted.
//!
//! - [`bot`]: a player that goes by it
//! - `simulation`: what it returns, in very many hands

mod bot;
#[cfg(test)]
mod simulation;

use super::{Blackjack, actions::Move, rules};
pub use bot::BasicStrategy;
use parlor_core::PlayerId;
use parlor_core::kit::cards::Card;
use std::ops::RangeInclusive;

/// How a hand is looked up in the chart.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// Two cards that may be split, by the value of one.
    Pair,
    /// An ace that counts 11, by the value of all.
    Soft,
    /// The rest, by the value of all.
    Hard,
}

use Kind::{Hard, Pair, Soft};

/// What to do with such hands against each open card, from the two to the ten, and the ace: `H`it, `S`tay, `D`ouble and else
/// hit, `d`ouble and else stay, `R` for surrender and else hit, s`P`lit; `-` plays a pair by its value.
type Row = (Kind, RangeInclusive<u8>, &'static [u8; 10]);

const CHART: [Row; 23] = [
    (Hard, 17..=21, b"SSSSSSSSSS"),
    (Hard, 16..=16, b"SSSSSHHRRR"),
    (Hard, 15..=15, b"SSSSSHHHRH"),
    (Hard, 13..=14, b"SSSSSHHHHH"),
    (Hard, 12..=12, b"HHSSSHHHHH"),
    (Hard, 11..=11, b"DDDDDDDDDH"),
    (Hard, 10..=10, b"DDDDDDDDHH"),
    (Hard, 9..=9, b"HDDDDHHHHH"),
    (Hard, 4..=8, b"HHHHHHHHHH"),
    (Soft, 19..=21, b"SSSSSSSSSS"),
    (Soft, 18..=18, b"SddddSSHHH"),
    (Soft, 17..=17, b"HDDDDHHHHH"),
    (Soft, 15..=16, b"HHDDDHHHHH"),
    (Soft, 12..=14, b"HHHDDHHHHH"),
    (Pair, 11..=11, b"PPPPPPPPPP"),
    (Pair, 10..=10, b"----------"),
    (Pair, 9..=9, b"PPPPP-PP--"),
    (Pair, 8..=8, b"PPPPPPPPPP"),
    (Pair, 7..=7, b"PPPPPP----"),
    (Pair, 6..=6, b"PPPPP-----"),
    (Pair, 5..=5, b"----------"),
    (Pair, 4..=4, b"---PP-----"),
    (Pair, 2..=3, b"PPPPPP----"),
];

/// What is otherwise with two decks.
const TWO_DECKS: [Row; 5] = [
    (Hard, 16..=16, b"SSSSSHHHRR"),
    (Hard, 11..=11, b"DDDDDDDDDD"),
    (Hard, 9..=9, b"DDDDDHHHHH"),
    (Pair, 7..=7, b"PPPPPPP---"),
    (Pair, 6..=6, b"PPPPPP----"),
];

/// The best of these moves for a hand against the dealer's open card, in a shoe of so many decks.
fn advice(hand: &[Card], open: Card, decks: u32, legal: &[Move]) -> Move {
    let split = legal.contains(&Move::Split)
        && look_up(Pair, rules::card_value(hand[0]), open, decks) == b'P';
    if split {
        return Move::Split;
    }
    let kind = if rules::is_soft(hand) { Soft } else { Hard };
    let (rather, else_) = match look_up(kind, rules::value(hand), open, decks) {
        b'R' => (Move::Surrender, Move::Hit),
        b'D' => (Move::Double, Move::Hit),
        b'd' => (Move::Double, Move::Stay),
        b'H' => (Move::Hit, Move::Stay),
        _ => (Move::Stay, Move::Stay),
    };
    if legal.contains(&rather) { rather } else { else_ }
}

/// The letter in the chart.
fn look_up(kind: Kind, value: u8, open: Card, decks: u32) -> u8 {
    let other = TWO_DECKS.iter().filter(|_| decks == 2);
    let mut rows = other.chain(&CHART);
    let row = rows.find(|(of, values, _)| *of == kind && values.contains(&value));
    let (_, _, letters) = row.expect("a row for every hand");
    letters[usize::from(rules::card_value(open)) - 2]
}

impl Blackjack {
    /// The move that is advised to this player for the active hand; nothing where there is none.
    pub(super) fn hint(&self, player: PlayerId) -> Option<Move> {
        let hand = &self.hands[self.active(player)?];
        let open = *self.dealer.seen().first()?;
        Some(advice(&hand.cards, open, self.options.decks, &self.moves(player)))
    }
}

#[cfg(test)]
mod tests {
    use super::{Move, advice};
    use parlor_core::kit::cards::Card;

    /// With the first two cards.
    const FIRST: &[Move] = &[Move::Hit, Move::Stay, Move::Double, Move::Surrender];
    /// With a pair.
    const PAIR: &[Move] = &[Move::Hit, Move::Stay, Move::Double, Move::Split, Move::Surrender];
    /// After a card was taken.
    const LATER: &[Move] = &[Move::Hit, Move::Stay];
    /// After a split, into four hands.
    const LAST: &[Move] = &[Move::Hit, Move::Stay, Move::Double];

    /// The hand, the open card, what is legal, and the advice with six decks and with two.
    const ADVICE: &[(&str, &str, &[Move], Move, Move)] = &[
        ("10S 6D", "9H", FIRST, Move::Surrender, Move::Hit),
        ("10S 6D", "AH", FIRST, Move::Surrender, Move::Surrender),
        ("10S 6D", "8H", FIRST, Move::Hit, Move::Hit),
        ("10S 4D 2H", "KH", LATER, Move::Hit, Move::Hit),
        ("10S 5D", "QH", FIRST, Move::Surrender, Move::Surrender),
        ("10S 5D", "AH", FIRST, Move::Hit, Move::Hit),
        ("10S 2D", "3H", FIRST, Move::Hit, Move::Hit),
        ("10S 2D", "4H", FIRST, Move::Stay, Move::Stay),
        ("10S 7D", "AH", FIRST, Move::Stay, Move::Stay),
        ("6S 5D", "AH", FIRST, Move::Hit, Move::Double),
        ("6S 5D", "10H", FIRST, Move::Double, Move::Double),
        ("4S 4D 3H", "6H", LATER, Move::Hit, Move::Hit),
        ("5S 4D", "2H", FIRST, Move::Hit, Move::Double),
        ("AS 7D", "3H", FIRST, Move::Double, Move::Double),
        ("AS 5D 2H", "3H", LATER, Move::Stay, Move::Stay),
        ("AS 7D", "2H", FIRST, Move::Stay, Move::Stay),
        ("AS 7D", "9H", FIRST, Move::Hit, Move::Hit),
        ("AS 6D", "2H", FIRST, Move::Hit, Move::Hit),
        ("AS 5D KH", "10H", LATER, Move::Hit, Move::Hit),
        ("AS KD", "AH", &[Move::Stay, Move::Insurance], Move::Stay, Move::Stay),
        ("AS AD", "AH", PAIR, Move::Split, Move::Split),
        ("KS QD", "6H", PAIR, Move::Stay, Move::Stay),
        ("9S 9D", "7H", PAIR, Move::Stay, Move::Stay),
        ("9S 9D", "9H", PAIR, Move::Split, Move::Split),
        ("8S 8D", "AH", PAIR, Move::Split, Move::Split),
        ("8S 8D", "10H", LAST, Move::Hit, Move::Hit),
        ("7S 7D", "8H", PAIR, Move::Hit, Move::Split),
        ("6S 6D", "7H", PAIR, Move::Hit, Move::Split),
        ("5S 5D", "9H", PAIR, Move::Double, Move::Double),
        ("4S 4D", "5H", PAIR, Move::Split, Move::Split),
        ("4S 4D", "5H", LAST, Move::Hit, Move::Hit),
        ("2S 2D", "2H", PAIR, Move::Split, Move::Split),
        ("2S 2D", "8H", PAIR, Move::Hit, Move::Hit),
    ];

    #[test]
    fn the_chart_is_read_as_it_is_printed() {
        for &(hand, open, legal, six, two) in ADVICE {
            let cards: Vec<Card> = hand.split(' ').map(|card| card.parse().unwrap()).collect();
            let advised = [6, 2].map(|decks| advice(&cards, open.parse().unwrap(), decks, legal));
            assert_eq!(advised, [six, two], "{hand} against {open}");
        }
    }
}
