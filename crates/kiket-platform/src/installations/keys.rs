//! An installation's credentials, and their rotation.
//!
//! A new delivery secret is shown and waits; the old one goes on signing until the new one is
//! committed, or for 24 hours. In that time the extension gets to know both. A second rotation while
//! one waits is refused: the extension may know the first new secret already, and would refuse what
//! the second signs. Whoever has lost it sends `replace: true`.
//!
//! A new API key opens the API at once, and so do those before it for 24 hours, or for as long as the
//! request says.

use jiff::SignedDuration;
use kiket_contract::api::installations::{
    ApiKey, Installation, LONGEST_OVERLAP_MINUTES, NewApiKey, NewDeliverySecret, NewRotation,
};
use kiket_contract::credential::API_KEY_PREFIX;
use kiket_contract::id::InstallationId;
use kiket_contract::secret::Secret;

use super::from_manifest::new_delivery_secret;
use super::{missing, sealed, show};
use crate::core::Core;
use crate::error::Error;
use crate::store::work::SealedDeliverySecret;
use crate::tokens::{hash, random_secret};

/// How long the old delivery secret goes on signing.
const OVERLAP: SignedDuration = SignedDuration::from_hours(24);

/// A new API key.
pub(super) fn new_api_key() -> Result<Secret, Error> {
    random_secret(API_KEY_PREFIX)
}

/// Gives an installation another API key beside those that it has, which end after the overlap.
pub(crate) async fn rotate_api_key(
    core: &Core,
    id: InstallationId,
    new: NewApiKey,
) -> Result<ApiKey, Error> {
    let minutes = new.overlap_minutes.unwrap_or(LONGEST_OVERLAP_MINUTES);
    if minutes > LONGEST_OVERLAP_MINUTES {
        return Err(Error::OverlapMinutes { minutes });
    }
    let now = core.now();
    let until = now + SignedDuration::from_mins(minutes.into());
    // As exactly as it is stored.
    let previous_until = until.round(jiff::Unit::Millisecond).unwrap_or(until);
    let api_key = new_api_key()?;
    if !core.store.add_api_key(id, hash(&api_key), previous_until, now).await? {
        return Err(missing(id));
    }
    Ok(ApiKey { api_key, previous_until })
}

/// Gives an installation a delivery secret that waits for its turn.
pub(crate) async fn rotate_delivery_secret(
    core: &Core,
    id: InstallationId,
    new: NewRotation,
) -> Result<NewDeliverySecret, Error> {
    let now = core.now();
    // As exactly as it is stored.
    let signs_at = (now + OVERLAP).round(jiff::Unit::Millisecond).unwrap_or(now + OVERLAP);
    let delivery_secret = match new.delivery_secret {
        Some(secret) if secret.is_empty() => return Err(Error::EmptyDeliverySecret),
        Some(secret) => secret,
        None => new_delivery_secret()?,
    };
    let change = |sealed: SealedDeliverySecret| {
        let waits = sealed.next.as_ref().map(|(_, from)| *from).filter(|from| *from > now);
        if let Some(signs_at) = waits.filter(|_| !new.replace) {
            return Err(Error::RotationWaits { signs_at });
        }
        let current = match waits {
            Some(_) => sealed.current,
            None => Some(settled(core, id, &sealed, now)?),
        };
        let next = sealed::seal_next_delivery_secret(&core.sealer, id, &delivery_secret)?;
        Ok(SealedDeliverySecret { current, next: Some((next, signs_at)) })
    };
    if core.store.change_delivery_secret(id, now, change).await? {
        Ok(NewDeliverySecret { delivery_secret, signs_at })
    } else {
        Err(missing(id))
    }
}

/// Lets the delivery secret that waits sign from now on, and forgets the old one.
pub(crate) async fn commit_delivery_secret(
    core: &Core,
    id: InstallationId,
) -> Result<Installation, Error> {
    let now = core.now();
    let change = |sealed: SealedDeliverySecret| {
        let Some((next, _)) = sealed.next else { return Err(Error::NothingToCommit) };
        let waiting = SealedDeliverySecret { current: sealed.current, next: Some((next, now)) };
        let current = Some(settled(core, id, &waiting, now)?);
        Ok(SealedDeliverySecret { current, next: None })
    };
    if core.store.change_delivery_secret(id, now, change).await? {
        show(core, id).await
    } else {
        Err(missing(id))
    }
}

/// The secret that signs now, sealed as the only one.
fn settled(
    core: &Core,
    id: InstallationId,
    sealed: &SealedDeliverySecret,
    now: jiff::Timestamp,
) -> Result<Vec<u8>, Error> {
    let secret = sealed::open_delivery_secret(&core.sealer, id, sealed, now)?;
    Ok(sealed::seal_delivery_secret(&core.sealer, id, &secret)?)
}
