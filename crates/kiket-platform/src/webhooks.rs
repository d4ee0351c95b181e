//! Webhooks of third parties: each installation has an address, and what is posted there becomes an
//! event for that installation alone.
//!
//! The address holds a token that stands for the installation. It is made when the extension first
//! asks for it, stored sealed so that it can be shown again, and found by its hash.

use kiket_contract::api::webhook_url::WebhookUrl;
use kiket_contract::credential::WEBHOOK_TOKEN_PREFIX;
use kiket_contract::event::Name;
use kiket_contract::event::external::{ExternalWebhook, ForwardedRequest};
use kiket_contract::id::{InstallationId, ProjectId};
use kiket_contract::payload::LARGEST_PAYLOAD;
use kiket_contract::secret::Secret;

use crate::core::Core;
use crate::error::Error;
use crate::events;
use crate::secrets::open_text;
use crate::secrets::seal::Place;
use crate::store::StoreError;
use crate::store::events::{Accepted, Hearers, NewEvent};
use crate::tokens::{hash, random_secret};

/// A third party's webhook leads nowhere.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// The action can not end an event's name.
    #[error(
        "`action_name` can not end an event's name: letters, digits, dots, dashes and underscores"
    )]
    Action,
    /// Nobody is reached at the address.
    #[error("there is nobody at this address")]
    NobodyThere,
}

fn place(row: &str) -> Place<'_> {
    Place { table: "webhook_tokens", row, column: "sealed_token" }
}

/// Where a third party reaches an installation.
pub(crate) async fn url(
    core: &Core,
    installation: InstallationId,
    action: &str,
) -> Result<WebhookUrl, Error> {
    if !Name::is_valid(&ExternalWebhook::event(action)) {
        return Err(WebhookError::Action.into());
    }
    let sealed = match core.store.webhook_token(installation).await? {
        Some(sealed) => sealed,
        None => make(core, installation).await?,
    };
    let token = open_text(&core.sealer, place(&installation.to_string()), &sealed)?;
    Ok(WebhookUrl::new(&core.url, token.expose(), action))
}

/// Makes an installation's token, unless somebody was faster, and returns the one that counts.
async fn make(core: &Core, installation: InstallationId) -> Result<Vec<u8>, Error> {
    let token = random_secret(WEBHOOK_TOKEN_PREFIX)?;
    let row = installation.to_string();
    let sealed = core.sealer.seal(place(&row), token.expose().as_bytes())?;
    let new = (hash(&token), sealed.as_slice());
    core.store.give_webhook_token(installation, new, core.now()).await?;
    let kept = core.store.webhook_token(installation).await?;
    Ok(kept.ok_or(StoreError::Damaged("webhook_tokens"))?)
}

/// The installation that an address is of.
pub(crate) async fn holder(core: &Core, token: &str) -> Result<Addressee, Error> {
    let found = core.store.webhook_holder(hash(&Secret::from(token))).await?;
    let (installation, project) = found.ok_or(WebhookError::NobodyThere)?;
    Ok(Addressee { installation, project })
}

/// Whom a third party reached.
pub(crate) struct Addressee {
    pub(crate) installation: InstallationId,
    project: ProjectId,
}

/// Stores what a third party sent as an event for the addressee.
pub(crate) async fn take_in(
    core: &Core,
    addressee: &Addressee,
    action: &str,
    request: ForwardedRequest,
) -> Result<(), Error> {
    let name = ExternalWebhook::event(action);
    if !Name::is_valid(&name) {
        return Err(WebhookError::NobodyThere.into());
    }
    let payload = ExternalWebhook::new(action, core.now(), request);
    let payload =
        serde_json::to_string(&payload).map_err(|_| StoreError::Damaged("an event's members"))?;
    if payload.len() > LARGEST_PAYLOAD {
        return Err(Error::PayloadTooLarge { size: payload.len(), most: LARGEST_PAYLOAD });
    }
    let event = NewEvent {
        hearers: Hearers::Only(addressee.installation),
        ..NewEvent::raised(&name, addressee.project, payload, core.now())
    };
    let (id, project) = (event.id, event.project_id);
    match core.store.accept(event).await? {
        Accepted::With(deliveries) if deliveries.is_empty() => {
            Err(WebhookError::NobodyThere.into())
        }
        Accepted::With(deliveries) => {
            events::tell(core, id, name, &deliveries);
            Ok(())
        }
        Accepted::Refused(refusal) => Err(events::refused(refusal, project)),
        Accepted::Before { .. } | Accepted::KeyReused => Ok(()),
    }
}
