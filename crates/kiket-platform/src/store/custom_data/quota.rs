//! How much an installation may store.

use kiket_contract::api::custom_data::{LARGEST_STORED, MOST_STORED};
use kiket_contract::id::InstallationId;
use sqlx::{AnyConnection, Row};

use crate::store::StoreError;

/// Whether an installation has more records, or bytes of them, than it may. What was removed and is
/// still kept counts.
pub(super) async fn is_exceeded(
    connection: &mut AnyConnection,
    installation: InstallationId,
) -> Result<bool, StoreError> {
    let row = sqlx::query(
        "SELECT CAST(COALESCE(SUM(records), 0) AS BIGINT) AS records, \
         CAST(COALESCE(SUM(bytes), 0) AS BIGINT) AS bytes \
         FROM data_tables WHERE installation_id = $1",
    )
    .bind(i64::from(installation))
    .fetch_one(connection)
    .await?;
    let (records, bytes): (i64, i64) = (row.try_get("records")?, row.try_get("bytes")?);
    Ok(records > MOST_STORED || bytes > LARGEST_STORED)
}
