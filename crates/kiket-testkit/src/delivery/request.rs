//! From a delivery to the request that a platform would send.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue, USER_AGENT};
use http::{HeaderMap, HeaderName, Request};
use http_body_util::Full;
use jiff::{SignedDuration, Timestamp};
use kiket_contract::id::EventId;
use kiket_contract::payload::{self, Api, Authentication, Envelope, Members, SecretStatus};
use kiket_contract::secret::Secret;
use kiket_contract::signature::{Signer, SigningForm};
use kiket_contract::token::{Claims, ISSUER};
use kiket_contract::{header, route};
use serde_json::{Map, Value};

use super::{Delivery, Fault};
use crate::keys;

const AGENT: &str = concat!("kiket-testkit/", env!("CARGO_PKG_VERSION"));
const JSON: &str = "application/json";
const TOKEN_LIFE: SignedDuration = SignedDuration::from_mins(15);
/// The platform makes tokens a little early, for receivers that refuse any from the future.
const BACKDATED: SignedDuration = SignedDuration::from_secs(5);
/// The age of [`Fault::Old`].
const OLD: SignedDuration = SignedDuration::from_hours(1);

impl Delivery {
    /// The request of this attempt, to the path of an SDK. Each call makes another runtime token.
    ///
    /// # Panics
    /// When a value can not stand in a header.
    #[must_use]
    #[track_caller]
    pub fn request(&self) -> Request<Full<Bytes>> {
        let now = self.at.unwrap_or_else(Timestamp::now);
        let now = if self.fault == Some(Fault::Old) { now - OLD } else { now };
        let mut body = self.body(now);
        let headers = self.headers(now, &body);
        if self.fault == Some(Fault::ChangedBody) {
            body.insert(body.len() - 1, b' ');
        }
        let mut request = Request::new(Full::new(Bytes::from(body)));
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() =
            route::webhook(&self.event, &self.version).parse().expect("an encoded path");
        *request.headers_mut() = headers;
        request
    }

    fn body(&self, now: Timestamp) -> Vec<u8> {
        let context = self.context.clone().map(Members::from);
        let envelope = Envelope {
            event: &self.event,
            event_version: &self.version,
            delivery: payload::Delivery {
                id: self.id,
                attempt: Some(self.attempt),
                timeout_ms: Some(u64::try_from(self.timeout.as_millis()).unwrap_or(u64::MAX)),
            },
            authentication: self.authentication(now),
            api: Api {
                base_url: self.base_url.clone(),
                runtime_header: header::RUNTIME_TOKEN_DISPLAY.to_owned(),
            },
            secrets: self.secrets.clone(),
            secret_status: SecretStatus { missing: self.missing.clone() },
            action_key: self.action_key.as_deref(),
            context: context.as_ref(),
        };
        envelope.render(&Members::from(self.payload.clone())).expect("JSON can be written")
    }

    fn authentication(&self, now: Timestamp) -> Authentication {
        let expires_at = Timestamp::from_second((now + TOKEN_LIFE).as_second()).unwrap_or(now);
        let token = (self.fault != Some(Fault::NoToken)).then(|| self.token(now, expires_at));
        Authentication {
            runtime_token: token,
            token_type: Some("runtime".to_owned()),
            expires_at: Some(expires_at),
            scopes: self.granted(),
        }
    }

    fn token(&self, now: Timestamp, expires_at: Timestamp) -> Secret {
        let claims = Claims {
            iss: ISSUER.to_owned(),
            sub: format!("installation:{}", self.installation),
            jti: EventId::new().to_string(),
            iat: (now - BACKDATED).as_second(),
            exp: expires_at.as_second(),
            nbf: None,
            org_id: Some(self.organization),
            ext_id: Some(1),
            proj_id: Some(self.project),
            pi_id: Some(self.installation),
            scopes: self.granted(),
            src: "webhook".to_owned(),
            did: Some(self.id),
            generation: Some(1),
        };
        let token = mint(&claims);
        if self.fault == Some(Fault::ForgedToken) {
            let other = Claims { jti: EventId::new().to_string(), ..claims };
            return with_signature_of(&token, &mint(&other));
        }
        token
    }

