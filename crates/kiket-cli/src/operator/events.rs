//! A stream of server-sent events.

use std::io;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use sse_stream::{Sse, SseByteStream};
use tokio::time::timeout;

use super::transport::innermost;
use super::{Call, Error};

/// How long the platform may be silent. It sends a sign of life every 15 seconds.
const LONGEST_SILENCE: Duration = Duration::from_secs(45);

type Parts = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// The events that a call is answered with, one after the other.
pub(crate) struct Events {
    call: Call,
    events: SseByteStream<Parts>,
}

/// One event.
pub(crate) struct Told {
    /// Its name.
    pub(crate) name: String,
    /// What it says: JSON.
    pub(crate) data: String,
}

impl Events {
    pub(super) fn new(call: Call, body: Incoming) -> Self {
        let parts = stream::try_unfold(body, async |mut body| {
            loop {
                let frame = timeout(LONGEST_SILENCE, body.frame()).await;
                let frame = frame.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?;
                match frame.transpose().map_err(io::Error::other)? {
                    None => return Ok(None),
                    Some(frame) => {
                        if let Ok(part) = frame.into_data() {
                            return Ok(Some((part, body)));
                        }
                    }
                }
            }
        });
        Self { call, events: SseByteStream::new(parts.boxed()) }
    }

    /// The next event; none at the end of the stream.
    ///
    /// # Errors
    /// When the connection is lost.
    pub(crate) async fn next(&mut self) -> Result<Option<Told>, Error> {
        loop {
            match self.events.next().await {
                None => return Ok(None),
                Some(Ok(Sse { event, data: Some(data), .. })) => {
                    return Ok(Some(Told { name: event.unwrap_or_default(), data }));
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => {
                    let reason = innermost(&error);
                    return Err(Error::Unreachable { call: self.call.clone(), reason });
                }
            }
        }
    }
}
