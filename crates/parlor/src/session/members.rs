//! Who is connected to a session, and as what.

use crate::{accounts::Purse, socket::Outbox};
use parlor_core::{Audience, Player, PlayerId};
use std::{collections::BTreeMap, sync::Arc};

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

/// All connections of a session, by their numbers: in the order in which they were asked for.
#[derive(Debug, Default)]
pub(super) struct Members(BTreeMap<u64, Arc<Member>>);

impl Members {
    /// Adds a connection; where the user has as many as allowed, the oldest comes back, and is to be closed.
    pub(super) fn add(&mut self, member: Arc<Member>, per_user: usize) -> Option<Arc<Member>> {
        let user = member.user.id;
        self.0.insert(member.outbox.id(), member);
        let mut theirs = self.0.iter().filter(|(_, m)| m.user.id == user).map(|(id, _)| *id);
        let oldest = theirs.next()?;
        // One of them is the oldest.
        if theirs.count() < per_user {
            return None;
        }
        self.0.remove(&oldest)
    }

    pub(super) fn remove(&mut self, id: u64) -> Option<Arc<Member>> {
        self.0.remove(&id)
    }

    /// Whoever has this id is called by this name from now on.
    pub(super) fn rename(&mut self, user: &Player) {
        for member in self.0.values_mut().filter(|member| member.user.id == user.id) {
            Arc::make_mut(member).user.name.clone_from(&user.name);
        }
    }

    pub(super) fn get(&self, id: u64) -> Option<&Arc<Member>> {
        self.0.get(&id)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Member> {
        self.0.values().map(|member| &**member)
    }

    /// The connections that see with these eyes.
    pub(super) fn of(&self, audience: Audience) -> impl Iterator<Item = &Member> {
        self.iter().filter(move |member| member.audience() == audience)
    }

    /// Whether the user has a connection in that role.
    pub(super) fn has(&self, user: PlayerId, role: Role) -> bool {
        self.iter().any(|member| member.user.id == user && member.role == role)
    }

    /// Takes out the connections for which this holds.
    pub(super) fn take(&mut self, which: impl Fn(&Member) -> bool) -> Vec<Arc<Member>> {
        self.0.extract_if(.., |_, member| which(member)).map(|(_, member)| member).collect()
    }
}
