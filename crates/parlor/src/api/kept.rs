//! What is kept of tables, open or over.

use super::operation::{Operation, Who, delete, get, list_of, post};
use serde_json::json;

pub(super) const TEXT: &str = "What is kept of a table can be read while it is open, and for as long as the site keeps it afterwards. \
    Of a private table that is for those who took part, and to others the table is not there.";

pub(super) fn operations() -> Vec<Operation> {
    vec![
        get("/api/sessions/{id}/journal", "What happened at a table")
            .text("As much as this player may know of it.")
            .by(Who::Player)
            .answers(200, "The records, the oldest first.", list_of("JournalRecord"))
            .refuses(404, &["no_such_session"])
            .refuses(503, &["busy"]),
        get("/api/sessions/{id}/history", "A table played back")
            .text("As this player knew it at the time; with `share`, as the one knew it who shares it.")
            .by(Who::Known)
            .query("from", json!({ "type": "integer", "minimum": 1 }), "The record to begin with.")
            .query(
                "limit",
                json!({ "type": "integer", "minimum": 1, "maximum": 500 }),
                "How many records the page is about, 200 where it is left out.",
            )
            .query("rounds", json!({ "type": "boolean" }), "Also say where later rounds begin.")
            .query("share", json!({ "type": "string" }), "What the link has by which a table is shared.")
            .answers(200, "A page of it.", "History")
            .refuses(400, &["malformed"])
            .refuses(401, &["no_player"])
            .refuses(404, &["no_such_session", "no_such_share"])
            .refuses(409, &["other_rules"])
            .refuses(503, &["busy"]),
        get("/api/sessions/{id}/share", "Whether one may share a table")
            .by(Who::Player)
            .answers(200, "Whether one may, and does.", "Sharing")
            .refuses(404, &["no_such_session"])
            .refuses(503, &["busy"]),
        post("/api/sessions/{id}/share", "Share a table")
            .text("For those who had a seat, once the table is over. A link that was made before is dead then.")
            .by(Who::Player)
            .answers(201, "The link.", "Shared")
            .refuses(403, &["not_seated"])
            .refuses(404, &["no_such_session"])
            .refuses(409, &["not_finished"])
            .refuses(503, &["busy"]),
        delete("/api/sessions/{id}/share", "Share a table no more")
            .by(Who::Player)
            .answers_nothing(204, "The link is dead, if there was one.")
            .refuses(404, &["no_such_session"]),
        get("/api/sessions/{id}/fair", "The proofs of a table's draws")
            .text("What the game has made public of what it drew, as a shoe once it is spent.")
            .by(Who::Player)
            .answers(200, "The proofs, the oldest first.", "Fair")
            .refuses(404, &["no_such_session"])
            .refuses(409, &["other_rules"])
            .refuses(503, &["busy"]),
    ]
}
