//! How weather gets at what passes a gate.

use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderMap};
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};
use kiket_contract::header;
use kiket_contract::payload::{Authentication, Delivery};
use kiket_contract::response::ErrorBody;
use serde::Deserialize;
use tokio::time::{sleep, timeout};

use super::gate::Passage;
use super::weather::{Attempt, Disturbance, Weather};

/// How long one that is to be overtaken waits for the next one.
const OVERTAKING: Duration = Duration::from_secs(1);

/// What passes a gate.
#[derive(Clone)]
pub(super) enum Passing {
    /// Anything, as it is.
    Undisturbed,
    /// Deliveries to the extension of this id.
    Deliveries(Arc<Weather>, Arc<str>),
    /// Calls of the extension to the platform.
    Callbacks(Arc<Weather>),
}

/// What is read of a delivery's body.
#[derive(Deserialize)]
struct Body {
    delivery: Delivery,
    #[serde(default)]
    authentication: Authentication,
}

type Answered = anyhow::Result<Response<Full<Bytes>>>;

impl Passage {
    /// Passes a request on through the weather. An error closes the connection without an answer.
    pub(super) async fn through(mut self, head: &Parts, body: &Bytes) -> Answered {
        match self.passing.clone() {
            Passing::Undisturbed => self.ask(head, body).await,
            Passing::Callbacks(weather) => match token(&head.headers) {
                Some(token) if weather.has_expired(token) => {
                    refused(StatusCode::UNAUTHORIZED, "the runtime token has expired")
                }
                _ => self.ask(head, body).await,
            },
            Passing::Deliveries(weather, extension) => {
                let answered = self.deliver(&weather, &extension, head, body).await;
                weather.passed.notify_waiters();
                answered
            }
        }
    }

    async fn deliver(
        &mut self,
        weather: &Weather,
        extension: &str,
        head: &Parts,
        body: &Bytes,
    ) -> Answered {
        let Some((met, read)) = meets(weather, extension, &head.headers, body) else {
            return self.ask(head, body).await;
        };
        match met {
            Disturbance::Twice => {
                self.ask(head, body).await?;
            }
            Disturbance::Late(ms) => sleep(Duration::from_millis(ms)).await,
            Disturbance::Overtaken => {
                // Where nothing follows it is only late.
                let _ = timeout(OVERTAKING, weather.passed.notified()).await;
            }
            Disturbance::Refused(status) => {
                return refused(StatusCode::from_u16(status)?, "the weather is bad");
            }
            Disturbance::ExpiredToken => {
                read.authentication.runtime_token.iter().for_each(|token| weather.expire(token));
            }
            Disturbance::LostBefore => bail!("lost on the way"),
            Disturbance::LostAfter => {
                self.ask(head, body).await?;
                bail!("the answer was lost");
            }
        }
        self.ask(head, body).await
    }
}

/// What a delivery meets; nothing when it is no delivery.
fn meets(
    weather: &Weather,
    extension: &str,
    headers: &HeaderMap,
    body: &Bytes,
) -> Option<(Disturbance, Body)> {
    let read: Body = serde_json::from_slice(body).ok()?;
    let said = |name| headers.get(name)?.to_str().ok();
    let met = weather.meets(&Attempt {
        extension,
        event: said(header::EVENT)?,
        version: said(header::EVENT_VERSION)?,
        delivery: read.delivery.id,
        number: read.delivery.attempt?,
    })?;
    Some((met, read))
}

fn token(headers: &HeaderMap) -> Option<&str> {
    let names = [header::RUNTIME_TOKEN, header::RUNTIME_TOKEN_EARLIER];
    names.iter().find_map(|name| headers.get(*name)?.to_str().ok())
}

fn refused(status: StatusCode, why: &str) -> Answered {
    let body = serde_json::to_vec(&ErrorBody::new("weather", why))?;
    let answer = Response::builder().status(status).header(CONTENT_TYPE, "application/json");
    Ok(answer.body(Full::new(body.into()))?)
}
