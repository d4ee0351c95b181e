//! Events: each is written together with its deliveries, or not at all.

use jiff::Timestamp;
use kiket_contract::api::events::PlannedDelivery;
use kiket_contract::id::{EventId, InstallationId, OrganizationId, ProjectId};
use sqlx::AnyConnection;

use super::deliveries::NewDelivery;
use super::hooks::{HooksRead, MatchingHook};
use super::idempotency::Idempotency;
use super::{Plan, Store, StoreError, deliveries, idempotency, projects, rows};

/// An event to be written.
#[derive(Debug, Clone)]
pub(crate) struct NewEvent {
    pub(crate) id: EventId,
    pub(crate) project_id: ProjectId,
    /// Whose project the sender says it is; needed for a project that is not known yet.
    pub(crate) organization_id: Option<OrganizationId>,
    pub(crate) name: String,
    /// The version that the sender named.
    pub(crate) version: Option<String>,
    pub(crate) payload: String,
    pub(crate) context: Option<String>,
    pub(crate) idempotency: Option<Idempotency>,
    /// Which of the installations with hooks on it hear it.
    pub(crate) hearers: Hearers,
    pub(crate) now: Timestamp,
}

/// Which of the installations with hooks on an event hear it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hearers {
    All,
    Only(InstallationId),
    /// Whoever caused it would otherwise go on for ever.
    AllBut(InstallationId),
}

impl Hearers {
    fn have(self, installation: InstallationId) -> bool {
        match self {
            Self::All => true,
            Self::Only(only) => installation == only,
            Self::AllBut(other) => installation != other,
        }
    }
}

impl NewEvent {
    /// The deliveries that the plan makes of the hooks on it.
    fn deliveries(&self, plan: Plan, hooks: &[MatchingHook]) -> Vec<NewDelivery> {
        let mut deliveries = plan(self.version.as_deref(), hooks);
        deliveries.retain(|delivery| self.hearers.have(delivery.installation_id));
        deliveries
    }

    /// An event that the platform itself raises.
    pub(crate) fn raised(
        name: &str,
        project_id: ProjectId,
        payload: String,
        now: Timestamp,
    ) -> Self {
        Self {
            id: EventId::new(),
            project_id,
            organization_id: None,
            name: name.to_owned(),
            version: None,
            payload,
            context: None,
            idempotency: None,
            hearers: Hearers::All,
            now,
        }
    }
}

/// What came of writing an event.
#[derive(Debug)]
pub(crate) enum Accepted {
    /// It is stored with these deliveries.
    With(Vec<NewDelivery>),
    /// The same request was accepted before, with these deliveries.
    Before { event: EventId, deliveries: Vec<PlannedDelivery> },
    /// The idempotency key was another request's; nothing was stored.
    KeyReused,
    /// Its project refuses it; nothing was stored.
    Refused(Refusal),
}

/// Why a project refuses an event.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Nobody said whose the project is.
    ProjectUnknown,
    /// The project belongs to another organisation.
    ProjectOf(OrganizationId),
}

impl Store {
    /// Writes an event and the deliveries that the plan makes of the hooks on it.
    pub(crate) async fn accept(&self, event: NewEvent) -> Result<Accepted, StoreError> {
        self.batches.accept(event).await
    }
}

/// An event with its deliveries.
struct Planned<'a> {
    at: usize,
    event: &'a NewEvent,
    deliveries: Vec<NewDelivery>,
}

/// Writes events with their deliveries, and says for each what came of it.
pub(super) async fn accept_all(
    connection: &mut AnyConnection,
    plan: Plan,
    events: &[&NewEvent],
) -> Result<Vec<Accepted>, StoreError> {
    let refusals = projects::refusals(connection, events).await?.into_iter();
    let mut results: Vec<_> = refusals.map(|refusal| refusal.map(Accepted::Refused)).collect();
    let welcome: Vec<_> =
        events.iter().zip(&results).filter(|(_, refusal)| refusal.is_none()).collect();
    let welcome: Vec<&NewEvent> = welcome.into_iter().map(|(event, _)| *event).collect();
    let before = idempotency::take(connection, &welcome).await?;
    let mut hooks = HooksRead::default();
    let mut planned = Vec::with_capacity(events.len());
    for (at, event) in events.iter().copied().enumerate() {
        if results[at].is_none() && !before.contains(&event.id) {
            let hooks = hooks.on(connection, event.project_id, &event.name).await?;
            planned.push(Planned { at, event, deliveries: event.deliveries(plan, hooks) });
        }
    }
    write(connection, &planned).await?;
    for Planned { at, deliveries, .. } in planned {
        results[at] = Some(Accepted::With(deliveries));
    }
    let mut accepted = Vec::with_capacity(events.len());
    for (event, result) in events.iter().zip(results) {
        accepted.push(match (result, &event.idempotency) {
            (Some(result), _) => result,
            (None, Some(key)) => idempotency::earlier(connection, key).await?,
            (None, None) => return Err(StoreError::Damaged("idempotency_keys")),
        });
    }
    Ok(accepted)
}

/// Writes those of the events that somebody hears, as part of what raises them.
pub(super) async fn raise(
    connection: &mut AnyConnection,
    plan: Plan,
    events: &[&NewEvent],
) -> Result<(), StoreError> {
    let mut hooks = HooksRead::default();
    let mut planned = Vec::new();
    for (at, event) in events.iter().copied().enumerate() {
        let hooks = hooks.on(connection, event.project_id, &event.name).await?;
        let deliveries = event.deliveries(plan, hooks);
        if !deliveries.is_empty() {
            planned.push(Planned { at, event, deliveries });
        }
    }
    write(connection, &planned).await
}

async fn write(connection: &mut AnyConnection, planned: &[Planned<'_>]) -> Result<(), StoreError> {
    let events: Vec<_> = planned.iter().map(|planned| planned.event).collect();
    write_all(connection, &events).await?;
    let deliveries: Vec<_> = planned
        .iter()
        .flat_map(|planned| planned.deliveries.iter().map(|delivery| (planned.event, delivery)))
        .collect();
    deliveries::write_all(connection, &deliveries).await
}

/// Writes events without their deliveries.
pub(super) async fn write_all(
    connection: &mut AnyConnection,
    events: &[&NewEvent],
) -> Result<(), StoreError> {
    for group in rows::groups(events.len()) {
        let group = &events[group];
        let mut statement = rows::statement(
            "INSERT INTO events (id, project_id, name, version, payload, context, halted, \
             created_at)",
            "(?, ?, ?, ?, ?, ?, 0, ?)",
            group.len(),
            "",
        );
        for event in group {
            statement = statement
                .bind(event.id.as_bytes().to_vec())
                .bind(i64::from(event.project_id))
                .bind(event.name.clone())
                .bind(event.version.clone())
                .bind(event.payload.clone())
                .bind(event.context.clone())
                .bind(event.now.as_millisecond());
        }
        statement.execute(&mut *connection).await?;
    }
    Ok(())
}
