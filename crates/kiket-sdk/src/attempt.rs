//! One verified request on its way to its handler: what the envelope says is checked here.

use std::borrow::Cow;
use std::sync::Arc;

use hyper::HeaderMap;
use jiff::Timestamp;
use kiket_contract::event::same_version;
use kiket_contract::header;
use kiket_contract::health::HandlerKind;
use kiket_contract::payload::{Authentication, member};
use kiket_contract::token::Claims;
use serde::Deserialize;
use tokio::time::Instant;

use crate::Context;
use crate::body::{Envelope, Fault};
use crate::context::Parts;
use crate::handlers::Found;
use crate::idempotency::{Keys, Source};
use crate::refusal::Refusal;
use crate::settings::Settings;
use crate::{deadline, scopes};

/// One verified request on its way to its handler.
pub(crate) struct Attempt {
    pub(crate) settings: Arc<Settings>,
    pub(crate) found: Found,
    pub(crate) headers: HeaderMap,
    /// When the request came.
    pub(crate) start: Instant,
    /// What the token says, if it was checked.
    pub(crate) claims: Option<Box<Claims>>,
}

impl Attempt {
    /// Checks the event, the scopes and the form of the envelope, and makes the handler's context
    /// and, if deliveries are remembered, what this one is known by.
    ///
    /// Proof and secrets must have their form. What only informs (`delivery`, `api`,
    /// `secret_status`) is left out when it has another: an event may have a member of that name.
    pub(crate) fn admit(
        self,
        body: &str,
        envelope: &mut Envelope<'_>,
    ) -> Result<(Context, Option<Keys>), Refusal> {
        self.check_event(envelope)?;
        let authentication = envelope.authentication.take().map(|said| self.as_verified(said));
        let granted = authentication.as_ref().map_or(&[][..], |proof| &proof.scopes);
        scopes::check(granted, self.found.registration().scopes())?;
        self.compare_address(envelope);
        let delivery = envelope.delivery.take();
        let id = delivery.as_ref().map(|delivery| delivery.id);
        let (event, version) = (self.found.event(), self.found.version());
        let source = Source { headers: &self.headers, body, id, event, version };
        let keys = self.settings.remembers().then(|| Keys::of(source));
        let deadline =
            self.settings.options.deadlines.then(|| deadline::of(delivery.as_ref(), self.start));
        let context = Context::new(Parts {
            authentication,
            claims: self.claims,
            delivery,
            deadline: deadline.flatten(),
            secrets: envelope.secrets.take().unwrap_or_default(),
            secret_status: envelope.secret_status.take().unwrap_or_default(),
            context: envelope.take_context()?.unwrap_or_default(),
            settings: self.settings,
            found: self.found,
            headers: self.headers,
        });
        Ok((context, keys))
    }

    /// A verified token does not cover the body, so its own word counts where the body repeats it.
    fn as_verified(&self, said: Authentication) -> Authentication {
        match &self.claims {
            Some(claims) => Authentication {
                expires_at: Timestamp::from_second(claims.exp).ok(),
                scopes: claims.scopes.clone(),
                ..said
            },
            None => said,
        }
    }

    /// Why a body that does not fit the handler is refused: one that was sent for another event
    /// does not fit because of that.
    pub(crate) fn misfit(&self, fault: Fault, envelope: &Envelope<'_>) -> Refusal {
        if fault.is_misfit() {
            return self.check_event(envelope).err().unwrap_or(Refusal::Body(fault));
        }
        Refusal::Body(fault)
    }

    /// The path is not signed, the body is: one that was sent for another event, or to call an
    /// action, is refused.
    fn check_event(&self, envelope: &Envelope<'_>) -> Result<(), Refusal> {
        let differs = |member, same: &dyn Fn(&str) -> bool| match envelope.get::<Text>(member) {
            Ok(None) => false,
            Ok(Some(Text(found))) => !same(&found),
            Err(_) => true,
        };
        let found = &self.found;
        if found.registration().kind() != HandlerKind::Action && envelope.has(member::ACTION_KEY) {
            return Err(Refusal::OtherEvent(member::ACTION_KEY));
        }
        if !envelope.says(member::EVENT, found.event())
            && differs(member::EVENT, &|event| event == found.event())
        {
            return Err(Refusal::OtherEvent(member::EVENT));
        }
        if !envelope.says(member::EVENT_VERSION, found.version())
            && differs(member::EVENT_VERSION, &|version| same_version(version, found.version()))
        {
            return Err(Refusal::OtherEvent(member::EVENT_VERSION));
        }
        Ok(())
    }

    /// The payload's address is a hint that nothing is ever sent to. A wrong one means that the
    /// extension is configured for another Kiket, which is worth one line.
    fn compare_address(&self, envelope: &Envelope<'_>) {
        let (usual, other) = (&self.settings.usual_address, &self.settings.other_address);
        let Some(raw) = envelope.raw(member::API).filter(|_| !other.is_completed()) else { return };
        if usual.get().is_some_and(|usual| **usual == *raw.get()) {
            return;
        }
        let configured = self.settings.client.base_url();
        let Ok(Some(Address { base_url, runtime_header })) = envelope.get(member::API) else {
            return;
        };
        let other_header = runtime_header
            .is_some_and(|header| !header.eq_ignore_ascii_case(header::RUNTIME_TOKEN));
        if base_url.trim_end_matches('/') == configured && !other_header {
            let _ = usual.set(raw.get().into());
            return;
        }
        other.call_once(|| {
            tracing::warn!(
                configured,
                delivered = %base_url,
                other_header,
                "deliveries name another API address or token header; calls go to the configured \
                 address with the usual one, set KIKET_BASE_URL if that is wrong"
            );
        });
    }
}

/// The part of the member `api` that can be compared. Some platforms send no more of it.
#[derive(Deserialize)]
struct Address<'a> {
    #[serde(borrow)]
    base_url: Cow<'a, str>,
    #[serde(borrow, default)]
    runtime_header: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);
