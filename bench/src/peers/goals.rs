//! What Parlor is to reach, as ratios within one round.

use super::{Results, case, system::PARLOR};
use crate::report::{Spread, table};

/// The tuned server in Rust that Parlor is compared with.
const QUEUE: &str = "axum-queue";

/// The library that most sites in JavaScript stand on.
const WS: &str = "ws";

/// Parlor with its journal on the disk.
const DURABLE: &str = "parlor-durable";

/// How much memory an idle connection may hold, in KB.
const IDLE: f64 = 10.0;

/// A goal: a ratio of two servers at one case, and the most that it may be.
struct Goal {
    what: &'static str,
    case: usize,
    one: &'static str,
    other: &'static str,
    most: f64,
    said: &'static str,
}

const GOALS: [Goal; 6] = [
    Goal {
        what: "200×5: CPU a delivery, to `ws`",
        case: case::MANY,
        one: PARLOR,
        other: WS,
        most: 1.0 / 5.0,
        said: "at most 1/5, better 1/7",
    },
    Goal {
        what: "1×100: CPU a delivery, to `ws`",
        case: case::LARGE,
        one: PARLOR,
        other: WS,
        most: 1.0 / 15.0,
        said: "at most 1/15",
    },
    Goal {
        what: "p99 at 2,000 moves/s, to `axum-queue`",
        case: case::SLOW,
        one: PARLOR,
        other: QUEUE,
        most: 1.0,
        said: "at most 1",
    },
    Goal {
        what: "p99 at 10,000 moves/s, to `axum-queue`",
        case: case::FAST,
        one: PARLOR,
        other: QUEUE,
        most: 1.0,
        said: "at most 1",
    },
    Goal {
        what: "2,000 joins, to `axum-queue`",
        case: case::JOINS,
        one: PARLOR,
        other: QUEUE,
        most: 2.0,
        said: "at most 2",
    },
    Goal {
        what: "200×5: CPU a delivery, durable to in memory",
        case: case::MANY,
        one: DURABLE,
        other: PARLOR,
        most: 1.3,
        said: "at most 1.3",
    },
];

/// The verdicts on all goals that were measured.
pub(super) fn verdicts(results: &Results) -> String {
    let verdict = |met| if met { "met" } else { "missed" }.to_owned();
    let mut rows = Vec::new();
    for Goal { what, case, one, other, most, said } in &GOALS {
        let figure = case::CASES[*case].figures[0].2;
        if let Some(ratio) = results.ratio(*case, one, other, figure) {
            let part = |median: f64| format!(": 1/{:.1}", 1.0 / median);
            let part = Some(ratio.median).filter(|it| *it < 0.5).map(part).unwrap_or_default();
            let shown = format!("{}{part}", ratio.show(2 + usize::from(!part.is_empty())));
            let met = verdict(ratio.median <= *most);
            rows.push(vec![(*what).to_owned(), (*said).to_owned(), shown, met]);
        }
    }
    let held = results.each(case::IDLE, PARLOR, case::CASES[case::IDLE].figures[0].2);
    if !held.is_empty() {
        let held = Spread::of(held);
        rows.push(vec![
            "memory of an idle connection, with its part of its table".to_owned(),
            "at most 10 KB, better 5".to_owned(),
            format!("{} KB", held.show(2)),
            verdict(held.median <= IDLE),
        ]);
    }
    match rows.is_empty() {
        true => "None of them was measured.\n".to_owned(),
        false => table(&["goal", "wanted", "measured", "verdict"], &rows),
    }
}
