//! Reading records by a range of an index.

use futures_util::{Stream, TryStreamExt};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::stored;
use crate::custom_data::key::END;
use crate::custom_data::table::Stored;
use crate::store::{Store, StoreError};

/// Below the number of every record.
const BEFORE_ALL: i64 = 0;

/// A batch ends when its records have more bytes than this.
const LARGEST_BATCH: usize = 256 * 1024;

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

/// The next records, each with its key in the index.
pub(crate) struct Batch {
    pub(crate) records: Vec<(Vec<u8>, Stored)>,
    /// Whether no others follow.
    pub(crate) is_last: bool,
}

impl Batch {
    /// Reads until there are enough rows or bytes.
    async fn read(
        mut rows: impl Stream<Item = Result<AnyRow, sqlx::Error>> + Unpin,
        is_indexed: bool,
        limit: usize,
    ) -> Result<Self, StoreError> {
        let (mut records, mut size) = (Vec::new(), 0);
        while let Some(row) = rows.try_next().await? {
            let key = if is_indexed { row.try_get("key")? } else { Vec::new() };
            size += row.try_get::<&str, _>("data")?.len();
            records.push((key, stored(&row)?));
            if size > LARGEST_BATCH {
                return Ok(Self { records, is_last: false });
            }
        }
        Ok(Self { is_last: records.len() < limit, records })
    }
}

impl Store {
    /// The next records: as many as are asked for, or fewer large ones.
    pub(crate) async fn scan(&self, scan: &Scan) -> Result<Batch, StoreError> {
        let limit = i64::try_from(scan.limit).unwrap_or(i64::MAX);
        let Some((index, prefix)) = &scan.index else {
            let after = scan.after.as_ref().map(|(_, id)| *id);
            let rows = sqlx::query(by_number(scan.descending))
                .bind(scan.table)
                .bind(after.unwrap_or(if scan.descending { i64::MAX } else { BEFORE_ALL }))
                .bind(limit)
                .fetch(&self.reader);
            return Batch::read(rows, false, scan.limit).await;
        };
        let end = [prefix.as_slice(), &[END]].concat();
        let (first, other) = if scan.descending { (&end, prefix) } else { (prefix, &end) };
        let (key, id) = scan.after.clone().unwrap_or_else(|| (first.clone(), BEFORE_ALL));
        let rows = sqlx::query(by_key(scan.descending))
            .bind(scan.table)
            .bind(*index)
            .bind(key)
            .bind(id)
            .bind(other.clone())
            .bind(limit)
            .fetch(&self.reader);
        Batch::read(rows, true, scan.limit).await
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
    async fn a_batch_of_large_records_ends_early_and_the_next_one_goes_on() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), plan, Histogram::new([1.0])).await.unwrap();
        for statement in [
            "PRAGMA foreign_keys = OFF",
            "INSERT INTO records (table_id, id, data, created_at, updated_at) \
             WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 40) \
             SELECT 1, n, '{\"notes\":\"' || hex(zeroblob(30000)) || '\"}', 0, 0 FROM n",
        ] {
            sqlx::query(statement).execute(&store.writer).await.unwrap();
        }
        let mut scan = Scan { table: 1, index: None, descending: false, after: None, limit: 501 };
        let (mut found, mut batches) = (Vec::new(), 0);
        loop {
            let batch = store.scan(&scan).await.unwrap();
            assert!(batch.records.len() <= 5, "{}", batch.records.len());
            scan.after = batch.records.last().map(|(key, record)| (key.clone(), record.id));
            found.extend(batch.records.iter().map(|(_, record)| record.id));
            batches += 1;
            if batch.is_last {
                break;
            }
        }
        assert_eq!(found, (1..=40).collect::<Vec<_>>());
        assert!(batches >= 8, "{batches}");
        store.close().await;
    }

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
