//! Games, their tables, and the sockets at them.

use super::operation::{Operation, Who, delete, get, list_of, post};
use serde_json::json;

pub(super) const TEXT: &str = "A table is a session of a game. What is said over its socket is the game's own: the messages and \
    views of each game are in the TypeScript declarations that the command `types` writes, and the options of its tables in \
    its rules.";

pub(super) fn operations() -> Vec<Operation> {
    vec![
        get("/api/games", "The games of the site").answers(200, "The games.", list_of("Game")),
        get("/api/games/{game}/sessions", "A game's open tables")
            .text("Private tables are left out.")
            .answers(200, "The tables, the oldest first.", list_of("Session"))
            .refuses(404, &["no_such_game"]),
        post("/api/games/{game}/sessions", "Open a table")
            .by(Who::Player)
            .takes("NewSession", json!({ "private": true }))
            .answers(201, "The table.", "Created")
            .refuses(404, &["no_such_game"])
            .refuses(422, &["invalid_data"])
            .refuses(429, &["rate_limited"])
            .refuses(503, &["busy"]),
        get("/api/games/{game}/sessions/{id}", "One table")
            .text("A private one is told to those alone who sit at it or have opened it.")
            .by(Who::Known)
            .answers(200, "The table.", "Session")
            .refuses(404, &["no_such_game", "no_such_session"]),
        post("/api/games/{game}/quick-play", "A seat at the best table")
            .by(Who::Player)
            .answers(200, "A table that was open.", "Created")
            .answers(201, "A table that was opened for it.", "Created")
            .refuses(404, &["no_such_game"])
            .refuses(429, &["rate_limited"])
            .refuses(503, &["busy"]),
        get("/api/games/{game}/sessions/{id}/bots", "The bots at a table")
            .by(Who::Known)
            .answers(200, "The bots, in the order of their seats.", list_of("Bot"))
            .refuses(404, &["no_such_game", "no_such_session"]),
        post("/api/games/{game}/sessions/{id}/bots", "Add a bot")
            .text("For the one who has opened the table.")
            .by(Who::Player)
            .answers(201, "The bot.", "Bot")
            .refuses(403, &["not_host"])
            .refuses(404, &["no_such_game", "no_such_session"])
            .refuses(409, &["no_bots", "session_full"]),
        delete("/api/games/{game}/sessions/{id}/bots/{name}", "Send a bot away")
            .text("For the one who has opened the table.")
            .by(Who::Player)
            .answers_nothing(204, "It has left, or leaves as soon as the rules let it.")
            .refuses(403, &["not_host"])
            .refuses(404, &["no_such_game", "no_such_session", "no_such_bot"]),
        post("/api/ws-ticket", "A ticket for a socket")
            .text(
                "For a handshake that can send no header: it goes into the query as `ticket`, and works once, for 30 seconds, \
                 for this player and this table.",
            )
            .by(Who::Player)
            .takes("TicketFor", json!({ "session": "0b0e8f1c-5d0a-4f0e-9d3b-6f5d1f0a2c11" }))
            .answers(201, "The ticket.", "Ticket")
            .refuses(403, &["invite_required"])
            .refuses(404, &["no_such_session"])
            .refuses(422, &["invalid_data"]),
        get("/ws/{game}/{id}/", "Open a socket at a table")
            .text(
                "A WebSocket handshake; with the subprotocol `parlor.v1` frames are numbered and messages have ids. It takes a \
                 seat, or returns to one's own. With the cookie, `Origin` must be the site's or an allowed one. A plain GET is \
                 refused as the handshake would be, and answered 426 where a socket would be opened.",
            )
            .by(Who::Player)
            .query("spectate", json!({ "type": "boolean" }), "Watch, and take no seat.")
            .query("invite", json!({ "type": "string" }), "A private table's invitation.")
            .query("ticket", json!({ "type": "string" }), "A ticket, in the place of a header or a cookie.")
            .query(
                "after",
                json!({ "type": "integer", "minimum": 0 }),
                "With `parlor.v1`: the number of the last frame that was heard, to be told what was missed.",
            )
            .answers_nothing(101, "The socket is open.")
            .refuses(403, &["cross_origin", "invite_required"])
            .refuses(404, &["no_such_game", "no_such_session"])
            .refuses(409, &["session_full"])
            .refuses(426, &["upgrade_required"])
            .refuses(429, &["rate_limited"])
            .refuses(503, &["busy"]),
    ]
}
