//! One's own log-ins: what is signed in as whom, since when, and out again.

use super::{
    Signed, TokenHash,
    logins::{has_died, turn_out},
};
use crate::{problem::Problem, site::Shared, store::log_ins::EndLogIns};
use axum::http::StatusCode;
use parlor_core::state::hex;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// One of one's log-ins.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct OwnLogIn {
    /// What it is called when it is to end. It is made of the token's hash, and nothing of that can be learnt from it.
    pub(crate) id: String,
    /// What opened it, in a word or two; empty where that did not say.
    pub(crate) label: String,
    /// When it began, in milliseconds since 1970.
    pub(crate) created: i64,
    /// When it was used last, within ten minutes.
    pub(crate) seen: i64,
    /// Whether it is the one that asks.
    pub(crate) current: bool,
}

fn id_of(hash: &str) -> String {
    let digest = Sha256::new().chain_update("parlor log-in ").chain_update(hash).finalize();
    hex(&digest[..16])
}

/// All of one's log-ins that are alive, the newest first.
pub(crate) async fn log_ins(shared: &Shared, signed: &Signed) -> Result<Vec<OwnLogIn>, Problem> {
    let kept = shared.store.log_ins_of(signed.player.id).await;
    let kept = kept.map_err(|_| Problem::internal())?;
    let now = shared.clock.wall();
    let alive = kept.into_iter().filter(|log_in| !has_died(log_in.times, now));
    let own = alive.map(|log_in| OwnLogIn {
        id: id_of(&log_in.hash),
        label: log_in.label,
        created: log_in.times.created,
        seen: log_in.times.seen,
        current: log_in.hash == signed.token.0,
    });
    Ok(own.collect())
}

/// Ends one of one's own log-ins, and closes its sockets.
pub(crate) async fn end_log_in(shared: &Shared, signed: &Signed, id: &str) -> Result<(), Problem> {
    let kept = shared.store.log_ins_of(signed.player.id).await;
    let kept = kept.map_err(|_| Problem::internal())?;
    let named = kept.into_iter().find(|log_in| id_of(&log_in.hash) == id);
    let named = named.ok_or_else(|| {
        let detail = "you have no such log-in, or it has ended";
        Problem::new(StatusCode::NOT_FOUND, "no_such_log_in", detail)
    })?;
    super::sign_out(shared, &TokenHash(named.hash)).await
}

/// Ends all of one's log-ins, or all but the one that asks.
pub(crate) async fn end_log_ins(
    shared: &Shared,
    signed: &Signed,
    others_alone: bool,
) -> Result<(), Problem> {
    let but = others_alone.then(|| signed.token.0.clone());
    let ended = shared.store.write(EndLogIns { account: signed.player.id, but }).await;
    let ended = ended.map_err(|_| Problem::internal())?;
    ended.into_iter().for_each(|hash| turn_out(shared, &TokenHash(hash)));
    Ok(())
}
