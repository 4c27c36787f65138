//! One click to a seat, also for one whom nobody knows yet.

use super::{
    account::{form, set_cookie},
    render::see_other,
};
use crate::{
    accounts::{Signed, SigningIn, Visitor},
    problem::Problem,
    security::ClientAddress,
    session::Seated,
    site::Shared,
};
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::post,
};
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/games/{game}/play", post(play))
}

/// To a seat at the best table. Who is not signed in plays as a guest; where there can be no more guests, the log-in says so.
async fn play(
    State(shared): State<Arc<Shared>>,
    ClientAddress(address): ClientAddress,
    Visitor(visitor): Visitor,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let game = shared.game(&name)?;
    let (signed, token) = match visitor {
        Some(signed) => (signed, None),
        None => match (SigningIn { shared: &shared, address }).guest().await {
            Ok(guest) => {
                let token = guest.token.hash();
                (Signed { player: guest.player, guest: true, token }, Some(guest.token))
            }
            Err(problem) => {
                let tables = format!("/games/{name}/");
                return form(&shared, None, ("login", "", &tables), Some(problem)).await;
            }
        },
    };
    let Seated { meta, .. } = game.quick_play(&signed).await?;
    let mut response = see_other(&format!("/games/{name}/session/{}", meta.id));
    if let Some(token) = token {
        set_cookie(&mut response, &token.into_cookie(shared.origins.is_https()).to_string());
    }
    Ok(response)
}
