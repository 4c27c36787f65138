//! What one viewer may know of a session's records.

use crate::{
    session::{SessionId, pseudonymous, read_records},
    site::Shared,
    store::journal::first_link,
};
use parlor_core::{Game, Input, PlayerId, Record};
use serde_json::{Value, json};

/// The session's records, without what this viewer must not know: seeds and verdicts are for nobody, and in a game whose
/// actions are not public the data of an action are for its player alone. Nothing, where the journal is for those alone who
/// took part, and this viewer did not.
pub(crate) async fn journal<G: Game>(
    shared: &Shared,
    id: SessionId,
    viewer: PlayerId,
    for_all: bool,
) -> anyhow::Result<Option<Vec<Value>>> {
    let (mut records, _) = read_records::<G>(shared, id, 0, first_link(id.0)).await?;
    pseudonymous(&shared.store, &mut records).await?;
    let may_read = for_all || took_part(&records, viewer);
    Ok(may_read.then(|| records.iter().map(|record| shown(record, viewer)).collect()))
}

/// Whether this viewer was ever at the table.
pub(super) fn took_part<G: Game>(records: &[Record<G>], viewer: PlayerId) -> bool {
    records.iter().any(|record| record.who.as_ref().is_some_and(|who| who.id == viewer))
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
