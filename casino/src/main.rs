//! The program that serves the casino.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    casino::site().run().await
}
