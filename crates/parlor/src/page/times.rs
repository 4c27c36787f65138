//! Times as people read them, in UTC.

/// A time in milliseconds since 1970, as its day and minute: `2026-01-31 18:05`.
pub(super) fn utc(at: i64) -> String {
    let minutes = at.div_euclid(60_000).rem_euclid(24 * 60);
    format!("{} {:02}:{:02}", date(at), minutes / 60, minutes % 60)
}

/// Its day: `2026-01-31`.
pub(super) fn date(at: i64) -> String {
    // Years begin in March here, so that the day of a leap year is the last. 400 of them have 146,097 days.
    let days = at.div_euclid(24 * 3_600_000) + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    format!("{:04}-{month:02}-{day:02}", era * 400 + year + next)
}

#[cfg(test)]
mod tests {
    use super::{date, utc};

    #[test]
    fn days_of_leap_years_and_others() {
        for (seconds, told) in [
            (0, "1970-01-01 00:00"),
            (951_782_399, "2000-02-28 23:59"),
            (951_782_400, "2000-02-29 00:00"),
            (951_868_800, "2000-03-01 00:00"),
            (1_767_225_599, "2025-12-31 23:59"),
            (4_107_542_400, "2100-03-01 00:00"),
            (-1, "1969-12-31 23:59"),
        ] {
            assert_eq!(utc(seconds * 1000), told);
        }
        // Every day for 200 years follows the one before.
        let mut days = (0..73_000).map(|day| date(day * 86_400_000));
        let first = days.next().expect("a day");
        assert!(days.try_fold(first, |before, day| (before < day).then_some(day)).is_some());
    }
}
