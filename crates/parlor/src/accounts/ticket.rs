//! Tickets: for a handshake that can't send a header, as a browser's on another origin.

use super::{Signed, Token, TokenHash};
use crate::{clock::Clock, metrics::Metrics, settings::Limit};
use parlor_core::PlayerId;
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;
use uuid::Uuid;

/// How long a ticket can be used.
const LIFE: Duration = Duration::from_secs(30);

/// How many unused tickets one player may hold; one more takes the place of the oldest.
const PER_PLAYER: usize = 20;

struct Issued {
    signed: Signed,
    session: Uuid,
    until: Instant,
}

/// All tickets that were issued and not used.
pub(crate) struct Tickets {
    clock: Clock,
    metrics: Arc<Metrics>,
    issued: Mutex<HashMap<TokenHash, Issued>>,
}

impl fmt::Debug for Tickets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tickets")
    }
}

impl Tickets {
    pub(crate) fn new(clock: Clock, metrics: Arc<Metrics>) -> Self {
        Self { clock, metrics, issued: Mutex::default() }
    }

    /// A ticket for this player and this session.
    pub(crate) fn issue(&self, signed: Signed, session: Uuid) -> Token {
        let ticket = Token::new();
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        issued.retain(|_, ticket| now < ticket.until);
        let player: PlayerId = signed.player.id;
        let mut mine: Vec<_> = issued
            .iter()
            .filter(|(_, ticket)| ticket.signed.player.id == player)
            .map(|(hash, ticket)| (ticket.until, hash.clone()))
            .collect();
        mine.sort_by_key(|(until, _)| *until);
        for (_, oldest) in mine.iter().take((mine.len() + 1).saturating_sub(PER_PLAYER)) {
            issued.remove(oldest);
            self.metrics.hit(Limit::TicketsPerPlayer);
        }
        issued.insert(ticket.hash(), Issued { signed, session, until: now + LIFE });
        ticket
    }

    /// How many can be used.
    pub(crate) fn count(&self) -> usize {
        let issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        issued.values().filter(|ticket| now < ticket.until).count()
    }

    /// Whose ticket this is, if it is one for this session; it stays unused.
    pub(crate) fn check(&self, ticket: &str, session: Uuid) -> Option<Signed> {
        let issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        let found = issued.get(&Token::claimed(ticket).hash())?;
        (found.session == session && self.clock.now() < found.until).then(|| found.signed.clone())
    }

    /// The same, and the ticket is spent, whatever session it was for.
    pub(crate) fn spend(&self, ticket: &str, session: Uuid) -> Option<Signed> {
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        let found = issued.remove(&Token::claimed(ticket).hash())?;
        (found.session == session && self.clock.now() < found.until).then_some(found.signed)
    }

    /// No ticket of this log-in can be used any more.
    pub(crate) fn revoke(&self, token: &TokenHash) {
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        issued.retain(|_, ticket| ticket.signed.token != *token);
    }
}
