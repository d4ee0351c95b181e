//! One exchange: how a request gets out and a bounded answer comes back.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::{HeaderMap, Request, Response, StatusCode};
use tokio::time::timeout;

use crate::Error;
use crate::call::Call;
use crate::connect::Way;
use crate::origin::Origin;
use crate::pool::{Lent, MOST_CONNECTIONS, Pool};

/// How long the API may be silent: before an answer, and between two parts of it.
pub const READ_TIMEOUT: Duration = Duration::from_secs(10);
/// The largest answer that is read, in bytes.
pub const LARGEST_ANSWER: usize = 1024 * 1024;

/// Who fetches a key set shares the fetch already.
const KEY_SET_CONNECTIONS: usize = 1;
/// Telemetry is posted in the background, and nobody waits for it.
const TELEMETRY_CONNECTIONS: usize = 4;

/// The connections to one address.
pub(crate) struct Transport {
    way: Way,
    calls: Pool,
    key_set: Pool,
    telemetry: Pool,
}

/// Whose connections a call takes. Calls of one kind that hang hold up none of another: a webhook can
/// be verified while every handler waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    Calls,
    KeySet,
    Telemetry,
}

/// What came back, whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Transport {
    pub(crate) fn new(origin: Origin) -> Self {
        Self {
            way: Way::new(origin),
            calls: Pool::new(MOST_CONNECTIONS),
            key_set: Pool::new(KEY_SET_CONNECTIONS),
            telemetry: Pool::new(TELEMETRY_CONNECTIONS),
        }
    }

    pub(crate) fn origin(&self) -> &Origin {
        &self.way.origin
    }

    /// Sends the call's request once and reads at most `largest` bytes of the answer's body.
    pub(crate) async fn exchange(
        &self,
        lane: Lane,
        call: &Call,
        request: Request<Full<Bytes>>,
        largest: usize,
    ) -> Result<Answer, Error> {
        let (lent, answer) = self.send(lane, call, request).await?;
        let (head, body) = answer.into_parts();
        let body = read(call, body, largest).await?;
        lent.give_back();
        Ok(Answer { status: head.status, headers: head.headers, body })
    }

    async fn send(
        &self,
        lane: Lane,
        call: &Call,
        mut request: Request<Full<Bytes>>,
    ) -> Result<(Lent<'_>, Response<Incoming>), Error> {
        let pool = match lane {
            Lane::Calls => &self.calls,
            Lane::KeySet => &self.key_set,
            Lane::Telemetry => &self.telemetry,
        };
        loop {
            let mut lent = pool.lend(&self.way, call).await?;
            let mut failed =
                match in_time(call, lent.connection.sender.try_send_request(request)).await? {
                    Ok(answer) => return Ok((lent, answer)),
                    Err(failed) => failed,
                };
            // The server has closed an unused connection, and nothing of the request was sent. One
            // that closes a new connection may close the next one too, and is given time.
            match failed.take_message().filter(|_| lent.was_idle) {
                Some(unsent) => request = unsent,
                None => return Err(Error::Transport(failed.into_error().into())),
            }
        }
    }
}

async fn read(call: &Call, mut body: Incoming, largest: usize) -> Result<Bytes, Error> {
    let too_large = || Error::TooLarge { largest };
    if body.size_hint().lower() > largest as u64 {
        return Err(too_large());
    }
    let mut whole = BytesMut::new();
    while let Some(frame) = in_time(call, body.frame()).await? {
        let frame = frame.map_err(|error| Error::Transport(error.into()))?;
        let Ok(part) = frame.into_data() else { continue };
        if part.len() > largest - whole.len() {
            return Err(too_large());
        }
        whole.extend_from_slice(&part);
    }
    Ok(whole.freeze())
}

async fn in_time<T>(call: &Call, part: impl Future<Output = T>) -> Result<T, Error> {
    timeout(READ_TIMEOUT, part).await.map_err(|_| call.late(READ_TIMEOUT))
}
