//! What lists and pages know of a session, as it is committed.

use super::SessionId;
use parlor_core::{PlayerId, Players};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, collections::BTreeSet, sync::atomic::AtomicI64};

/// One row of a game's list of tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The session.
    pub id: SessionId,
    /// How many play, those who wait for the next round included, and bots.
    pub players: usize,
    /// How many of them are bots: a person who wants a seat gets one of theirs.
    pub bots: usize,
    /// How many watch.
    pub spectators: usize,
    /// How many chairs there are.
    pub max_players: usize,
    /// The game's stage.
    pub stage: Cow<'static, str>,
    /// Whether it takes an invitation to get in.
    pub private: bool,
    /// Which table of its game it is, counted from 1 since the server was started.
    pub number: u64,
}

/// What changes of a session, from its actor to those who ask.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Published {
    pub(crate) players: usize,
    pub(crate) spectators: usize,
    pub(crate) stage: Cow<'static, str>,
    /// Who has a chair.
    pub(crate) seated: BTreeSet<PlayerId>,
    /// The names of the bots among them, in the order of their seats.
    #[serde(default)]
    pub(crate) bots: Vec<String>,
}

impl Published {
    /// What lists may know of these players; `count` is how many of them play, as the game counts.
    pub(super) fn of(players: &Players, count: usize, stage: &'static str) -> Self {
        Self {
            players: count,
            spectators: players.spectators().count(),
            stage: stage.into(),
            seated: players.seated().map(|(_, player)| player.id).collect(),
            bots: players.bots().map(|(_, bot)| bot.name.clone()).collect(),
        }
    }

    /// Whether it is that; most moves change nothing of it.
    pub(super) fn is_of(&self, players: &Players, count: usize, stage: &str) -> bool {
        self.players == count
            && self.stage == stage
            && self.spectators == players.spectators().count()
            && self.seated.len() == players.len()
            && players.seated().all(|(_, player)| self.seated.contains(&player.id))
            && players.bots().map(|(_, bot)| &bot.name).eq(&self.bots)
    }

    /// Whether nobody plays here: bots alone are nobody.
    pub(crate) fn is_empty(&self) -> bool {
        self.people() == 0
    }

    /// How many people play here.
    pub(crate) fn people(&self) -> usize {
        self.players.saturating_sub(self.bots.len())
    }

    /// How many chairs no person has.
    pub(crate) fn free(&self, chairs: usize) -> usize {
        let people = self.seated.iter().filter(|player| !player.is_bot()).count();
        chairs.saturating_sub(people)
    }
}

/// What never changes of a session; and when it did.
#[derive(Debug)]
pub(crate) struct Meta {
    pub(crate) id: SessionId,
    pub(crate) number: u64,
    pub(crate) host: Option<PlayerId>,
    pub(crate) private: bool,
    pub(crate) invite: Option<String>,
    /// When something happened last, in milliseconds since 1970; zero where that was before the server was started.
    pub(crate) moved: AtomicI64,
}

impl Meta {
    /// Whether this code lets one in; compared whole, so that its time tells nothing of where it differs.
    pub(crate) fn invites(&self, code: Option<&str>) -> bool {
        let (Some(invite), Some(code)) = (&self.invite, code) else { return false };
        let differ = invite.bytes().zip(code.bytes()).fold(0, |all, (a, b)| all | (a ^ b));
        invite.len() == code.len() && differ == 0
    }
}
