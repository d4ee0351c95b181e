//! One POST of a delivery.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::{Request, Response, header as http_header};
use jiff::Timestamp;
use kiket_contract::payload::{Api, Delivery, Envelope};
use kiket_contract::secret::Secret;
use kiket_contract::signature::{Signer, SigningForm};
use kiket_contract::{header, retry, route};

use url::Url;

use super::policy::Outcome;
use super::redact::redact;
use crate::core::Core;
use crate::error::Error;
use crate::installations::open_delivery_secret;
use crate::outbound::address::AddressError;
use crate::secrets;
use crate::store::StoreError;
use crate::store::deliveries::{Claim, Work};

/// How much of an answer's body is kept.
const KEPT_BYTES: usize = 64 * 1024;
const DAMAGED: StoreError = StoreError::Damaged("events or installations");
const USER_AGENT: &str = concat!("kiket-platform/", env!("CARGO_PKG_VERSION"));

/// A request that is ready to be sent.
pub(super) struct Prepared {
    request: Request<Full<Bytes>>,
    /// Where it goes, without a query.
    pub(super) url: String,
    timeout: Duration,
    /// What it carries in confidence.
    confidential: Vec<Secret>,
}

/// Renders the body once, with the secrets and a token of this moment, and signs those bytes.
pub(super) async fn prepare(core: &Core, claim: Claim, work: &Work) -> Result<Prepared, Error> {
    let now = core.now();
    let (values, secret_status) =
        secrets::just_in_time(core, work.installation, &work.requested_secrets).await?;
    let authentication = core.tokens.mint(claim.id, work, now)?;
    let delivery_secret =
        open_delivery_secret(&core.sealer, work.installation, &work.sealed_delivery_secret)?;
    let mut confidential: Vec<Secret> = values.values().cloned().collect();
    confidential.extend(authentication.runtime_token.clone());
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
        context: work.context.as_ref(),
    };
    let body = envelope.render(&work.payload).map_err(|_| DAMAGED)?;
    let signer = Signer::new(&delivery_secret);
    let url = target(core.outbound.check(&work.callback_url)?, work).map_err(|_| DAMAGED)?;
    let request = signed(claim, work, &url, &signer, (body.into(), now)).map_err(|_| DAMAGED)?;
    Ok(Prepared {
        request,
        url: url.as_str().split('?').next().unwrap_or_default().to_owned(),
        timeout: Duration::from_millis(work.timeout_ms),
        confidential,
    })
}

/// A hook's endpoint is resolved against the callback URL. Without one, a callback URL that has no
/// path gets the route of the SDKs, and one with a path is used as it is.
fn target(mut url: Url, work: &Work) -> Result<Url, url::ParseError> {
    if let Some(endpoint) = &work.endpoint {
        return url.join(endpoint);
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
        .header(header::SIGNATURE, signer.sign(timestamp.as_deref(), &body));
    if let Some(timestamp) = timestamp {
        request = request.header(header::TIMESTAMP, timestamp);
    }
    request.body(Full::new(body))
}

/// Sends it and reads the answer, all within the delivery's time limit.
pub(super) async fn send(core: &Core, prepared: Prepared) -> Outcome {
    let Prepared { request, timeout, confidential, .. } = prepared;
    let exchange = async {
        let response = core.outbound.send(request).await.map_err(|error| unreachable(&error))?;
        read(response, &confidential, core.now()).await
    };
    match tokio::time::timeout(timeout, exchange).await {
        Ok(Ok(outcome) | Err(outcome)) => outcome,
        Err(_) => {
            Outcome::TimedOut { after_ms: u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX) }
        }
    }
}

async fn read(
    response: Response<Incoming>,
    confidential: &[Secret],
    now: Timestamp,
) -> Result<Outcome, Outcome> {
    let status = response.status().as_u16();
    let retry_after = response
        .headers()
        .get(http_header::RETRY_AFTER)
        .and_then(|value| retry::retry_after(value.to_str().ok()?, now));
    let mut body = response.into_body();
    let mut kept = Vec::new();
    let mut cut = false;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| unreachable(&error))?;
        let Some(data) = frame.data_ref() else { continue };
        let room = KEPT_BYTES - kept.len();
        kept.extend_from_slice(&data[..data.len().min(room)]);
        if data.len() > room {
            cut = true;
            break;
        }
    }
    let body = redact(String::from_utf8_lossy(&kept).into_owned(), cut, confidential.iter());
    Ok(Outcome::Answered { status, retry_after, body })
}

/// The innermost reason of a failed exchange, which is the one that tells something.
fn unreachable(error: &(dyn std::error::Error + 'static)) -> Outcome {
    let mut innermost = error;
    loop {
        if let Some(refused) = innermost.downcast_ref::<AddressError>() {
            return Outcome::Refused { reason: refused.to_string() };
        }
        match innermost.source() {
            Some(source) => innermost = source,
            None => return Outcome::Unreachable { reason: innermost.to_string() },
        }
    }
}
