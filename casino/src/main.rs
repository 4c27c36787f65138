//! The program that serves the casino.

use std::process::ExitCode;

/// Gives memory back once it has not been needed for ten seconds, also what SQLite had. The system's own would keep what
/// everyone took at the busiest moment for good.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[tokio::main]
async fn main() -> ExitCode {
    casino::site().run().await
}
