//! The casino's program, as it is shipped and as the tests have it.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::command::{cargo, run};

/// Builds it in release mode.
pub(crate) fn build() -> Result<()> {
    run(cargo().args(["build", "--release", "--package", "casino"]))
}

/// As it is shipped, once that is built.
pub(crate) fn shipped() -> Result<PathBuf> {
    program("release")
}

/// As it is built with the tests written in Rust.
pub(crate) fn built() -> Result<PathBuf> {
    program("debug")
}

/// It lies beside the folder that this program lies in, wherever cargo's target folder is.
fn program(profile: &str) -> Result<PathBuf> {
    let here = env::current_exe()?;
    let target = here.ancestors().nth(2).context("xtask does not lie in a target folder")?;
    Ok(target.join(profile).join(format!("casino{}", env::consts::EXE_SUFFIX)))
}
