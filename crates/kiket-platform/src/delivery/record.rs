//! Recording an attempt, with what follows from it, and telling of it once it is committed.

use std::sync::Arc;
use std::time::Duration;

use kiket_contract::api::deliveries::{Attempt, Status};
use kiket_contract::event::approval::ApprovalResolved;
use kiket_contract::event::extension_delivery::{self, DeliveryCompleted, DeliveryFailed};
use kiket_contract::event::workflow::WorkflowHalted;
use serde::Serialize;
use tracing::{error, warn};

use super::attempt::Attempted;
use super::policy::Outcome;
use crate::core::Core;
use crate::happening::Happening;
use crate::store::StoreError;
use crate::store::claims::Claim;
use crate::store::completion::{Completed, Completion, Consequences, Next};
use crate::store::deliveries::Kind;
use crate::store::events::NewEvent;
use crate::store::work::Work;

const GONE: u16 = 410;
/// What an attempt that delivered is counted as, beside the categories of those that did not.
const DELIVERED: &str = "delivered";

/// How the names of the events begin that tell of extensions and their deliveries.
const EXTENSION: &str = "extension.";
/// How often recording an attempt is tried; with the pauses within the margin of its lease.
const MOST_TRIES: u32 = 5;
const BETWEEN_TRIES: Duration = Duration::from_secs(1);

/// Records an attempt and moves its delivery on. A failure is logged: the lease then runs out, and
/// the delivery is attempted again.
pub(crate) async fn record(
    core: &Core,
    claim: Claim,
    attempted: Attempted,
    next: Next,
    consequences: Consequences,
) {
    let error = attempted.outcome.error();
    let met = if error.is_none() { DELIVERED } else { attempted.outcome.category() };
    core.metrics.attempt_ended(met, attempted.duration);
    let (status_code, response) = match attempted.outcome {
        Outcome::Answered { status, body, .. } => (Some(status), Some(body)),
        _ => (None, None),
    };
    let mut completion = Completion {
        claim,
        started_at: attempted.started_at,
        duration_ms: i64::try_from(attempted.duration.as_millis()).unwrap_or(i64::MAX),
        status_code,
        error,
        response,
        next,
        consequences,
        now: core.now(),
    };
    let mut tries = 0;
    loop {
        let written = Arc::new(completion);
        let failure = match core.store.complete(Arc::clone(&written)).await {
            Ok(completed) => return tell(core, &written, completed),
            Err(failure) => failure,
        };
        tries += 1;
        // Without room on the disk a hook's attempt waits for room, in its place among those that are
        // under way: so it is not made again and again, and no more are made meanwhile than that.
        let waits = matches!(failure, StoreError::Full) && claim.kind == Kind::Hook;
        if !waits && tries == MOST_TRIES {
            error!(error = %failure, "the attempt is not recorded; its lease will run out");
            return;
        }
        error!(error = %failure, "the attempt can not be recorded yet");
        // The answer may be what there is no room for.
        completion = Completion { response: None, ..Arc::unwrap_or_clone(written) };
        tokio::time::sleep(BETWEEN_TRIES).await;
    }
}

/// Tells of an attempt that has been recorded.
fn tell(core: &Core, completion: &Completion, completed: Completed) {
    let (status, next_attempt_at) = match (completed, completion.next) {
        (Completed::LeaseLost, _) => {
            warn!("the lease ran out before the attempt ended; it is not recorded");
            return;
        }
        (Completed::Cancelled, _) => (Status::Cancelled, None),
        (Completed::Moved, Next::Delivered) => (Status::Delivered, None),
        (Completed::Moved, Next::Failed) => (Status::Failed, None),
        (Completed::Moved, Next::RetryAt(at)) => (Status::Retrying, Some(at)),
        (Completed::Moved, Next::Again { .. }) => (Status::Delivering, None),
    };
    if completed == Completed::Moved && status.is_final() {
        core.metrics.delivery_settled(status);
    }
    if !core.is_watched() {
        return;
    }
    let attempt = Attempt {
        number: completion.claim.number,
        started_at: completion.started_at,
        duration_ms: completion.duration_ms,
        status_code: completion.status_code,
        error: completion.error.clone(),
        response: completion.response.clone(),
    };
    let delivery_id = completion.claim.id;
    core.tell(Happening::Attempted { delivery_id, attempt, status, next_attempt_at });
}

/// What the end of a hook's delivery brings with it.
pub(super) fn consequences(
    core: &Core,
    claim: Claim,
    work: &Work,
    attempted: &Attempted,
    next: Next,
) -> Consequences {
    if claim.kind != Kind::Hook {
        return Consequences::default();
    }
    match next {
        Next::Delivered => Consequences {
            raises: completed(core, claim, work, attempted).into_iter().collect(),
            buries: work.removed,
            ..Consequences::default()
        },
        Next::Failed => failed(core, claim, work, &attempted.outcome),
        Next::RetryAt(_) | Next::Again { .. } => Consequences::default(),
    }
}

fn completed(core: &Core, claim: Claim, work: &Work, attempted: &Attempted) -> Option<NewEvent> {
    let duration_ms = u64::try_from(attempted.duration.as_millis()).unwrap_or(u64::MAX);
    let mut payload =
        DeliveryCompleted::new(claim.id, work.installation, &work.extension_id, duration_ms);
    if let Outcome::Answered { body, .. } = &attempted.outcome {
        payload = payload.with_response(body);
    }
    about_delivery(core, work, DeliveryCompleted::EVENT, &payload)
}

fn failed(core: &Core, claim: Claim, work: &Work, outcome: &Outcome) -> Consequences {
    let message = outcome.error().unwrap_or_default();
    let payload = DeliveryFailed::new(
        claim.id,
        work.installation,
        &work.extension_id,
        outcome.category(),
        &message,
    )
    .with_retry_count(u32::try_from(claim.recorded).unwrap_or(u32::MAX));
    warn!(category = outcome.category(), error = %message, "the delivery failed for good");
    let failed = about_delivery(core, work, DeliveryFailed::EVENT, &payload);
    let required = work.required && !nobody_waits(&work.event);
    let halted = required
        .then(|| WorkflowHalted::after(&work.payload, &work.extension_id, &message))
        .and_then(|payload| raised(core, work, WorkflowHalted::EVENT, &payload));
    Consequences {
        halts: required.then_some(work.event_id),
        disables: gone(outcome).then_some(work.hook_id).flatten().map(|hook| (hook, message)),
        raises: failed.into_iter().chain(halted).collect(),
        buries: work.removed,
    }
}

fn gone(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Answered { status: GONE, .. })
}

/// Whether an event only tells what the platform itself has done, so that no failure of its delivery
/// halts anything.
fn nobody_waits(event: &str) -> bool {
    let by_the_platform = [WorkflowHalted::EVENT, ApprovalResolved::EVENT];
    event.starts_with(EXTENSION) || by_the_platform.contains(&event)
}

fn is_about_delivery(event: &str) -> bool {
    event.starts_with(extension_delivery::FAMILY)
}

/// An event about a delivery, unless that delivery is itself of such an event: they would never end.
pub(super) fn about_delivery(
    core: &Core,
    work: &Work,
    name: &str,
    payload: &impl Serialize,
) -> Option<NewEvent> {
    if is_about_delivery(&work.event) { None } else { raised(core, work, name, payload) }
}

fn raised(core: &Core, work: &Work, name: &str, payload: &impl Serialize) -> Option<NewEvent> {
    // The catalogue's types have no member that JSON can not say.
    let payload = serde_json::to_string(payload).ok()?;
    Some(NewEvent::raised(name, work.project_id, payload, core.now()))
}
