//! What is about oneself: another name or password, log-ins, tables, chips, limits, and the end.

use super::operation::{Operation, Who, delete, get, list_of, post, put};
use serde_json::json;

pub(super) const TEXT: &str =
    "Everything here is about the player whose token asks. A day is one of UTC.";

pub(super) fn operations() -> Vec<Operation> {
    let credentials = || json!({ "username": "ann", "password": "correct horse battery" });
    vec![
        post("/api/upgrade", "Make an account of a guest")
            .text("Chips and seats stay. The old token is dead, and the sockets opened with it stay open.")
            .by(Who::Player)
            .takes("Credentials", credentials())
            .answers(200, "The account, and a new token.", "Credential")
            .refuses(409, &["username_taken", "not_a_guest"])
            .refuses(422, &["invalid_fields", "invalid_data"])
            .refuses(429, &["rate_limited"]),
        post("/api/me/password", "Change the password")
            .text("All other log-ins are over, and their sockets are closed with 4001.")
            .by(Who::Player)
            .takes("Passwords", json!({ "password": "correct horse", "new_password": "battery staple" }))
            .answers(200, "The account, and a new token.", "Credential")
            .refuses(401, &["bad_credentials"])
            .refuses(409, &["no_password"])
            .refuses(422, &["invalid_fields", "invalid_data"])
            .refuses(429, &["rate_limited"]),
        get("/api/me/logins", "One's log-ins")
            .by(Who::Player)
            .answers(200, "The newest first.", list_of("LogIn")),
        delete("/api/me/logins", "Sign out everywhere")
            .by(Who::Player)
            .query("others", json!({ "type": "boolean" }), "Whether the log-in that asks is to stay.")
            .answers_nothing(204, "They are over, and their sockets are closed with 4001.")
            .refuses(422, &["invalid_fields"]),
        delete("/api/me/logins/{id}", "End one log-in")
            .by(Who::Player)
            .answers_nothing(204, "It is over, and its sockets are closed with 4001.")
            .refuses(404, &["no_such_log_in"]),
        get("/api/me/tables", "One's open tables")
            .text("Those where one sits, and those that one has opened.")
            .by(Who::Player)
            .answers(200, "By game, the oldest first.", list_of("OwnTable")),
        get("/api/me/chips", "What has moved one's chips")
            .by(Who::Player)
            .query("before", json!({ "type": "string" }), "`next` of the page before.")
            .query("limit", json!({ "type": "integer" }), "How many rows: 1 to 500, 50 by default.")
            .answers(200, "A page, the newest first.", "Statement")
            .refuses(422, &["invalid_fields"]),
        get("/api/me/allowance", "What the daily allowance would be")
            .by(Who::Player)
            .answers(200, "What one would get now.", "Allowance")
            .refuses(404, &["no_allowance"]),
        post("/api/me/allowance", "Take the daily allowance")
            .by(Who::Player)
            .answers(200, "It is given.", "Given")
            .refuses(404, &["no_allowance"])
            .refuses(409, &["not_broke"])
            .refuses(429, &["allowance_given"]),
        get("/api/me/limits", "One's own limits")
            .by(Who::Player)
            .answers(200, "The limits, and what today has taken of them.", "OwnLimits"),
        put("/api/me/limits", "Set one's own limits")
            .text("A tighter one holds at once, a looser one after 24 hours.")
            .by(Who::Player)
            .takes("WantedLimits", json!({ "loss_a_day": "50.00", "minutes_a_day": null }))
            .answers(200, "The limits, and what today has taken of them.", "OwnLimits")
            .refuses(422, &["invalid_fields"]),
        post("/api/me/delete", "Delete the account")
            .text("It takes the password, or of a guest the word.")
            .by(Who::Player)
            .takes("Goodbye", json!({ "password": "correct horse battery" }))
            .answers_nothing(204, "It is gone.")
            .refuses(401, &["bad_credentials"])
            .refuses(422, &["invalid_fields", "invalid_data"])
            .refuses(429, &["rate_limited"]),
    ]
}
