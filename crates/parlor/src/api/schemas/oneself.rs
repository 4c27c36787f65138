//! The shapes of what is about oneself.

use super::{Schemas, count, flag, id, named, object, or_null, text, time};
use serde_json::{Value, json};

pub(super) fn schemas() -> Schemas {
    let change = |about: &str| json!({ "type": "string", "pattern": "^-?(0|[1-9][0-9]*)\\.[0-9]{2}$", "description": about });
    let chips_or_null = |about: &str| or_null(text(about));
    let coming = |of: &str, value: Value| {
        let next = [("value", or_null(value)), ("from", time("when it holds"))];
        or_null(object(&format!("what {of} will be, where that is another"), &next))
    };
    let row = object(
        "One movement of chips.",
        &[
            ("at", time("when")),
            ("what", text("staked, returned, won, lost, starting_chips, allowance or other")),
            ("amount", change("what it changed of what one can spend")),
            ("staked", change("what it changed of what lies at tables")),
            ("balance", change("what one could spend after it")),
            ("session", or_null(id("the table"))),
            ("game", or_null(text("the game that is played there"))),
        ],
    );
    vec![
        (
            "Passwords",
            object(
                "The password, and another.",
                &[
                    ("password", text("the one that holds")),
                    ("new_password", text("10 to 128 characters")),
                ],
            ),
        ),
        (
            "LogIn",
            object(
                "One of one's log-ins.",
                &[
                    ("id", text("what it is called when it is to end")),
                    ("label", text("what opened it, in a word or two")),
                    ("created", time("when it began")),
                    ("seen", time("when it was used last, within ten minutes")),
                    ("current", flag("whether it is the one that asks")),
                ],
            ),
        ),
        (
            "OwnTable",
            object(
                "An open table that one has a part in.",
                &[
                    ("id", id("the table")),
                    ("game", text("the game's name in addresses")),
                    ("title", text("the game's name for people")),
                    ("path", text("where its page is")),
                    ("stage", text("the game's stage")),
                    ("players", count("how many play")),
                    ("max_players", count("how many chairs there are")),
                    ("seated", flag("whether one has a seat there")),
                    ("hosting", flag("whether one has opened it")),
                ],
            ),
        ),
        (
            "Statement",
            object(
                "A page of what has moved.",
                &[
                    ("rows", json!({ "type": "array", "items": row })),
                    ("next", or_null(text("what asks for the page after it"))),
                ],
            ),
        ),
        (
            "Allowance",
            object(
                "What the daily allowance would be.",
                &[
                    ("up_to", named("Chips")),
                    ("below", named("Chips")),
                    ("due", chips_or_null("how much one would get now")),
                    ("again", or_null(time("when one may ask again"))),
                ],
            ),
        ),
        ("Given", object("What was given.", &[("amount", named("Chips"))])),
        (
            "WantedLimits",
            object(
                "What limits are to be; what is left out stays, and nothing is no limit.",
                &[
                    ("loss_a_day?", chips_or_null("how much to lose a day at the most")),
                    ("minutes_a_day?", or_null(count("how many minutes a day to play"))),
                ],
            ),
        ),
        (
            "OwnLimits",
            object(
                "One's limits.",
                &[
                    ("loss_a_day", chips_or_null("how much to lose a day at the most")),
                    ("minutes_a_day", or_null(count("how many minutes a day to play"))),
                    (
                        "next",
                        object(
                            "What they will be.",
                            &[
                                ("loss_a_day", coming("it", text("an amount"))),
                                ("minutes_a_day", coming("it", count("minutes"))),
                            ],
                        ),
                    ),
                    (
                        "today",
                        object(
                            "What today has taken.",
                            &[
                                ("lost", change("staked or lost, less what came back")),
                                ("minutes", count("played")),
                                ("ends", time("when the day is over")),
                            ],
                        ),
                    ),
                ],
            ),
        ),
        (
            "Goodbye",
            object(
                "That it is meant.",
                &[("password?", text("the password")), ("confirm?", flag("of a guest: yes"))],
            ),
        ),
    ]
}
