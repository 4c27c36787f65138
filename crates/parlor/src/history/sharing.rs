//! Links that show a finished session to whoever has them, as one who had a seat in it saw it.
//!
//! One who shares gives away what this player knew, and nothing else. While a session goes on that would be the player's own
//! cards, so it has to be over.

use super::eyes::{Part, has_part, row};
use crate::{
    accounts::{Signed, Token},
    problem::Problem,
    site::Shared,
    store::{
        sessions::SessionRow,
        shares::{Share, TakeBack},
    },
};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use std::sync::Arc;

/// Whether somebody may share a session, and when the link was made that there is.
#[derive(Debug, Serialize)]
pub(super) struct Sharing {
    may_share: bool,
    shared_at: Option<i64>,
}

#[derive(Debug, Serialize)]
struct Made {
    url: String,
}

pub(super) async fn state(
    State(shared): State<Arc<Shared>>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Json<Sharing>, Problem> {
    let row = row(&shared, &id).await?;
    let player = signed.player.id;
    let may_share = row.closed && has_part(&shared, &row, player, Part::Seat).await?;
    let shared_at = shared.store.shared_at(row.id, player).await;
    let shared_at = shared_at.map_err(|_| Problem::internal())?;
    Ok(Json(Sharing { may_share, shared_at }))
}

/// Makes a link, which takes the place of the one that this player made before.
pub(super) async fn make(
    State(shared): State<Arc<Shared>>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let row = row(&shared, &id).await?;
    may_share(&shared, &row, &signed).await?;
    let token = Token::new();
    let share = Share {
        session: row.id,
        account: signed.player.id,
        hash: token.hash().0,
        at: shared.clock.wall(),
    };
    shared.store.write(share).await.map_err(|_| Problem::internal())?;
    let site = shared.origins.site().as_str();
    let url = format!("{site}/history/{}?share={}", row.id, token.reveal());
    Ok((StatusCode::CREATED, Json(Made { url })).into_response())
}

/// The player's link is dead from now on, if there is one.
pub(super) async fn take_back(
    State(shared): State<Arc<Shared>>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let session = row(&shared, &id).await?.id;
    let take_back = TakeBack { session, account: signed.player.id };
    shared.store.write(take_back).await.map_err(|_| Problem::internal())?;
    Ok(StatusCode::NO_CONTENT)
}

async fn may_share(shared: &Shared, row: &SessionRow, signed: &Signed) -> Result<(), Problem> {
    if !has_part(shared, row, signed.player.id, Part::Seat).await? {
        // A stranger is not told that a private table is there.
        return Err(match row.private {
            true => Problem::no_such_session(),
            false => {
                let detail = "only those who had a seat at this table can share it";
                Problem::new(StatusCode::FORBIDDEN, "not_seated", detail)
            }
        });
    }
    if !row.closed {
        let detail = "this table is still open; share it once it has closed";
        return Err(Problem::new(StatusCode::CONFLICT, "not_finished", detail));
    }
    Ok(())
}
