//! What lists and pages know of a session, as it is committed.

use super::SessionId;
use parlor_core::{PlayerId, Players};
use serde::{Deserialize, Serialize};
use std::{
    borrow::Cow,
    collections::BTreeSet,
    sync::{Arc, atomic::AtomicI64},
};

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

/// What was published last, and of which players.
#[derive(Debug, Default)]
pub(super) struct Shown {
    of: Option<Arc<Players>>,
    published: Published,
}

impl Shown {
    /// Shows these players, of whom so many play, and this stage: what is to be published, where anything has changed.
    ///
    /// Most moves change nothing of it, and the players are the same then, not only equal.
    pub(super) fn show(
        &mut self,
        players: &Arc<Players>,
        count: usize,
        stage: &'static str,
    ) -> Option<Published> {
        let Self { of, published } = self;
        let same = of.as_ref().is_some_and(|of| Arc::ptr_eq(of, players));
        if same && published.players == count && published.stage == stage {
            return None;
        }
        let first = of.replace(players.clone()).is_none();
        let new = Published::of(players, count, stage);
        if new == *published && !first {
            return None;
        }
        published.clone_from(&new);
        Some(new)
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
