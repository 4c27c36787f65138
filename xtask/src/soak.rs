//! `cargo xtask soak`: the fault runs, for longer than the tests have time for.

use anyhow::{Context, Result};

use crate::command::{cargo, run};

/// How often the casino is killed where no number is given.
const KILLS: u32 = 200;

/// Kills the casino so many times in the middle of play, and compares what it keeps with what it acknowledged.
pub(crate) fn kills(count: Option<&str>) -> Result<()> {
    let count = number(count)?;
    run(cargo()
        .args(["test", "--release", "--package", "casino", "--test", "it"])
        .args(["--", "kills::", "--nocapture"])
        .env("PARLOR_KILLS", count.to_string()))
}

/// The number that was typed, or the usual one.
fn number(count: Option<&str>) -> Result<u32> {
    let Some(count) = count else { return Ok(KILLS) };
    count.parse().with_context(|| format!("`{count}` is no number of kills"))
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn the_number_may_be_left_out() {
        assert_eq!(number(None).unwrap(), 200);
        assert_eq!(number(Some("3")).unwrap(), 3);
        let error = number(Some("many")).unwrap_err().to_string();
        assert_eq!(error, "`many` is no number of kills");
    }
}
