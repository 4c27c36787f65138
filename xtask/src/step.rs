//! Announcing a step, timing it, and naming it where it fails.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// Runs one named step; a failure carries the step's name.
pub(crate) fn run(name: &str, step: impl FnOnce() -> Result<()>) -> Result<()> {
    println!("\n== {name}");
    let start = Instant::now();
    step().with_context(|| format!("step `{name}` failed after {}", spoken(start.elapsed())))?;
    println!("== {name}: {}", spoken(start.elapsed()));
    Ok(())
}

/// A duration as a person says it: `0.4 s`, `2 min 5 s`.
pub(crate) fn spoken(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds / 60 {
        0 => format!("{seconds}.{} s", duration.subsec_millis() / 100),
        minutes => format!("{minutes} min {} s", seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use anyhow::anyhow;

    use super::{run, spoken};

    #[test]
    fn durations_are_short_to_read() {
        assert_eq!(spoken(Duration::from_millis(440)), "0.4 s");
        assert_eq!(spoken(Duration::from_millis(59_990)), "59.9 s");
        assert_eq!(spoken(Duration::from_secs(125)), "2 min 5 s");
    }

    #[test]
    fn a_failure_names_the_step_and_keeps_the_cause() {
        let error = run("fmt", || Err(anyhow!("not formatted"))).unwrap_err();
        let line = format!("{error:#}");
        assert!(line.starts_with("step `fmt` failed after 0.0 s: not formatted"), "{line}");
    }
}
