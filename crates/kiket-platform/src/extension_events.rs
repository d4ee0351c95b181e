//! What extensions tell of their own: entries of their log, metrics, analytics.
//!
//! Everything is kept under the installation that the call is about and the delivery that it was made
//! in, without what deliveries carry in confidence and without any other secret of the installation.

use kiket_contract::api::Done;
use kiket_contract::api::extension_events::{
    Kind, LARGEST_DATA, LONGEST_NAME, LogEvent, LogMessage,
};
use kiket_contract::api::extension_metrics::{self, Metric};
use kiket_contract::secret::Secret;
use serde_json::{Value, json};

use crate::caller::{Caller, Subject};
use crate::core::Core;
use crate::delivery::redact::redact;
use crate::error::Error;
use crate::installations::sealed;
use crate::secrets;
use crate::store::answers::Remember;
use crate::store::extension_events::{NewEntry, Raises};
use crate::store::idempotency::Idempotency;

/// What an extension tells can not be kept so.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TellError {
    /// The name of a log entry, or its version, is too long.
    #[error("`event` and `version` have at most {LONGEST_NAME} characters: say the rest in `data`")]
    LogName,
    /// The data of a log entry is larger than it may be.
    #[error(
        "`data` has {size} bytes, at most {LARGEST_DATA} are allowed: put large material behind a URL"
    )]
    LogTooLarge {
        /// Its size in bytes of JSON.
        size: usize,
    },
    /// A text is longer than it may be.
    #[error("`{member}` has at most {most} characters")]
    LongText {
        /// The member.
        member: &'static str,
        /// The most characters.
        most: usize,
    },
    /// A text is empty.
    #[error("`{member}` is empty")]
    EmptyText {
        /// The member.
        member: &'static str,
    },
    /// A notification or an e-mail is larger than it may be.
    #[error("`{member}` has {size} bytes, at most {most} are allowed: put the rest behind a URL")]
    TooLarge {
        /// The member.
        member: &'static str,
        /// Its size in bytes.
        size: usize,
        /// The largest size.
        most: usize,
    },
}

/// The status of the answer to what was kept.
pub(crate) const KEPT: u16 = 201;

/// Who tells, and the key by which it is told once.
pub(crate) struct Teller<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) subject: &'a Subject,
    pub(crate) key: Option<&'a Idempotency>,
}

/// Keeps an entry of the log or for analytics; says no when the key stands for an earlier one.
pub(crate) async fn log(
    core: &Core,
    teller: &Teller<'_>,
    kind: Kind,
    entry: LogEvent,
) -> Result<bool, Error> {
    let is_long = |text: &str| text.chars().count() > LONGEST_NAME;
    if is_long(&entry.event) || entry.version.as_deref().is_some_and(is_long) {
        return Err(TellError::LogName.into());
    }
    keep(core, teller, kind, entry).await
}

/// Keeps an entry without what is confidential. A name that is too long is cut off only then, or a part
/// of a secret would be left of it.
async fn keep(
    core: &Core,
    teller: &Teller<'_>,
    kind: Kind,
    entry: LogEvent,
) -> Result<bool, Error> {
    let data = entry.data.to_string();
    if data.len() > LARGEST_DATA {
        return Err(TellError::LogTooLarge { size: data.len() }.into());
    }
    let confidential = confidential(core, teller.caller, teller.subject).await?;
    let without = |text: String| redact(text, false, confidential.iter());
    let data = without(data);
    // A secret that stood there as a number leaves no JSON behind.
    let is_json = serde_json::from_str::<Value>(&data).is_ok();
    let entry = NewEntry {
        kind,
        event: without(entry.event).chars().take(LONGEST_NAME).collect(),
        version: entry.version.map(without),
        data: if is_json { data } else { Value::String(data).to_string() },
        happened_at: entry.timestamp,
        ..entry_of(core, teller)
    };
    tell(core, teller, &entry, None).await
}

/// Keeps an entry of the log whose name is its message; says no when the key stands for an earlier
/// one.
pub(crate) async fn log_message(
    core: &Core,
    teller: &Teller<'_>,
    entry: LogMessage,
) -> Result<bool, Error> {
    let data = json!({ "message": &entry.message, "metadata": entry.metadata });
    let entry = LogEvent { event: entry.message, version: None, data, timestamp: None };
    keep(core, teller, Kind::Log, entry).await
}

/// Keeps a number that the extension measured; says no when the key stands for an earlier one.
pub(crate) async fn measure(
    core: &Core,
    teller: &Teller<'_>,
    metric: Metric,
) -> Result<bool, Error> {
    let most = extension_metrics::LONGEST_NAME;
    check_text("name", &metric.name, most)?;
    check_text("unit", &metric.unit, most)?;
    let confidential = confidential(core, teller.caller, teller.subject).await?;
    let without = |text: String| redact(text, false, confidential.iter());
    let entry = NewEntry {
        kind: Kind::Metric,
        event: without(metric.name),
        data: json!({ "value": metric.value, "unit": without(metric.unit) }).to_string(),
        ..entry_of(core, teller)
    };
    tell(core, teller, &entry, None).await
}

/// Refuses a text that is empty or longer than `most` characters.
pub(crate) fn check_text(member: &'static str, text: &str, most: usize) -> Result<(), TellError> {
    if text.is_empty() {
        return Err(TellError::EmptyText { member });
    }
    if text.chars().count() > most {
        return Err(TellError::LongText { member, most });
    }
    Ok(())
}

/// An entry that says nothing yet.
pub(crate) fn entry_of(core: &Core, teller: &Teller<'_>) -> NewEntry {
    NewEntry {
        installation: teller.subject.installation,
        delivery: teller.subject.delivery,
        kind: Kind::Log,
        event: String::new(),
        version: None,
        data: "null".to_owned(),
        happened_at: None,
        now: core.now(),
    }
}

/// Keeps an entry with the event that it raises; says no when the key stands for an earlier one.
pub(crate) async fn tell(
    core: &Core,
    teller: &Teller<'_>,
    entry: &NewEntry,
    raises: Option<Raises<'_>>,
) -> Result<bool, Error> {
    let done = |_: &i64| json!(Done::OK).to_string();
    let (now, status) = (core.now(), KEPT);
    let remember = teller.key.map(|key| Remember { key, status, body: &done, now });
    Ok(core.store.tell(entry, raises, remember).await?.is_some())
}

/// What must not be kept of what an installation's extension says.
pub(crate) async fn confidential(
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
