//! Signing up, in and out, and who one is.

use super::operation::{Operation, Who, get, post};
use serde_json::json;

pub(super) const TEXT: &str = "Everyone who plays or watches is an account with a password, or a guest. \
    Signing in gives a token, which goes into the header `Authorization: Bearer TOKEN`.";

pub(super) fn operations() -> Vec<Operation> {
    let credentials = || json!({ "username": "ann", "password": "correct horse battery" });
    vec![
        post("/api/signup", "Make an account")
            .takes("Credentials", credentials())
            .answers(201, "The account, and a token of it.", "Credential")
            .refuses(409, &["username_taken"])
            .refuses(422, &["invalid_fields", "invalid_data"])
            .refuses(429, &["rate_limited"]),
        post("/api/login", "Sign in")
            .text(
                "The answer to a wrong password and to an unknown name is the same. An account that is shut out is told so \
                 after the right password alone.",
            )
            .takes("Credentials", credentials())
            .answers(200, "A token of the account.", "Credential")
            .refuses(401, &["bad_credentials"])
            .refuses(403, &["banned"])
            .refuses(422, &["invalid_data"])
            .refuses(429, &["rate_limited"]),
        post("/api/guest", "Play as a guest")
            .text("A guest has no password, and lasts as long as its token.")
            .answers(201, "The guest, and its token.", "Credential")
            .refuses(429, &["rate_limited"]),
        post("/api/logout", "Sign out")
            .text("The sockets that were opened with this token are closed with 4001.")
            .by(Who::Player)
            .answers_nothing(204, "The token is dead."),
        get("/api/me", "Who one is, and what one has")
            .by(Who::Player)
            .answers(200, "The player.", "Me"),
    ]
}
