//! Guards: before something happens, every extension that guards it is asked at once.
//!
//! All of them have one time budget together. Each question is a delivery of its own, which is
//! attempted once; when not even a connection could be made, once more. A question goes on when who
//! asked has gone away, so that its deliveries are recorded; its decision is kept with its event.

use std::time::Duration;

use futures_util::future::join_all;
use kiket_contract::api::events::NewEvent;
use kiket_contract::api::guards::{BUDGET_MS, Guard, GuardResult, Resolve};
use kiket_contract::event::approval::ApprovalResolved;
use kiket_contract::event::asks_first;
use kiket_contract::event::extension_delivery::DeliveryStarted;
use kiket_contract::id::{DeliveryId, EventId};
use kiket_contract::payload::Members;
use tokio::time::{Instant, timeout_at};
use tracing::{Instrument, info_span};
use uuid::Uuid;

use crate::core::{Core, Shared};
use crate::delivery::attempt::{Attempted, attempt};
use crate::delivery::policy::Outcome;
use crate::delivery::record::record;
use crate::delivery::verdict::{Verdict, together};
use crate::delivery::worker::LEASE_MARGIN;
use crate::error::Error;
use crate::events;
use crate::store::claims::Claim;
use crate::store::completion::{Consequences, Next};
use crate::store::deliveries::{Kind, NewDelivery};
use crate::store::events as rows;
use crate::store::guards::Resolved;
use crate::store::hooks::MatchingHook;
use crate::store::work::Work;

pub(crate) const TOO_MANY: &str = "too many questions and calls to it are under way";
/// The least time that is left for a second try.
const SECOND_TRY_MS: u64 = 100;

/// Asks every guard of an event, and says what they decided together.
pub(crate) async fn ask(core: &Shared, new: NewEvent) -> Result<Guard, Error> {
    if !asks_first(new.event.as_str()) {
        return Err(Error::AsksNobody { event: new.event.into() });
    }
    let event = events::row(core, new)?;
    let core = core.clone();
    let span = info_span!("guards", event = %event.id);
    // On a task of its own: it goes on when the one who asked has gone away.
    let asking = tokio::spawn(async move { decide(&core, event).await }.instrument(span));
    asking.await.map_err(|_| Error::NotDecided)?
}

async fn decide(core: &Core, event: rows::NewEvent) -> Result<Guard, Error> {
    let deadline = Instant::now() + Duration::from_millis(BUDGET_MS);
    let lease = Uuid::now_v7();
    let until = event.now + Duration::from_millis(BUDGET_MS) + LEASE_MARGIN;
    let asked = core
        .store
        .ask(&event, lease, until)
        .await?
        .map_err(|refusal| events::refused(refusal, event.project_id))?;
    let planned = events::tell(core, event.id, event.name.clone(), &asked.others).deliveries;
    let questions = asked.guards.iter().map(|delivery| {
        let span = info_span!("attempt", delivery = %delivery.id, event = %event.id);
        question(core, delivery, lease, deadline).instrument(span)
    });
    let mut results: Vec<GuardResult> = Vec::new();
    for result in join_all(questions).await {
        results.push(result?);
    }
    results.extend(asked.paused.into_iter().map(paused));
    for result in &results {
        core.metrics.guard_decided(result.decision, result.assumed.is_some());
    }
    let said = results.iter().map(|result| (result.decision, result.message.as_deref()));
    let (decision, message) = together(said);
    let guard = Guard {
        id: event.id,
        event: event.name,
        project_id: event.project_id,
        decision,
        message,
        results,
        deliveries: planned,
        resolution: None,
        created_at: event.now,
    };
    core.store.decide(&guard).await?;
    Ok(guard)
}

