//! What `cargo xtask conformance` tests: an echo server over the framework's own reader and writer of frames.

use std::error::Error;
use tokio::net::TcpListener;

/// The longest message: as long as the longest that the test suite sends.
const LONGEST: usize = 16 << 20;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on ws://{}", listener.local_addr()?);
    parlor::probe::echo(listener, LONGEST).await?;
    Ok(())
}
