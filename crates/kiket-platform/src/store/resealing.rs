//! Sealed values, wherever they are, to be sealed with another key one by one while others write.

use std::path::Path;
use std::sync::LazyLock;

use sqlx::{AnyPool, AssertSqlSafe, Row};

use super::{Store, StoreError, address, pool, secrets};

/// The most values of one look.
const BATCH: i64 = 200;

/// A column of sealed values.
pub(crate) struct SealedColumn {
    /// What the values are bound to.
    pub(crate) table: &'static str,
    pub(crate) column: &'static str,
    find: String,
    replace: String,
}

/// A value that another key has sealed.
pub(crate) struct SealedValue {
    /// The row as the value is bound to it.
    pub(crate) place: String,
    /// The row as the database knows it.
    row: (String, String),
    pub(crate) sealed: Vec<u8>,
}

/// Every column that holds sealed values. A test compares it with the tables.
pub(crate) static COLUMNS: LazyLock<Vec<SealedColumn>> = LazyLock::new(|| {
    let installation = |name| column("installations", name, "CAST(id AS TEXT)", ["id", "0"]);
    let revision = "installation_id || '/' || number";
    vec![
        installation("sealed_delivery_secret"),
        installation("sealed_next_delivery_secret"),
        installation("sealed_headers"),
        column("revisions", "sealed_headers", revision, ["installation_id", "number"]),
        column("secrets", "sealed_value", secrets::PLACE, ["id", "0"]),
        SealedColumn {
            // A name stays bound to the secret that it was of.
            table: "secrets",
            ..column("secret_remains", "sealed_value", "place", ["id", "0"])
        },
        column("signing_keys", "sealed_private_key", "kid", ["kid", "0"]),
        column(
            "webhook_tokens",
            "sealed_token",
            "CAST(installation_id AS TEXT)",
            ["installation_id", "0"],
        ),
    ]
});

fn column(
    table: &'static str,
    name: &'static str,
    place: &str,
    [first, second]: [&str; 2],
) -> SealedColumn {
    let find = format!(
        "SELECT {place} AS place, CAST({first} AS TEXT) AS row_first, \
         CAST({second} AS TEXT) AS row_second, {name} AS sealed FROM {table} \
         WHERE {name} IS NOT NULL AND substr({name}, 2, $1) <> $2 LIMIT $3"
    );
    let is = |column: &str, argument: &str| match column {
        "0" => format!("{argument} = '0'"),
        "kid" => format!("kid = {argument}"),
        number => format!("{number} = CAST({argument} AS BIGINT)"),
    };
    let replace = format!(
        "UPDATE {table} SET {name} = $1 WHERE {} AND {} AND {name} = $4",
        is(first, "$2"),
        is(second, "$3")
    );
    SealedColumn { table, column: name, find, replace }
}

/// What finds sealed values, and what replaces them.
#[derive(Clone)]
pub(crate) struct Resealing {
    reader: AnyPool,
    writer: AnyPool,
}

impl Resealing {
    /// Beside a platform that may run. While one does, only it may write: its transactions rely on
    /// being the only ones.
    pub(crate) async fn connect(data_dir: &Path) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let reader = pool(1).connect(&address(data_dir, "rw")?).await?;
        Ok(Self { writer: reader.clone(), reader })
    }

    pub(crate) async fn close(&self) {
        self.reader.close().await;
    }
}

impl Store {
    /// The platform's own connections, so that one value at a time is sealed between other writes.
    pub(crate) fn resealing(&self) -> Resealing {
        Resealing { reader: self.reader.clone(), writer: self.writer.clone() }
    }
}

impl SealedColumn {
    /// Some of the values that another key than this one has sealed.
    pub(crate) async fn find(
        &self,
        from: &Resealing,
        key_id: &[u8],
    ) -> Result<Vec<SealedValue>, StoreError> {
        sqlx::query(AssertSqlSafe(self.find.clone()))
            .bind(i64::try_from(key_id.len()).unwrap_or_default())
            .bind(key_id)
            .bind(BATCH)
            .fetch_all(&from.reader)
            .await?
            .iter()
            .map(|row| {
                Ok(SealedValue {
                    place: row.try_get("place")?,
                    row: (row.try_get("row_first")?, row.try_get("row_second")?),
                    sealed: row.try_get("sealed")?,
                })
            })
            .collect()
    }

    /// Puts the same value in its place as another key seals it, unless it has changed meanwhile.
    pub(crate) async fn replace(
        &self,
        to: &Resealing,
        value: &SealedValue,
        sealed: &[u8],
    ) -> Result<bool, StoreError> {
        let replaced = sqlx::query(AssertSqlSafe(self.replace.clone()))
            .bind(sealed)
            .bind(&value.row.0)
            .bind(&value.row.1)
            .bind(value.sealed.as_slice())
            .execute(&to.writer)
            .await?;
        Ok(replaced.rows_affected() > 0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use prometheus_client::metrics::histogram::Histogram;

    use super::*;
    use crate::delivery::plan::plan;
    use crate::store::Store;

    #[tokio::test]
    async fn every_sealed_column_is_known() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), plan, Histogram::new([1.0])).await.unwrap();
        let rows = sqlx::query(
            "SELECT m.name || '.' || c.name AS name FROM sqlite_master m \
             JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name LIKE 'sealed%'",
        )
        .fetch_all(&store.reader)
        .await
        .unwrap();
        let there: BTreeSet<String> = rows.iter().map(|row| row.try_get("name").unwrap()).collect();
        let known: BTreeSet<String> = COLUMNS
            .iter()
            .map(|it| {
                let table = it.find.split(" FROM ").nth(1).unwrap().split(' ').next().unwrap();
                format!("{table}.{}", it.column)
            })
            .collect();
        assert_eq!(there, known);
        store.close().await;
    }
}
