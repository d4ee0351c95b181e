//! Statements over many rows at once.
//!
//! The database compiles each text of a statement once and keeps it, so rows go in groups whose
//! sizes are powers of two: seven texts serve any number of rows.

use std::ops::Range;

use sqlx::AssertSqlSafe;
use sqlx::any::AnyArguments;
use sqlx::query::Query;

/// A statement with its arguments still to be bound.
pub(super) type Statement = Query<'static, sqlx::Any, AnyArguments>;

const LARGEST_GROUP: usize = 64;

/// `0..rows` in groups of a power of two, the largest first.
pub(super) fn groups(rows: usize) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let left = rows - start;
        (left > 0).then(|| {
            let size = left.min(LARGEST_GROUP);
            let group = start..start + (1 << size.ilog2());
            start = group.end;
            group
        })
    })
}

/// `head VALUES (…),(…) tail`, with one `(…)` as `row` gives it for each of the rows.
pub(super) fn statement(head: &str, row: &str, rows: usize, tail: &str) -> Statement {
    let values = vec![row; rows].join(",");
    // Every part is a literal of this crate; what comes from outside is bound.
    sqlx::query(AssertSqlSafe(format!("{head} VALUES {values} {tail}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_cover_every_row_once() {
        for rows in 0..300 {
            let mut covered = 0;
            for group in groups(rows) {
                assert_eq!(group.start, covered);
                assert!(group.len().is_power_of_two() && group.len() <= LARGEST_GROUP);
                covered = group.end;
            }
            assert_eq!(covered, rows);
        }
    }
}
