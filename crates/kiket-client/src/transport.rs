//! One exchange: how a request gets out and a bounded answer comes back.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::{HeaderMap, Request, Response, StatusCode};
use tokio::time::timeout;

use crate::Error;
use crate::origin::Origin;
use crate::pool::{Lent, Pool};

/// How long the API may be silent: before an answer, and between two parts of it.
pub const READ_TIMEOUT: Duration = Duration::from_secs(10);
/// The largest answer that is read, in bytes.
pub const LARGEST_ANSWER: usize = 1024 * 1024;

/// The way to one address.
pub(crate) struct Transport {
    pub(crate) origin: Origin,
    pool: Pool,
}

/// What came back, whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Transport {
    pub(crate) fn new(origin: Origin) -> Self {
        Self { origin, pool: Pool::new() }
    }

    /// Sends the request once and reads at most `largest` bytes of the answer's body.
    pub(crate) async fn exchange(
        &self,
        request: Request<Full<Bytes>>,
        largest: usize,
    ) -> Result<Answer, Error> {
        let (lent, answer) = self.send(request).await?;
        let (head, body) = answer.into_parts();
        let body = read(body, largest).await?;
        lent.give_back();
        Ok(Answer { status: head.status, headers: head.headers, body })
    }

    async fn send(
        &self,
        mut request: Request<Full<Bytes>>,
    ) -> Result<(Lent<'_>, Response<Incoming>), Error> {
        loop {
            let mut lent = self.pool.lend(&self.origin).await?;
            match in_time(lent.connection.sender.try_send_request(request)).await? {
                Ok(answer) => return Ok((lent, answer)),
                // The server has closed an unused connection, and nothing of the request was sent.
                Err(mut failed) => match failed.take_message() {
                    Some(unsent) => request = unsent,
                    None => return Err(Error::Transport(failed.into_error().into())),
                },
            }
        }
    }
}

async fn read(mut body: Incoming, largest: usize) -> Result<Bytes, Error> {
    let too_large = || Error::TooLarge { largest };
    if body.size_hint().lower() > largest as u64 {
        return Err(too_large());
    }
    let mut whole = BytesMut::new();
    while let Some(frame) = in_time(body.frame()).await? {
        let frame = frame.map_err(|error| Error::Transport(error.into()))?;
        let Ok(part) = frame.into_data() else { continue };
        if part.len() > largest - whole.len() {
            return Err(too_large());
        }
        whole.extend_from_slice(&part);
    }
    Ok(whole.freeze())
}

async fn in_time<T>(part: impl Future<Output = T>) -> Result<T, Error> {
    timeout(READ_TIMEOUT, part).await.map_err(|_| Error::Timeout { timeout: READ_TIMEOUT })
}
