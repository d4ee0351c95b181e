//! A copy of the database as it is at one moment, while others go on writing.

use std::path::Path;

use sqlx::{AnyConnection, Connection};

use super::{StoreError, address};

/// Writes the database of a data directory to an empty file. Who writes to it meanwhile is neither
/// held up nor half in the copy.
pub(crate) async fn backup(data_dir: &Path, to: &Path) -> Result<(), StoreError> {
    sqlx::any::install_default_drivers();
    let name = to.to_str().ok_or_else(|| StoreError::Path(to.to_owned()))?;
    let mut connection = AnyConnection::connect(&address(data_dir, "rw")?).await?;
    sqlx::query("VACUUM INTO $1").bind(name).execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}
