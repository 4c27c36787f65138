//! Who is connected to a session, and as what.

use crate::{
    accounts::Purse,
    socket::{Close, Outbox},
};
use parlor_core::{Audience, Player, PlayerId};
use std::sync::Arc;

/// In which role a connection was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// It speaks for a seat.
    Player,
    /// It only watches.
    Spectator,
}

/// One connection of one user.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) user: Player,
    pub(crate) role: Role,
    pub(crate) purse: Arc<Purse>,
}

impl Member {
    /// Whose eyes this connection sees with.
    pub(super) fn audience(&self) -> Audience {
        match self.role {
            Role::Player => Audience::Player(self.user.id),
            Role::Spectator => Audience::Spectators,
        }
    }
}

/// All connections of a session, in the order they were opened.
#[derive(Debug, Default)]
pub(super) struct Members(Vec<Member>);

impl Members {
    /// Adds a connection; where the user has as many as allowed, the oldest is closed, and comes back.
    pub(super) fn add(&mut self, member: Member, per_user: usize) -> Option<Member> {
        let user = member.user.id;
        self.0.push(member);
        let theirs = self.0.iter().filter(|m| m.user.id == user).count();
        if theirs <= per_user {
            return None;
        }
        let oldest = self.0.iter().position(|m| m.user.id == user)?;
        let oldest = self.0.remove(oldest);
        oldest.outbox.close(Close::REPLACED);
        Some(oldest)
    }

    pub(super) fn remove(&mut self, id: u64) -> Option<Member> {
        let at = self.0.iter().position(|member| member.outbox.id() == id)?;
        Some(self.0.remove(at))
    }

    pub(super) fn get(&self, id: u64) -> Option<&Member> {
        self.0.iter().find(|member| member.outbox.id() == id)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Member> {
        self.0.iter()
    }

    /// The connections that see with these eyes.
    pub(super) fn of(&self, audience: Audience) -> impl Iterator<Item = &Member> {
        self.0.iter().filter(move |member| member.audience() == audience)
    }

    /// Whether the user has a connection in that role.
    pub(super) fn has(&self, user: PlayerId, role: Role) -> bool {
        self.0.iter().any(|member| member.user.id == user && member.role == role)
    }

    /// Takes out the connections for which this holds.
    pub(super) fn take(&mut self, which: impl Fn(&Member) -> bool) -> Vec<Member> {
        let (taken, kept) = std::mem::take(&mut self.0).into_iter().partition(which);
        self.0 = kept;
        taken
    }
}
