//! What `--once` sends: one sample for every handler that the extension has.

use kiket_contract::api::actions::CallAction;
use kiket_contract::api::events::NewEvent;
use kiket_contract::event::{self, DEFAULT_VERSION, Name, asks_first, same_version};
use kiket_contract::health::{HandlerKind, Health, RegisteredHandler};
use kiket_contract::id::{OrganizationId, ProjectId};
use kiket_manifest::Manifest;
use serde::Serialize;

/// A handler that gets no sample, with the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Skipped {
    /// The extension.
    pub(super) extension_id: String,
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
    /// One event for each webhook that can be tried.
    pub(super) events: Vec<NewEvent>,
    /// One question for each guard that can be tried.
    pub(super) questions: Vec<NewEvent>,
    /// One call for each action that can be tried, with its key.
    pub(super) calls: Vec<(String, CallAction)>,
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
        let tried = match handler.kind {
            HandlerKind::Action => call(&handler, manifest, project).map(|call| {
                samples.calls.push(call);
            }),
            HandlerKind::Webhook | HandlerKind::Guard => {
                let places = (organization, project);
                sample(&handler, manifest, places).map(|event| {
                    let asks = asks_first(&handler.event);
                    if asks { &mut samples.questions } else { &mut samples.events }.push(event);
                })
            }
            kind => Err(format!("there is no sample for a {}", kind.as_str())),
        };
        if let Err(reason) = tried {
            let RegisteredHandler { event, version, kind } = handler;
            let extension_id = manifest.id.value.clone();
            samples.skipped.push(Skipped { extension_id, event, version, kind, reason });
        }
    }
    samples
}

fn call(
    handler: &RegisteredHandler,
    manifest: &Manifest,
    project: ProjectId,
) -> Result<(String, CallAction), String> {
    let key = event::action_key(&handler.event).unwrap_or(&handler.event);
    if !manifest.actions.iter().any(|action| *action.key == key) {
        return Err("the manifest has no action with this key: add it to `actions`".to_owned());
    }
    let call = CallAction {
        project_id: Some(project),
        installation_id: None,
        issue: None,
        user: None,
        input: None,
    };
    Ok((key.to_owned(), call))
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
    (organization_id, project_id): (OrganizationId, ProjectId),
) -> Result<NewEvent, String> {
    let hook = manifest.hooks.iter().find(|hook| {
        hook.event.as_str() == handler.event
            && hook.version.as_ref().is_none_or(|v| same_version(v.as_str(), &handler.version))
    });
    let hook = hook.ok_or("the manifest has no hook on it: add it to `hooks`")?;
    let required = hook.required.or(manifest.callback.required).is_some_and(|required| *required);
    if handler.kind == HandlerKind::Guard && !required {
        return Err(
            "its hook is not `required: true`, so that its answer decides nothing".to_owned()
        );
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
            handler("action.sync", "v1", HandlerKind::Action),
        ];
        let hooks = "[crm.sync, workflow.before_transition]";
        let samples = of(&health(Some(handlers)), hooks);
        assert!(samples.events.is_empty() && samples.questions.is_empty());
        let reasons: Vec<_> = samples.skipped.iter().map(|row| row.reason.as_str()).collect();
        assert_eq!(
            reasons,
            [
                "the manifest has no action with this key: add it to `actions`",
                "the event catalogue has no sample of it",
                "the manifest has no hook on it: add it to `hooks`",
                "its hook is not `required: true`, so that its answer decides nothing",
            ]
        );
    }

    #[test]
    fn guards_are_asked_and_actions_are_called() {
        let handlers = vec![
            handler("workflow.before_transition", "v1", HandlerKind::Guard),
            handler("action.sync", "v1", HandlerKind::Action),
        ];
        let hooks = "[{event: workflow.before_transition, required: true}]\nactions: [{key: sync}]";
        let samples = of(&health(Some(handlers)), hooks);
        assert!(samples.skipped.is_empty(), "{:?}", samples.skipped);
        assert_eq!(samples.questions.len(), 1);
        assert_eq!(samples.calls[0].0, "sync");
    }

    #[test]
    fn an_extension_that_does_not_say_is_tried_by_its_hooks() {
        let samples = of(&health(None), "[issue.created, {event: issue.created, version: v2}]");
        assert_eq!(samples.events.len(), 2);
    }
}
