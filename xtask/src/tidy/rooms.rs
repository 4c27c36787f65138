//! Rule: in the framework, each thing of the outside is known in one room only, so that it can be exchanged there.

use super::Problem;
use super::paths::lines_naming;
use super::repository::Repository;
use super::source::{Kind, Source};

/// A room of the framework, and the paths that only it may name.
struct Room {
    /// The folder, or the file without `.rs`, below the source folder; several where more than one may.
    places: &'static [&'static str],
    /// What stays inside.
    paths: &'static [&'static str],
    /// Why.
    reason: &'static str,
}

/// All rooms with a door.
const ROOMS: &[Room] = &[
    Room {
        places: &["probe", "socket"],
        paths: &[
            "axum::extract::ws",
            "crate::socket::wire",
            "hyper::upgrade",
            "tokio::net::tcp",
            "tungstenite",
            "tokio_tungstenite",
        ],
        reason: "only `socket` handles WebSocket types: all others send frames through an outbox",
    },
    Room {
        places: &["store"],
        paths: &["sqlx"],
        reason: "only `store` names the database: all others call what it offers",
    },
    Room {
        places: &["channel/redis"],
        paths: &["redis"],
        reason: "only `channel/redis.rs` names redis (its module is `self::redis`): all others use the layer's trait",
    },
    Room {
        places: &["page"],
        paths: &["minijinja"],
        reason: "only `page` names the template engine: all others give it a name and a context",
    },
    Room {
        places: &["clock", "socket"],
        paths: &[
            "std::time::Instant",
            "std::time::SystemTime",
            "Instant::now",
            "tokio::time::sleep",
            "tokio::time::sleep_until",
            "tokio::time::interval",
        ],
        reason: "only `clock` reads the system's time, and `socket` where it is about the network: all others ask the \
            site's clock, which a test moves",
    },
];

/// The framework's source.
const SOURCE: &str = "crates/parlor/src/";

/// Finds what left its room.
pub(super) fn check(repository: &Repository) -> Vec<Problem> {
    repository.texts_in(SOURCE, ".rs").flat_map(|(path, text)| file(path, text)).collect()
}

/// What one file names though it belongs in a room elsewhere.
fn file(path: &str, text: &str) -> Vec<Problem> {
    let code = Source::new(text).only(&[Kind::Code]);
    let inner = path.strip_prefix(SOURCE).unwrap_or(path);
    let mut problems = Vec::new();
    for room in ROOMS.iter().filter(|room| !room.places.iter().any(|place| is_in(inner, place))) {
        for name in room.paths {
            let lines = lines_naming(&code, name).into_iter();
            problems.extend(
                lines.map(|line| Problem::on(path, line, format!("`{name}`: {}", room.reason))),
            );
        }
    }
    problems
}

/// Whether a file is a room's own.
fn is_in(inner: &str, place: &str) -> bool {
    inner.strip_prefix(place).is_some_and(|rest| rest.starts_with('/') || rest == ".rs")
}

#[cfg(test)]
mod tests {
    use super::super::assert_places;
    use super::check;

    #[test]
    fn what_left_its_room_is_found() {
        let files = [
            (
                "crates/parlor/src/accounts/login.rs",
                "use axum::extract::{State, ws::Message};\nsqlx::query(x);\n",
            ),
            ("crates/parlor/src/channel/layer.rs", "use redis::Client;\n"),
            ("crates/parlor/src/paged.rs", "fn f(e: minijinja::Error) {}\n"),
            ("crates/parlor/src/session/gate.rs", "use tokio_tungstenite::x;\n"),
            (
                "crates/parlor/src/session/timers.rs",
                "use tokio::time::Instant;\nlet now = Instant::now();\n",
            ),
            ("crates/parlor/src/site/mod.rs", "use std::{fmt, time::{Duration, SystemTime}};\n"),
        ];
        assert_places(
            check,
            &files,
            &[
                "crates/parlor/src/accounts/login.rs:1",
                "crates/parlor/src/accounts/login.rs:2",
                "crates/parlor/src/channel/layer.rs:1",
                "crates/parlor/src/paged.rs:1",
                "crates/parlor/src/session/gate.rs:1",
                "crates/parlor/src/session/timers.rs:2",
                "crates/parlor/src/site/mod.rs:1",
            ],
        );
    }

    #[test]
    fn each_thing_is_at_home_in_its_room() {
        let files = [
            ("crates/parlor/src/socket/mod.rs", "use axum::extract::ws::WebSocket;\n"),
            ("crates/parlor/src/store/journal.rs", "use sqlx::Any;\n"),
            ("crates/parlor/src/store.rs", "use sqlx::Any;\n"),
            ("crates/parlor/src/channel/redis.rs", "use redis::Client;\n"),
            ("crates/parlor/src/page/mod.rs", "use minijinja::Environment;\n"),
            ("crates/parlor/src/clock.rs", "use std::time::SystemTime;\n"),
            (
                "crates/parlor/src/socket/pace.rs",
                "use std::time::Instant;\nlet now = Instant::now();\n",
            ),
        ];
        assert_places(check, &files, &[]);
    }

    #[test]
    fn a_module_may_be_called_like_what_it_hides() {
        let text = "/// Over redis.\npub mod redis;\npub use self::redis::Layer;\nuse crate::channel::redis::Layer;\n";
        assert_places(check, &[("crates/parlor/src/channel/mod.rs", text)], &[]);
    }
}
