//! The shapes that travel, as JSON schemas. Fields may be added to them.

mod kept;
mod oneself;

use super::operation::{list_of, named};
use serde_json::{Map, Value, json};

/// All of them, by name.
pub(super) fn all() -> Map<String, Value> {
    let mut all = Map::new();
    for group in [basics(), accounts(), oneself::schemas(), tables(), kept::schemas(), staff()] {
        all.extend(group.into_iter().map(|(name, schema)| (name.to_owned(), schema)));
    }
    all
}

type Schemas = Vec<(&'static str, Value)>;

/// An object with these fields: those whose names end with `?` may be left out.
fn object(text: &str, fields: &[(&str, Value)]) -> Value {
    let name = |field: &str| field.trim_end_matches('?').to_owned();
    let required: Vec<String> = fields
        .iter()
        .filter(|(field, _)| !field.ends_with('?'))
        .map(|(field, _)| name(field))
        .collect();
    let properties: Map<String, Value> =
        fields.iter().map(|(field, schema)| (name(field), schema.clone())).collect();
    json!({ "type": "object", "description": text, "required": required, "properties": properties })
}

fn text(about: &str) -> Value {
    json!({ "type": "string", "description": about })
}

fn count(about: &str) -> Value {
    json!({ "type": "integer", "minimum": 0, "description": about })
}

fn number(about: &str) -> Value {
    json!({ "type": "number", "minimum": 0, "description": about })
}

fn flag(about: &str) -> Value {
    json!({ "type": "boolean", "description": about })
}

fn time(about: &str) -> Value {
    json!({ "type": "integer", "description": format!("{about}, in milliseconds since 1970") })
}

fn id(about: &str) -> Value {
    json!({ "type": "string", "format": "uuid", "description": about })
}

/// The same, or nothing.
fn or_null(mut schema: Value) -> Value {
    schema["type"] = json!([schema["type"], "null"]);
    schema
}

fn counts(about: &str) -> Value {
    let how_many = json!({ "type": "integer", "minimum": 0 });
    json!({ "type": "object", "description": about, "additionalProperties": how_many })
}

fn basics() -> Schemas {
    let problem = object(
        "What went wrong, as RFC 9457 has it.",
        &[
            ("status", json!({ "type": "integer", "minimum": 400, "maximum": 599 })),
            ("title", text("the status in words")),
            ("code", text("what programs go by; it does not change")),
            ("detail", text("a sentence for people, which names the mend")),
            (
                "fields?",
                json!({
                    "type": "object",
                    "description": "what is wrong with each field",
                    "additionalProperties": { "type": "string" },
                }),
            ),
        ],
    );
    let chips = json!({
        "type": "string",
        "description": "An amount of chips, with two decimals.",
        "pattern": "^(0|[1-9][0-9]*)\\.[0-9]{2}$",
        "examples": ["1000.00"],
    });
    vec![
        ("Problem", problem),
        ("Chips", chips),
        ("Health", object("How the site is.", &[("status", text("ok, or ready"))])),
    ]
}

fn accounts() -> Schemas {
    vec![
        (
            "Credentials",
            object(
                "A name and a password.",
                &[
                    ("username", text("3 to 20 of A-Z a-z 0-9 _ -, unique without regard to case")),
                    ("password", text("10 to 128 characters, and no common one")),
                ],
            ),
        ),
        (
            "Credential",
            object(
                "Who one is from now on.",
                &[("username", text("the name")), ("token", text("the bearer token"))],
            ),
        ),
        (
            "Me",
            object(
                "A player.",
                &[
                    ("username", text("the name")),
                    ("guest", flag("whether the player has no password")),
                    ("balance", named("Chips")),
                ],
            ),
        ),
    ]
}

fn tables() -> Schemas {
    vec![
        (
            "Game",
            object(
                "A game of the site.",
                &[
                    ("name", text("its name in addresses")),
                    ("title", text("its name for people")),
                    ("min_players", count("how many it takes")),
                    ("max_players", count("how many chairs a table has")),
                    ("sessions", count("how many public tables are open")),
                ],
            ),
        ),
        ("Session", object("An open table.", &session())),
        (
            "NewSession",
            object(
                "What a table is opened with.",
                &[
                    ("private?", flag("whether it takes an invitation to get in")),
                    (
                        "options?",
                        json!({ "type": ["object", "null"], "description": "the game's own options" }),
                    ),
                ],
            ),
        ),
        (
            "Created",
            object(
                "A table that was just opened.",
                &[
                    ("id", id("its id")),
                    ("url", text("its page")),
                    ("ws_url", text("its socket")),
                    ("invite", or_null(text("the invitation, where it is private"))),
                ],
            ),
        ),
        (
            "TicketFor",
            object(
                "What a ticket is for.",
                &[
                    ("session", id("the table")),
                    ("invite?", or_null(text("the invitation, where it is private"))),
                ],
            ),
        ),
        ("Bot", object("A bot at a table.", &[("name", text("its name"))])),
        ("Ticket", object("A ticket.", &[("ticket", text("the ticket"))])),
    ]
}

fn session() -> Vec<(&'static str, Value)> {
    vec![
        ("id", id("its id")),
        ("players", count("how many play, those who wait for the next round included")),
        ("bots", count("how many of them are bots, who leave when people want their seats")),
        ("spectators", count("how many watch")),
        ("max_players", count("how many chairs there are")),
        ("stage", text("the game's stage")),
        ("private", flag("whether it takes an invitation to get in")),
        (
            "number",
            count("which table of its game it is, counted from 1 since the server was started"),
        ),
    ]
}

fn staff() -> Schemas {
    let reason = || text("why, in one line of at most 300 characters");
    let of_game =
        [("game", text("the game's name")), ("title", text("the game's name for people"))];
    let times = [
        ("opened", or_null(time("when it was opened"))),
        (
            "moved",
            or_null(time("when something happened at it last, since the server was started")),
        ),
    ];
    vec![
        ("Reason", object("Why something is done.", &[("reason", reason())])),
        (
            "Sentence",
            object(
                "Why somebody is shut out, and for how long.",
                &[
                    ("reason", reason()),
                    ("for?", or_null(text("`12h`, `7d`; left out, or `forever`: for good"))),
                ],
            ),
        ),
        ("Until", object("When it ends.", &[("until", or_null(time("when it ends by itself")))])),
        ("Sample", object("What was measured at a time, and since the sample before.", &sample())),
        (
            "Overview",
            object(
                "What is measured.",
                &[
                    ("every_ms", count("how long from one sample to the next, in milliseconds")),
                    ("now", named("Sample")),
                    ("samples", list_of("Sample")),
                ],
            ),
        ),
        ("AdminSession", object("An open table.", &[&of_game[..], &session(), &times].concat())),
        (
            "AdminSessions",
            object(
                "A page of open tables.",
                &[
                    ("tables", list_of("AdminSession")),
                    ("total", count("how many tables there are")),
                    ("page", count("which page this is, counted from 0")),
                    ("pages", count("how many there are")),
                ],
            ),
        ),
        ("AdminPlayer", object("A player.", &player())),
        (
            "AdminPlayers",
            object(
                "A page of players.",
                &[
                    ("players", list_of("AdminPlayer")),
                    ("next", or_null(text("after which name the next page begins"))),
                ],
            ),
        ),
        ("Act", object("Something that staff did.", &act())),
        (
            "Acts",
            object(
                "A page of the audit log.",
                &[
                    ("acts", list_of("Act")),
                    ("next", or_null(count("before which number the next page begins"))),
                ],
            ),
        ),
    ]
}

fn sample() -> Vec<(&'static str, Value)> {
    vec![
        ("at", time("when")),
        ("connections", count("open sockets")),
        ("players", count("how many users have a socket open")),
        ("tables", count("open tables, awake or asleep")),
        ("awake", count("tables that are in memory")),
        ("records_per_second", number("records applied, a second")),
        ("commits", count("commits made")),
        ("commit_p50_ms", or_null(number("half of the commits took less, in milliseconds"))),
        ("commit_p99_ms", or_null(number("99 of 100 commits took less, in milliseconds"))),
        ("oldest_write_ms", number("how long the oldest write waits, in milliseconds")),
        ("refusals", counts("what was refused, by code")),
        ("limits", counts("how often limits were reached, by name")),
    ]
}

fn player() -> Vec<(&'static str, Value)> {
    let at = object(
        "A table.",
        &[
            ("game", text("the game's name")),
            ("id", id("the table's id")),
            ("private", flag("whether it takes an invitation to get in")),
        ],
    );
    let banned = object(
        "That the player is shut out.",
        &[
            ("since", time("since when")),
            ("until", or_null(time("when it ends by itself"))),
            ("reason", text("why")),
            ("holds", flag("whether it has not ended by itself")),
        ],
    );
    vec![
        ("username", text("the name")),
        ("guest", flag("whether the player has no password")),
        ("staff", flag("whether the player is of the staff")),
        ("balance", named("Chips")),
        ("created", time("when the account was made")),
        ("seen", or_null(time("when a log-in was used last, to ten minutes"))),
        ("log_ins", count("how many log-ins there are")),
        ("sockets", count("how many sockets are open")),
        (
            "tables",
            json!({ "type": "array", "items": at, "description": "where the player sits or is the host" }),
        ),
        ("banned", or_null(banned)),
    ]
}

fn act() -> Vec<(&'static str, Value)> {
    let action = json!({
        "type": "string",
        "enum": ["ban", "unban", "close", "promote", "demote"],
        "description": "what was done",
    });
    vec![
        ("n", count("its number")),
        ("at", time("when")),
        ("staff", text("who did it, by the name of then")),
        ("address", text("from which address")),
        ("action", action),
        ("subject", id("the account or the table")),
        ("about", text("what people call it")),
        ("reason", text("why")),
        ("until", or_null(time("until when"))),
    ]
}
