//! The shoes of a table, one after the other, shuffled so that anyone can check it: the hash of the next one's seed is
//! public while players may still mix in texts, and the seed of one that is spent is shown.
//!
//! ```text
//! new          the first is sealed
//! add          a player's text goes into the next
//! take         the next is dealt from, and the one after it is sealed; the one before it is spent
//! show_spent   the seeds of those that are spent: where no card of theirs is a secret any more
//! close        the seeds of all, for a table that is over
//! ```

use super::cards::{Card, Shoe};
use crate::{
    Game, Player, Refusal, Table,
    fair::{Bytes, Entropy, Sealed},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What is sealed, dealt from, and spent. Its state has a bound: what was shown is forgotten. Debug output shows no seed and
/// no card.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shoes {
    /// The name of the table, for its seals: no secret.
    table: Bytes<16>,
    current: Option<Taken>,
    next: Option<Sealed>,
    /// Spent, and not shown yet: cards of theirs may lie face down on the table.
    spent: Vec<SpentShoe>,
}

/// What is dealt from.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Taken {
    sealed: Sealed,
    decks: u32,
    without: Vec<Card>,
}

/// A shoe from which nothing is dealt any more, with all that it takes to deal it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct SpentShoe {
    /// Its number at its table: 1, 2, 3 …
    pub number: u32,
    /// The name of its table: 16 bytes in hexadecimal.
    #[ts(type = "string")]
    pub table: Bytes<16>,
    /// What was public of the seed from the first: 32 bytes in hexadecimal.
    #[ts(type = "string")]
    pub hash: Bytes<32>,
    /// The seed: 32 bytes in hexadecimal.
    #[ts(type = "string")]
    pub seed: Bytes<32>,
    /// What players mixed in, in the order in which it counts.
    pub entropy: Vec<AddedEntropy>,
    /// How many decks it was made of.
    pub decks: u32,
    /// The cards that were not in it, since they lay on the table.
    pub without: Vec<Card>,
    /// The cards that were dealt, in this order.
    pub dealt: Vec<Card>,
}

/// A text that a player has mixed in, as everyone may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct AddedEntropy {
    /// The player's name.
    pub player: String,
    /// The text.
    pub text: String,
}

/// What is public of a table's shoes, in the order in which it becomes so.
#[derive(Serialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
enum Proof<'a> {
    ShoeSealed { number: u32, table: Bytes<16>, hash: Bytes<32> },
    EntropyAdded { number: u32, entropy: Vec<AddedEntropy> },
    ShoeTaken { number: u32 },
    ShoeSpent(&'a SpentShoe),
}

impl Shoes {
    /// The shoes of a new table: the first is sealed.
    pub fn new<G: Game>(table: &mut Table<G>) -> Self {
        let mut shoes = Self::default();
        shoes.seal(table);
        shoes
    }

    /// Seals the next shoe, unless it is sealed. A table that was begun without seals has none at first.
    pub fn seal<G: Game>(&mut self, table: &mut Table<G>) {
        if self.next.is_some() {
            return;
        }
        if self.table == Bytes::default() {
            self.table.0.copy_from_slice(&table.fresh_seed()[..16]);
        }
        let number = self.number().map_or(1, |number| number + 1);
        let sealed = Sealed::new(self.table, number, table.fresh_seed());
        table.prove(&Proof::ShoeSealed { number, table: self.table, hash: sealed.hash() });
        self.next = Some(sealed);
    }

    /// Mixes a player's text into the next shoe, in place of an earlier one of the same player.
    ///
    /// # Errors
    /// `invalid_data`, where the text is empty, too long, or has control characters.
    pub fn add<G: Game>(
        &mut self,
        player: &Player,
        text: &str,
        table: &mut Table<G>,
    ) -> Result<(), Refusal> {
        self.seal(table);
        let next = self.next.as_mut().expect("the next is sealed");
        next.add(player, text)?;
        table.prove(&Proof::EntropyAdded { number: next.number(), entropy: added(next) });
        Ok(())
    }

