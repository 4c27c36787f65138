//! What one viewer may know of a session's records.

use crate::{
    session::{SessionId, read_records},
    site::Shared,
};
use parlor_core::{Game, Input, PlayerId, Record};
use serde_json::{Value, json};

/// The session's records, without what this viewer must not know: seeds and verdicts are for nobody, and in a game whose
/// actions are not public the data of an action are for its player alone.
pub(crate) async fn journal<G: Game>(
    shared: &Shared,
    id: SessionId,
    viewer: PlayerId,
) -> anyhow::Result<Vec<Value>> {
    let (records, _) = read_records::<G>(shared, id).await?;
    Ok(records.iter().map(|record| shown(record, viewer)).collect())
}

fn shown<G: Game>(record: &Record<G>, viewer: PlayerId) -> Value {
    let Record { seq, at, who, input, .. } = record;
    let own = who.as_ref().is_some_and(|player| player.id == viewer);
    let input = match input {
        Input::Acted(action) if own || G::PUBLIC_ACTIONS => json!(action),
        Input::Acted(_) => json!({ "type": "acted" }),
        // What a hook sent was for those who were connected then.
        other => json!({ "type": other.kind() }),
    };
    json!({ "seq": seq, "at": at, "who": who.as_ref().map(|player| &player.name), "input": input })
}
