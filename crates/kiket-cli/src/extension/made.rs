//! Deliveries that are made without a platform.

use std::collections::BTreeMap;
use std::time::Duration;

use hyper::HeaderMap;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use jiff::Timestamp;
use kiket_contract::event::action_key;
use kiket_contract::id::DeliveryId;
use kiket_contract::payload::{
    Api, Authentication, DEFAULT_TIMEOUT_MS, Delivery, Envelope, Members, SecretStatus,
};
use kiket_contract::secret::Secret;
use kiket_contract::signature::{Signer, SigningForm};
use kiket_contract::{header, scope};

/// How long the token is said to live.
const TOKEN_LIVES: Duration = Duration::from_secs(15 * 60);
/// Stands where a token is, for nobody is there who would take one.
const TOKEN: &str = "rt_of_no_platform";
const TOKEN_TYPE: &str = "runtime";
/// What an extension that is not told otherwise calls.
const BASE_URL: &str = "https://kiket.dev";

/// What stands for Kiket in a delivery.
pub(crate) struct Kiket {
    /// Where its API is.
    pub(crate) base_url: String,
    /// What calls of it are made with.
    pub(crate) token: Secret,
}

impl Kiket {
    /// For an extension that runs somewhere: a token that opens nothing.
    pub(crate) fn nowhere() -> Self {
        Self { base_url: BASE_URL.to_owned(), token: Secret::from(TOKEN) }
    }
}

/// What is delivered.
#[derive(Clone, Copy)]
pub(crate) struct Made<'a> {
    pub(crate) id: DeliveryId,
    pub(crate) event: &'a str,
    pub(crate) version: &'a str,
    pub(crate) payload: &'a Members,
    pub(crate) context: Option<&'a Members>,
    pub(crate) kiket: &'a Kiket,
    /// When it is sent.
    pub(crate) at: Timestamp,
}

/// How it is proved.
#[derive(Clone, Copy)]
pub(crate) struct Proof<'a> {
    pub(crate) secret: &'a Secret,
    pub(crate) form: SigningForm,
}

impl Made<'_> {
    /// The body's bytes.
    ///
    /// # Errors
    /// When it can not be written as JSON.
    pub(crate) fn body(&self) -> anyhow::Result<Vec<u8>> {
        let envelope = Envelope {
            event: self.event,
            event_version: self.version,
            delivery: Delivery {
                id: self.id,
                attempt: Some(1),
                timeout_ms: Some(DEFAULT_TIMEOUT_MS),
            },
            authentication: Authentication {
                runtime_token: Some(self.kiket.token.clone()),
                token_type: Some(TOKEN_TYPE.to_owned()),
                expires_at: Some(self.at.checked_add(TOKEN_LIVES)?),
                scopes: vec![scope::ALL.to_owned()],
            },
            api: Api {
                base_url: self.kiket.base_url.clone(),
                runtime_header: header::RUNTIME_TOKEN_DISPLAY.to_owned(),
            },
            secrets: BTreeMap::new(),
            secret_status: SecretStatus::default(),
            action_key: action_key(self.event),
            context: self.context,
        };
        Ok(envelope.render(self.payload)?)
    }

    /// The headers beside the proof.
    ///
    /// # Errors
    /// When a name can not stand in a header.
    pub(crate) fn headers(&self) -> anyhow::Result<HeaderMap> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        put(&mut headers, header::EVENT, self.event)?;
        put(&mut headers, header::EVENT_VERSION, self.version)?;
        put(&mut headers, header::INVOCATION, &self.id.to_string())?;
        Ok(headers)
    }
}

impl Proof<'_> {
    /// Adds the signature of these bytes, as of a time.
    ///
    /// # Errors
    /// When a header can not be written.
    pub(crate) fn sign(
        &self,
        headers: &mut HeaderMap,
        at: Timestamp,
        body: &[u8],
    ) -> anyhow::Result<()> {
        let timestamp = match self.form {
            SigningForm::Timestamped => Some(at.as_second().to_string()),
            SigningForm::Body => None,
        };
        if let Some(timestamp) = &timestamp {
            put(headers, header::TIMESTAMP, timestamp)?;
        }
        let signature = Signer::new(self.secret).sign(timestamp.as_deref(), body);
        put(headers, header::SIGNATURE, &signature)
    }
}

fn put(headers: &mut HeaderMap, name: &'static str, value: &str) -> anyhow::Result<()> {
    headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value)?);
    Ok(())
}