    /// Shuffles the next shoe: `decks` whole decks without the cards `out` on the table, or with them where none would be
    /// left. What was dealt from `before` is spent, and the shoe after it is sealed: one record must not go through two of them,
    /// or the hash of the second would be public no sooner than its cards.
    pub fn take<G: Game>(
        &mut self,
        before: &Shoe,
        decks: u32,
        out: &[Card],
        table: &mut Table<G>,
    ) -> Shoe {
        self.seal(table);
        self.spend(before);
        let sealed = self.next.take().expect("the next is sealed");
        table.prove(&Proof::ShoeTaken { number: sealed.number() });
        let mut dice = sealed.dice();
        let mut shoe = Shoe::shuffled_without(decks, out, &mut dice);
        let mut without = out.to_vec();
        if shoe.left() == 0 {
            // Every card of a small shoe lies on the table, against all odds: more decks are opened.
            shoe = Shoe::shuffled(decks, &mut dice);
            without.clear();
        }
        self.current = Some(Taken { sealed, decks, without });
        self.seal(table);
        shoe
    }

    /// Shows those that are spent: to be called where none of their cards lies face down. Everyone is to be told of them.
    pub fn show_spent<G: Game>(&mut self, table: &mut Table<G>) -> Vec<SpentShoe> {
        let spent = std::mem::take(&mut self.spent);
        for shoe in &spent {
            table.prove(&Proof::ShoeSpent(shoe));
        }
        spent
    }

    /// Shows all, also the one that was dealt from last and the one that nothing was dealt from: the table is over.
    pub fn close<G: Game>(&mut self, last: &Shoe, table: &mut Table<G>) -> Vec<SpentShoe> {
        self.spend(last);
        let unused = self.next.take().map(|sealed| Taken { sealed, decks: 0, without: Vec::new() });
        self.spent.extend(unused.map(|unused| unused.spent(&[])));
        self.show_spent(table)
    }

    fn spend(&mut self, shoe: &Shoe) {
        self.spent.extend(self.current.take().map(|current| current.spent(shoe.dealt())));
    }

    /// The number of the shoe that is dealt from; nothing where none is, or it was not sealed.
    pub fn number(&self) -> Option<u32> {
        self.current.as_ref().map(|current| current.sealed.number())
    }

    /// The hash of the shoe that is dealt from.
    pub fn hash(&self) -> Option<Bytes<32>> {
        self.current.as_ref().map(|current| current.sealed.hash())
    }

    /// What is dealt from next, and may be added to.
    pub fn next(&self) -> Option<&Sealed> {
        self.next.as_ref()
    }
}

impl fmt::Debug for Shoes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A card that lies face down may be among those left out, and those dealt.
        let current = self.current.as_ref().map(|current| &current.sealed);
        write!(f, "Shoes({current:?}, next {:?}, {} not shown)", self.next, self.spent.len())
    }
}

impl Taken {
    fn spent(self, dealt: &[Card]) -> SpentShoe {
        let Self { sealed, decks, without } = self;
        SpentShoe {
            number: sealed.number(),
            table: sealed.table(),
            hash: sealed.hash(),
            entropy: added(&sealed),
            seed: sealed.into_seed(),
            decks,
            without,
            dealt: dealt.to_vec(),
        }
    }
}

/// What was mixed in, with the names that players had then.
fn added(sealed: &Sealed) -> Vec<AddedEntropy> {
    let shown = |Entropy { player, text }: &Entropy| AddedEntropy {
        player: player.name.clone(),
        text: text.clone(),
    };
    sealed.entropy().iter().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::{Sealed, Shoe, SpentShoe};
    use crate::{Player, PlayerId};
    use uuid::Uuid;

    /// Shoes that were dealt by a program written after the manual alone: verifiers are tried with them.
    const VECTORS: &str = include_str!("../../../../docs/fairness-vectors.json");

    #[test]
    fn shoes_are_what_the_manual_says() {
        let shoes: Vec<SpentShoe> = serde_json::from_str(VECTORS).unwrap();
        assert_eq!(shoes.len(), 3);
        for shoe in shoes {
            let mut sealed = Sealed::new(shoe.table, shoe.number, shoe.seed.0);
            assert_eq!(sealed.hash(), shoe.hash);
            for (id, added) in shoe.entropy.iter().enumerate() {
                let id = PlayerId(Uuid::from_u128(id as u128));
                let player = Player { id, name: added.player.clone() };
                sealed.add(&player, &added.text).unwrap();
            }
            let mut dealt = Shoe::shuffled_without(shoe.decks, &shoe.without, &mut sealed.dice());
            while dealt.left() > 0 {
                dealt.deal();
            }
            assert_eq!(dealt.dealt(), shoe.dealt, "shoe {}", shoe.number);
        }
    }
}
