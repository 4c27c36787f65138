//! `cargo xtask soak`: tests in a release build, with larger numbers than `cargo xtask test` has time for.

use anyhow::{Context, Result, bail, ensure};
use std::{fs, process::Command};

use crate::command::{answer, cargo, program, root, run};

/// How often the casino is killed where no number is given.
const KILLS: u32 = 200;

/// How often its power is cut where no number is given.
const CUTS: u32 = 60;

/// How many cuts the negative control is given to lose something.
const LOSSES: u32 = 20;

/// How many clients are cut off at once where no number is given.
const CLIENTS: u32 = 5_000;

/// How many random games of each kind are played where no number is given.
const GAMES: u32 = 100_000;

/// How many random transfers are made where no number is given.
const TRANSFERS: u32 = 1_000_000;

/// How many log-ins are timed of each kind where no number is given.
const TIMINGS: u32 = 2_000;

/// How many numbers are drawn for each test of the dice where no number is given.
const DRAWS: u32 = 10_000_000;

/// How many hands of blackjack are played by the chart where no number is given.
const HANDS: u32 = 10_000_000;

/// How many inputs each fuzzer is given where no number is given.
const INPUTS: u32 = 10_000_000;

/// Where the fuzzers are.
const FUZZERS: &str = "crates/parlor/fuzz";

/// How many minutes a day in the house has where no number is given.
const MINUTES: u32 = 60;

/// A day in the house: two thousand come and go, play and talk, and are cut off in storms, for so many minutes. Memory must
/// not grow, and nothing may be left of it.
pub(crate) fn all_day(words: &[&str]) -> Result<()> {
    let minutes = match words {
        [] => MINUTES,
        ["--minutes", minutes] => number(minutes)?,
        _ => bail!("`soak all-day` takes --minutes N"),
    };
    run(casino("days::").env("PARLOR_MINUTES", minutes.to_string()))
}

/// Kills the casino so many times in the middle of play, and compares what it keeps with what it told.
pub(crate) fn kills(words: &[&str]) -> Result<()> {
    let count = one("kills", words, KILLS)?;
    run(casino("kills::").env("PARLOR_KILLS", count))
}

/// Cuts off so many clients at once, and lets them come back.
pub(crate) fn storm(words: &[&str]) -> Result<()> {
    let count = one("storm", words, CLIENTS)?;
    run(casino("storms::").env("PARLOR_CLIENTS", count))
}

/// Plays so many random games of each kind, and demands every law of them.
pub(crate) fn games(words: &[&str]) -> Result<()> {
    let count = one("games", words, GAMES)?;
    let mut tests = release("games", &["--test", "laws", "--test", "golden"]);
    run(tests.env("PARLOR_GAMES", count))
}

/// Makes so many random transfers, and compares what they come to with a model.
pub(crate) fn money(words: &[&str]) -> Result<()> {
    let count = one("money", words, TRANSFERS)?;
    let mut tests = release("parlor", &["--lib"]);
    tests.args(["--", "random_transfers_come_to_what_a_model_says", "--nocapture"]);
    run(tests.env("PARLOR_TRANSFERS", count))
}

/// Draws so many numbers for each test of the dice.
pub(crate) fn dice(words: &[&str]) -> Result<()> {
    let count = one("dice", words, DRAWS)?;
    let mut tests = release("parlor-core", &["--lib"]);
    tests.args(["--", "rng_quality"]);
    run(tests.env("PARLOR_DRAWS", count))
}

/// Plays so many hands of blackjack by the chart of basic strategy, and compares what they return with what is published.
pub(crate) fn strategy(words: &[&str]) -> Result<()> {
    let count = one("strategy", words, HANDS)?;
    let mut tests = release("games", &["--lib"]);
    tests.args(["--", "basic_strategy_returns_what_is_published", "--nocapture"]);
    run(tests.env("PARLOR_HANDS", count))
}

