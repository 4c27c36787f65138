//! The site that is measured: the table workload, served as any site serves its games.

use crate::{ballast::Ballast, game::TableWorkload, loud::Loud};
use anyhow::Context as _;
use parlor::prelude::*;
use std::process::ExitCode;

/// Does what the command line says after the program's name, as every site's program does: `serve`, with a site's flags.
///
/// # Errors
/// Where no runtime can be started.
pub(crate) fn run() -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Runtime::new().context("no runtime can be started")?;
    let site = Site::new("Bench")
        .game(SessionManager::<TableWorkload>::new())
        .game(SessionManager::<Loud>::new())
        .game(SessionManager::<Ballast>::new());
    Ok(runtime.block_on(site.run()))
}
