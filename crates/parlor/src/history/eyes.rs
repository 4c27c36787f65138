//! With whose eyes somebody may look at a session.

use crate::{
    accounts::{Signed, Token},
    problem::Problem,
    session::SessionId,
    site::Shared,
    store::{journal::JournalError, sessions::SessionRow},
};
use axum::http::StatusCode;
use parlor_core::PlayerId;
use serde::Deserialize;
use tokio::sync::SemaphorePermit;

/// Whose knowledge is shown, and what of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Eyes {
    /// Whose it is: while this player had no seat, what spectators saw.
    pub(crate) player: PlayerId,
    /// What the player is called, where somebody else looks.
    pub(crate) shared_by: Option<String>,
    /// Whether chat is shown too.
    pub(crate) hears: bool,
}

/// With whose eyes this visitor, or whoever holds this share, may look at the session: at a public one everyone who is signed in,
/// at a private one its host and those who took part; at one that was shared whoever has the link, with the eyes of the one who
/// shared it. What was said at a private table stays among those who were invited.
pub(crate) async fn eyes(
    shared: &Shared,
    row: &SessionRow,
    visitor: Option<&Signed>,
    share: Option<&str>,
) -> Result<Eyes, Problem> {
    if let Some(token) = share {
        let hash = Token::claimed(token).hash();
        let by = shared.store.shared_by(row.id, &hash.0).await.map_err(|_| Problem::internal())?;
        let (player, name) = by.ok_or_else(no_such_share)?;
        return Ok(Eyes { player, shared_by: Some(name), hears: !row.private });
    }
    let player = visitor.ok_or_else(Problem::no_player)?.player.id;
    let may = !row.private
        || row.host == Some(player.0)
        || has_part(shared, row, player, Part::Any).await?;
    let eyes = Eyes { player, shared_by: None, hears: true };
    may.then_some(eyes).ok_or_else(Problem::no_such_session)
}

/// A session's row, open or over.
pub(crate) async fn row(shared: &Shared, id: &str) -> Result<SessionRow, Problem> {
    let id: SessionId = id.parse().map_err(|_| Problem::no_such_session())?;
    let row = shared.store.session(id.0).await.map_err(|_| Problem::internal())?;
    row.ok_or_else(Problem::no_such_session)
}

/// Which part somebody had in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// One that left a record: a seat, a spectator's place, a word.
    Any,
    /// A seat.
    Seat,
}

/// Whether this player had that part in the session.
pub(super) async fn has_part(
    shared: &Shared,
    row: &SessionRow,
    player: PlayerId,
    part: Part,
) -> Result<bool, Problem> {
    let _place = place(shared)?;
    let held = shared.store.any_record(row.id, move |body| is_of(body, player, part)).await;
    held.map_err(|why| unreadable(SessionId(row.id), &why.into()))
}

#[derive(Deserialize)]
struct Caused {
    who: Option<Who>,
    input: Kind,
}

#[derive(Deserialize)]
struct Who {
    id: PlayerId,
}

#[derive(Deserialize)]
struct Kind {
    r#type: String,
}

fn is_of(body: &str, player: PlayerId, part: Part) -> bool {
    let caused: Option<Caused> = serde_json::from_str(body).ok();
    caused.is_some_and(|Caused { who, input }| {
        who.is_some_and(|who| who.id == player) && (part == Part::Any || input.r#type == "joined")
    })
}

/// A place among those who read journals: each reads much, and what is archived is unpacked for it.
pub(super) fn place(shared: &Shared) -> Result<SemaphorePermit<'_>, Problem> {
    shared.journals.try_acquire().map_err(|_| {
        Problem::busy("too many journals are being read at once; try again in a moment")
    })
}

/// Why a journal can't be read, for whoever wanted to; one that is no longer kept is as one that never was.
pub(super) fn unreadable(id: SessionId, why: &anyhow::Error) -> Problem {
    if matches!(why.downcast_ref(), Some(JournalError::Gone(..))) {
        return Problem::no_such_session();
    }
    tracing::error!(session = %id, "a history can't be read: {why:#}");
    Problem::internal()
}

fn no_such_share() -> Problem {
    let detail = "this link leads nowhere any more; ask whoever shared it for another";
    Problem::new(StatusCode::NOT_FOUND, "no_such_share", detail)
}

#[cfg(test)]
mod tests {
    use super::{Part, is_of};
    use parlor_core::PlayerId;
    use uuid::Uuid;

    #[test]
    fn who_took_part_is_who_caused_a_record_whatever_it_says() {
        let (ann, bob) = (PlayerId(Uuid::from_u128(1)), PlayerId(Uuid::from_u128(2)));
        let record = |kind: &str| {
            format!(
                r#"{{"seq":2,"at":1,"who":{{"id":"{ann}","name":"{bob}"}},"input":{{"type":"{kind}",
                "data":{{"type":"joined","who":{{"id":"{bob}"}}}}}},"observed":[],"effects":1}}"#
            )
        };
        for (kind, seat) in [("joined", true), ("watched", false), ("acted", false)] {
            let body = record(kind);
            assert_eq!((is_of(&body, ann, Part::Any), is_of(&body, ann, Part::Seat)), (true, seat));
            assert!(!is_of(&body, bob, Part::Any));
        }
        assert!(!is_of(r#"{"seq":1,"who":null,"input":{"type":"created"}}"#, ann, Part::Any));
    }
}
