//! A client with the credentials, the event's version and the deadline of one delivery.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use hyper::header::HeaderValue;
use kiket_contract::header;
use kiket_contract::id::DeliveryId;
use kiket_contract::route::is_for_extensions;
use kiket_contract::secret::Secret;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep, timeout_at};
use uuid::Uuid;

use crate::call::{Call, Repeats};
use crate::idempotency::{self, Writes};
use crate::transport::{Answer, LARGEST_ANSWER, Lane};
use crate::{Client, Error, place, retry};

/// How long a call may take in all, from the first attempt's connection to the last one's last
/// byte, the waits between them included.
pub const TIMEOUT: Duration = Duration::from_secs(30);

/// A [`Client`] with the credentials of one delivery, or with its own. Its methods are the API's
/// calls.
///
/// A call that fails with 429, 502, 503 or 504, or without a connection, is made again up to
/// [`RETRIES`](crate::RETRIES) times, after a short wait or the one that the API asks for. Every
/// write carries an `Idempotency-Key`, the same each time, so that it counts once; see also
/// [`of_delivery`](Self::of_delivery).
#[derive(Debug, Clone)]
pub struct Session {
    shared: Arc<Shared>,
    deadline: Option<Instant>,
    writes: Option<Arc<Writes>>,
}

#[derive(Debug)]
struct Shared {
    client: Client,
    runtime_token: Option<Secret>,
    event_version: Option<String>,
}

impl Session {
    pub(crate) fn new(
        client: Client,
        runtime_token: Option<Secret>,
        event_version: Option<String>,
    ) -> Self {
        let shared = Shared { client, runtime_token, event_version };
        Self { shared: Arc::new(shared), deadline: None, writes: None }
    }

    /// The session for work that ends at this time: no call goes on past it, and none begins after
    /// it. Such calls fail with [`Error::Deadline`].
    ///
    /// Clones end at the same time. What is left to be done later takes a session without an end.
    #[must_use]
    pub fn until(mut self, deadline: std::time::Instant) -> Self {
        self.deadline = Some(deadline.into());
        self
    }

    /// The session of a delivery, whose id the keys of its `POST`s then follow from: when a handler
    /// runs again, what it added before is not added a second time.
    ///
    /// Equal calls are told apart by their count, over all clones of this session. What replaces a
    /// value (`PUT`, `PATCH`, `DELETE`, a secret) counts each time.
    #[must_use]
    pub fn of_delivery(mut self, id: DeliveryId) -> Self {
        self.writes = Some(Arc::new(Writes::of(id)));
        self
    }

    /// Makes a call and reads its answer.
    pub(crate) async fn read<T: DeserializeOwned>(
        &self,
        call: Result<Call, Error>,
    ) -> Result<T, Error> {
        let call = call?;
        let answer = self.answer(&call).await?;
        let body = if answer.body.is_empty() { b"null" } else { &*answer.body };
        place::read(body).map_err(|at| Error::UnexpectedAnswer { call: call.name(), at })
    }

    /// Makes a call and waits for a success, whatever its body says.
    pub(crate) async fn complete(&self, call: Result<Call, Error>) -> Result<(), Error> {
        self.answer(&call?).await.map(drop)
    }

    /// Makes a call and waits for a success.
    pub(crate) async fn answer(&self, call: &Call) -> Result<Answer, Error> {
        let start = Instant::now();
        let left = self.deadline.map(|deadline| deadline.saturating_duration_since(start));
        if left.is_some_and(|left| left.is_zero()) {
            return Err(call.past_deadline(Duration::ZERO));
        }
        let left = left.filter(|left| *left < TIMEOUT);
        let end = start + left.unwrap_or(TIMEOUT);
        let key = self.idempotency_key(call);
        let request = self.request(call, key)?;
        // In its place: the future is large, and moving it costs.
        let attempts = pin!(self.attempts(call, key, request, end));
        timeout_at(end, attempts).await.map_err(|_| match left {
            Some(left) => call.past_deadline(left),
            None => call.late(TIMEOUT),
        })?
    }

    async fn attempts(
        &self,
        call: &Call,
        key: Option<Uuid>,
        mut request: Request<Full<Bytes>>,
        end: Instant,
    ) -> Result<Answer, Error> {
        let mut failed = 0;
        loop {
            let transport = &self.shared.client.transport;
            let exchange = transport.exchange(Lane::Calls, call, request, LARGEST_ANSWER);
            let error = match exchange.await {
                Ok(answer) if answer.status.is_success() => return Ok(answer),
                Ok(answer) => Error::from_answer(call, &answer),
                Err(error) => error,
            };
            failed += 1;
            let left = end.saturating_duration_since(Instant::now());
            match retry::wait(&error, failed, left, retry::jitter()) {
                Some(wait) => sleep(wait).await,
                None => return Err(error),
            }
            request = self.request(call, key)?;
        }
    }

    fn idempotency_key(&self, call: &Call) -> Option<Uuid> {
        match (call.repeats(), &self.writes) {
            (Repeats::Reads, _) => None,
            (Repeats::Adds, Some(writes)) => Some(writes.key(call)),
            _ => Some(idempotency::fresh()),
        }
    }

    fn request(&self, call: &Call, key: Option<Uuid>) -> Result<Request<Full<Bytes>>, Error> {
        let mut request = call.request(self.shared.client.transport.origin())?;
        let headers = request.headers_mut();
        let (name, credential) = self.credential(call)?;
        headers.insert(name, credential);
        if let Some(key) = key {
            let mut text = Uuid::encode_buffer();
            headers.insert(
                header::IDEMPOTENCY_KEY,
                value(header::IDEMPOTENCY_KEY, key.hyphenated().encode_lower(&mut text))?,
            );
        }
        if let Some(version) = &self.shared.event_version {
            headers.insert(header::EVENT_VERSION, value(header::EVENT_VERSION, version)?);
        }
        Ok(request)
    }

    /// The one credential: the delivery's token; without one the API key, where it is of use; else
    /// the workspace token.
    fn credential(&self, call: &Call) -> Result<(&'static str, HeaderValue), Error> {
        let own = &self.shared.client.own;
        let workspace = own.workspace_token.as_ref();
        let api_key = own.api_key.as_ref();
        let api_key = api_key.filter(|_| workspace.is_none() || is_for_extensions(call.path()));
        let (name, value) = match (&self.shared.runtime_token, api_key, workspace) {
            (Some(token), _, _) => (header::RUNTIME_TOKEN, sensitive(token.expose())),
            (None, Some(key), _) => (header::API_KEY, sensitive(key.expose())),
            (None, None, Some(token)) => {
                (header::AUTHORIZATION, sensitive(&format!("Bearer {}", token.expose())))
            }
            (None, None, None) => return Err(Error::NoRuntimeToken),
        };
        Ok((name, value.ok_or(Error::InvalidHeader(name))?))
    }
}

fn value(name: &'static str, text: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(text).map_err(|_| Error::InvalidHeader(name))
}

/// A secret as the value of a header that nothing prints.
pub(crate) fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}
