//! `GET /health` and `/healthz`: what the extension is and what it handles. `GET /readyz`: whether it
//! takes deliveries.

use kiket_contract::health::{HandlerKind, Health, Readiness, RegisteredHandler};

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
            .options
            .health_details
            .then(|| handlers.iter().map(|found| registered(found)).collect()),
        timestamp: Some(settings.clock.now()),
    };
    answer::json(200, &health)
}

/// Not ready is an extension that stops, because deliveries go to another one then, and one that
/// lacks what it needs to take them.
pub(crate) fn ready(settings: &Settings, fault: Option<&'static str>) -> Response {
    let is_stopping = settings.background.is_closed();
    let reason = is_stopping.then_some("the extension is stopping").or(fault).map(str::to_owned);
    let status = if reason.is_some() { "not_ready" } else { "ready" };
    let http_status = if reason.is_some() { 503 } else { 200 };
    answer::json(http_status, &Readiness { status: status.to_owned(), reason })
}

pub(crate) fn registered(registration: &Registration) -> RegisteredHandler {
    RegisteredHandler {
        event: registration.event().to_owned(),
        version: registration.version().to_owned(),
        kind: registration.kind(),
    }
}
