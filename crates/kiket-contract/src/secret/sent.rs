//! How the requests are written whose purpose is to hand secrets over.

use std::collections::BTreeMap;

use serde::Serializer;

use super::Secret;

/// One that may be absent.
pub(crate) fn option<S: Serializer>(
    secret: &Option<Secret>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match secret {
        Some(secret) => serializer.serialize_some(secret.expose()),
        None => serializer.serialize_none(),
    }
}

/// Those of a map.
pub(crate) fn map<S: Serializer>(
    secrets: &BTreeMap<String, Secret>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(secrets.iter().map(|(key, secret)| (key, secret.expose())))
}
