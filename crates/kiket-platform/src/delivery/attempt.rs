//! One POST of a delivery.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Request, Response, header as http_header};
use jiff::Timestamp;
use kiket_contract::id::EventId;
use kiket_contract::payload::{Api, Delivery, Envelope};
use kiket_contract::secret::Secret;
use kiket_contract::signature::{Signer, SigningForm};
use kiket_contract::{event, header, retry, route};
use tracing::error;
use url::Url;
use zeroize::Zeroizing;

use super::policy::Outcome;
use super::redact::redact;
use crate::core::Core;
use crate::error::Error;
use crate::happening::Happening;
use crate::installations::sealed;
use crate::outbound::address::AddressError;
use crate::secrets;
use crate::store::StoreError;
use crate::store::claims::Claim;
use crate::store::secret_reads::Reader;
use crate::store::work::Work;

/// How much of an answer's body is kept.
pub(super) const KEPT_BYTES: usize = 64 * 1024;
const DAMAGED: StoreError = StoreError::Damaged("events or installations");
const USER_AGENT: &str = concat!("kiket-platform/", env!("CARGO_PKG_VERSION"));

/// An attempt that has ended.
pub(crate) struct Attempted {
    pub(crate) started_at: Timestamp,
    pub(crate) duration: Duration,
    pub(crate) outcome: Outcome,
    /// What was answered, if anything was.
    pub(crate) answer: Option<Answer>,
}

/// An answer as it came, which may hold secrets: it is read and never kept.
pub(crate) struct Answer {
    pub(crate) body: Zeroizing<Vec<u8>>,
    /// Whether the body was read, and not cut off for its size.
    pub(crate) whole: bool,
    /// Whether the answer said where its body ends. Otherwise a connection that was lost looks like
    /// the end.
    pub(crate) framed: bool,
    /// Whether it has a content encoding, which nobody asked for.
    pub(crate) encoded: bool,
}

impl Attempted {
    /// The end of a delivery that gets no further attempt.
    pub(crate) fn given_up(now: Timestamp, reason: String) -> Self {
        let outcome = Outcome::GivenUp { reason };
        Self { started_at: now, duration: Duration::ZERO, outcome, answer: None }
    }
}

/// Makes one POST. Everything that can happen is an outcome.
pub(crate) async fn attempt(core: &Core, claim: Claim, work: &Work) -> Attempted {
    let started_at = core.now();
    let clock = Instant::now();
    let preparing =
        tokio::time::timeout(Duration::from_millis(work.timeout_ms), prepare(core, claim, work));
    let (outcome, answer) = match preparing.await.unwrap_or(Err(Error::Busy)) {
        Ok(prepared) => {
            core.tell(Happening::Attempting {
                delivery_id: claim.id,
                number: claim.number,
                url: prepared.url.clone(),
            });
            send(core, prepared).await
        }
        Err(Error::CallbackUrl(reason)) => (Outcome::Refused { reason: reason.to_string() }, None),
        Err(failure) => {
            error!(error = %failure, "the attempt could not be prepared");
            (Outcome::NotMade { reason: "the platform could not prepare it".to_owned() }, None)
        }
    };
    Attempted { started_at, duration: clock.elapsed(), outcome, answer }
}

/// A request that is ready to be sent.
struct Prepared {
    request: Request<Full<Bytes>>,
    /// Where it goes, without a query.
    url: String,
    timeout: Duration,
    /// What it carries in confidence, and what it is signed with.
    confidential: Vec<Secret>,
}

/// Renders the body once, with the secrets and a token of this moment, and signs those bytes.
async fn prepare(core: &Core, claim: Claim, work: &Work) -> Result<Prepared, Error> {
    let now = core.now();
    let reader = Reader::Delivery(claim.id, claim.number);
    let (values, secret_status) =
        secrets::just_in_time(core, work.installation, &work.requested_secrets, reader).await?;
    let authentication = core.tokens.mint(claim.id, work, now)?;
    let delivery_secret =
        sealed::open_delivery_secret(&core.sealer, work.installation, &work.delivery_secret, now)?;
    let headers =
        sealed::open_headers(&core.sealer, work.installation, work.sealed_headers.as_deref())?;
    let mut confidential: Vec<Secret> = values.values().cloned().collect();
    confidential.extend(authentication.runtime_token.clone());
    confidential.extend(headers.values().cloned());
    confidential.push(delivery_secret.clone());
    let envelope = Envelope {
        event: &work.event,
        event_version: &work.event_version,
        delivery: Delivery {
            id: claim.id,
            attempt: Some(claim.number),
            timeout_ms: Some(work.timeout_ms),
        },
        authentication,
        api: Api {
            base_url: core.url.clone(),
            runtime_header: header::RUNTIME_TOKEN_DISPLAY.to_owned(),
        },
        secrets: values,
        secret_status,
        action_key: event::action_key(&work.event),
        context: work.context.as_ref(),
    };
    let body = envelope.render(&work.payload).map_err(|_| DAMAGED)?;
    let signer = Signer::new(&delivery_secret);
    let url = target(core.outbound.check(&work.callback_url)?, work).map_err(|_| DAMAGED)?;
    let mut request =
        signed(claim, work, &url, &signer, (body.into(), now)).map_err(|_| DAMAGED)?;
    for (name, value) in &headers {
        let name = HeaderName::try_from(name).map_err(|_| DAMAGED)?;
        let mut value = HeaderValue::try_from(value.expose()).map_err(|_| DAMAGED)?;
        value.set_sensitive(true);
        request.headers_mut().insert(name, value);
    }
    Ok(Prepared {
        request,
        url: url.as_str().split('?').next().unwrap_or_default().to_owned(),
        timeout: Duration::from_millis(work.timeout_ms),
        confidential,
    })
}

