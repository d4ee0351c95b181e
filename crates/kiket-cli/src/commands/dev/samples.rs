//! What `--once` sends: one sample for every handler that the extension has.

use kiket_contract::api::events::NewEvent;
use kiket_contract::event::{self, DEFAULT_VERSION, Name, same_version};
use kiket_contract::health::{HandlerKind, Health, RegisteredHandler};
use kiket_contract::id::{OrganizationId, ProjectId};
use kiket_manifest::Manifest;
use serde::Serialize;

/// A handler that gets no sample, with the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Skipped {
    /// The event it handles.
    pub(super) event: String,
    /// The event's version.
    pub(super) version: String,
    /// How it is called.
    pub(super) kind: HandlerKind,
    /// Why it gets no sample.
    pub(super) reason: String,
}

/// What there is to send.
#[derive(Debug, Default)]
pub(super) struct Samples {
    /// One event for each handler that can be tried.
    pub(super) events: Vec<NewEvent>,
    /// The handlers that can not be tried.
    pub(super) skipped: Vec<Skipped>,
}

/// One sample for every handler that the extension registered; extensions that do not say what they
/// registered get one for every hook of their manifest.
pub(super) fn samples(
    health: &Health,
    manifest: &Manifest,
    organization: OrganizationId,
    project: ProjectId,
) -> Samples {
    let mut handlers =
        health.registered_handlers.clone().unwrap_or_else(|| handlers_by_hooks(manifest));
    handlers.sort();
    handlers.dedup();
    let mut samples = Samples::default();
    for handler in handlers {
        match sample(&handler, manifest, organization, project) {
            Ok(event) => samples.events.push(event),
            Err(reason) => {
                let RegisteredHandler { event, version, kind } = handler;
                samples.skipped.push(Skipped { event, version, kind, reason });
            }
        }
    }
    samples
}

fn handlers_by_hooks(manifest: &Manifest) -> Vec<RegisteredHandler> {
    let handler = |hook: &kiket_manifest::Spanned<kiket_manifest::Hook>| RegisteredHandler {
        event: hook.event.as_str().to_owned(),
        version: hook
            .version
            .as_ref()
            .map_or(DEFAULT_VERSION, |version| version.as_str())
            .to_owned(),
        kind: HandlerKind::Webhook,
    };
    manifest.hooks.iter().map(handler).collect()
}

fn sample(
    handler: &RegisteredHandler,
    manifest: &Manifest,
    organization_id: OrganizationId,
    project_id: ProjectId,
) -> Result<NewEvent, String> {
    if handler.kind != HandlerKind::Webhook {
        return Err(format!("this platform calls no {} yet", handler.kind.as_str()));
    }
    let hooked = manifest.hooks.iter().any(|hook| {
        hook.event.as_str() == handler.event
            && hook.version.as_ref().is_none_or(|v| same_version(v.as_str(), &handler.version))
    });
    if !hooked {
        return Err("the manifest has no hook on it: add it to `hooks`".to_owned());
    }
    let entry = event::find(&handler.event, &handler.version)
        .ok_or("the event catalogue has no sample of it")?;
    let name = |text: &String| Name::try_from(text.clone()).map_err(|error| error.to_string());
    Ok(NewEvent {
        event: name(&handler.event)?,
        version: Some(name(&handler.version)?),
        project_id,
        organization_id: Some(organization_id),
        payload: entry.sample().into(),
        context: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handler(event: &str, version: &str, kind: HandlerKind) -> RegisteredHandler {
        RegisteredHandler { event: event.to_owned(), version: version.to_owned(), kind }
    }

    fn health(handlers: Option<Vec<RegisteredHandler>>) -> Health {
        Health {
            status: "ok".to_owned(),
            extension_id: None,
            extension_version: None,
            registered_events: Vec::new(),
            registered_handlers: handlers,
            timestamp: None,
        }
    }

    fn of(health: &Health, hooks: &str) -> Samples {
        let manifest = format!("id: com.example.x\nhooks: {hooks}");
        let manifest = kiket_manifest::parse(&manifest).unwrap();
        samples(health, &manifest, 3.try_into().unwrap(), 27.try_into().unwrap())
    }

    #[test]
    fn every_webhook_with_a_hook_and_a_sample_is_sent() {
        let handlers = ["v2", "v1"].map(|v| handler("issue.created", v, HandlerKind::Webhook));
        let samples = of(&health(Some(handlers.to_vec())), "[issue.created]");
        let sent: Vec<_> = samples.events.iter().map(|event| event.version.clone()).collect();
        assert_eq!(sent.len(), 2);
        assert_eq!(sent[0].as_ref().map(Name::as_str), Some("v1"));
        assert!(samples.skipped.is_empty());
    }

    #[test]
    fn whatever_can_not_be_tried_is_skipped_with_its_reason() {
        let handlers = vec![
            handler("issue.created", "v1", HandlerKind::Webhook),
            handler("crm.sync", "v1", HandlerKind::Webhook),
            handler("workflow.before_transition", "v1", HandlerKind::Guard),
        ];
        let samples = of(&health(Some(handlers)), "[crm.sync]");
        assert!(samples.events.is_empty());
        let reasons: Vec<_> = samples.skipped.iter().map(|row| row.reason.as_str()).collect();
        assert_eq!(
            reasons,
            [
                "the event catalogue has no sample of it",
                "the manifest has no hook on it: add it to `hooks`",
                "this platform calls no guard yet",
            ]
        );
    }

    #[test]
    fn an_extension_that_does_not_say_is_tried_by_its_hooks() {
        let samples = of(&health(None), "[issue.created, {event: issue.created, version: v2}]");
        assert_eq!(samples.events.len(), 2);
    }
}
