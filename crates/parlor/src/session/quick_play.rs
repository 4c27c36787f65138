//! Quick play: a seat at the best table there is, or at a new one.
//!
//! The seat is taken here, and not only with the socket: of two who want the last one, the second is given another.

use super::{
    Meta, NewSession, Role, SessionManager,
    command::{Command, Offer},
    handle::Handle,
    seating::authorize,
};
use crate::{accounts::Signed, problem::Problem, socket::Asking};
use axum::http::StatusCode;
use futures_util::future::join_all;
use parlor_core::{Game, Player};
use std::{cmp::Reverse, collections::BTreeMap, sync::Arc, time::Duration};
use tokio::{sync::oneshot, time::timeout};

/// How many tables are asked what they have to offer.
const ASKED: usize = 8;

/// How long a table may take to say so, and to seat one; one that takes longer is passed over.
const PATIENCE: Duration = Duration::from_secs(1);

/// A seat that was found.
#[derive(Debug)]
pub(crate) struct Seated {
    /// Where it is.
    pub(crate) meta: Arc<Meta>,
    /// Whether the table was opened for it.
    pub(crate) new: bool,
}

impl<G: Game> SessionManager<G> {
    /// Seats the user: at the own table, or else at the best public one, or else at a new one.
    pub(crate) async fn quick_play(&self, signed: &Signed) -> Result<Seated, Problem> {
        let user = &signed.player;
        let own = self.handles().into_iter().filter(|handle| handle.seats(user.id));
        if let Some(own) = own.max_by_key(|handle| handle.meta.number) {
            return Ok(Seated { meta: own.meta.clone(), new: false });
        }
        for handle in self.best_tables(user).await {
            match self.seat_at(&handle.meta, signed, PATIENCE).await {
                Ok(()) => return Ok(Seated { meta: handle.meta.clone(), new: false }),
                // It is about the user, and other tables say the same.
                Err(problem) if problem.status() == StatusCode::TOO_MANY_REQUESTS => {
                    return Err(problem);
                }
                // Somebody was faster, the site's hook wants somebody else there, or its game does not come back.
                Err(_) => {}
            }
        }
        let new = NewSession { host: Some(user.id), ..NewSession::default() };
        let meta = self.create_session(new).await?;
        self.seat_at(&meta, signed, Duration::MAX).await?;
        Ok(Seated { meta, new: true })
    }

    /// The public tables with a seat for this user, the best first: those where there are people, then those where one
    /// plays at once, then those with the most people, then the oldest.
    async fn best_tables(&self, user: &Player) -> Vec<Arc<Handle<G>>> {
        let tables = self.handles().into_iter().filter(|handle| !handle.meta.private);
        let counted = tables.map(|handle| {
            let (people, free) = handle.published(|p| (p.people(), p.free(G::MAX_PLAYERS)));
            (people, free, handle)
        });
        let mut open: Vec<_> = counted.filter(|(_, free, _)| *free > 0).collect();
        open.sort_by_key(|(people, _, handle)| (Reverse(*people), handle.meta.number));
        open.truncate(ASKED);
        let offers = join_all(open.iter().map(|(_, _, handle)| self.offer(handle, user))).await;
        let offered = open.into_iter().zip(offers);
        let mut best: Vec<_> = offered
            .filter_map(|((people, _, handle), offer)| {
                let rank = (people == 0, !offer?.at_once, Reverse(people), handle.meta.number);
                Some((rank, handle))
            })
            .collect();
        best.sort_by_key(|(rank, _)| *rank);
        best.into_iter().map(|(_, handle)| handle).collect()
    }

    async fn offer(&self, handle: &Handle<G>, user: &Player) -> Option<Offer> {
        let (offer, offered) = oneshot::channel();
        let asking = async {
            self.send(handle.meta.id, Command::Consider { user: user.clone(), offer })
                .await
                .ok()?;
            offered.await.ok()?
        };
        timeout(PATIENCE, asking).await.ok()?
    }

    /// Takes a seat as a handshake does, unless the table takes too long for it.
    async fn seat_at(
        &self,
        meta: &Meta,
        signed: &Signed,
        patience: Duration,
    ) -> Result<(), Problem> {
        let asking = Asking {
            session: meta.id,
            signed: signed.clone(),
            role: Role::Player,
            query: BTreeMap::new(),
            greeting: None,
        };
        authorize(&mut self.new_consumer(), &asking).await?;
        let table = self.mailbox(meta.id).await?;
        let (purses, user) = (&self.shared()?.purses, &signed.player);
        let purse = purses.open(user.id).await.map_err(|_| Problem::internal())?;
        let seated = timeout(patience, self.take_seat((meta.id, &table), user, &purse)).await;
        seated.unwrap_or_else(|_| Err(Problem::busy("the table does not answer; try another")))
    }
}
