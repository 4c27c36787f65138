//! Who sits where, who waits, and who watches.

use crate::Refusal;
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::{Builder, Uuid};

/// Which account a player is; it never changes, where a name may.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ts_rs::TS)]
#[ts(type = "string")]
pub struct PlayerId(pub Uuid);

/// The version of a UUID that is nobody's but its maker's (RFC 9562 §5.8). No account has one.
const BOT: usize = 8;

impl PlayerId {
    /// The id of a bot. It says by itself that it is one's: in every record and every snapshot, for good.
    pub fn of_bot(random: [u8; 16]) -> Self {
        Self(Builder::from_custom_bytes(random).into_uuid())
    }

    /// Whether this is a [bot](crate::Bot).
    pub fn is_bot(self) -> bool {
        self.0.get_version_num() == BOT
    }
}

impl fmt::Debug for PlayerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Display for PlayerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Somebody who plays or watches, as a game knows one: a person, or a bot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Player {
    /// Which account it is.
    pub id: PlayerId,
    /// What the others call the player.
    pub name: String,
}

/// A chair with a fixed number, counted from 0. Leaving empties a chair and moves nobody.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ts_rs::TS,
)]
#[ts(type = "number")]
pub struct Seat(pub u8);

impl Seat {
    /// The number, for an array with a place for each seat.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// For whose eyes a view is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer<'a> {
    /// One who has a chair, playing or waiting for the next round.
    Player(&'a Player),
    /// One who only watches; all of them see the same.
    Spectator,
}

impl<'a> Viewer<'a> {
    /// The player, where the viewer is one.
    pub fn player(self) -> Option<&'a Player> {
        match self {
            Self::Player(player) => Some(player),
            Self::Spectator => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Chair {
    player: Player,
    waiting: bool,
}

/// Everyone at a table: those who play, in the order of their seats, those who wait for the next round, and the spectators.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Players {
    chairs: Vec<Option<Chair>>,
    spectators: Vec<Player>,
}

impl Players {
    /// Those who play, in the order of their seats.
    pub fn iter(&self) -> impl Iterator<Item = (Seat, &Player)> {
        self.chairs().filter(|(_, chair)| !chair.waiting).map(|(seat, chair)| (seat, &chair.player))
    }

    /// Those who play, by their ids: for a loop that pays or takes while it goes.
    pub fn ids(&self) -> Vec<PlayerId> {
        self.iter().map(|(_, player)| player.id).collect()
    }

    /// Those who have a chair and wait for the next round, in the order of their seats.
    pub fn waiting(&self) -> impl Iterator<Item = (Seat, &Player)> {
        self.chairs().filter(|(_, chair)| chair.waiting).map(|(seat, chair)| (seat, &chair.player))
    }

    /// Everyone who has a chair, playing or waiting, in the order of their seats.
    pub fn seated(&self) -> impl Iterator<Item = (Seat, &Player)> {
        self.chairs().map(|(seat, chair)| (seat, &chair.player))
    }

    /// The [bots](crate::Bot) that have a chair, playing or waiting, in the order of their seats.
    pub fn bots(&self) -> impl Iterator<Item = (Seat, &Player)> {
        self.seated().filter(|(_, player)| player.id.is_bot())
    }

    /// Those who watch, in the order they came.
    pub fn spectators(&self) -> impl Iterator<Item = &Player> {
        self.spectators.iter()
    }

    /// How many chairs are taken, those who wait included.
    pub fn len(&self) -> usize {
        self.chairs().count()
    }

    /// Whether no chair is taken.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The seat of one who plays; one who waits has none yet.
    pub fn seat(&self, player: PlayerId) -> Option<Seat> {
        self.iter().find(|(_, p)| p.id == player).map(|(seat, _)| seat)
    }

    /// Who plays at this seat.
    pub fn at(&self, seat: Seat) -> Option<&Player> {
        let chair = self.chairs.get(seat.index())?.as_ref()?;
        (!chair.waiting).then_some(&chair.player)
    }

