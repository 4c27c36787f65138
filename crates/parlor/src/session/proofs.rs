//! What a session has made public of its draws, from its journal.

use super::{SessionId, watch::Doing};
use crate::site::Shared;
use parlor_core::{Game, Record, State};
use serde_json::{Value, json};
use std::sync::Arc;

/// All proofs of a session, in the order in which they became public, each with its record's number and time. `records` are
/// all of the session's, by the rules of this program.
pub(crate) async fn proofs<G: Game>(
    shared: &Arc<Shared>,
    id: SessionId,
    records: Vec<Record<G>>,
) -> anyhow::Result<Vec<Value>> {
    let watched = shared.watch.session::<G>(id);
    // A long journal takes its time, and nobody's connection is to wait for it.
    let replayed = tokio::task::spawn_blocking(move || {
        let mut proofs = Vec::new();
        let replay = || {
            State::replay(records, |applied| {
                let (seq, at) = (applied.record.seq, applied.record.at);
                let told = applied.proofs.iter();
                proofs.extend(told.map(|proof| json!({ "seq": seq, "at": at, "proof": proof })));
            })
        };
        watched.during(Doing::Replay, replay).0.map(|_| proofs)
    });
    Ok(replayed.await??)
}
