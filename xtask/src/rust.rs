//! What cargo itself checks: formatting, lints, documentation, tests.
//!
//! Warnings are refused by flags of each tool and not by `RUSTFLAGS`, which would build every dependency anew.

use anyhow::Result;

use crate::command::{cargo, run};

/// Every file is formatted as `rustfmt.toml` says.
pub(crate) fn fmt() -> Result<()> {
    run(cargo().args(["fmt", "--all", "--check"]))
}

/// No target of any crate, with whichever feature, has a warning of the compiler or of clippy.
pub(crate) fn clippy() -> Result<()> {
    let lints =
        ["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"];
    run(cargo().args(lints))
}

/// The documentation builds, and its links lead somewhere.
pub(crate) fn doc() -> Result<()> {
    run(cargo().args(["doc", "--no-deps", "--workspace"]).env("RUSTDOCFLAGS", "-D warnings"))
}

/// Builds all tests, and the casino with them, so that nothing is built twice for what is run.
pub(crate) fn build() -> Result<()> {
    run(cargo().args(["test", "--workspace", "--no-run"]))
}

/// All tests written in Rust.
pub(crate) fn test() -> Result<()> {
    run(cargo().args(["test", "--workspace"]))
}
