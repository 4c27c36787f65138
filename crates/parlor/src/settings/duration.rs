//! Durations as people write them: `500ms`, `30s`, `2m`.

use std::time::Duration;

/// Reads `500ms`, `30s` or `2m`.
pub(crate) fn read(text: &str) -> Result<Duration, String> {
    const WANTED: &str = "write a duration such as 500ms, 30s or 2m";
    let unit = text.find(|c: char| !c.is_ascii_digit()).ok_or(WANTED)?;
    let number: u64 = text[..unit].parse().map_err(|_| WANTED)?;
    let milliseconds = match &text[unit..] {
        "ms" => Some(number),
        "s" => number.checked_mul(1_000),
        "m" => number.checked_mul(60_000),
        _ => return Err(WANTED.into()),
    };
    // A week is longer than any clock of a table; far more would overflow when added to the time of day.
    match milliseconds {
        Some(ms) if ms <= 7 * 24 * 3_600_000 => Ok(Duration::from_millis(ms)),
        _ => Err("write a duration of at most a week, such as 10080m".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use std::time::Duration;

    #[test]
    fn durations() {
        assert_eq!(read("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(read("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(read("2m"), Ok(Duration::from_secs(120)));
        for bad in
            ["", "30", "s", "-1s", "1.5s", "1h", "99999999999999999999s", "99999999m", "30 s"]
        {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
