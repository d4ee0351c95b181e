//! `GET /health`: what the extension is and what it handles.

use kiket_contract::health::{HandlerKind, Health, RegisteredHandler};

use crate::Registration;
use crate::answer::{self, Response};
use crate::handlers::Handlers;
use crate::settings::Settings;

pub(crate) fn answer(settings: &Settings, handlers: &Handlers) -> Response {
    let mut events: Vec<String> = Vec::new();
    for handler in handlers.iter().filter(|handler| handler.kind() != HandlerKind::Fallback) {
        if !events.iter().any(|event| event == handler.event()) {
            events.push(handler.event().to_owned());
        }
    }
    let health = Health {
        status: "ok".to_owned(),
        extension_id: Some(settings.extension_id.clone()),
        extension_version: settings.extension_version.clone(),
        registered_events: events,
        registered_handlers: settings
            .health_details
            .then(|| handlers.iter().map(|found| registered(found)).collect()),
        timestamp: Some(settings.clock.now()),
    };
    answer::json(200, &health)
}

pub(crate) fn registered(registration: &Registration) -> RegisteredHandler {
    RegisteredHandler {
        event: registration.event().to_owned(),
        version: registration.version().to_owned(),
        kind: registration.kind(),
    }
}
