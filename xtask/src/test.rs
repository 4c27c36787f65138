//! `cargo xtask test`: every check and every test, the quick ones first, until the first failure.

use std::time::Instant;

use anyhow::Result;

use crate::{browser, conformance, install, rust, step, tidy, types};

/// A step's name and what it does.
type Step = (&'static str, fn() -> Result<()>);

/// All steps, in order.
const STEPS: &[Step] = &[
    ("install", install::everything),
    ("fmt", rust::fmt),
    ("clippy", rust::clippy),
    ("doc", rust::doc),
    ("tidy", tidy::run),
    ("build", rust::build),
    ("types", types::check_built),
    ("cargo test", rust::test),
    ("conformance", conformance::all),
    ("browser tests", browser::all),
];

/// Runs all steps.
pub(crate) fn run() -> Result<()> {
    let start = Instant::now();
    for (name, action) in STEPS {
        step::run(name, action)?;
    }
    println!("\nall {} steps passed in {}", STEPS.len(), step::spoken(start.elapsed()));
    Ok(())
}
