//! Playing cards: the 52 of a French deck, and a shoe of several decks.

use crate::Dice;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{fmt, str::FromStr};

/// A suit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Suit {
    /// ♣
    Clubs,
    /// ♦
    Diamonds,
    /// ♥
    Hearts,
    /// ♠
    Spades,
}

impl Suit {
    /// All four.
    pub const ALL: [Self; 4] = [Self::Clubs, Self::Diamonds, Self::Hearts, Self::Spades];

    /// `C`, `D`, `H` or `S`.
    pub const fn letter(self) -> char {
        match self {
            Self::Clubs => 'C',
            Self::Diamonds => 'D',
            Self::Hearts => 'H',
            Self::Spades => 'S',
        }
    }
}

/// A rank: 2 to 10, then jack 11, queen 12, king 13, ace 14.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank(u8);

impl Rank {
    /// The jack.
    pub const JACK: Self = Self(11);
    /// The queen.
    pub const QUEEN: Self = Self(12);
    /// The king.
    pub const KING: Self = Self(13);
    /// The ace.
    pub const ACE: Self = Self(14);

    /// The rank with that number, 2 to 14.
    pub fn new(number: u8) -> Option<Self> {
        (2..=14).contains(&number).then_some(Self(number))
    }

    /// All thirteen, from the two to the ace.
    pub fn all() -> impl Iterator<Item = Self> {
        (2..=14).map(Self)
    }

    /// 2 to 14.
    pub const fn number(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Rank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::JACK => f.write_str("J"),
            Self::QUEEN => f.write_str("Q"),
            Self::KING => f.write_str("K"),
            Self::ACE => f.write_str("A"),
            Self(number) => write!(f, "{number}"),
        }
    }
}

/// A card. It travels as its rank and its suit's letter: `10H`, `AS`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ts_rs::TS)]
#[ts(type = "string")]
pub struct Card {
    /// Its rank.
    pub rank: Rank,
    /// Its suit.
    pub suit: Suit,
}

impl fmt::Display for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.rank, self.suit.letter())
    }
}

impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text names no card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a card is written as its rank and suit, such as 10H or AS")]
pub struct NoCard;

impl FromStr for Card {
    type Err = NoCard;
    fn from_str(text: &str) -> Result<Self, NoCard> {
        let suit =
            Suit::ALL.into_iter().find(|suit| text.ends_with(suit.letter())).ok_or(NoCard)?;
        let rank = &text[..text.len() - 1];
        let rank = Rank::all().find(|r| r.to_string() == rank).ok_or(NoCard)?;
        Ok(Self { rank, suit })
    }
}

impl Serialize for Card {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Card {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// Several decks in one pile, in the order they will be dealt. Debug output does not show it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shoe {
    /// The next card is the last.
    cards: Vec<Card>,
    size: u32,
    /// What was dealt, in this order.
    #[serde(default)]
    dealt: Vec<Card>,
}

impl Shoe {
    /// `decks` whole decks, shuffled.
    pub fn shuffled(decks: u32, dice: &mut Dice) -> Self {
        Self::shuffled_without(decks, &[], dice)
    }

    /// `decks` whole decks but for the cards `out` on the table, shuffled: for a shoe that runs out in mid-round. Where
    /// every card is out, there is none left.
    pub fn shuffled_without(decks: u32, out: &[Card], dice: &mut Dice) -> Self {
        let deck = || {
            Suit::ALL.into_iter().flat_map(|suit| Rank::all().map(move |rank| Card { rank, suit }))
        };
        let mut cards: Vec<Card> = (0..decks).flat_map(|_| deck()).collect();
        for card in out {
            if let Some(place) = cards.iter().position(|c| c == card) {
                cards.remove(place);
            }
        }
        dice.shuffle(&mut cards);
        Self { cards, size: decks * 52, dealt: Vec::new() }
    }

    /// A pile that deals these cards, the first one first: for tests of a game's rules.
    pub fn stacked(cards: impl IntoIterator<Item = Card>) -> Self {
        let mut cards: Vec<Card> = cards.into_iter().collect();
        cards.reverse();
        let size = u32::try_from(cards.len()).unwrap_or(u32::MAX);
        Self { cards, size, dealt: Vec::new() }
    }

    /// The next card.
    ///
    /// # Panics
    /// Where the shoe is empty: a game shuffles anew before that.
    pub fn deal(&mut self) -> Card {
        let card = self.cards.pop().expect("a card from an empty shoe");
        self.dealt.push(card);
        card
    }

    /// The cards that were dealt, in this order.
    pub fn dealt(&self) -> &[Card] {
        &self.dealt
    }

    /// How many cards are left.
    pub fn left(&self) -> usize {
        self.cards.len()
    }

    /// How many cards it held when it was shuffled.
    pub fn size(&self) -> usize {
        self.size as usize
    }
}

impl fmt::Debug for Shoe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shoe(*** {} left)", self.left())
    }
}

#[cfg(test)]
mod tests {
    use super::{Card, Shoe};
    use crate::Dice;
    use std::collections::BTreeMap;

    #[test]
    fn a_shoe_is_whole_decks() {
        let mut shoe = Shoe::shuffled(6, &mut Dice::new([1; 32], 1));
        let mut count = BTreeMap::<Card, u32>::new();
        while shoe.left() > 0 {
            *count.entry(shoe.deal()).or_default() += 1;
        }
        assert!(count.len() == 52 && count.values().all(|&n| n == 6), "{count:?}");
    }

    #[test]
    fn what_is_on_the_table_is_not_in_the_shoe() {
        let out = ["AS", "AS", "10H"].map(|card| card.parse().unwrap());
        let mut shoe = Shoe::shuffled_without(2, &out, &mut Dice::new([1; 32], 1));
        assert_eq!((shoe.left(), shoe.size()), (101, 104));
        let dealt: Vec<Card> = (0..101).map(|_| shoe.deal()).collect();
        let count = |card| dealt.iter().filter(|c| **c == card).count();
        assert_eq!([count(out[0]), count(out[2])], [0, 1]);
    }

    #[test]
    fn cards_travel_as_rank_and_suit() {
        for text in ["2C", "10H", "JD", "AS"] {
            assert_eq!(text.parse::<Card>().unwrap().to_string(), text);
        }
        for text in ["", "1S", "11S", "10", "S", "2B", "aS", "é"] {
            assert!(text.parse::<Card>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_log_does_not_show_the_shoe() {
        let shoe = Shoe::stacked(["AS".parse().unwrap()]);
        assert_eq!(format!("{shoe:?}"), "Shoe(*** 1 left)");
    }
}
