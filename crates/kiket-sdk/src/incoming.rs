//! The bodies that come in: each bounded in size and time, all together in memory.
//!
//! A caller that has not proved anything yet can make the extension hold what it has sent so far. As
//! much as Kiket ever sends is held for each connection, and their number is bounded; what goes beyond
//! it shares a bounded room.

use std::pin::{Pin, pin};
use std::time::Duration;

use bytes::Bytes;
use http_body::Body;
use http_body_util::BodyExt;
use hyper::HeaderMap;
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use crate::patience::until;
use crate::refusal::{LARGEST_BODY, Refusal};

/// How long a body may take to arrive.
const TIMEOUT: Duration = Duration::from_secs(10);
/// What Kiket's bodies stay under, in bytes: so much of each is held without asking for room, so that
/// nobody can shut out Kiket with large ones.
const USUAL_BODY: usize = 100_000;
/// How many bytes of unfinished bodies are held at once, beyond what is usual.
const MOST_AT_ONCE: usize = 16 * LARGEST_BODY;

/// Whether the headers say that the body is something else than plain JSON. A sender that says
/// nothing sends JSON.
pub(crate) fn check_is_json(headers: &HeaderMap) -> Result<(), Refusal> {
    let is = |name, fits: fn(&str) -> bool| match headers.get(name) {
        None => true,
        Some(value) => value.to_str().is_ok_and(|value| fits(value.trim())),
    };
    let is_json = is(CONTENT_TYPE, |value| {
        let kind = value.split(';').next().unwrap_or_default().trim();
        kind.eq_ignore_ascii_case("application/json") || is_based_on_json(kind)
    });
    let is_plain = is(CONTENT_ENCODING, |value| value.eq_ignore_ascii_case("identity"));
    if is_json && is_plain { Ok(()) } else { Err(Refusal::MediaType) }
}

fn is_based_on_json(kind: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    kind.starts_with("application/") && kind.ends_with("+json")
}

/// The memory for bodies that are on their way.
#[derive(Debug)]
pub(crate) struct Bodies(Semaphore);

impl Bodies {
    pub(crate) fn new() -> Self {
        Self(Semaphore::new(MOST_AT_ONCE))
    }

    /// The whole body of a request that came at `start`, if it is not too large, does not take too
    /// long, and there is room for it.
    pub(crate) async fn read(
        &self,
        body: impl Body<Data = Bytes>,
        start: Instant,
    ) -> Result<Bytes, Refusal> {
        let body = pin!(body);
        if body.size_hint().lower() > LARGEST_BODY as u64 {
            return Err(Refusal::TooLarge);
        }
        until(Some(start + TIMEOUT), self.collect(body)).await.ok_or(Refusal::SlowBody)?
    }

    async fn collect(&self, mut body: Pin<&mut impl Body<Data = Bytes>>) -> Result<Bytes, Refusal> {
        let mut held: Option<SemaphorePermit<'_>> = None;
        let mut whole = Vec::new();
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(|_| Refusal::BrokenBody)?.into_data() else { continue };
            if whole.len() + data.len() > LARGEST_BODY {
                return Err(Refusal::TooLarge);
            }
            // A body that comes in one piece, as most do, is taken as it is.
            if whole.is_empty() && body.is_end_stream() {
                return Ok(data);
            }
            whole.extend_from_slice(&data);
            let charged = whole.len().saturating_sub(USUAL_BODY).min(data.len());
            let room = u32::try_from(charged).map_err(|_| Refusal::TooLarge)?;
            let room = self.0.try_acquire_many(room).map_err(|_| Refusal::Busy)?;
            match &mut held {
                Some(held) => held.merge(room),
                None => held = Some(room),
            }
        }
        Ok(whole.into())
    }
}
