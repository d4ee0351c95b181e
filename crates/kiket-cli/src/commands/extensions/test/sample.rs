//! What an extension is called with: an event that it hears, with the catalogue's sample.

use kiket_contract::event::{DEFAULT_VERSION, find};
use kiket_contract::health::{HandlerKind, Health};
use kiket_contract::payload::Members;
use kiket_manifest::Manifest;

/// An event that the extension hears.
pub(super) struct Sample {
    pub(super) event: String,
    pub(super) version: String,
    pub(super) payload: Members,
}

/// Of what the extension registered, or else of the manifest's hooks, the first that the catalogue has.
pub(super) fn sample(health: Option<&Health>, manifest: &Manifest) -> Option<Sample> {
    let registered = health.and_then(|health| health.registered_handlers.clone());
    let heard: Vec<(String, String)> = match registered {
        Some(handlers) => handlers
            .into_iter()
            .filter(|it| matches!(it.kind, HandlerKind::Webhook | HandlerKind::Guard))
            .map(|handler| (handler.event, handler.version))
            .collect(),
        None => manifest
            .hooks
            .iter()
            .map(|hook| {
                let version = hook.version.as_ref().map_or(DEFAULT_VERSION, |it| it.value.as_str());
                (hook.event.value.as_str().to_owned(), version.to_owned())
            })
            .collect(),
    };
    let known = |(event, version): &&(String, String)| find(event, version).is_some();
    let (event, version) = heard.iter().find(known).or(heard.first())?.clone();
    let payload = find(&event, &version).map(|entry| entry.sample()).unwrap_or_default();
    Some(Sample { event, version, payload: payload.into() })
}
