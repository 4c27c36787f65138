//! Many rows in few statements.
//!
//! Rows are written in groups of 1, 2, 4 … 64, so that there are few texts of statements for the database to remember.

/// How many rows one statement writes at the most.
const LARGEST: usize = 64;

/// The rows in their order, in as few groups of these sizes as can be.
pub(super) fn groups<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let size = 1 << rows.len().checked_ilog2()?;
        let (group, rest) = rows.split_at(LARGEST.min(size));
        rows = rest;
        Some(group)
    })
}

/// Places for that many rows of that many columns: `(?, ?), (?, ?)`. They have no numbers, since SQLite would look up each
/// number among all of them.
pub(super) fn places(rows: usize, columns: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(", "));
    vec![row; rows].join(", ")
}

#[cfg(test)]
mod tests {
    use super::{groups, places};

    #[test]
    fn groups_hold_every_row_once_and_in_order() {
        for count in 0..300_usize {
            let rows: Vec<usize> = (0..count).collect();
            let groups: Vec<&[usize]> = groups(&rows).collect();
            assert_eq!(groups.concat(), rows);
            assert!(groups.iter().all(|group| group.len().is_power_of_two()), "{count}");
        }
        let sizes: Vec<usize> = groups(&[(); 150]).map(<[()]>::len).collect();
        assert_eq!(sizes, [64, 64, 16, 4, 2]);
    }

    #[test]
    fn every_column_of_every_row_has_a_place() {
        assert_eq!(places(1, 1), "(?)");
        assert_eq!(places(2, 3), "(?, ?, ?), (?, ?, ?)");
    }
}
