//! The states of an installation, and its end.

use jiff::Timestamp;
use kiket_contract::api::installations::State;
use kiket_contract::id::InstallationId;
use sqlx::{AnyConnection, Row};

use crate::store::events::NewEvent;
use crate::store::{Store, StoreError, events, read, secrets};

/// The end of an installation.
pub(crate) struct Removal {
    pub(crate) id: InstallationId,
    /// What tells of it.
    pub(crate) event: NewEvent,
    /// What is said of deliveries that wait in vain.
    pub(crate) reason: &'static str,
    pub(crate) now: Timestamp,
}

impl Store {
    /// Moves an installation to a state from one of several, and returns the state that it has
    /// then; `None` when there is none. An installation that is switched off hears `farewell`
    /// nevertheless, and its tokens open nothing any more.
    pub(crate) async fn set_state(
        &self,
        id: InstallationId,
        (from, to): (&[State], State),
        farewell: Option<&NewEvent>,
        now: Timestamp,
    ) -> Result<Option<State>, StoreError> {
        let mut transaction = self.writer.begin().await?;
        let Some(state) = state_of(&mut transaction, id).await? else { return Ok(None) };
        if !from.contains(&state) {
            return Ok(Some(state));
        }
        let farewell = match farewell {
            Some(event) => self.say_farewell(&mut transaction, id, event).await?,
            None => None,
        };
        sqlx::query(
            "UPDATE installations SET state = $1, farewell = $2, \
             generation = generation + $3, updated_at = $4, changes = changes + 1 WHERE id = $5",
        )
        .bind(to.as_str())
        .bind(farewell)
        .bind(i64::from(to == State::Disabled))
        .bind(now.as_millisecond())
        .bind(i64::from(id))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(Some(to))
    }

    /// Gives an installation back the hooks that ended.
    pub(crate) async fn enable_hooks(&self, id: InstallationId) -> Result<(), StoreError> {
        sqlx::query("UPDATE hooks SET disabled_reason = NULL WHERE installation_id = $1")
            .bind(i64::from(id))
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Removes an installation: what waits for it is cancelled, what is under way keeps its lease
    /// and so its attempt's record, and everything secret goes. Returns whether there was one.
    ///
    /// When it hears of its end itself, its delivery secret and headers stay until that delivery
    /// has settled.
    pub(crate) async fn remove(&self, removal: &Removal) -> Result<bool, StoreError> {
        let mut transaction = self.writer.begin().await?;
        let id = i64::from(removal.id);
        if state_of(&mut transaction, removal.id).await?.is_none() {
            return Ok(false);
        }
        events::raise(&mut transaction, self.plan, &[&removal.event]).await?;
        sqlx::query(
            "UPDATE deliveries SET state = 'cancelled', reason = $1, due_at = NULL, \
             updated_at = $2 WHERE installation_id = $3 AND state = 'queued' AND event_id <> $4",
        )
        .bind(removal.reason)
        .bind(removal.now.as_millisecond())
        .bind(id)
        .bind(removal.event.id.as_bytes())
        .execute(&mut *transaction)
        .await?;
        secrets::remove_all(&mut transaction, id).await?;
        for statement in [
            "DELETE FROM hooks WHERE installation_id = $1",
            "DELETE FROM modules WHERE installation_id = $1",
            "DELETE FROM data_tables WHERE installation_id = $1",
            "DELETE FROM webhook_tokens WHERE installation_id = $1",
            "DELETE FROM api_keys WHERE installation_id = $1",
            "UPDATE revisions SET sealed_headers = NULL WHERE installation_id = $1",
        ] {
            sqlx::query(statement).bind(id).execute(&mut *transaction).await?;
        }
        sqlx::query(
            "UPDATE installations SET state = 'removed', farewell = $1, configuration = '{}', \
             generation = generation + 1, updated_at = $2, changes = changes + 1 WHERE id = $3",
        )
        .bind(removal.event.id.as_bytes())
        .bind(removal.now.as_millisecond())
        .bind(id)
        .execute(&mut *transaction)
        .await?;
        bury(&mut transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Raises an event on the end of an installation while it is still heard, and returns the event
    /// if the installation hears it itself.
    async fn say_farewell(
        &self,
        connection: &mut AnyConnection,
        id: InstallationId,
        event: &NewEvent,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        events::raise(connection, self.plan, &[event]).await?;
        let event = event.id.as_bytes().to_vec();
        let heard = sqlx::query(
            "SELECT COUNT(*) AS heard FROM deliveries \
             WHERE event_id = $1 AND installation_id = $2 AND state = 'queued'",
        )
        .bind(event.as_slice())
        .bind(i64::from(id))
        .fetch_one(connection)
        .await?;
        Ok((heard.try_get::<i64, _>("heard")? > 0).then_some(event))
    }
}

/// Takes the last secrets of removed installations that have nothing more to hear.
pub(in crate::store) async fn bury(connection: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE installations SET sealed_delivery_secret = NULL, \
         sealed_next_delivery_secret = NULL, next_secret_at = NULL, sealed_headers = NULL, \
         farewell = NULL WHERE state = 'removed' AND farewell IS NOT NULL AND NOT EXISTS \
         (SELECT 1 FROM deliveries d WHERE d.event_id = installations.farewell \
         AND d.installation_id = installations.id AND d.state = 'queued')",
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The state of an installation that has not been removed.
async fn state_of(
    connection: &mut AnyConnection,
    id: InstallationId,
) -> Result<Option<State>, StoreError> {
    sqlx::query("SELECT state FROM installations WHERE id = $1 AND state <> 'removed'")
        .bind(i64::from(id))
        .fetch_optional(connection)
        .await?
        .map(|row| read(&row, "state", |state: String| State::parse(&state).ok_or(())))
        .transpose()
}
