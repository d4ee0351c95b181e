//! Reading records by a range of an index.

use sqlx::Row;

use super::stored;
use crate::custom_data::key::END;
use crate::custom_data::table::Stored;
use crate::store::{Store, StoreError};

/// Below the number of every record.
const BEFORE_ALL: i64 = 0;

/// Some records of a table.
#[derive(Debug)]
pub(crate) struct Scan {
    pub(crate) table: i64,
    /// An index and the beginning of the keys in it; without it, the records by their number.
    pub(crate) index: Option<(i64, Vec<u8>)>,
    pub(crate) descending: bool,
    /// Begins after this key of the index and this record.
    pub(crate) after: Option<(Vec<u8>, i64)>,
    pub(crate) limit: usize,
}

impl Scan {
    /// Begins after a record of which the index's next column has this key.
    pub(crate) fn start_after(&mut self, position: Option<&(Vec<u8>, i64)>) {
        let prefix = self.index.as_ref().map_or(&[][..], |(_, prefix)| prefix);
        self.after = position.map(|(key, id)| ([prefix, key].concat(), *id));
    }
}

impl Store {
    /// The records, each with its key in the index.
    pub(crate) async fn scan(&self, scan: &Scan) -> Result<Vec<(Vec<u8>, Stored)>, StoreError> {
        let limit = i64::try_from(scan.limit).unwrap_or(i64::MAX);
        let Some((index, prefix)) = &scan.index else {
            let after = scan.after.as_ref().map(|(_, id)| *id);
            let found = sqlx::query(by_number(scan.descending))
                .bind(scan.table)
                .bind(after.unwrap_or(if scan.descending { i64::MAX } else { BEFORE_ALL }))
                .bind(limit)
                .fetch_all(&self.reader)
                .await?;
            return found.iter().map(|row| Ok((Vec::new(), stored(row)?))).collect();
        };
        let end = [prefix.as_slice(), &[END]].concat();
        let (first, other) = if scan.descending { (&end, prefix) } else { (prefix, &end) };
        let (key, id) = scan.after.clone().unwrap_or_else(|| (first.clone(), BEFORE_ALL));
        let found = sqlx::query(by_key(scan.descending))
            .bind(scan.table)
            .bind(*index)
            .bind(key)
            .bind(id)
            .bind(other.clone())
            .bind(limit)
            .fetch_all(&self.reader)
            .await?;
        found.iter().map(|row| Ok((row.try_get("key")?, stored(row)?))).collect()
    }
}

fn by_number(descending: bool) -> &'static str {
    if descending {
        "SELECT id, data, created_at, updated_at FROM records \
         WHERE table_id = $1 AND id < $2 AND deleted_at IS NULL ORDER BY id DESC LIMIT $3"
    } else {
        "SELECT id, data, created_at, updated_at FROM records \
         WHERE table_id = $1 AND id > $2 AND deleted_at IS NULL ORDER BY id LIMIT $3"
    }
}

fn by_key(descending: bool) -> &'static str {
    if descending {
        "SELECT k.key, r.id, r.data, r.created_at, r.updated_at FROM record_keys k \
         JOIN records r ON r.table_id = k.table_id AND r.id = k.record_id \
         WHERE k.table_id = $1 AND k.index_no = $2 AND (k.key, k.record_id) < ($3, $4) \
         AND k.key >= $5 ORDER BY k.key DESC, k.record_id DESC LIMIT $6"
    } else {
        "SELECT k.key, r.id, r.data, r.created_at, r.updated_at FROM record_keys k \
         JOIN records r ON r.table_id = k.table_id AND r.id = k.record_id \
         WHERE k.table_id = $1 AND k.index_no = $2 AND (k.key, k.record_id) > ($3, $4) \
         AND k.key < $5 ORDER BY k.key, k.record_id LIMIT $6"
    }
}

#[cfg(test)]
mod tests {
    use prometheus_client::metrics::histogram::Histogram;

    use super::*;
    use crate::delivery::plan::plan;

    #[tokio::test]
    async fn an_index_is_searched_and_nothing_is_sorted() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), plan, Histogram::new([1.0])).await.unwrap();
        for descending in [false, true] {
            let explain = format!("EXPLAIN QUERY PLAN {}", by_key(descending));
            let steps = sqlx::query(sqlx::AssertSqlSafe(explain))
                .bind(1)
                .bind(0)
                .bind(vec![1_u8])
                .bind(0)
                .bind(vec![1_u8, 255])
                .bind(50)
                .fetch_all(&store.reader)
                .await
                .unwrap();
            let steps: Vec<String> =
                steps.iter().map(|row| row.try_get("detail").unwrap()).collect();
            assert_eq!(steps.len(), 2, "{steps:?}");
            assert!(steps[0].starts_with("SEARCH k USING PRIMARY KEY"), "{steps:?}");
            assert!(steps[0].contains("key"), "{steps:?}");
            assert!(steps[1].starts_with("SEARCH r USING INDEX"), "{steps:?}");
        }
        store.close().await;
    }
}
