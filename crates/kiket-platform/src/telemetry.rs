//! Telemetry: what SDKs report of the calls of handlers, and what the platform measured of them.
//!
//! A record moves from a call into the store: the newest are kept as they came, and all that came
//! with a credential are counted by the hour, so that figures of any window are right however many
//! calls it has, and what is stored is bounded. What came without a credential is anybody's word: it
//! is kept apart, for [`UNAUTHENTICATED_KEPT`] at most, and counts only where it is asked for.
//! What the platform measured are the attempts that it has recorded anyway.

pub(crate) mod histogram;
pub(crate) mod report;

use jiff::SignedDuration;
use kiket_contract::api::extension_events::LONGEST_NAME;
use kiket_contract::api::telemetry::TelemetryStatus;
use kiket_contract::api::telemetry::reported::ReportedRecord;
use kiket_contract::secret::Secret;
use serde_json::Value;

use crate::caller::{Caller, Refused, Subject, Who};
use crate::core::Core;
use crate::delivery::redact::redact;
use crate::error::Error;
use crate::extension_events::confidential;
use crate::store::telemetry::NewRecord;

/// How long what came without a credential is kept.
pub(crate) const UNAUTHENTICATED_KEPT: SignedDuration = SignedDuration::from_hours(24);
/// The most bytes of an error's message. The rest is cut off: nobody is there to hear a refusal.
const LONGEST_MESSAGE: usize = 2 * 1024;
/// The most bytes of what else is sent, as JSON. What is larger is left out.
const LARGEST_METADATA: usize = 4 * 1024;

/// Keeps a record that came with a credential: under the installation that this stands for, or for a
/// workspace token under the one of the extension that the record names; and with the delivery of
/// the runtime token, whichever the record names.
pub(crate) async fn take(
    core: &Core,
    caller: &Caller,
    record: ReportedRecord,
) -> Result<(), Refused> {
    let named = record.extension_id.as_deref();
    let subject = match &caller.who {
        Who::Installation(own) => own.clone(),
        Who::Workspace(_) => caller.subject(core, named, None).await?,
    };
    let confidential = confidential(core, caller, &subject).await?;
    let record = row(core, record, Some(subject), &confidential);
    Ok(core.store.report(record).await?)
}

/// Keeps a record that came without a credential.
pub(crate) async fn take_from_anyone(core: &Core, record: ReportedRecord) -> Result<(), Error> {
    Ok(core.store.report(row(core, record, None, &[])).await?)
}

fn row(
    core: &Core,
    record: ReportedRecord,
    subject: Option<Subject>,
    confidential: &[Secret],
) -> NewRecord {
    let name = |text: String| {
        let text = redact(text, false, confidential.iter());
        text.chars().take(LONGEST_NAME).collect::<String>()
    };
    let message = |text: String| {
        let text = redact(text, false, confidential.iter());
        text[..text.floor_char_boundary(LONGEST_MESSAGE)].to_owned()
    };
    let metadata = Value::Object(record.metadata).to_string();
    let metadata = redact(metadata, false, confidential.iter());
    let fits = metadata.len() <= LARGEST_METADATA
        && serde_json::from_str::<Value>(&metadata).is_ok_and(|it| it.is_object());
    let of_token = subject.as_ref().and_then(|subject| subject.delivery);
    let (installation, own) = match subject {
        Some(subject) => (Some(subject.installation), Some(subject.extension_id)),
        None => (None, None),
    };
    NewRecord {
        installation,
        extension_id: own.or_else(|| record.extension_id.map(name)),
        extension_version: record.extension_version.map(name),
        event: name(record.event),
        version: record.version.map(name),
        failed: record.status == TelemetryStatus::Error,
        duration_ms: record.duration_ms,
        bucket: histogram::bucket(record.duration_ms),
        error_message: record.error_message.map(message),
        error_class: record.error_class.map(name),
        delivery: of_token.or(record.delivery_id),
        metadata: if fits { metadata } else { "{}".to_owned() },
        happened_at: record.timestamp,
        now: core.now(),
    }
}
