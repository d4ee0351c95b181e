//! The outbox: what extensions told people, newest first.

use kiket_contract::api::notifications::{ListNotifications, Notification, SentNotification};
use kiket_contract::id::DeliveryId;
use serde::Deserialize;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::arguments::Arguments;
use super::{Store, StoreError, json, read, time};

/// A notification's data as it is stored; its title is the entry's name.
#[derive(Deserialize)]
pub(super) struct Data {
    pub(super) body: String,
    pub(super) level: String,
}

impl Store {
    /// The newest notifications before a number, one more than the page may have.
    pub(crate) async fn notifications(
        &self,
        wanted: &ListNotifications,
        before: Option<i64>,
    ) -> Result<Vec<SentNotification>, StoreError> {
        let mut arguments = Arguments::default();
        let mut scope = format!("l.id < {}", arguments.add(before.unwrap_or(i64::MAX))?);
        if let Some(after) = wanted.after {
            scope += &format!(" AND l.id > {}", arguments.add(after)?);
        }
        if let Some(project) = wanted.project_id {
            scope += &format!(" AND i.project_id = {}", arguments.add(i64::from(project))?);
        }
        if let Some(installation) = wanted.installation_id {
            scope += &format!(" AND i.id = {}", arguments.add(i64::from(installation))?);
        }
        let most = arguments.add(i64::try_from(wanted.limit.get() + 1).unwrap_or(i64::MAX))?;
        let text = format!(
            "SELECT l.id, l.created_at, l.delivery_id, l.event, l.data, i.id AS installation_id, \
             i.project_id, e.extension_id FROM extension_events l \
             JOIN installations i ON i.id = l.installation_id \
             JOIN extensions e ON e.number = i.extension_number \
             WHERE l.kind = 'notification' AND {scope} ORDER BY l.id DESC LIMIT {most}"
        );
        let rows = arguments.statement(text).fetch_all(&self.reader).await?;
        rows.iter().map(notification).collect()
    }
}

fn notification(row: &AnyRow) -> Result<SentNotification, StoreError> {
    let Data { body, level } = json(row, "data")?;
    Ok(SentNotification {
        id: row.try_get("id")?,
        created_at: time(row, "created_at")?,
        installation_id: read(row, "installation_id", |id: i64| id.try_into())?,
        project_id: read(row, "project_id", |id: i64| id.try_into())?,
        extension_id: row.try_get("extension_id")?,
        delivery_id: read(row, "delivery_id", |id: Option<Vec<u8>>| {
            id.map(|id| DeliveryId::from_slice(&id)).transpose()
        })?,
        notification: Notification { title: row.try_get("event")?, body, level },
    })
}
