//! What extensions log about themselves.

use kiket_contract::api::extension_events::{LARGEST_DATA, LONGEST_NAME, LogEvent};
use kiket_contract::event::extension_delivery::DeliveryStarted;
use kiket_contract::secret::Secret;
use serde_json::Value;

use crate::core::Core;
use crate::delivery::redact::redact;
use crate::error::Error;
use crate::installations::sealed;
use crate::secrets;
use crate::tokens::Caller;

/// Keeps one entry, under the installation and delivery of the caller, without what the delivery
/// carried in confidence and without any other secret of the installation.
pub(crate) async fn log(core: &Core, caller: &Caller, entry: LogEvent) -> Result<(), Error> {
    let is_long = |text: &str| text.chars().count() > LONGEST_NAME;
    if is_long(&entry.event) || entry.version.as_deref().is_some_and(is_long) {
        return Err(Error::LogName);
    }
    let data = entry.data.to_string();
    if data.len() > LARGEST_DATA {
        return Err(Error::LogTooLarge { size: data.len() });
    }
    let confidential = confidential(core, caller).await?;
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
        .log_extension_event(caller.installation, caller.delivery, &entry, core.now())
        .await?;
    Ok(())
}

async fn confidential(core: &Core, caller: &Caller) -> Result<Vec<Secret>, Error> {
    let (sealer, id) = (&core.sealer, caller.installation);
    let work = core.store.work(caller.delivery, DeliveryStarted::EVENT).await?;
    let mut confidential = vec![
        caller.token.clone(),
        sealed::open_delivery_secret(sealer, id, &work.delivery_secret, core.now())?,
    ];
    confidential.extend(secrets::stored(core, id, |_| true).await?.into_values());
    let headers = sealed::open_headers(sealer, id, work.sealed_headers.as_deref())?;
    confidential.extend(headers.into_values());
    Ok(confidential)
}
