//! On the way to a seat: the site's own hook is asked, then the session.

use super::{Role, Seats, SessionId, SessionManager, command::Command, command::post};
use crate::{
    accounts::Purse,
    consumer::{BoxConsumer, Handshake},
    problem::Problem,
    settings::Limit,
    socket::Asking,
};
use parlor_core::{Game, Player, PlayerId, Refusal};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// Asks the site's own hook, before anything has happened.
pub(crate) async fn authorize<G: Game>(
    consumer: &mut BoxConsumer<G>,
    asking: &Asking,
) -> Result<(), Problem> {
    let handshake = Handshake {
        session: asking.session,
        user: asking.signed.player.clone(),
        guest: asking.signed.guest,
        spectate: asking.role == Role::Spectator,
        query: asking.query.clone(),
    };
    let authorized = consumer.hooks().authorize(&handshake);
    let authorized = tokio::time::timeout(crate::socket::HOOK, authorized).await;
    authorized.map_err(|_| Problem::internal())?
}

/// A session that went while it was asked is one that is not there.
pub(crate) async fn verdict_of<T>(
    judged: oneshot::Receiver<Result<T, Refusal>>,
) -> Result<T, Problem> {
    judged.await.map_err(|_| Problem::no_such_session())?.map_err(Problem::from)
}

impl<G: Game> SessionManager<G> {
    /// Whether the user may take a further seat, by the limits that one has set oneself.
    pub(crate) fn may_sit(&self, session: SessionId, user: PlayerId) -> Result<(), Problem> {
        if self.handle(session).is_some_and(|handle| handle.seats(user)) {
            return Ok(());
        }
        let allowed = self.shared()?.restraints.allow_seat(user);
        allowed.map_err(|why| Refusal::limit_reached(why).into())
    }

    /// Takes a seat for the user, or returns to the user's own. It is kept for the grace time, should no socket be opened.
    pub(crate) async fn take_seat(
        &self,
        (session, table): (SessionId, &mpsc::Sender<Command<G>>),
        user: &Player,
        purse: &Arc<Purse>,
    ) -> Result<(), Problem> {
        let shared = self.shared()?;
        self.may_sit(session, user.id)?;
        let limit = shared.settings.limits.sessions_per_user;
        let claim = shared.seats.claim(user.id, session, limit).map_err(|()| {
            shared.metrics.hit(Limit::SessionsPerUser);
            Seats::too_many()
        })?;
        let (verdict, judged) = oneshot::channel();
        let (user, purse) = (user.clone(), purse.clone());
        let join = Command::Join { user, purse, claim: Box::new(claim), verdict };
        match post(table, join, &shared.metrics).await {
            true => verdict_of(judged).await,
            false => Err(Problem::no_such_session()),
        }
    }
}
