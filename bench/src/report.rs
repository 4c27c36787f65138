//! What many runs come to: medians, spreads, ratios, and tables of them in Markdown.

use std::fmt::Write as _;

/// Several measurements of one thing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    /// The one in the middle.
    pub(crate) median: f64,
    /// The least.
    pub(crate) least: f64,
    /// The most.
    pub(crate) most: f64,
}

impl Spread {
    /// Of these, in whichever order.
    ///
    /// # Panics
    /// Where there are none.
    pub(crate) fn of(measured: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = measured.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        Self { median: quantile(&sorted, 50), least: sorted[0], most: sorted[sorted.len() - 1] }
    }

    /// Of the ratios of each to its pair of the same round.
    pub(crate) fn of_ratios(measured: &[f64], to: &[f64]) -> Self {
        Self::of(measured.iter().zip(to).map(|(one, other)| one / other))
    }

    /// As `median (least–most)`, with so many digits behind the point.
    pub(crate) fn show(&self, digits: usize) -> String {
        let Self { median, least, most } = self;
        format!("{median:.digits$} ({least:.digits$}–{most:.digits$})")
    }
}

/// The value that so many hundredths of a sorted list are below; of a list with two in the middle, the mean of the two.
///
/// # Panics
/// Where the list is empty.
pub(crate) fn quantile(sorted: &[f64], hundredths: usize) -> f64 {
    let place = (sorted.len() - 1) * hundredths;
    let (at, rest) = (place / 100, place % 100);
    let next = sorted[(at + 1).min(sorted.len() - 1)];
    if rest == 0 { sorted[at] } else { sorted[at] + (next - sorted[at]) * rest as f64 / 100.0 }
}

/// A table in Markdown: the first column names the row, the others are numbers.
pub(crate) fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let mut text = String::new();
    let mut line = |cells: &[&str]| {
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    };
    line(header);
    let columns: Vec<&str> =
        (0..header.len()).map(|at| if at == 0 { "---" } else { "---:" }).collect();
    line(&columns);
    for row in rows {
        line(&row.iter().map(String::as_str).collect::<Vec<_>>());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Spread, quantile, table};

    #[test]
    fn a_spread_has_its_middle_and_its_ends() {
        let spread = Spread::of([3.0, 1.0, 2.0]);
        assert_eq!(spread, Spread { median: 2.0, least: 1.0, most: 3.0 });
        assert_eq!(Spread::of([1.0, 2.0]).show(2), "1.50 (1.00–2.00)");
    }

    #[test]
    fn ratios_are_of_pairs() {
        let spread = Spread::of_ratios(&[8.0, 30.0], &[10.0, 20.0]);
        assert_eq!((spread.least, spread.most), (0.8, 1.5));
    }

    #[test]
    fn quantiles_are_where_they_belong() {
        let sorted: Vec<f64> = (0..=100).map(f64::from).collect();
        assert_eq!((quantile(&sorted, 50), quantile(&sorted, 99)), (50.0, 99.0));
        assert_eq!(quantile(&[7.0], 99), 7.0);
    }

    #[test]
    fn numbers_stand_to_the_right() {
        let shown = table(&["a", "b"], &[vec!["x".into(), "1".into()]]);
        assert_eq!(shown, "| a | b |\n| --- | ---: |\n| x | 1 |\n");
    }
}
