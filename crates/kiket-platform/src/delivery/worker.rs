//! The worker: claims what is due and keeps a bounded number of attempts going.
//!
//! It sleeps until the next delivery is due, or until an accepted event rings. On stopping it claims
//! nothing more, lets attempts that are under way finish for a while, and gives the rest back.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use kiket_contract::event::extension_delivery::DeliveryStarted;
use kiket_contract::retry::Schedule;
use kiket_contract::scope;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::field::{Empty, display};
use tracing::{Instrument, Span, error, info_span, warn};

use super::attempt::{self, Attempted};
use super::in_flight::InFlight;
use super::policy::{self, MOST_LOST_CLAIMS, Outcome};
use super::record::{about_delivery, consequences, record};
use crate::core::{Core, Shared};
use crate::store::StoreError;
use crate::store::claims::{Claim, Claiming, UNANSWERED};
use crate::store::completion::{Consequences, Next};
use crate::store::deliveries::Kind;
use crate::store::work::Work;

/// How much longer than the extension's time limit a lease lasts.
pub(crate) const LEASE_MARGIN: SignedDuration = SignedDuration::from_secs(10);
/// The longest sleep, in case another process has made something due.
const LONGEST_SLEEP: Duration = Duration::from_secs(5);
/// From one round of claims to the next, so that what ends or arrives at nearly the same time shares
/// one.
const BETWEEN_ROUNDS: Duration = Duration::from_millis(2);
/// The rest after deliveries were claimed.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// The pause after the database has failed.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(1);
/// The pause after an attempt could not even be prepared, for the first time.
const PAUSE_AFTER_NOT_MADE: SignedDuration = SignedDuration::from_secs(10);
/// How long attempts that are under way may go on after a stop.
const STOP_GRACE: Duration = Duration::from_secs(3);

/// Runs until `stop`.
pub(crate) async fn run(core: Shared, stop: CancellationToken) {
    let worker = Worker {
        core,
        in_flight: InFlight::default(),
        attempts: TaskTracker::new(),
        give_back: CancellationToken::new(),
    };
    while !stop.is_cancelled() {
        let next_round = Instant::now() + BETWEEN_ROUNDS;
        let rest = match worker.claim_and_start().await {
            Ok(rest) => rest,
            Err(failure) => {
                error!(error = %failure, "due deliveries could not be claimed");
                PAUSE_AFTER_FAILURE
            }
        };
        tokio::select! {
            () = worker.core.wake.notified() => {}
            () = tokio::time::sleep(rest) => {}
            () = stop.cancelled() => {}
        }
        tokio::time::sleep_until(next_round).await;
    }
    worker.attempts.close();
    if tokio::time::timeout(STOP_GRACE, worker.attempts.wait()).await.is_err() {
        worker.give_back.cancel();
        worker.attempts.wait().await;
    }
}

struct Worker {
    core: Shared,
    in_flight: InFlight,
    attempts: TaskTracker,
    give_back: CancellationToken,
}

impl Worker {
    /// Starts what is due, as far as there is place, and says how long to rest.
    async fn claim_and_start(&self) -> Result<Duration, StoreError> {
        let now = self.core.now();
        let waiting = self.core.store.waiting(now).await?;
        let wants = self.in_flight.wants(waiting.ready);
        if !wants.is_empty() {
            let claiming = Claiming { wants, now, until: now + LEASE_MARGIN };
            let claims = self.core.store.claim(claiming).await?;
            let claimed = !claims.is_empty();
            claims.into_iter().for_each(|claim| self.start(claim));
            if claimed {
                // What their installations have beside them, and when, is not known yet.
                return Ok(LOOK_AGAIN);
            }
        }
        Ok(rest(waiting.next_due, self.core.now()))
    }

    fn start(&self, claim: Claim) {
        let slot = self.in_flight.enter(claim.installation);
        let (core, give_back) = (Arc::clone(&self.core), self.give_back.clone());
        let span =
            info_span!("attempt", delivery = %claim.id, number = claim.number, event = Empty);
        self.attempts.spawn(
            async move {
                tokio::select! {
                    () = make(&core, claim) => {}
                    () = give_back.cancelled() => release(&core, claim, core.now()).await,
                }
                drop(slot);
                core.wake.notify_one();
            }
            .instrument(span),
        );
    }
}

