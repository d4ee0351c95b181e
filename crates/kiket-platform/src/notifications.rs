//! Notifications: kept in an outbox, and told to extensions that wish to hear of them.

use kiket_contract::api::extension_events::Kind;
use kiket_contract::api::notifications::{
    LARGEST_BODY, LONGEST_LEVEL, LONGEST_TITLE, Notification,
};
use kiket_contract::event::notification::{CreatedNotification, NotificationCreated};
use serde_json::json;

use crate::core::Core;
use crate::delivery::redact::redact;
use crate::error::Error;
use crate::extension_events::{TellError, Teller, check_text, confidential, entry_of, tell};
use crate::store::events::{Hearers, NewEvent};
use crate::store::extension_events::NewEntry;

/// Keeps a notification, with the event that tells of it in the same commit; says no when the key
/// stands for an earlier one.
pub(crate) async fn notify(
    core: &Core,
    teller: &Teller<'_>,
    notification: Notification,
) -> Result<bool, Error> {
    let Notification { title, body, level } = notification;
    check_text("title", &title, LONGEST_TITLE)?;
    check_text("level", &level, LONGEST_LEVEL)?;
    if body.len() > LARGEST_BODY {
        let size = body.len();
        return Err(TellError::TooLarge { member: "body", size, most: LARGEST_BODY }.into());
    }
    let confidential = confidential(core, teller.caller, teller.subject).await?;
    let without = |text: String| redact(text, false, confidential.iter());
    let (title, body, level) = (without(title), without(body), without(level));
    let entry = NewEntry {
        kind: Kind::Notification,
        event: title.clone(),
        data: json!({ "body": body, "level": level }).to_string(),
        ..entry_of(core, teller)
    };
    let subject = teller.subject;
    let raises = |id| {
        let notification = CreatedNotification::new(id, &title, &body, &level);
        let payload =
            NotificationCreated::new(subject.installation, &subject.extension_id, notification);
        // The catalogue's types have no member that JSON can not say.
        let payload = serde_json::to_string(&payload).ok()?;
        let (name, project) = (NotificationCreated::EVENT, subject.project);
        let hearers = Hearers::AllBut(subject.installation);
        Some(NewEvent { hearers, ..NewEvent::raised(name, project, payload, core.now()) })
    };
    let told = if handles_one(core, teller).await? {
        tell(core, teller, &entry, None).await?
    } else {
        tell(core, teller, &entry, Some(&raises)).await?
    };
    core.wake.notify_one();
    Ok(told)
}

/// Whether the extension tells this while it handles a notification's event: two that tell each other
/// would never come to an end.
async fn handles_one(core: &Core, teller: &Teller<'_>) -> Result<bool, Error> {
    let Some(delivery) = teller.subject.delivery else { return Ok(false) };
    let about = core.store.about(delivery).await?;
    Ok(about.is_some_and(|about| about.event == NotificationCreated::EVENT))
}
