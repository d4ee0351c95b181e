//! What extensions log about themselves.

use kiket_contract::api::extension_events::{LARGEST_DATA, LONGEST_NAME, LogEvent};
use kiket_contract::secret::Secret;
use serde_json::Value;

use crate::caller::{Caller, Subject};
use crate::core::Core;
use crate::delivery::redact::redact;
use crate::error::Error;
use crate::installations::sealed;
use crate::secrets;

/// Keeps one entry, under the installation that the call is about and the delivery that it was made
/// in, without what deliveries carry in confidence and without any other secret of the installation.
pub(crate) async fn log(
    core: &Core,
    caller: &Caller,
    subject: &Subject,
    entry: LogEvent,
) -> Result<(), Error> {
    let is_long = |text: &str| text.chars().count() > LONGEST_NAME;
    if is_long(&entry.event) || entry.version.as_deref().is_some_and(is_long) {
        return Err(Error::LogName);
    }
    let data = entry.data.to_string();
    if data.len() > LARGEST_DATA {
        return Err(Error::LogTooLarge { size: data.len() });
    }
    let confidential = confidential(core, caller, subject).await?;
    let without = |text: String| redact(text, false, confidential.iter());
    let data = without(data);
    let entry = LogEvent {
        event: without(entry.event),
        version: entry.version.map(without),
        // A secret that stood there as a number leaves no JSON behind.
        data: serde_json::from_str(&data).unwrap_or(Value::String(data)),
        timestamp: entry.timestamp,
    };
    core.store
        .log_extension_event(subject.installation, subject.delivery, &entry, core.now())
        .await?;
    Ok(())
}

async fn confidential(
    core: &Core,
    caller: &Caller,
    subject: &Subject,
) -> Result<Vec<Secret>, Error> {
    let (sealer, id) = (&core.sealer, subject.installation);
    let sealed = core.store.confidential(id).await?;
    let mut confidential = vec![
        caller.credential.clone(),
        sealed::open_delivery_secret(sealer, id, &sealed.delivery_secret, core.now())?,
    ];
    confidential.extend(secrets::stored(core, id, |_| true).await?.into_values());
    let headers = sealed::open_headers(sealer, id, sealed.headers.as_deref())?;
    confidential.extend(headers.into_values());
    Ok(confidential)
}