/// What is due when there is no place for it is started when a place gets free.
fn rest(next_due: Option<Timestamp>, now: Timestamp) -> Duration {
    let until_due = next_due.map(|due| due.duration_since(now));
    let rest = until_due.map_or(LONGEST_SLEEP, |rest| rest.try_into().unwrap_or_default());
    rest.clamp(Duration::from_millis(1), LONGEST_SLEEP)
}

async fn release(core: &Core, claim: Claim, at: Timestamp) {
    if let Err(failure) = core.store.release(claim, at).await {
        warn!(error = %failure, "the delivery could not be given back; its lease will run out");
    }
}

/// Makes one attempt, unless enough have come to nothing, and records it.
async fn make(core: &Core, claim: Claim) {
    let given_up = given_up(claim).map(|reason| Attempted::given_up(core.now(), reason));
    let work = match (core.store.work(claim.id, DeliveryStarted::EVENT).await, &given_up) {
        (Ok(work), _) => work,
        (Err(failure), None) => {
            error!(error = %failure, "the delivery could not be read; its lease will run out");
            return;
        }
        (Err(failure), Some(_)) => {
            error!(error = %failure, "the delivery can not be read and has failed");
            let attempted = Attempted::given_up(core.now(), failure.to_string());
            return record(core, claim, attempted, Next::Failed, Consequences::default()).await;
        }
    };
    Span::current().record("event", display(work.event_id));
    let attempted = match given_up {
        Some(attempted) => attempted,
        None => {
            tell_start(core, claim, &work).await;
            attempt::attempt(core, claim, &work).await
        }
    };
    if matches!(attempted.outcome, Outcome::NotMade { .. }) {
        // The extension has nothing to do with it: no retry is spent.
        // The pauses grow, so that the claims last longer than what fails now.
        let lost = i32::try_from(claim.number - claim.recorded).unwrap_or(1).clamp(1, 60);
        return release(core, claim, core.now() + PAUSE_AFTER_NOT_MADE * lost).await;
    }
    let earlier = u32::try_from(claim.recorded).unwrap_or(u32::MAX);
    let schedule = Schedule { retries: work.retries, ..core.schedule };
    let next = policy::next(&attempted.outcome, earlier, schedule, jitter(), core.now());
    let consequences = consequences(core, claim, &work, &attempted, next);
    record(core, claim, attempted, next, consequences).await;
}

/// Why a delivery gets no further attempt, before one is made.
fn given_up(claim: Claim) -> Option<String> {
    if claim.kind != Kind::Hook {
        // Whoever held the lease from the start is gone, and so is who waited for the answer.
        return Some(UNANSWERED.to_owned());
    }
    (claim.number - claim.recorded > MOST_LOST_CLAIMS)
        .then(|| format!("given up: {MOST_LOST_CLAIMS} attempts ended without an outcome"))
}

/// Raises the event that tells of a delivery on its way, when a hook hears it.
async fn tell_start(core: &Core, claim: Claim, work: &Work) {
    if !work.start_is_heard || claim.recorded > 0 {
        return;
    }
    let about_secrets = [scope::SECRETS_READ, scope::SECRETS_WRITE];
    let secret_scopes = work.scopes.iter().filter(|scope| about_secrets.contains(&scope.as_str()));
    let payload = DeliveryStarted::new(claim.id, work.installation, &work.extension_id)
        .with_secret_scopes(secret_scopes.cloned().collect())
        .with_options(work.timeout_ms, work.required);
    let Some(event) = about_delivery(core, work, DeliveryStarted::EVENT, &payload) else { return };
    match core.store.accept(event).await {
        Ok(_) => core.wake.notify_one(),
        Err(failure) => warn!(error = %failure, "the delivery's start could not be told"),
    }
}

/// A number from 0 to 1; when the machine gives no randomness, the middle does as well.
fn jitter() -> f64 {
    getrandom::u32().map_or(0.5, |random| f64::from(random) / f64::from(u32::MAX))
}
