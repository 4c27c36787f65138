//! The one door to every check of the repository: `cargo xtask COMMAND`.
//!
//! Each command is a module of its own; what they share is how a program is run ([`command`]) and how a step is
//! announced and timed ([`step`]).

mod bench;
mod browser;
mod casino;
mod command;
mod conformance;
mod install;
mod peers;
mod rust;
mod screenshots;
mod soak;
mod step;
mod test;
mod tidy;
mod types;

use std::env;
use std::process::ExitCode;

use anyhow::{Result, bail};

/// What `cargo xtask help` prints.
const HELP: &str = "\
Every check of the repository, from one door.

  cargo xtask test              install what is missing, then run every check and every test
  cargo xtask ci                the same: what a build server runs
  cargo xtask tidy              the house rules that no compiler knows
  cargo xtask types             write the TypeScript declarations of all messages again
  cargo xtask types --check     fail if they are out of date, then let tsc check the scripts of the pages
  cargo xtask browser [FILTER]  build the casino and play it in a real browser;
                                with FILTER, only the test files whose name contains it
  cargo xtask screenshots [FILTER] [--readme]
                                build the casino, and take a picture of each of its pages and states, in both themes and at
                                two widths, into target/screenshots; with --readme, those of the README again too
  cargo xtask conformance [CASES]
                                let the Autobahn test suite judge how WebSocket frames are read and written;
                                with CASES, only those, as '6.*,7.1.5'
  cargo xtask soak [all-day]    a day in the house: 2000 come and go, play and talk, and are cut off in storms, for
                                --minutes N (60); memory must not grow, and nothing may be left of it
  cargo xtask soak slow         1000 who read at the usual pace beside 200 who do not: none of the first may notice
  cargo xtask soak flood        players beside those who ask for ten times of what they may: the same
                                --rounds N (5) and --seconds S (10) of each half of one, for both
  cargo xtask soak kills [N]    kill the casino N times (200) in the middle of play: nothing that
                                was acknowledged may be lost, and nothing applied twice, and all
                                that was heard must be in the journal
  cargo xtask soak cuts [N]     the same for N power cuts (60), of which a shim makes what a disk holds then;
                                with --loop under a real file system, as root
  cargo xtask soak storm [N]    cut off N clients (5000) at once, and kill the casino under as many: all are
                                back within 15 seconds, and have missed nothing
  cargo xtask soak games [N]    play N random games (100000) of each kind, which must obey every law
  cargo xtask soak money [N]    make N random transfers (1000000), and compare every account with a model
  cargo xtask soak dice [N]     draw N numbers (10000000) for each test of the dice
  cargo xtask soak strategy [N] play N hands of blackjack (10000000) by the chart: they must return what is published
  cargo xtask soak timings [N]  time N log-ins (2000) each with a name that is there and one that is not
  cargo xtask soak fuzz [N]     give each fuzzer N inputs (10000000): what reads bytes from outside must hold;
                                that takes a nightly compiler and cargo-fuzz
  cargo xtask bench journal     measure what durability costs, and print a report;
                                --rounds N (5), --seconds S (3) of each run, --folder DIR for the databases
  cargo xtask bench start       measure what a full database costs at a start;
                                --rounds N (25), --sessions N (100000), --open N (1000)
  cargo xtask bench peers       install the servers that people would otherwise take below target, and compare
                                Parlor with them; --rounds N (5), --seconds S (3) of each run,
                                --only NAME,… of the servers, --measure saturation,latency,idle,joins
  cargo xtask bench copies      measure what it costs that a move plays on a copy of the state, by the state's size;
                                --rounds N (3), --seconds S (2) of each run
";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match dispatch(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the command that the words on the command line name.
fn dispatch(words: &[&str]) -> Result<()> {
    match words {
        [] | ["help" | "-h" | "--help"] => {
            print!("{HELP}");
            Ok(())
        }
        ["test" | "ci"] => test::run(),
        ["tidy"] => tidy::run(),
        ["types"] => types::regenerate(),
        ["types", "--check"] => types::run_check(),
        ["browser"] => browser::run(""),
        ["browser", filter] => browser::run(filter),
        ["screenshots", rest @ ..] => screenshots::run(rest),
        ["conformance"] => conformance::run(""),
        ["conformance", cases] => conformance::run(cases),
        ["soak"] => soak::all_day(&[]),
        ["soak", "all-day", rest @ ..] => soak::all_day(rest),
        ["soak", part @ ("slow" | "flood"), flags @ ..] => bench::bench(part, flags),
        ["soak", "kills", rest @ ..] => soak::kills(rest),
        ["soak", "cuts", rest @ ..] => soak::cuts(rest),
        ["soak", "storm", rest @ ..] => soak::storm(rest),
        ["soak", "games", rest @ ..] => soak::games(rest),
        ["soak", "money", rest @ ..] => soak::money(rest),
        ["bench", part @ ("copies" | "journal" | "peers" | "start"), flags @ ..] => {
            bench::bench(part, flags)
        }
        ["soak", "dice", rest @ ..] => soak::dice(rest),
        ["soak", "strategy", rest @ ..] => soak::strategy(rest),
        ["soak", "timings", rest @ ..] => soak::timings(rest),
        ["soak", "fuzz", rest @ ..] => soak::fuzz(rest),
        _ => bail!("no command `{}`: `cargo xtask help` lists them", words.join(" ")),
    }
}

#[cfg(test)]
mod tests {
    use super::dispatch;

    #[test]
    fn an_unknown_command_is_named_and_help_offered() {
        let error = dispatch(&["tset"]).unwrap_err().to_string();
        assert!(error.contains("`tset`") && error.contains("cargo xtask help"), "{error}");
    }
}