/// A hook's endpoint is resolved against the callback URL and never leads off its host: the callback
/// URL may have changed since the delivery was planned. Without an endpoint, a callback URL that has
/// no path gets the route of the SDKs, and one with a path is used as it is.
fn target(mut url: Url, work: &Work) -> Result<Url, url::ParseError> {
    if let Some(endpoint) = &work.endpoint {
        let resolved = url.join(endpoint)?;
        url.set_path(resolved.path());
        url.set_query(resolved.query());
        return Ok(url);
    }
    if url.path() == "/" {
        url.set_path(&route::webhook(&work.event, &work.event_version));
    }
    Ok(url)
}

/// The request with every header of the contract, signed over the bytes that it carries.
fn signed(
    claim: Claim,
    work: &Work,
    url: &Url,
    signer: &Signer,
    signed: (Bytes, Timestamp),
) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
    let (body, now) = signed;
    let timestamp = match work.signing {
        SigningForm::Timestamped => Some(now.as_second().to_string()),
        SigningForm::Body => None,
    };
    let mut request = Request::post(url.as_str())
        .header(http_header::CONTENT_TYPE, "application/json")
        .header(http_header::USER_AGENT, USER_AGENT)
        .header(header::EVENT, &work.event)
        .header(header::EVENT_VERSION, &work.event_version)
        .header(header::INVOCATION, claim.id.to_string())
        .header(header::PROJECT, work.project_id.get())
        .header(header::ORGANIZATION, work.organization_id.get())
        .header(header::TRACEPARENT, traceparent(work.event_id))
        .header(header::SIGNATURE, signer.sign(timestamp.as_deref(), &body));
    if let Some(timestamp) = timestamp {
        request = request.header(header::TIMESTAMP, timestamp);
    }
    request.body(Full::new(body))
}

/// All deliveries of an event, and their attempts, are one trace that has the event's id.
fn traceparent(event: EventId) -> String {
    let mut span = [0; 8];
    // Without randomness the attempts of an event can not be told apart in a trace; nothing else.
    if getrandom::fill(&mut span).is_err() || span == [0; 8] {
        span = [1; 8];
    }
    let trace = base16ct::lower::encode_string(event.as_bytes());
    format!("00-{trace}-{}-01", base16ct::lower::encode_string(&span))
}

/// Sends it and reads the answer, all within the delivery's time limit.
async fn send(core: &Core, prepared: Prepared) -> (Outcome, Option<Answer>) {
    let Prepared { request, timeout, confidential, .. } = prepared;
    let exchange = async {
        let sent = core.outbound.send(request).await;
        let response = sent.map_err(|error| unreachable(&error, error.is_connect()))?;
        read(response, &confidential, core.now()).await
    };
    match tokio::time::timeout(timeout, exchange).await {
        Ok(Ok((outcome, answer))) => (outcome, Some(answer)),
        Ok(Err(outcome)) => (outcome, None),
        Err(_) => {
            let after_ms = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
            (Outcome::TimedOut { after_ms }, None)
        }
    }
}

async fn read(
    response: Response<Incoming>,
    confidential: &[Secret],
    now: Timestamp,
) -> Result<(Outcome, Answer), Outcome> {
    let status = response.status().as_u16();
    let retry_after = response
        .headers()
        .get(http_header::RETRY_AFTER)
        .and_then(|value| retry::retry_after(value.to_str().ok()?, now));
    let framed = response.body().size_hint().exact().is_some()
        || response.headers().contains_key(http_header::TRANSFER_ENCODING);
    let encoded = response.headers().contains_key(http_header::CONTENT_ENCODING);
    let mut stream = response.into_body();
    let mut body = Zeroizing::new(Vec::new());
    let mut whole = true;
    while let Some(frame) = stream.frame().await {
        let frame = frame.map_err(|error| unreachable(&error, false))?;
        let Some(data) = frame.data_ref() else { continue };
        let room = KEPT_BYTES - body.len();
        body.extend_from_slice(&data[..data.len().min(room)]);
        if data.len() > room {
            whole = false;
            break;
        }
    }
    let text = redact(String::from_utf8_lossy(&body).into_owned(), !whole, confidential.iter());
    let outcome = Outcome::Answered { status, retry_after, body: text };
    Ok((outcome, Answer { body, whole, framed, encoded }))
}

/// The innermost reason of a failed exchange, which is the one that tells something.
fn unreachable(error: &(dyn std::error::Error + 'static), connecting: bool) -> Outcome {
    let mut innermost = error;
    loop {
        if let Some(refused) = innermost.downcast_ref::<AddressError>() {
            return Outcome::Refused { reason: refused.to_string() };
        }
        match innermost.source() {
            Some(source) => innermost = source,
            None => {
                let reason = innermost.to_string();
                return Outcome::Unreachable { connected: !connecting, reason };
            }
        }
    }
}
