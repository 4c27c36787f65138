//! Durations as people write them: `500ms`, `30s`, `2m`, `12h`, `90d`.

use std::time::Duration;

/// Reads `500ms`, `30s` or `2m`: a clock of a table.
pub(crate) fn read(text: &str) -> Result<Duration, String> {
    // A week is longer than any clock of a table; far more would overflow when added to the time of day.
    within(text, WEEK, "write a duration such as 500ms, 30s or 2m, of at most a week (7d)")
}

/// Reads `12h` or `90d`, or `forever`: how long something is kept.
pub(crate) fn read_kept(text: &str) -> Result<Option<Duration>, String> {
    match text {
        "forever" => Ok(None),
        text => {
            within(text, 5_000 * WEEK, "write a duration such as 12h or 90d, or forever").map(Some)
        }
    }
}

const WEEK: u64 = 7 * 24 * 3_600_000;

fn within(text: &str, most: u64, wanted: &str) -> Result<Duration, String> {
    let unit = text.find(|c: char| !c.is_ascii_digit()).ok_or(wanted)?;
    let number: u64 = text[..unit].parse().map_err(|_| wanted)?;
    let milliseconds = match &text[unit..] {
        "ms" => number.checked_mul(1),
        "s" => number.checked_mul(1_000),
        "m" => number.checked_mul(60_000),
        "h" => number.checked_mul(3_600_000),
        "d" => number.checked_mul(24 * 3_600_000),
        _ => None,
    };
    let milliseconds = milliseconds.filter(|ms| *ms <= most).ok_or(wanted)?;
    Ok(Duration::from_millis(milliseconds))
}

#[cfg(test)]
mod tests {
    use super::{read, read_kept};
    use std::time::Duration;

    #[test]
    fn durations() {
        assert_eq!(read("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(read("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(read("2m"), Ok(Duration::from_secs(120)));
        for bad in
            ["", "30", "s", "-1s", "1.5s", "8d", "99999999999999999999s", "99999999m", "30 s", "1w"]
        {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert_eq!(read("168h"), read("7d"));
        assert_eq!(read_kept("90d"), Ok(Some(Duration::from_secs(90 * 24 * 3600))));
        assert_eq!(read_kept("forever"), Ok(None));
        for bad in ["", "never", "90", "99999999d"] {
            assert!(read_kept(bad).is_err(), "{bad}");
        }
    }
}
