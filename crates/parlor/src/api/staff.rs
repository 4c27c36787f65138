//! What staff can see and do.

use super::operation::{Operation, Who, get, post};
use serde_json::json;

pub(super) const TEXT: &str = "For the staff of the site, whom the command `user promote` makes. Each request asks the database \
    whether one still is. Everything that is done is in the audit log.";

pub(super) fn operations() -> Vec<Operation> {
    let text = || json!({ "type": "string" });
    let number = || json!({ "type": "integer", "minimum": 0 });
    vec![
        get("/api/admin/overview", "What is measured now, and in the last hour")
            .by(Who::Staff)
            .query("after", number(), "Only samples after this time, in milliseconds since 1970.")
            .answers(200, "The samples, the oldest first.", "Overview")
            .refuses(400, &["malformed"]),
        get("/api/admin/sessions", "All open tables, private ones too")
            .by(Who::Staff)
            .query("game", text(), "Of this game alone.")
            .query("page", number(), "Which page of 50, counted from 0.")
            .answers(200, "A page; tables at which something happened last come first.", "AdminSessions")
            .refuses(400, &["malformed"]),
        post("/api/admin/sessions/{id}/close", "Close a table")
            .text("Stakes go back, and its sockets are closed with 4040.")
            .by(Who::Staff)
            .takes("Reason", json!({ "reason": "a bug in the game" }))
            .answers_nothing(204, "The table is closed, and that is stored.")
            .refuses(404, &["no_such_session"])
            .refuses(422, &["invalid_fields", "invalid_data"])
            .refuses(503, &["busy"]),
        get("/api/admin/players", "Players by name")
            .by(Who::Staff)
            .query("name", text(), "How the name begins, in any case.")
            .query(
                "only",
                json!({ "type": "string", "enum": ["staff", "banned"] }),
                "The staff alone, or those alone who were shut out and not let in again.",
            )
            .query("after", text(), "Go on after this name: `next` of the page before.")
            .answers(200, "A page of 50, in the order of names.", "AdminPlayers")
            .refuses(400, &["malformed"]),
        post("/api/admin/players/{name}/ban", "Shut a player out")
            .text(
                "The tokens are dead at once, the sockets are closed with 4001, and the seats given up, as if one had left. \
                 Nobody shuts out one of the staff.",
            )
            .by(Who::Staff)
            .takes("Sentence", json!({ "reason": "abuse in the chat", "for": "7d" }))
            .answers(200, "When it ends by itself.", "Until")
            .refuses(404, &["no_such_player"])
            .refuses(409, &["is_staff"])
            .refuses(422, &["invalid_fields", "invalid_data"]),
        post("/api/admin/players/{name}/unban", "Let a player in again")
            .by(Who::Staff)
            .takes("Reason", json!({ "reason": "a mistake" }))
            .answers_nothing(204, "The player may sign in.")
            .refuses(404, &["no_such_player"])
            .refuses(409, &["not_banned"])
            .refuses(422, &["invalid_fields", "invalid_data"]),
        get("/api/admin/audit", "What staff did")
            .by(Who::Staff)
            .query("before", number(), "Go on before this number: `next` of the page before.")
            .answers(200, "A page of 50, the newest first.", "Acts")
            .refuses(400, &["malformed"]),
    ]
}
