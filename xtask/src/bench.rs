//! `cargo xtask bench`: what things cost, on this machine, as ratios within one run. Never a test.

use anyhow::Result;

use crate::command::{cargo, run};
use crate::peers;

/// Builds the bench as it is measured, and runs this part of it; its own flags follow.
pub(crate) fn bench(part: &str, flags: &[&str]) -> Result<()> {
    if part == "peers" {
        peers::install(flags)?;
    }
    run(cargo().args(["run", "--quiet", "--release", "--package", "bench", "--", part]).args(flags))
}
