//! The worker: claims what is due and keeps a bounded number of attempts going.
//!
//! It sleeps until the next delivery is due, or until an accepted event rings. On stopping it claims
//! nothing more, lets attempts that are under way finish for a while, and gives the rest back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use kiket_contract::api::deliveries::{Attempt, Status};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::field::{Empty, display};
use tracing::{Instrument, Span, error, info_span, warn};

use super::attempt;
use super::policy::{self, MOST_LOST_CLAIMS, Outcome};
use crate::core::{Core, Shared};
use crate::error::Error;
use crate::happening::Happening;
use crate::store::StoreError;
use crate::store::deliveries::{Claim, Finished, Next, Work};

/// Attempts that may be under way at once.
const MOST_AT_ONCE: usize = 32;
/// How much longer than the extension's time limit a lease lasts.
const LEASE_MARGIN: SignedDuration = SignedDuration::from_secs(10);
/// The longest sleep, in case another process has made something due.
const LONGEST_SLEEP: Duration = Duration::from_secs(5);
/// The pause after the database has failed.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(1);
/// How long attempts that are under way may go on after a stop.
const STOP_GRACE: Duration = Duration::from_secs(3);

/// Runs until `stop`.
pub(crate) async fn run(core: Shared, stop: CancellationToken) {
    let slots = Arc::new(Semaphore::new(MOST_AT_ONCE));
    let attempts = TaskTracker::new();
    let give_back = CancellationToken::new();
    while !stop.is_cancelled() {
        let rest = match claim_and_start(&core, &slots, &attempts, &give_back).await {
            Ok(rest) => rest,
            Err(failure) => {
                error!(error = %failure, "due deliveries could not be claimed");
                PAUSE_AFTER_FAILURE
            }
        };
        tokio::select! {
            () = core.wake.notified() => {}
            () = tokio::time::sleep(rest) => {}
            () = stop.cancelled() => {}
        }
    }
    attempts.close();
    if tokio::time::timeout(STOP_GRACE, attempts.wait()).await.is_err() {
        give_back.cancel();
        attempts.wait().await;
    }
}

/// Starts what is due, as far as there are slots, and says how long to rest.
async fn claim_and_start(
    core: &Shared,
    slots: &Arc<Semaphore>,
    attempts: &TaskTracker,
    give_back: &CancellationToken,
) -> Result<Duration, StoreError> {
    let free = slots.available_permits();
    if free == 0 {
        return Ok(LONGEST_SLEEP);
    }
    let now = core.now();
    for claim in core.store.claim(now, now + LEASE_MARGIN, free).await? {
        let Ok(slot) = Arc::clone(slots).try_acquire_owned() else { break };
        let (core, give_back) = (Arc::clone(core), give_back.clone());
        let span =
            info_span!("attempt", delivery = %claim.id, number = claim.number, event = Empty);
        attempts.spawn(
            async move {
                tokio::select! {
                    () = make(&core, claim) => {}
                    () = give_back.cancelled() => release(&core, claim).await,
                }
                drop(slot);
                core.wake.notify_one();
            }
            .instrument(span),
        );
    }
    let due = core.store.next_due().await?;
    let until_due = due.map(|due| due.duration_since(core.now()));
    let rest = until_due.map_or(LONGEST_SLEEP, |rest| rest.try_into().unwrap_or_default());
    Ok(rest.clamp(Duration::from_millis(1), LONGEST_SLEEP))
}

async fn release(core: &Core, claim: Claim) {
    if let Err(failure) = core.store.release(claim, core.now()).await {
        warn!(error = %failure, "the delivery could not be given back; its lease will run out");
    }
}

/// Makes one attempt and records it.
async fn make(core: &Core, claim: Claim) {
    if claim.number - claim.recorded > MOST_LOST_CLAIMS {
        give_up(core, claim).await;
        return;
    }
    let work = match core.store.work(claim.id).await {
        Ok(work) => work,
        Err(failure) => {
            error!(error = %failure, "the delivery could not be read; its lease will run out");
            return;
        }
    };
    Span::current().record("event", display(work.event_id));
    let started_at = core.now();
    let clock = Instant::now();
    let outcome = attempt(core, claim, &work).await;
    let duration_ms = i64::try_from(clock.elapsed().as_millis()).unwrap_or(i64::MAX);
    let error = outcome.error();
    let (status_code, response) = match &outcome {
        Outcome::Answered { status, body, .. } => (Some(*status), Some(body.clone())),
        _ => (None, None),
    };
    let now = core.now();
    let earlier = u32::try_from(claim.recorded).unwrap_or(u32::MAX);
    let next = policy::next(&outcome, earlier, work.schedule(core), jitter(), now);
    record(
        core,
        claim,
        Finished { started_at, duration_ms, status_code, error, response, next, now },
    )
    .await;
}

/// Ends a delivery whose attempts come to no end, for example because they kill their node.
async fn give_up(core: &Core, claim: Claim) {
    let now = core.now();
    let finished = Finished {
        started_at: now,
        duration_ms: 0,
        status_code: None,
        error: Some(format!("given up: {MOST_LOST_CLAIMS} attempts ended without an outcome")),
        response: None,
        next: Next::Failed,
        now,
    };
    record(core, claim, finished).await;
}

/// Records an attempt, and tells of it once it is committed.
async fn record(core: &Core, claim: Claim, finished: Finished) {
    match core.store.complete(claim, &finished).await {
        Ok(true) => tell(core, claim, finished),
        Ok(false) => warn!("the lease ran out before the attempt ended; it is not recorded"),
        Err(failure) => {
            error!(error = %failure, "the attempt could not be recorded; its lease will run out");
        }
    }
}

async fn attempt(core: &Core, claim: Claim, work: &Work) -> Outcome {
    let prepared = match attempt::prepare(core, claim, work).await {
        Ok(prepared) => prepared,
        Err(Error::CallbackUrl(reason)) => {
            return Outcome::Refused { reason: reason.to_string() };
        }
        Err(failure) => {
            error!(error = %failure, "the attempt could not be prepared");
            return Outcome::NotMade { reason: "the platform could not prepare it".to_owned() };
        }
    };
    core.tell(Happening::Attempting {
        delivery_id: claim.id,
        number: claim.number,
        url: prepared.url.clone(),
    });
    attempt::send(core, prepared).await
}

fn tell(core: &Core, claim: Claim, finished: Finished) {
    let (status, next_attempt_at) = match finished.next {
        Next::Delivered => (Status::Delivered, None),
        Next::Failed => (Status::Failed, None),
        Next::RetryAt(at) => (Status::Retrying, Some(at)),
    };
    let attempt = Attempt {
        number: claim.number,
        started_at: finished.started_at,
        duration_ms: finished.duration_ms,
        status_code: finished.status_code,
        error: finished.error,
        response: finished.response,
    };
    core.tell(Happening::Attempted { delivery_id: claim.id, attempt, status, next_attempt_at });
}

/// A number from 0 to 1; when the machine gives no randomness, the middle does as well.
fn jitter() -> f64 {
    getrandom::u32().map_or(0.5, |random| f64::from(random) / f64::from(u32::MAX))
}

impl Work {
    fn schedule(&self, core: &Core) -> kiket_contract::retry::Schedule {
        kiket_contract::retry::Schedule { retries: self.retries, ..core.schedule }
    }
}