/// Asks one guard, within what is left of the budget.
async fn question(
    core: &Core,
    delivery: &NewDelivery,
    lease: Uuid,
    deadline: Instant,
) -> Result<GuardResult, Error> {
    let asked = Instant::now();
    let mut claim = Claim {
        id: delivery.id,
        installation: delivery.installation_id,
        kind: Kind::Guard,
        lease,
        number: 1,
        recorded: 0,
    };
    let work = timeout_at(deadline, core.store.work(delivery.id, DeliveryStarted::EVENT)).await;
    let mut work = work.map_err(|_| Error::Busy)??;
    let Some(_turn) = core.turns.take(work.installation, deadline).await else {
        let attempted = Attempted::given_up(core.now(), TOO_MANY.to_owned());
        let verdict = Verdict::of(&attempted);
        record(core, claim, attempted, Next::Failed, Consequences::default()).await;
        return Ok(result(work, delivery.id, verdict, asked));
    };
    let wanted_ms = work.timeout_ms;
    work.timeout_ms = wanted_ms.min(left_ms(deadline));
    let mut attempted = attempt(core, claim, &work).await;
    let unconnected = matches!(attempted.outcome, Outcome::Unreachable { connected: false, .. });
    if unconnected && left_ms(deadline) >= SECOND_TRY_MS {
        let until = core.now() + Duration::from_millis(left_ms(deadline)) + LEASE_MARGIN;
        record(core, claim, attempted, Next::Again { until }, Consequences::default()).await;
        claim = Claim { number: 2, recorded: 1, ..claim };
        work.timeout_ms = wanted_ms.min(left_ms(deadline));
        attempted = attempt(core, claim, &work).await;
    }
    let verdict = Verdict::of(&attempted);
    let next = end(&attempted);
    record(core, claim, attempted, next, Consequences::default()).await;
    Ok(result(work, delivery.id, verdict, asked))
}

fn result(work: Work, delivery: DeliveryId, verdict: Verdict, asked: Instant) -> GuardResult {
    GuardResult {
        installation_id: work.installation,
        extension_id: work.extension_id,
        delivery_id: Some(delivery),
        decision: verdict.decision,
        assumed: verdict.assumed,
        message: verdict.message,
        metadata: verdict.metadata,
        duration_ms: u64::try_from(asked.elapsed().as_millis()).unwrap_or(u64::MAX),
    }
}

/// Where a delivery stands after its only attempt.
pub(crate) fn end(attempted: &Attempted) -> Next {
    if attempted.outcome.error().is_none() { Next::Delivered } else { Next::Failed }
}

fn left_ms(deadline: Instant) -> u64 {
    let left = deadline.saturating_duration_since(Instant::now());
    u64::try_from(left.as_millis()).unwrap_or(u64::MAX)
}

/// What follows from a guard that can not be asked.
fn paused(matching: MatchingHook) -> GuardResult {
    let verdict = Verdict::deny(format!(
        "{} is paused, and its guards deny until it is resumed",
        matching.extension_id
    ));
    GuardResult {
        installation_id: matching.installation_id,
        extension_id: matching.extension_id,
        delivery_id: None,
        decision: verdict.decision,
        assumed: None,
        message: verdict.message,
        metadata: verdict.metadata,
        duration_ms: 0,
    }
}

/// Ends a pending decision, and tells those who wish to hear it.
pub(crate) async fn resolve(core: &Core, id: EventId, end: &Resolve) -> Result<Guard, Error> {
    if end.by.trim().is_empty() {
        return Err(Error::NobodyDecides);
    }
    let now = core.now();
    let raise = |guard: &Guard, asked: &Members| {
        let payload = ApprovalResolved::of_guard(guard.id, guard.project_id, asked, end);
        // The catalogue's types have no member that JSON can not say.
        let payload = serde_json::to_string(&payload).ok()?;
        Some(rows::NewEvent::raised(ApprovalResolved::EVENT, guard.project_id, payload, now))
    };
    match core.store.resolve(id, end, now, raise).await? {
        Resolved::Now(guard) => {
            core.wake.notify_one();
            Ok(*guard)
        }
        Resolved::NotPending => Err(Error::NotPending { guard: id }),
        Resolved::Unknown => Err(Error::UnknownGuard { guard: id }),
    }
}
