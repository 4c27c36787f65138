//! Who may read what is kept of a session: those who took part, and everyone where the table is public.

use crate::{
    accounts::Signed,
    any::AnyGame,
    problem::Problem,
    session::SessionId,
    site::Shared,
    store::{journal::JournalError, sessions::SessionRow},
};
use std::sync::Arc;
use tokio::sync::SemaphorePermit;

/// Somebody reads what is kept of a session, open or over.
pub(crate) struct Reading<'a> {
    pub(crate) id: SessionId,
    pub(crate) row: SessionRow,
    pub(crate) game: Arc<dyn AnyGame>,
    /// Each is read whole, and what is archived is unpacked for it.
    _place: SemaphorePermit<'a>,
}

impl<'a> Reading<'a> {
    /// Finds the session, and a place among the few who read at a time.
    pub(crate) async fn of(shared: &'a Shared, id: &str) -> Result<Self, Problem> {
        let id: SessionId = id.parse().map_err(|_| Problem::no_such_session())?;
        let row = shared.store.session(id.0).await.map_err(|_| Problem::internal())?;
        let row = row.ok_or_else(Problem::no_such_session)?;
        let game = shared.game(&row.game).map_err(|_| Problem::no_such_session())?;
        let _place = shared.journals.try_acquire().map_err(|_| {
            Problem::busy("too many journals are being read at once; try again in a moment")
        })?;
        Ok(Self { id, row, game, _place })
    }

    /// Whether this one may read it also without having taken part.
    pub(crate) fn is_for(&self, signed: &Signed) -> bool {
        !self.row.private || self.row.host == Some(signed.player.id.0)
    }

    /// What was read; nothing is for those alone who took part, and was read by another.
    pub(crate) fn answer<T>(&self, read: anyhow::Result<Option<T>>) -> Result<T, Problem> {
        match read {
            Ok(Some(read)) => Ok(read),
            Ok(None) => Err(Problem::no_such_session()),
            Err(why) if matches!(why.downcast_ref(), Some(JournalError::Gone(..))) => {
                Err(Problem::no_such_session())
            }
            Err(why) => {
                tracing::error!(session = %self.id, "a journal can't be read: {why:#}");
                Err(Problem::internal())
            }
        }
    }
}
