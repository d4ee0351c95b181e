//! Calls about the extension itself and its installation.

use hyper::Method;
use kiket_contract::api::extension_metrics::{self, Metric};
use kiket_contract::api::extensions::{self, Metadata};
use kiket_contract::api::inbound_emails::{self, AcceptedEmail, InboundEmail, NewInboundEmail};
use kiket_contract::api::notifications::{self, Notification};
use kiket_contract::api::rate_limit::{self, RateLimit, RateLimitAnswer};
use kiket_contract::api::spelling::Both;
use kiket_contract::api::webhook_url::{self, FindWebhookUrl, WebhookUrl};

use crate::call::Call;
use crate::{Error, Session};

impl Session {
    /// What Kiket knows about an extension: `GET /api/v1/extensions/{extension_id}`.
    ///
    /// # Errors
    /// When the call can not be made, or the answer is no object.
    pub async fn get_metadata(&self, extension_id: &str) -> Result<Metadata, Error> {
        self.read(Call::to(Method::GET, extensions::path(extension_id))).await
    }

    /// How many calls may still be made in this window: `GET /api/v1/ext/rate_limit`.
    ///
    /// # Errors
    /// When the call can not be made, or the answer does not say it.
    pub async fn rate_limit(&self) -> Result<RateLimit, Error> {
        let call = Call::new(Method::GET, rate_limit::PATH.to_owned());
        let Both(RateLimitAnswer { rate_limit: Both(limits) }) = self.read(Ok(call)).await?;
        Ok(limits)
    }

    /// Tells the installation's people something: `POST /api/v1/extensions/notifications`.
    ///
    /// # Errors
    /// When the call can not be made, or the answer is not a success.
    pub async fn notify(&self, notification: &Notification) -> Result<(), Error> {
        let call = Call::new(Method::POST, notifications::PATH.to_owned());
        self.complete(call.json(notification)).await
    }

    /// Reports a number of the extension's own: `POST /api/v1/extensions/metrics`.
    ///
    /// # Errors
    /// [`Error::NotFinite`] before anything is sent, when the value is no number that JSON has.
    /// Otherwise when the call can not be made, or the answer is not a success.
    pub async fn emit_metric(&self, metric: &Metric) -> Result<(), Error> {
        if !metric.value.is_finite() {
            return Err(Error::NotFinite);
        }
        let call = Call::new(Method::POST, extension_metrics::PATH.to_owned());
        self.complete(call.json(metric)).await
    }

    /// Where a third party can reach the installation with what becomes the event
    /// `external.webhook.<action_name>`: `GET /api/v1/ext/webhook_url`.
    ///
    /// # Errors
    /// When the call can not be made, or the answer holds no address.
    pub async fn webhook_url(&self, action_name: &str) -> Result<WebhookUrl, Error> {
        let query = FindWebhookUrl { action_name: action_name.to_owned() };
        let call = Call::new(Method::GET, webhook_url::PATH.to_owned());
        self.read(call.query(&query)).await
    }

    /// Hands over an e-mail that the extension received: `POST /api/v1/ext/inbound_emails`.
    ///
    /// # Errors
    /// When the call can not be made, or the answer is not a success with the e-mail's id.
    pub async fn hand_over_email(&self, email: &InboundEmail) -> Result<AcceptedEmail, Error> {
        let call = Call::new(Method::POST, inbound_emails::PATH.to_owned());
        self.read(call.json(&NewInboundEmail { inbound_email: email })).await
    }
}
