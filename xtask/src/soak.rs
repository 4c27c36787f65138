//! `cargo xtask soak`: the fault runs, for longer than the tests have time for.

use anyhow::{Context, Result, bail};
use std::process::Command;

use crate::command::{cargo, run};

/// How often the casino is killed where no number is given.
const KILLS: u32 = 200;

/// How often its power is cut where no number is given.
const CUTS: u32 = 60;

/// How many cuts the negative control is given to lose something.
const LOSSES: u32 = 20;

/// Kills the casino so many times in the middle of play, and compares what it keeps with what it acknowledged.
pub(crate) fn kills(words: &[&str]) -> Result<()> {
    let count = match words {
        [] => KILLS,
        [count] => number(count)?,
        _ => bail!("`soak kills` takes one number"),
    };
    run(casino("kills::").env("PARLOR_KILLS", count.to_string()))
}

/// Cuts the power so many times in the middle of play, on a disk that is played by a shim, or with `--loop` under a real
/// file system; and then where that must lose something.
pub(crate) fn cuts(words: &[&str]) -> Result<()> {
    let (image, rest) = match words {
        ["--loop", rest @ ..] | [rest @ .., "--loop"] => (true, rest),
        rest => (false, rest),
    };
    let count = match rest {
        [] => CUTS,
        [count] => number(count)?,
        _ => bail!("`soak cuts` takes one number, and --loop"),
    };
    let mut tests = casino("power::");
    tests.env("PARLOR_CUTS", count.to_string()).env("PARLOR_LOSSES", LOSSES.to_string());
    if image {
        tests.env("PARLOR_DISK", "image");
    }
    run(&mut tests)
}

/// The casino's tests of that module, one after the other, in a release build.
fn casino(module: &str) -> Command {
    let mut command = cargo();
    command.args(["test", "--release", "--package", "casino", "--test", "it"]);
    command.args(["--", module, "--nocapture", "--test-threads", "1"]);
    command
}

/// The number that was typed.
fn number(count: &str) -> Result<u32> {
    count.parse().with_context(|| format!("`{count}` is no number"))
}

#[cfg(test)]
mod tests {
    use super::{cuts, kills, number};

    #[test]
    fn what_can_not_be_meant_is_named() {
        assert_eq!(number("3").unwrap(), 3);
        let told = |result: anyhow::Result<()>| result.unwrap_err().to_string();
        assert_eq!(told(kills(&["many"])), "`many` is no number");
        assert_eq!(told(kills(&["1", "2"])), "`soak kills` takes one number");
        assert_eq!(told(cuts(&["--loop", "many"])), "`many` is no number");
        assert_eq!(told(cuts(&["1", "2"])), "`soak cuts` takes one number, and --loop");
    }
}