    /// One who has a chair, playing or waiting.
    pub fn get(&self, player: PlayerId) -> Option<&Player> {
        self.seated().find(|(_, p)| p.id == player).map(|(_, p)| p)
    }

    /// Whether this player has a chair, playing or waiting.
    pub fn contains(&self, player: PlayerId) -> bool {
        self.get(player).is_some()
    }

    /// Whether this player is among the spectators.
    pub fn watches(&self, player: PlayerId) -> bool {
        self.spectators.iter().any(|p| p.id == player)
    }

    /// Gives the lowest empty chair of `chairs` to the player.
    pub(crate) fn sit(&mut self, player: &Player, chairs: usize) -> Result<(), Refusal> {
        let chair = Some(Chair { player: player.clone(), waiting: false });
        match self.chairs.iter().position(Option::is_none) {
            Some(empty) => self.chairs[empty] = chair,
            None if self.chairs.len() < chairs.min(256) => self.chairs.push(chair),
            None => return Err(Refusal::session_full()),
        }
        Ok(())
    }

    pub(crate) fn stand(&mut self, player: PlayerId) {
        for chair in &mut self.chairs {
            if chair.as_ref().is_some_and(|c| c.player.id == player) {
                *chair = None;
            }
        }
    }

    pub(crate) fn set_waiting(&mut self, player: PlayerId, waiting: bool) {
        for chair in self.chairs.iter_mut().flatten().filter(|c| c.player.id == player) {
            chair.waiting = waiting;
        }
    }

    pub(crate) fn watch(&mut self, player: &Player) {
        self.spectators.push(player.clone());
    }

    pub(crate) fn unwatch(&mut self, player: PlayerId) {
        self.spectators.retain(|p| p.id != player);
    }

    fn chairs(&self) -> impl Iterator<Item = (Seat, &Chair)> {
        let numbered = (0..=u8::MAX).map(Seat).zip(&self.chairs);
        numbered.filter_map(|(seat, chair)| Some((seat, chair.as_ref()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::{Player, PlayerId, Players, Seat};
    use uuid::Uuid;

    fn player(n: u128) -> Player {
        Player { id: PlayerId(Uuid::from_u128(n)), name: format!("p{n}") }
    }

    #[test]
    fn a_bot_is_known_by_its_id_alone() {
        let bot = PlayerId::of_bot([0xff; 16]);
        assert!(bot.is_bot() && PlayerId::of_bot([0; 16]).is_bot());
        let read: PlayerId = serde_json::from_str(&serde_json::to_string(&bot).unwrap()).unwrap();
        assert_eq!(read, bot);
        for person in [Uuid::nil(), Uuid::max(), Uuid::from_u128(0x7000_8000_0000_0000_0000)] {
            assert!(!PlayerId(person).is_bot(), "{person}");
        }
    }

    #[test]
    fn leaving_moves_nobody() {
        let mut players = Players::default();
        for n in 0..3 {
            players.sit(&player(n), 3).unwrap();
        }
        assert_eq!(players.sit(&player(9), 3).unwrap_err().code(), "session_full");
        players.stand(player(0).id);
        assert_eq!(players.seat(player(2).id), Some(Seat(2)));
        players.sit(&player(9), 3).unwrap();
        assert_eq!(players.seat(player(9).id), Some(Seat(0)), "the lowest empty chair is taken");
    }

    #[test]
    fn who_waits_has_a_chair_and_no_part() {
        let mut players = Players::default();
        players.sit(&player(1), 2).unwrap();
        players.set_waiting(player(1).id, true);
        assert_eq!((players.len(), players.iter().count(), players.waiting().count()), (1, 0, 1));
        assert_eq!((players.seat(player(1).id), players.at(Seat(0))), (None, None));
        players.set_waiting(player(1).id, false);
        assert_eq!(players.at(Seat(0)), Some(&player(1)));
    }
}
