//! The one trait a developer writes.

use crate::{Alarm, Ask, Message, Outcome, Player, Refusal, Table, Turn, View, Viewer};
use serde::{Serialize, de::DeserializeOwned};
use std::{fmt, time::Duration};

/// One game at one table: its state, its messages, and what each viewer may see.
///
/// A game is a deterministic function. It does no I/O, reads no clock, never waits and knows no randomness but the table's:
/// time, dice, chips and players come through [`Table`] and [`Turn`], and what is read there is in the journal.
///
/// A move is a transaction. It plays on a copy: a refusal or a panic leaves state, players, money and alarms as they were.
///
/// The only way out of the state is [`Game::view`]: a secret that a viewer must not know is not in that viewer's view.
///
/// `docs/tutorial.md` writes one from the first line to the last.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a game",
    label = "implement `Game` for it: docs/tutorial.md shows the whole of one"
)]
pub trait Game:
    fmt::Debug + Clone + Default + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// The name in addresses and in the journal, in lower case with hyphens: `tic-tac-toe`.
    const NAME: &'static str;
    /// What people call it.
    const TITLE: &'static str = Self::NAME;
    /// How many it takes to play.
    const MIN_PLAYERS: usize = 1;
    /// How many chairs a table has; at most 256.
    const MAX_PLAYERS: usize = 16;
    /// Raised with each change of the rules: old records are never replayed by new rules.
    const RULES_VERSION: u32 = 1;
    /// How long a chair is kept for one whose last socket closed; where it is none, the site's setting.
    const GRACE: Option<Duration> = None;
    /// How long a table without players stays open; where it is none, the site's setting.
    const EMPTY_AFTER: Option<Duration> = None;
    /// How many messages a second one connection may send; where it is none, the site's limit.
    const MESSAGES_PER_SECOND: Option<u32> = None;
    /// What of a session is kept when the machine fails. This version keeps every move of every game.
    const DURABLE: Durability = Durability::EveryMove;
    /// The types of actions that only read: they go to [`Game::query`], and leave no record.
    const QUERIES: &'static [&'static str] = &[];
    /// Whether everyone at the table may read each other's actions in the journal; else one reads one's own alone.
    const PUBLIC_ACTIONS: bool = false;

    /// What a player may send: `{"type": "place_bet", "data": {"bet": "10.00"}}`.
    type Action: Message;
    /// What players are told.
    type Event: Message;
    /// What one viewer sees of the game as it stands.
    type View: View;

    /// A new game. The options a table was created with are read by [`Table::options`].
    ///
    /// # Errors
    /// Options the game can't be played with.
    fn new(table: &mut Table<Self>) -> Result<Self, Refusal> {
        let _ = table;
        Ok(Self::default())
    }

    /// A player's move.
    ///
    /// # Errors
    /// Why the move is not played. Nothing has changed then.
    fn handle(&mut self, action: Self::Action, turn: &mut Turn<Self>) -> Outcome<Self::Event>;

    /// What `viewer` may know of the game as it stands.
    fn view(&self, table: &Table<Self>, viewer: Viewer) -> Self::View;

    /// Answers an action that only reads, to its sender alone; one of [`Game::QUERIES`]. Spectators may ask too.
    ///
    /// # Errors
    /// Why there is no answer.
    fn query(&self, action: Self::Action, ask: &Ask<Self>) -> Outcome<Self::Event> {
        let _ = ask;
        Err(Refusal::illegal_move(format!("{} is not a question", action.kind())))
    }

    /// An alarm rang that [`Table::wake_in`] had set. A refusal or a panic here voids the session: stakes go back.
    ///
    /// # Errors
    /// Only a fault of the game: nobody is there to be refused.
    fn wake(&mut self, alarm: Alarm, table: &mut Table<Self>) -> Outcome<Self::Event> {
        let _ = (alarm, table);
        Ok(None)
    }

    /// A player has been given a chair: refuse, deal in, or let the player [wait](Table::wait) for the next round.
    ///
    /// # Errors
    /// Why the player can't sit down here; the chair is empty again then.
    fn add_player(&mut self, player: &Player, table: &mut Table<Self>) -> Result<(), Refusal> {
        let _ = (player, table);
        Ok(())
    }

    /// A player gives up the chair, and still has it during this call: settle what is to be settled.
    fn remove_player(&mut self, player: &Player, table: &mut Table<Self>) {
        let _ = (player, table);
    }

    /// The session is over, whatever stands on its table: show what was secret until now, as [`Table::prove`] and events do.
    /// What is still staked goes back after it, and nothing can be staked or drawn from outside any more.
    fn close(&mut self, table: &mut Table<Self>) {
        let _ = table;
    }

    /// How many play here, those who wait included: what the lobby shows, and what makes a table empty.
    fn len(&self, table: &Table<Self>) -> usize {
        table.players().len()
    }

    /// The stage of the game, for the lobby.
    fn stage(&self) -> &'static str {
        "playing"
    }

    /// What this player may do now: each legal kind of action at its bounds (a bet at its least and at its most), for
    /// buttons, bots and fuzzers. Whether the player has the chips for it is another question.
    fn legal(&self, table: &Table<Self>, player: &Player) -> Vec<Self::Action> {
        let _ = (table, player);
        Vec::new()
    }
}

/// What of a session is kept when the machine fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Every move, before anyone is told of it.
    EveryMove,
    /// The last snapshot alone: for games with ticks.
    Snapshots,
}
