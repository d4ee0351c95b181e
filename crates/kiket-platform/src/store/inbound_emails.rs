//! E-mails that extensions received.

use jiff::Timestamp;
use kiket_contract::api::inbound_emails::{ListInboundEmails, MOST_KEPT, ReceivedEmail};
use kiket_contract::id::InstallationId;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::answers::{self, Remember};
use super::arguments::Arguments;
use super::{Store, StoreError, read, time};

/// What a list reads of an e-mail `m` and its installation `i`.
const COLUMNS: &str = "m.id, m.created_at, i.id AS installation_id, i.project_id, e.extension_id";
const JOINED: &str = "inbound_emails m JOIN installations i ON i.id = m.installation_id \
                      JOIN extensions e ON e.number = i.extension_number";

impl Store {
    /// Keeps one e-mail, which is JSON, and returns its number. The installation's oldest goes for it
    /// when there are [`MOST_KEPT`]. Nothing is kept, and nothing returned, when the key of the
    /// request stands for an earlier one.
    pub(crate) async fn keep_email(
        &self,
        installation: InstallationId,
        email: &str,
        remember: Option<Remember<'_, i64>>,
        now: Timestamp,
    ) -> Result<Option<i64>, StoreError> {
        let mut transaction = self.writer.begin().await?;
        let row = sqlx::query(
            "INSERT INTO inbound_emails (installation_id, number, email, created_at) \
             SELECT $1, (SELECT COALESCE(MAX(number), 0) + 1 FROM inbound_emails \
             WHERE installation_id = $1), $2, $3 RETURNING id, number",
        )
        .bind(i64::from(installation))
        .bind(email)
        .bind(now.as_millisecond())
        .fetch_one(&mut *transaction)
        .await?;
        sqlx::query("DELETE FROM inbound_emails WHERE installation_id = $1 AND number <= $2")
            .bind(i64::from(installation))
            .bind(row.try_get::<i64, _>("number")? - MOST_KEPT)
            .execute(&mut *transaction)
            .await?;
        let id = row.try_get("id")?;
        if !answers::remember(&mut transaction, remember, &id).await? {
            transaction.rollback().await?;
            return Ok(None);
        }
        transaction.commit().await?;
        Ok(Some(id))
    }

    /// The newest e-mails before a number without what they say, one more than the page may have.
    pub(crate) async fn inbound_emails(
        &self,
        wanted: &ListInboundEmails,
        before: Option<i64>,
    ) -> Result<Vec<ReceivedEmail>, StoreError> {
        let mut arguments = Arguments::default();
        let mut scope = format!("m.id < {}", arguments.add(before.unwrap_or(i64::MAX))?);
        if let Some(project) = wanted.project_id {
            scope += &format!(" AND i.project_id = {}", arguments.add(i64::from(project))?);
        }
        if let Some(installation) = wanted.installation_id {
            scope += &format!(" AND i.id = {}", arguments.add(i64::from(installation))?);
        }
        let most = arguments.add(i64::try_from(wanted.limit.get() + 1).unwrap_or(i64::MAX))?;
        let text =
            format!("SELECT {COLUMNS} FROM {JOINED} WHERE {scope} ORDER BY m.id DESC LIMIT {most}");
        arguments.statement(text).fetch_all(&self.reader).await?.iter().map(received).collect()
    }

    /// One e-mail with what it says.
    pub(crate) async fn inbound_email(&self, id: i64) -> Result<Option<ReceivedEmail>, StoreError> {
        let text = format!("SELECT {COLUMNS}, m.email FROM {JOINED} WHERE m.id = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(text));
        let row = row.bind(id).fetch_optional(&self.reader).await?;
        row.map(|row| {
            let inbound_email = Some(super::json(&row, "email")?);
            Ok(ReceivedEmail { inbound_email, ..received(&row)? })
        })
        .transpose()
    }
}

fn received(row: &AnyRow) -> Result<ReceivedEmail, StoreError> {
    Ok(ReceivedEmail {
        id: row.try_get("id")?,
        received_at: time(row, "created_at")?,
        installation_id: read(row, "installation_id", |id: i64| id.try_into())?,
        project_id: read(row, "project_id", |id: i64| id.try_into())?,
        extension_id: row.try_get("extension_id")?,
        inbound_email: None,
    })
}
