//! Actions: a user triggers something in an extension and waits for its answer.
//!
//! A call is the event `action.<key>` in its first version, delivered once to one installation. Its
//! body has the `action_key`, and in its context the project, the issue when the action is declared
//! for issues, and the user.

use std::time::Duration;

use kiket_contract::api::actions::{ActionCalled, CallAction, INPUT, context, offered};
use kiket_contract::event::extension_delivery::DeliveryStarted;
use kiket_contract::event::{self, DEFAULT_VERSION};
use kiket_contract::id::{DeliveryId, EventId};
use kiket_contract::payload::{DEFAULT_TIMEOUT_MS, LARGEST_PAYLOAD};
use kiket_contract::response::{ActionAnswer, ActionStatus};
use kiket_manifest::Action;
use serde_json::{Map, Value, json};
use tokio::time::Instant;
use tracing::{Instrument, info_span};
use uuid::Uuid;

use crate::core::{Core, Shared};
use crate::delivery::attempt::{Attempted, attempt};
use crate::delivery::policy::Outcome;
use crate::delivery::record::record;
use crate::delivery::worker::LEASE_MARGIN;
use crate::error::Error;
use crate::guards::{TOO_MANY, end};
use crate::store::StoreError;
use crate::store::actions::Callee;
use crate::store::claims::Claim;
use crate::store::completion::Consequences;
use crate::store::deliveries::{Kind, NewDelivery};
use crate::store::events::{Hearers, NewEvent};

/// Calls an action and answers as the extension did.
pub(crate) async fn call(
    core: &Shared,
    extension_id: &str,
    action_key: &str,
    new: CallAction,
) -> Result<ActionCalled, Error> {
    let callee = callee(core, extension_id, &new).await?;
    let actions = &callee.manifest.actions;
    let Some(action) = actions.iter().find(|action| *action.key == action_key) else {
        return Err(Error::UnknownAction {
            extension_id: extension_id.to_owned(),
            action_key: action_key.to_owned(),
            known: actions.iter().map(|action| action.key.value.clone()).collect(),
        });
    };
    let event = event(core, &callee, action, new)?;
    let delivery = delivery(&callee, &event);
    let core = core.clone();
    let span = info_span!("attempt", delivery = %delivery.id, event = %event.id);
    // On a task of its own: it goes on when the user has gone away.
    let calling =
        tokio::spawn(async move { deliver(&core, event, delivery).await }.instrument(span));
    calling.await.map_err(|_| Error::NotDecided)?
}

/// The one installation that the call is for.
async fn callee(core: &Core, extension_id: &str, new: &CallAction) -> Result<Callee, Error> {
    let mut callees = core.store.callees(extension_id).await?;
    callees.retain(|callee| {
        new.project_id.is_none_or(|project| project == callee.project_id)
            && new.installation_id.is_none_or(|id| id == callee.installation)
    });
    let callee = match (callees.pop(), callees.as_slice()) {
        (Some(only), []) => only,
        (Some(last), others) => {
            let installations = others.iter().chain([&last]).map(|callee| callee.installation);
            return Err(Error::SeveralInstallations {
                extension_id: extension_id.to_owned(),
                installations: installations.collect(),
            });
        }
        (None, _) => {
            let place = new.project_id.map_or("here".to_owned(), |id| format!("in project {id}"));
            return Err(Error::NotInstalled { extension_id: extension_id.to_owned(), place });
        }
    };
    let state = match callee.state.as_str() {
        "active" => return Ok(callee),
        "paused" => "paused: resume it first",
        _ => "disabled: enable it first",
    };
    Err(Error::NotActive { installation: callee.installation, state })
}

fn event(
    core: &Core,
    callee: &Callee,
    action: &Action,
    new: CallAction,
) -> Result<NewEvent, Error> {
    let offered = |scope: &str| action.scopes.iter().any(|declared| declared.as_str() == scope);
    let mut said = Map::new();
    if offered(offered::PROJECT) || action.scopes.is_empty() {
        said.insert(context::PROJECT.to_owned(), json!({ "id": callee.project_id }));
    }
    if let Some(issue) = new.issue.filter(|_| offered(offered::ISSUE)) {
        said.insert(context::ISSUE.to_owned(), json!(issue));
    }
    if let Some(user) = new.user {
        said.insert(context::USER.to_owned(), json!(user));
    }
    let input = new.input.map(|input| (INPUT.to_owned(), json!(input)));
    let payload = Value::Object(input.into_iter().collect()).to_string();
    let context = Value::Object(said).to_string();
    let size = payload.len() + context.len();
    if size > LARGEST_PAYLOAD {
        return Err(Error::PayloadTooLarge { size, most: LARGEST_PAYLOAD });
    }
    Ok(NewEvent {
        id: EventId::new(),
        project_id: callee.project_id,
        organization_id: Some(callee.organization_id),
        name: event::action(&action.key),
        version: Some(DEFAULT_VERSION.to_owned()),
        payload,
        context: Some(context),
        idempotency: None,
        hearers: Hearers::All,
        now: core.now(),
    })
}

