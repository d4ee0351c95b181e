//! `kiket deliveries tail`: what happens, as it happens.
//!
//! A stream that ends is opened again after a short wait, for as long as that may help; what happened
//! meanwhile is not told, which is said.

use std::time::Duration;

use jiff::Timestamp;
use kiket_contract::api::deliveries::Status;
use kiket_contract::api::deliveries::met::Met;
use kiket_contract::api::deliveries::stream::{
    LAGGED, Lagged, PATH, Streamed, WatchDeliveries, What,
};
use kiket_contract::retry::Schedule;
use tokio_util::sync::CancellationToken;

use crate::args::Tail;
use crate::commands::signals;
use crate::exit::Exit;
use crate::operator::{Error, Events, Operator};
use crate::output::Output;
use crate::output::words::from_now;
use crate::printer::{self, printable};

/// How a lost stream is opened again.
const AGAIN: Schedule = Schedule { base: Duration::from_millis(500), retries: 7 };

/// Shows what happens until Ctrl-C.
pub(super) async fn run(args: Tail, operator: &Operator, output: Output) -> anyhow::Result<Exit> {
    let wanted = WatchDeliveries {
        event: args.about.event,
        installation_id: args.about.installation,
        project_id: args.about.project,
    };
    let stop = signals::listen()?;
    let mut failed = 0;
    loop {
        let lost = match watch(operator, &wanted).await {
            Ok(events) => {
                failed = 0;
                printer::note(match output.is_json() {
                    true => "watching",
                    false => "watching, Ctrl-C to stop",
                })?;
                let Some(lost) = told(events, output, &stop).await? else {
                    return Ok(Exit::Cancelled);
                };
                lost
            }
            // At the first call, everything is the caller's to mend.
            Err(error) if failed == 0 || !error.may_pass() => return Err(error.into()),
            Err(error) => Some(error),
        };
        failed += 1;
        let Some(wait) = AGAIN.delay(failed, 0.5, None) else {
            let gone = lost.map_or_else(|| anyhow::anyhow!("the stream ended"), Into::into);
            return Err(gone.context("gave up watching"));
        };
        let why = lost.map_or_else(|| "the platform ended the stream".to_owned(), first_line);
        printer::note(format_args!("{why}; opening it again, what happens meanwhile is not told"))?;
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = stop.cancelled() => return Ok(Exit::Cancelled),
        }
    }
}

async fn watch(operator: &Operator, wanted: &WatchDeliveries) -> Result<Events, Error> {
    operator.watch(PATH, wanted).await
}

/// Shows events until the stream is lost, which gives the reason if there is one, or the user stops.
async fn told(
    mut events: Events,
    output: Output,
    stop: &CancellationToken,
) -> anyhow::Result<Option<Option<Error>>> {
    loop {
        let event = tokio::select! {
            event = events.next() => event,
            () = stop.cancelled() => return Ok(None),
        };
        let event = match event {
            Ok(Some(event)) => event,
            Ok(None) => return Ok(Some(None)),
            Err(error) => return Ok(Some(Some(error))),
        };
        if event.name == LAGGED {
            let missed = serde_json::from_str::<Lagged>(&event.data)?.missed;
            printer::note(format_args!("{missed} happenings are not told: too much at once"))?;
        } else if output.is_json() {
            printer::line(&event.data)?;
        } else if let Ok(streamed) = serde_json::from_str(&event.data) {
            printer::line(line(&streamed, Timestamp::now()))?;
        }
    }
}

fn first_line(error: Error) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

/// One happening in one line.
fn line(streamed: &Streamed, now: Timestamp) -> String {
    let Streamed { delivery_id, event, extension_id, what, .. } = streamed;
    let told = match what {
        What::Planned => format!("planned     for {extension_id}"),
        What::Attempting { number, url } => format!("attempt {number}   POST {url}"),
        What::Attempted { attempt, status, next_attempt_at } => {
            let met = match attempt.status_code {
                Some(code) => code.to_string(),
                None => Met::of(attempt).to_string(),
            };
            let next = next_attempt_at.filter(|_| *status == Status::Retrying);
            let next = next.map(|at| format!(", again {}", from_now(at, now))).unwrap_or_default();
            let (number, took) = (attempt.number, attempt.duration_ms);
            format!("attempt {number}   {met} in {took} ms: {}{next}", status.as_str())
        }
        What::CalledBack { callback } => {
            format!("callback    {} {} {}", callback.method, callback.path, callback.status_code)
        }
        What::Cancelled { reason } => format!("cancelled   {reason}"),
        _ => "happened".to_owned(),
    };
    printable(&format!("{}  {delivery_id}  {event}  {told}", now.strftime("%H:%M:%SZ")))
}
