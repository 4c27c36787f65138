//! The shapes of what is kept of tables.

use super::{Schemas, count, flag, id, list_of, object, or_null, text, time};
use serde_json::{Value, json};

pub(super) fn schemas() -> Schemas {
    let of_game = || json!({ "type": "object", "description": "the game's own" });
    let input = json!({
        "type": "object",
        "description": "what it was; the data of a move are the game's",
        "required": ["type"],
        "properties": { "type": { "type": "string" }, "data": {} },
    });
    let moment = object(
        "What one knew of a record; the view is left out where it is as before.",
        &[
            ("seq", count("the record's number")),
            ("at", time("when")),
            ("kind", text("what happened: joined, acted, woke, said …")),
            ("who", or_null(text("whose doing it was"))),
            ("action?", of_game()),
            ("said?", text("what was said")),
            ("events?", json!({ "type": "array", "items": { "type": "object" } })),
            ("stage", text("the game's stage after it")),
            ("user?", or_null(text("the viewer's name at the table"))),
            ("view?", of_game()),
        ],
    );
    let numbers = |about: &str| {
        let one = json!({ "type": "integer", "minimum": 1 });
        json!({ "type": "array", "description": about, "items": one })
    };
    let proof = object(
        "Something that a game has made public of its draws.",
        &[
            ("seq", count("the number of the record with which it became public")),
            ("at", time("when")),
            ("proof", of_game()),
        ],
    );
    vec![
        (
            "JournalRecord",
            object(
                "Something that happened at a table.",
                &[
                    ("seq", count("its number, counted from 1")),
                    ("at", time("when")),
                    ("who", or_null(text("whose doing it was"))),
                    ("input", input),
                ],
            ),
        ),
        ("Moment", moment),
        ("History", object("A page of a table's history.", &history(&numbers))),
        (
            "Sharing",
            object(
                "Whether somebody may share a table.",
                &[
                    ("may_share", flag("whether one may")),
                    ("shared_at", or_null(time("since when there is a link"))),
                ],
            ),
        ),
        ("Shared", object("A link that was just made.", &[("url", text("the link"))])),
        ("Proof", proof),
        (
            "Fair",
            object(
                "The proofs of a table's draws.",
                &[
                    ("session", id("the table")),
                    ("game", text("the game's name")),
                    ("closed", flag("whether it is over, and nothing more will be shown")),
                    ("proofs", list_of("Proof")),
                ],
            ),
        ),
    ]
}

fn history(numbers: &dyn Fn(&str) -> Value) -> Vec<(&'static str, Value)> {
    vec![
        ("session", id("the table")),
        ("game", text("the game's name")),
        ("title", text("the game's name for people")),
        ("finished", flag("whether it is over")),
        ("from", count("the first record that the page is about")),
        ("next", or_null(count("the record with which the next page begins"))),
        ("last", count("the table's last record")),
        ("rounds", numbers("the records with which rounds begin")),
        ("moments", list_of("Moment")),
    ]
}
