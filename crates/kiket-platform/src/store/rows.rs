//! Statements over many rows at once.
//!
//! The database compiles each text of a statement once and keeps it, so rows go in groups of few
//! sizes: powers of two, and the numbers half-way between them.

use std::ops::Range;

use sqlx::AssertSqlSafe;
use sqlx::any::AnyArguments;
use sqlx::query::Query;

/// A statement with its arguments still to be bound.
pub(super) type Statement = Query<'static, sqlx::Any, AnyArguments>;

const LARGEST_GROUP: usize = 64;

/// `0..rows` in groups, the largest first.
pub(super) fn groups(rows: usize) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let left = rows - start;
        (left > 0).then(|| {
            let group = start..start + size(left.min(LARGEST_GROUP));
            start = group.end;
            group
        })
    })
}

/// The largest size of a group that is no more than this.
fn size(most: usize) -> usize {
    let power = 1 << most.ilog2();
    let between = power + power / 2;
    if between <= most { between } else { power }
}

/// `head VALUES (…),(…) tail`, with one `(…)` as `row` gives it for each of the rows.
pub(super) fn statement(head: &str, row: &str, rows: usize, tail: &str) -> Statement {
    let values = vec![row; rows].join(",");
    // Every part is a literal of this crate; what comes from outside is bound.
    sqlx::query(AssertSqlSafe(format!("{head} VALUES {values} {tail}")))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn groups_cover_every_row_once() {
        let mut sizes = BTreeSet::new();
        for rows in 0..300 {
            let mut covered = 0;
            for group in groups(rows) {
                assert_eq!(group.start, covered);
                sizes.insert(group.len());
                covered = group.end;
            }
            assert_eq!(covered, rows);
        }
        assert_eq!(sizes, BTreeSet::from([1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64]));
    }
}
