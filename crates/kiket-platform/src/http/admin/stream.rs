//! `GET /api/v1/deliveries/stream`.

use std::time::Duration;

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::{Stream, stream};
use kiket_contract::api::deliveries::stream::{LAGGED, WatchDeliveries};

use super::super::query::Parameters;
use crate::core::Shared;
use crate::live::{Told, Watch};

/// How long the stream is silent at most, so that nobody on the way takes it for dead.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

pub(super) async fn watch(
    State(core): State<Shared>,
    Parameters(wanted): Parameters<WatchDeliveries>,
) -> Sse<impl Stream<Item = Result<Event, axum::Error>>> {
    let watch = Watch::new(core, wanted);
    let events = stream::unfold(watch, async |mut watch| {
        let told = watch.next().await?;
        Some((event(told), watch))
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}

fn event(told: Told) -> Result<Event, axum::Error> {
    match told {
        Told::Happened(streamed) => {
            Event::default().event(streamed.what.name()).json_data(&*streamed)
        }
        Told::Lagged(lagged) => Event::default().event(LAGGED).json_data(lagged),
    }
}
