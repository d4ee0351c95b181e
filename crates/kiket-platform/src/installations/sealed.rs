//! What of an installation is sealed: its delivery secret, the one that follows it, and the headers
//! that its manifest wants on deliveries.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kiket_contract::id::InstallationId;
use kiket_contract::secret::Secret;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::secrets::open_text;
use crate::secrets::seal::{Place, SealError, Sealer};
use crate::store::StoreError;
use crate::store::installations::SealedHeaders;
use crate::store::work::SealedDeliverySecret;

fn place<'a>(row: &'a str, column: &'static str) -> Place<'a> {
    Place { table: "installations", row, column }
}

fn revision_place(row: &str) -> Place<'_> {
    Place { table: "revisions", row, column: "sealed_headers" }
}

/// Seals the key of the signatures.
pub(crate) fn seal_delivery_secret(
    sealer: &Sealer,
    id: InstallationId,
    secret: &Secret,
) -> Result<Vec<u8>, SealError> {
    sealer.seal(place(&id.to_string(), "sealed_delivery_secret"), secret.expose().as_bytes())
}

/// Seals the key that signs after the present one.
pub(crate) fn seal_next_delivery_secret(
    sealer: &Sealer,
    id: InstallationId,
    secret: &Secret,
) -> Result<Vec<u8>, SealError> {
    sealer.seal(place(&id.to_string(), "sealed_next_delivery_secret"), secret.expose().as_bytes())
}

/// Opens the key that signs now.
pub(crate) fn open_delivery_secret(
    sealer: &Sealer,
    id: InstallationId,
    sealed: &SealedDeliverySecret,
    now: Timestamp,
) -> Result<Secret, Error> {
    let row = id.to_string();
    if let Some((next, _)) = sealed.next.as_ref().filter(|(_, from)| *from <= now) {
        return Ok(open_text(sealer, place(&row, "sealed_next_delivery_secret"), next)?);
    }
    let current = sealed.current.as_deref().ok_or(Error::Removed { installation: id })?;
    Ok(open_text(sealer, place(&row, "sealed_delivery_secret"), current)?)
}

/// Seals the headers that deliveries carry, for the installation and for its revision.
pub(crate) fn seal_both_headers(
    sealer: &Sealer,
    (id, revision): (InstallationId, i64),
    headers: &BTreeMap<String, Secret>,
) -> Result<Option<SealedHeaders>, Error> {
    if headers.is_empty() {
        return Ok(None);
    }
    let exposed: BTreeMap<_, _> =
        headers.iter().map(|(name, value)| (name, value.expose())).collect();
    let json = serde_json::to_vec(&exposed).map_err(|_| StoreError::Damaged("callback.headers"))?;
    let json = Zeroizing::new(json);
    Ok(Some(SealedHeaders {
        installation: sealer.seal(place(&id.to_string(), "sealed_headers"), &json)?,
        revision: sealer.seal(revision_place(&format!("{id}/{revision}")), &json)?,
    }))
}

/// Opens the headers of a revision, by name.
pub(crate) fn open_revision_headers(
    sealer: &Sealer,
    (id, revision): (InstallationId, i64),
    sealed: Option<&[u8]>,
) -> Result<BTreeMap<String, Secret>, Error> {
    let Some(sealed) = sealed else { return Ok(BTreeMap::new()) };
    let json = sealer.open(revision_place(&format!("{id}/{revision}")), sealed)?;
    Ok(serde_json::from_slice(&json).map_err(|_| StoreError::Damaged("sealed_headers"))?)
}

/// Opens the headers that deliveries carry, by name.
pub(crate) fn open_headers(
    sealer: &Sealer,
    id: InstallationId,
    sealed: Option<&[u8]>,
) -> Result<BTreeMap<String, Secret>, Error> {
    let Some(sealed) = sealed else { return Ok(BTreeMap::new()) };
    let json = sealer.open(place(&id.to_string(), "sealed_headers"), sealed)?;
    Ok(serde_json::from_slice(&json).map_err(|_| StoreError::Damaged("sealed_headers"))?)
}