    #[track_caller]
    fn headers(&self, now: Timestamp, body: &[u8]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let mut put = |name: HeaderName, value: &str| {
            let value = HeaderValue::from_str(value)
                .unwrap_or_else(|_| panic!("`{value}` can not be sent as the header `{name}`"));
            headers.insert(name, value);
        };
        put(CONTENT_TYPE, JSON);
        put(USER_AGENT, AGENT);
        put(HeaderName::from_static(header::EVENT), &self.event);
        put(HeaderName::from_static(header::EVENT_VERSION), &self.version);
        put(HeaderName::from_static(header::INVOCATION), &self.id.to_string());
        put(HeaderName::from_static(header::PROJECT), &self.project.to_string());
        put(HeaderName::from_static(header::ORGANIZATION), &self.organization.to_string());
        put(HeaderName::from_static(header::TRACEPARENT), &traceparent());
        if let Some(form) = self.signing.filter(|_| self.fault != Some(Fault::NoSignature)) {
            let timestamp = now.as_second().to_string();
            let timestamp = (form == SigningForm::Timestamped).then_some(timestamp.as_str());
            let signature = self.signer().sign(timestamp, body);
            put(HeaderName::from_static(header::SIGNATURE), &signature);
            if let Some(timestamp) = timestamp {
                put(HeaderName::from_static(header::TIMESTAMP), timestamp);
            }
        }
        headers
    }

    fn signer(&self) -> Signer {
        match self.fault {
            Some(Fault::WrongSecret) => {
                Signer::new(&format!("{}_wrong", self.delivery_secret.expose()).into())
            }
            _ => Signer::new(&self.delivery_secret),
        }
    }
}

fn mint(claims: &Claims) -> Secret {
    keys::KEY.mint(claims).expect("the machine gives randomness for a signature")
}

fn with_signature_of(token: &Secret, other: &Secret) -> Secret {
    let parts = token.expose().rsplit_once('.').zip(other.expose().rsplit_once('.'));
    let ((signed, _), (_, signature)) = parts.expect("a token has three parts");
    format!("{signed}.{signature}").into()
}

/// A trace of its own.
fn traceparent() -> String {
    let digits = || EventId::new().to_string().replace('-', "");
    format!("00-{}-{}-01", digits(), &digits()[16..])
}

/// A body and the headers that prove where it comes from, from [`create_signed_payload`].
#[derive(Debug, Clone)]
pub struct SignedPayload {
    /// The JSON that is signed.
    pub body: String,
    /// `Content-Type`, the signature and its timestamp.
    pub headers: HeaderMap,
}

/// Signs a body as it is, now: the function of this name in the other SDKs.
///
/// The body gets no envelope: it has no delivery id, no runtime token and no secrets, so that a
/// handler can not call Kiket. [`Delivery`] makes the whole.
///
/// ```
/// use kiket_testkit::create_signed_payload;
/// use serde_json::json;
///
/// let signed = create_signed_payload("test-secret", &json!({ "issue": { "id": "123" } }));
/// assert_eq!(signed.body, r#"{"issue":{"id":"123"}}"#);
/// assert!(signed.headers.contains_key("x-kiket-signature"));
/// ```
#[must_use]
pub fn create_signed_payload(secret: &str, payload: &Value) -> SignedPayload {
    let body = payload.to_string();
    let timestamp = Timestamp::now().as_second();
    let signature = Signer::new(&secret.into()).sign(Some(&timestamp.to_string()), body.as_bytes());
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
    headers.insert(header::TIMESTAMP, HeaderValue::from(timestamp));
    let signature = HeaderValue::from_str(&signature).expect("hex digits");
    headers.insert(header::SIGNATURE, signature);
    SignedPayload { body, headers }
}

impl SignedPayload {
    /// The request that carries it to a path such as `/v/1/webhooks/issue.created`.
    ///
    /// # Panics
    /// When the text is no path.
    #[must_use]
    #[track_caller]
    pub fn request(&self, path: &str) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(Bytes::from(self.body.clone())));
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = path.parse().unwrap_or_else(|_| panic!("`{path}` is no path"));
        *request.headers_mut() = self.headers.clone();
        request
    }
}

/// The members of an envelope, which a recorded body has beside its payload.
pub(super) fn without_envelope(body: &mut Map<String, Value>) {
    for name in payload::RESERVED.into_iter().chain([payload::member::CONTEXT]) {
        body.remove(name);
    }
}
