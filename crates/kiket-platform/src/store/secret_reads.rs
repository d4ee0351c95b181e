//! Who was given which secret.

use jiff::Timestamp;
use kiket_contract::api::secrets::kept::SecretScope;
use kiket_contract::api::secrets::reads::{ListSecretReads, ReadBy, SecretRead};
use kiket_contract::id::{DeliveryId, InstallationId, WorkspaceTokenId};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::arguments::Arguments;
use super::{Store, StoreError, read, rows, time};

/// By what a value is given out, and with what that is told apart.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reader {
    /// A delivery's attempt, by its number.
    Delivery(DeliveryId, i64),
    RuntimeToken(DeliveryId),
    ApiKey,
    WorkspaceToken(WorkspaceTokenId),
}

impl Reader {
    fn by(self) -> ReadBy {
        match self {
            Self::Delivery(..) => ReadBy::Delivery,
            Self::RuntimeToken(_) => ReadBy::RuntimeToken,
            Self::ApiKey => ReadBy::ApiKey,
            Self::WorkspaceToken(_) => ReadBy::WorkspaceToken,
        }
    }
}

/// Values that are about to be given to an installation.
pub(crate) struct Reads {
    pub(crate) installation: InstallationId,
    pub(crate) reader: Reader,
    /// The keys, and whose value each is.
    pub(crate) secrets: Vec<(String, SecretScope)>,
    pub(crate) now: Timestamp,
}

/// A read and its place in the list.
pub(crate) struct Found {
    pub(crate) id: i64,
    pub(crate) entry: SecretRead,
}

impl Store {
    /// Notes reads. They are on disk when this returns, and only then may the values be given out.
    pub(crate) async fn note_reads(&self, reads: Reads) -> Result<(), StoreError> {
        self.batches.note_reads(reads).await
    }

    /// The newest reads before a position, one more than the page may have.
    pub(crate) async fn secret_reads(
        &self,
        wanted: &ListSecretReads,
        before: Option<i64>,
    ) -> Result<Vec<Found>, StoreError> {
        let (text, arguments) = list(wanted, before)?;
        let rows = arguments.statement(text).fetch_all(&self.reader).await?;
        rows.iter().map(found).collect()
    }
}

fn list(wanted: &ListSecretReads, before: Option<i64>) -> Result<(String, Arguments), StoreError> {
    let mut arguments = Arguments::default();
    let before = arguments.add(before.unwrap_or(i64::MAX))?;
    let mut filter = format!("r.id < {before}");
    if let Some(installation) = wanted.installation_id {
        filter += &format!(" AND r.installation_id = {}", arguments.add(i64::from(installation))?);
    }
    if let Some(delivery) = wanted.delivery_id {
        filter += &format!(" AND r.delivery_id = {}", arguments.add(delivery.as_bytes().to_vec())?);
    }
    if let Some(key) = &wanted.key {
        filter += &format!(" AND r.key = {}", arguments.add(key.clone())?);
    }
    let most = arguments.add(i64::try_from(wanted.limit.get() + 1).unwrap_or(i64::MAX))?;
    let text = format!(
        "SELECT r.id, r.installation_id, e.extension_id, r.key, r.scope, r.read_by, r.delivery_id, \
         r.attempt, r.workspace_token_id, r.read_at FROM secret_reads r \
         JOIN installations i ON i.id = r.installation_id \
         JOIN extensions e ON e.number = i.extension_number \
         WHERE {filter} ORDER BY r.id DESC LIMIT {most}"
    );
    Ok((text, arguments))
}

/// Writes the reads of many inside a transaction.
pub(super) async fn note_all(
    connection: &mut AnyConnection,
    all: &[&Reads],
) -> Result<(), StoreError> {
    let each: Vec<_> =
        all.iter().flat_map(|reads| reads.secrets.iter().map(move |it| (*reads, it))).collect();
    for group in rows::groups(each.len()) {
        let group = &each[group];
        let mut statement = rows::statement(
            "INSERT INTO secret_reads (installation_id, key, scope, read_by, delivery_id, attempt, \
             workspace_token_id, read_at)",
            "(?, ?, ?, ?, ?, ?, ?, ?)",
            group.len(),
            "",
        );
        for (reads, (key, scope)) in group {
            let (delivery, attempt, token) = match reads.reader {
                Reader::Delivery(delivery, attempt) => (Some(delivery), Some(attempt), None),
                Reader::RuntimeToken(delivery) => (Some(delivery), None, None),
                Reader::ApiKey => (None, None, None),
                Reader::WorkspaceToken(token) => (None, None, Some(i64::from(token))),
            };
            statement = statement
                .bind(i64::from(reads.installation))
                .bind(key.clone())
                .bind(scope.as_str())
                .bind(reads.reader.by().as_str())
                .bind(delivery.map(|id| id.as_bytes().to_vec()))
                .bind(attempt)
                .bind(token)
                .bind(reads.now.as_millisecond());
        }
        statement.execute(&mut *connection).await?;
    }
    Ok(())
}

fn found(row: &AnyRow) -> Result<Found, StoreError> {
    let token: Option<i64> = row.try_get("workspace_token_id")?;
    let token = token.map(WorkspaceTokenId::try_from).transpose();
    let entry = SecretRead {
        at: time(row, "read_at")?,
        key: row.try_get("key")?,
        scope: read(row, "scope", |text: String| SecretScope::parse(&text).ok_or(()))?,
        installation_id: read(row, "installation_id", |id: i64| id.try_into())?,
        extension_id: row.try_get("extension_id")?,
        by: read(row, "read_by", |text: String| ReadBy::parse(&text).ok_or(()))?,
        delivery_id: read(row, "delivery_id", |id: Option<Vec<u8>>| {
            id.map(|id| DeliveryId::from_slice(&id)).transpose()
        })?,
        attempt: row.try_get("attempt")?,
        workspace_token_id: token.map_err(|_| StoreError::Damaged("workspace_token_id"))?,
    };
    Ok(Found { id: row.try_get("id")?, entry })
}

#[cfg(test)]
mod tests {
    use prometheus_client::metrics::histogram::Histogram;

    use super::*;
    use crate::delivery::plan::plan;

    #[tokio::test]
    async fn reads_are_found_by_index() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), plan, Histogram::new([1.0])).await.unwrap();
        let all = ListSecretReads::default();
        let installation_id = Some(5.try_into().unwrap());
        let of_one = ListSecretReads { installation_id, ..all.clone() };
        let of_delivery = ListSecretReads { delivery_id: Some(DeliveryId::new()), ..all.clone() };
        for (wanted, by) in [
            (all, "SEARCH r USING INTEGER PRIMARY KEY"),
            (of_one, "SEARCH r USING INDEX secret_reads_by_installation"),
            (of_delivery, "SEARCH r USING INDEX secret_reads_by_delivery"),
        ] {
            let (text, arguments) = list(&wanted, None).unwrap();
            let steps = arguments.steps(&text, &store).await;
            assert!(steps.iter().any(|step| step.starts_with(by)), "{by}: {steps:#?}");
            assert!(!steps.iter().any(|step| step.contains("TEMP B-TREE")), "{steps:#?}");
        }
        store.close().await;
    }
}