fn delivery(callee: &Callee, event: &NewEvent) -> NewDelivery {
    let callback = &callee.manifest.callback;
    let timeout_ms = callback.timeout_ms.map_or(DEFAULT_TIMEOUT_MS, |timeout| *timeout);
    let until = event.now + Duration::from_millis(timeout_ms) + LEASE_MARGIN;
    NewDelivery {
        id: DeliveryId::new(),
        installation_id: callee.installation,
        hook_id: None,
        kind: Kind::Action,
        event_version: DEFAULT_VERSION.to_owned(),
        endpoint: callback.endpoint.as_ref().map(|endpoint| endpoint.value.clone()),
        timeout_ms: i64::try_from(timeout_ms).unwrap_or(i64::MAX),
        retries: 0,
        required: false,
        token_minutes: None,
        redelivery_of: None,
        lease: Some((Uuid::now_v7(), until)),
    }
}

async fn deliver(
    core: &Core,
    event: NewEvent,
    delivery: NewDelivery,
) -> Result<ActionCalled, Error> {
    if !core.store.call(&event, &delivery).await? {
        let state = "not active any more";
        return Err(Error::NotActive { installation: delivery.installation_id, state });
    }
    let (lease, _) = delivery.lease.ok_or(StoreError::Damaged("deliveries"))?;
    let claim = Claim {
        id: delivery.id,
        installation: delivery.installation_id,
        kind: Kind::Action,
        lease,
        number: 1,
        recorded: 0,
    };
    let work = core.store.work(delivery.id, DeliveryStarted::EVENT).await?;
    let deadline = Instant::now() + Duration::from_millis(work.timeout_ms);
    let attempted = match core.turns.take(work.installation, deadline).await {
        Some(_turn) => attempt(core, claim, &work).await,
        None => Attempted::given_up(core.now(), TOO_MANY.to_owned()),
    };
    let answer = read(&attempted, delivery.id);
    let next = end(&attempted);
    record(core, claim, attempted, next, Consequences::default()).await;
    Ok(ActionCalled { delivery_id: delivery.id, answer: answer? })
}

/// What the extension answered, without secrets. A success that does not say so is one all the
/// same, and what it says instead is the data.
fn read(attempted: &Attempted, delivery: DeliveryId) -> Result<ActionAnswer, Error> {
    let outcome = &attempted.outcome;
    if let Some(reason) = outcome.error() {
        let timed_out = matches!(outcome, Outcome::TimedOut { .. });
        return Err(Error::ActionFailed { delivery, reason, timed_out });
    }
    let failed = |reason: &str| {
        let reason = reason.to_owned();
        Err(Error::ActionFailed { delivery, reason, timed_out: false })
    };
    let (Outcome::Answered { body, .. }, Some(answer)) = (outcome, &attempted.answer) else {
        return failed("there was no answer");
    };
    if !answer.whole || answer.encoded {
        return failed("its answer is too large, or has a content encoding that nobody asked for");
    }
    // What is shown comes from the text without secrets, whether it worked from what was said.
    let said: Option<Value> = serde_json::from_slice(&answer.body).ok();
    let status = said.and_then(|said| serde_json::from_value(said.get("status")?.clone()).ok());
    let shown: Option<Value> = serde_json::from_str(body).ok();
    Ok(match (status, shown) {
        (Some(status), Some(Value::Object(mut shown))) => ActionAnswer {
            status,
            message: shown.get("message").and_then(Value::as_str).map(str::to_owned),
            data: shown.remove("data").filter(|data| !data.is_null()),
        },
        (status, data) => {
            ActionAnswer { status: status.unwrap_or(ActionStatus::Success), message: None, data }
        }
    })
}
