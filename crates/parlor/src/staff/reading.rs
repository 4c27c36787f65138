//! One look at what is measured, by its text: as whoever collects `/metrics` sees it.

use std::collections::BTreeMap;

/// The numbers of a text of metrics, by name and labels.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Reading(BTreeMap<String, f64>);

/// A histogram's buckets: the bound of each, and how many were below it.
pub(super) type Buckets = Vec<(f64, f64)>;

impl Reading {
    pub(super) fn of(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let number = |line: &str| {
            let (name, number) = line.rsplit_once(' ')?;
            Some((name.to_owned(), number.parse().ok()?))
        };
        Self(lines.filter_map(number).collect())
    }

    /// The number of this name; zero where nothing was counted.
    pub(super) fn number(&self, name: &str) -> f64 {
        self.0.get(name).copied().unwrap_or_default()
    }

    /// What was counted of this name between another look and this one, by the one label that it has.
    fn more(&self, before: &Self, name: &str) -> impl Iterator<Item = (&str, f64)> {
        let start = format!("{name}{{");
        let from_here = self.0.range(start.clone()..);
        let named = from_here.take_while(move |(key, _)| key.starts_with(&start));
        named.filter_map(|(key, now)| {
            let label = key.split_once("=\"")?.1.strip_suffix("\"}")?;
            Some((label, now - before.number(key)))
        })
    }

    /// The same, where that is anything.
    pub(super) fn more_by_label(&self, before: &Self, name: &str) -> BTreeMap<String, u64> {
        let more = self.more(before, name).map(|(label, more)| (label.to_owned(), whole(more)));
        more.filter(|(_, more)| *more > 0).collect()
    }

    /// The buckets of a histogram, of what was observed between another look and this one.
    pub(super) fn more_in_buckets(&self, before: &Self, name: &str) -> Buckets {
        let name = format!("{name}_bucket");
        let more = self.more(before, &name);
        let mut buckets: Buckets =
            more.map(|(bound, more)| (bound.parse().unwrap_or(f64::INFINITY), more)).collect();
        buckets.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        buckets
    }
}

/// What so many of what was observed stay below, as Prometheus estimates it: evenly spread within a bucket. Nothing where
/// nothing was observed.
pub(super) fn quantile(part: f64, buckets: &[(f64, f64)]) -> Option<f64> {
    let (_, all) = *buckets.last()?;
    if all <= 0.0 {
        return None;
    }
    let rank = part * all;
    let (mut low, mut below) = (0.0, 0.0);
    for (bound, count) in buckets {
        if *count >= rank {
            // Past the last bound nothing is known.
            let reaches = bound.is_finite() && *count > below;
            let within = if reaches { (rank - below) / (count - below) } else { 0.0 };
            return Some(if reaches { (bound - low).mul_add(within, low) } else { low });
        }
        (low, below) = (*bound, *count);
    }
    Some(low)
}

/// A count, as one.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts are whole")]
pub(super) fn whole(number: f64) -> u64 {
    number.max(0.0).round() as u64
}

#[cfg(test)]
mod tests {
    use super::{Reading, quantile};

    const TEXT: &str = "# HELP parlor_refusals Refusals by code.\n\
        parlor_connections 7\n\
        parlor_refusals_total{code=\"malformed\"} 3\n\
        parlor_refusals_total{code=\"rate_limited\"} 5\n\
        s_bucket{le=\"0.001\"} 10\ns_bucket{le=\"0.01\"} 90\ns_bucket{le=\"+Inf\"} 100\n\
        # EOF\n";

    #[test]
    fn numbers_are_read_by_name_and_label() {
        let reading = Reading::of(TEXT);
        assert_eq!(reading.number("parlor_connections"), 7.0);
        assert_eq!(reading.number("nothing"), 0.0);
        let before = Reading::of("parlor_refusals_total{code=\"malformed\"} 3");
        let more = reading.more_by_label(&before, "parlor_refusals_total");
        assert_eq!(more.into_iter().collect::<Vec<_>>(), [("rate_limited".to_owned(), 5)]);
        let more = reading.more_by_label(&Reading::default(), "parlor_refusals_total");
        assert_eq!(more.into_values().collect::<Vec<_>>(), [3, 5]);
    }

    #[test]
    fn a_part_stays_below_what_its_bucket_says() {
        let reading = Reading::of(TEXT);
        let buckets = reading.more_in_buckets(&Reading::default(), "s");
        assert_eq!(buckets, [(0.001, 10.0), (0.01, 90.0), (f64::INFINITY, 100.0)]);
        let near = |part, wanted: f64| {
            let is = quantile(part, &buckets).unwrap();
            assert!((is - wanted).abs() < 1e-9, "{part}: {is}");
        };
        near(0.05, 0.0005);
        near(0.5, 0.0055);
        near(0.99, 0.01);
        assert_eq!(quantile(0.5, &reading.more_in_buckets(&reading, "s")), None);
        assert_eq!(quantile(0.5, &[]), None);
    }
}