/// Times so many log-ins with a name that is there, and with one that is not, which must not be told apart.
pub(crate) fn timings(words: &[&str]) -> Result<()> {
    let count = one("timings", words, TIMINGS)?;
    run(casino("secrets::account_enumeration").env("PARLOR_TIMINGS", count))
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

/// Gives each fuzzer so many inputs. What they find on the way is kept beside what is built, and used the next time.
pub(crate) fn fuzz(words: &[&str]) -> Result<()> {
    let count = one("fuzz", words, INPUTS)?;
    let has =
        |words: &[&str]| answer(program("rustup").args(["run", "nightly"]).args(words)).is_some();
    ensure!(
        has(&["rustc", "--version"]),
        "fuzzers take a nightly compiler: rustup toolchain install nightly"
    );
    ensure!(
        has(&["cargo", "fuzz", "--version"]),
        "fuzzers take cargo-fuzz: cargo install cargo-fuzz"
    );
    for target in fuzzers()? {
        let (kept, found) =
            (format!("{FUZZERS}/corpus/{target}"), format!("target/fuzz/corpus/{target}"));
        fs::create_dir_all(root().join(&found)).with_context(|| found.clone())?;
        let mut fuzz = program("rustup");
        fuzz.args(["run", "nightly", "cargo", "fuzz", "run", "--fuzz-dir", FUZZERS]);
        fuzz.args(["--target-dir", "target/fuzz", &target, &found, &kept, "--"]);
        run(fuzz.args(BOUNDS).arg(format!("-runs={count}")))?;
    }
    Ok(())
}

/// No input is longer than the longest message, takes longer than ten seconds, or makes one allocation of over a MiB.
const BOUNDS: [&str; 4] =
    ["-max_len=65536", "-timeout=10", "-malloc_limit_mb=1", "-print_final_stats=1"];

/// The names of all fuzzers.
fn fuzzers() -> Result<Vec<String>> {
    let folder = root().join(FUZZERS).join("fuzz_targets");
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        names.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}

/// The casino's tests of that module, one after the other, in a release build.
fn casino(module: &str) -> Command {
    let mut command = release("casino", &["--test", "it"]);
    command.args(["--", module, "--nocapture", "--test-threads", "1"]);
    command
}

/// These tests of a package, in a release build.
fn release(package: &str, tests: &[&str]) -> Command {
    let mut command = cargo();
    command.args(["test", "--release", "--package", package]).args(tests);
    command
}

/// The one number that was typed, or the usual one.
fn one(soak: &str, words: &[&str], usual: u32) -> Result<String> {
    let count = match words {
        [] => usual,
        [count] => number(count)?,
        _ => bail!("`soak {soak}` takes one number"),
    };
    Ok(count.to_string())
}

/// The number that was typed.
fn number(count: &str) -> Result<u32> {
    count.parse().with_context(|| format!("`{count}` is no number"))
}

#[cfg(test)]
mod tests {
    use super::{all_day, cuts, fuzz, fuzzers, kills, number, storm};

    #[test]
    fn every_fuzzer_is_found() {
        let fuzzers = fuzzers().unwrap();
        assert!(fuzzers.len() >= 7 && fuzzers.contains(&"frame".to_owned()), "{fuzzers:?}");
    }

    #[test]
    fn what_can_not_be_meant_is_named() {
        assert_eq!(number("3").unwrap(), 3);
        let told = |result: anyhow::Result<()>| result.unwrap_err().to_string();
        assert_eq!(told(kills(&["many"])), "`many` is no number");
        assert_eq!(told(kills(&["1", "2"])), "`soak kills` takes one number");
        assert_eq!(told(all_day(&["--minutes", "many"])), "`many` is no number");
        assert_eq!(told(all_day(&["5"])), "`soak all-day` takes --minutes N");
        assert_eq!(told(storm(&["1", "2"])), "`soak storm` takes one number");
        assert_eq!(told(cuts(&["--loop", "many"])), "`many` is no number");
        assert_eq!(told(fuzz(&["frame"])), "`frame` is no number");
        assert_eq!(told(cuts(&["1", "2"])), "`soak cuts` takes one number, and --loop");
    }
}
