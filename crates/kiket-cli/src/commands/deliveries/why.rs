//! What became of a delivery, in words: what was tried, what each answer meant, what happens next, the
//! likely cause and the likely remedy.

mod cause;

use jiff::Timestamp;
use kiket_contract::api::deliveries::met::Met;
use kiket_contract::api::deliveries::{Attempt, Delivery, Status};
use kiket_contract::retry::Meaning;

use crate::output::words::from_now;
use crate::printer::printable;
use cause::Cause;

/// The most characters of an answer that are quoted.
const QUOTED: usize = 200;

/// The lines of the explanation.
pub(super) fn explained(delivery: &Delivery, now: Timestamp) -> Vec<String> {
    let Delivery { event, event_version, extension_id, installation_id, .. } = delivery;
    let mut lines = vec![format!(
        "{event} {event_version} to {extension_id} (installation {installation_id}) {}.",
        standing(delivery.status)
    )];
    if let Some(original) = delivery.redelivery_of {
        lines.push(format!("An operator asked for it: it repeats {original}."));
    }
    for attempt in &delivery.attempts {
        lines.push(tried(attempt, now));
        lines.extend(quoted(attempt));
    }
    lines.push(next(delivery, now));
    if delivery.status != Status::Delivered
        && let Some(last) = delivery.attempts.last()
        && let Some(Cause { likely, remedy }) = cause::of(last, *installation_id)
    {
        lines.push(format!("Likely cause: {likely}"));
        lines.push(format!("Likely remedy: {remedy}"));
        if delivery.status == Status::Failed {
            lines.push(format!("Then: kiket deliveries redeliver {}", delivery.id));
        }
    }
    lines.iter().map(|line| printable(line)).collect()
}

fn standing(status: Status) -> &'static str {
    match status {
        Status::Queued => "waits for its first attempt",
        Status::Delivering => "is being attempted now",
        Status::Retrying => "waits for another attempt",
        Status::Delivered => "is delivered",
        Status::Failed => "has failed for good",
        Status::Cancelled => "is cancelled",
        _ => "is in a state that this version does not know",
    }
}

/// One attempt, and what its answer means.
fn tried(attempt: &Attempt, now: Timestamp) -> String {
    let met = Met::of(attempt);
    let meaning = match met {
        Met::Answered { status } => match Meaning::of(status) {
            Meaning::Delivered => "done",
            Meaning::Retryable => "may pass, so it is tried again while retries are left",
            Meaning::Permanent => "final, so it is not tried again",
        },
        Met::TimedOut { .. }
        | Met::NoConnection { .. }
        | Met::Lost { .. }
        | Met::NotSent { .. } => "may pass, so it is tried again while retries are left",
        _ => "the end",
    };
    let Attempt { number, started_at, duration_ms, .. } = attempt;
    let met = match met {
        Met::Answered { status } => format!("the extension answered {status}"),
        other => other.to_string(),
    };
    let ago = from_now(*started_at, now);
    format!("Attempt {number}, {ago}, took {duration_ms} ms: {met}; {meaning}.")
}

fn quoted(attempt: &Attempt) -> Option<String> {
    attempt.error.as_ref()?;
    let said = attempt.response.as_deref()?.trim();
    let quote: String = said.chars().take(QUOTED).collect();
    (!said.is_empty()).then(|| format!("  It said: {quote}"))
}

fn next(delivery: &Delivery, now: Timestamp) -> String {
    match (delivery.status, delivery.next_attempt_at) {
        (Status::Delivered, _) => "Nothing more happens, and nothing has to.".to_owned(),
        (Status::Failed, _) if delivery.attempts.last().is_some_and(may_pass) => {
            "No attempt follows: its retries are used up.".to_owned()
        }
        (Status::Failed, _) => "No attempt follows.".to_owned(),
        (Status::Cancelled, _) => match &delivery.diagnostics {
            Some(reason) => format!("No attempt follows: an operator ended it ({reason})."),
            None => "No attempt follows: an operator ended it.".to_owned(),
        },
        (Status::Delivering, _) => "An attempt is under way.".to_owned(),
        (_, Some(at)) => format!("The next attempt is due {}.", from_now(at, now)),
        (_, None) => format!(
            "It waits until its installation goes on: kiket installations resume {}",
            delivery.installation_id
        ),
    }
}

fn may_pass(attempt: &Attempt) -> bool {
    match Met::of(attempt) {
        Met::Answered { status } => Meaning::of(status) == Meaning::Retryable,
        Met::Other { .. } => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests;
