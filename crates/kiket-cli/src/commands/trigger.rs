//! `kiket trigger`: an event with a payload that is right, and what became of its deliveries.

mod project;
mod set;

use anyhow::Context as _;
use kiket_contract::api::deliveries::{Delivery, Status};
use kiket_contract::api::events::{AcceptedEvent, NewEvent, PATH};
use kiket_contract::api::guards::{self, Guard};
use kiket_contract::event::Entry;
use kiket_contract::payload::Members;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::{deliveries, events};
use crate::args::Trigger;
use crate::exit::{Exit, Invalid};
use crate::operator::Operator;
use crate::output::Output;
use crate::output::table::{facts, table};
use crate::output::words::or_dash;
use crate::printer::{self, printable};

/// Lets the event happen.
pub(crate) async fn run(args: Trigger) -> anyhow::Result<Exit> {
    let event = prepared(&args)?;
    let operator = Operator::of(&args.remote)?;
    let event = NewEvent {
        project_id: match args.project {
            Some(project) => project,
            None => project::only(&operator).await?,
        },
        ..event
    };
    let output = Output(args.remote.format);
    if kiket_contract::event::asks_first(event.event.as_str()) {
        let asked = operator.post::<Guard>(guards::PATH, &event).await?;
        output.show(&asked, decided)?;
        return Ok(Exit::Ok);
    }
    let accepted = operator.post::<AcceptedEvent>(PATH, &event).await?;
    let heard = accepted.value.deliveries.len();
    if heard == 0 {
        let NewEvent { event, project_id, .. } = &event;
        let way = "`kiket extensions list` shows what is installed";
        printer::note(format_args!("no hook in project {project_id} wants {event}; {way}"))?;
    }
    if args.no_wait || heard == 0 {
        output.show(&accepted, planned)?;
        return Ok(Exit::Ok);
    }
    let settled = settled(&operator, &accepted.value, &args).await?;
    shown(output, &accepted.value, &settled)
}

/// The event, in a project that is still to be found.
fn prepared(args: &Trigger) -> anyhow::Result<NewEvent> {
    let found = events::entry(&args.event, args.version.as_ref());
    let (entry, mut payload) = match &args.data {
        // What is given may be of an event that nobody documents.
        Some(path) => (found.ok(), given(path)?),
        None => found.map(|entry| (Some(entry), entry.sample()))?,
    };
    for assignment in &args.set {
        set::set(&mut payload, assignment)?;
    }
    if let Some(entry) = entry {
        warn(entry, &payload)?;
    }
    Ok(NewEvent {
        event: args.event.clone(),
        version: args.version.clone(),
        project_id: 1.try_into()?,
        organization_id: args.organization,
        payload: Members::from(payload),
        context: None,
    })
}

fn given(path: &std::path::Path) -> anyhow::Result<Map<String, Value>> {
    let name = path.display();
    let bytes = std::fs::read(path).with_context(|| format!("can not read `{name}`"))?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Invalid(format!("`{name}` is no JSON object: {error}")).into())
}

/// Extensions may be sent what they do not expect, as long as it is on purpose.
fn warn(entry: &Entry, payload: &Map<String, Value>) -> anyhow::Result<()> {
    if let Err(error) = entry.read(payload.clone()) {
        let Entry { event, version, .. } = entry;
        printer::note(format_args!(
            "warning: the payload does not fit {event} {version}: {error}; \
             `kiket events show {event} --schema` says what does"
        ))?;
    }
    Ok(())
}

async fn settled(
    operator: &Operator,
    accepted: &AcceptedEvent,
    args: &Trigger,
) -> anyhow::Result<Vec<Delivery>> {
    let until = Instant::now() + args.timeout;
    let mut settled = Vec::new();
    for planned in &accepted.deliveries {
        let mut told = 0;
        let delivery = deliveries::until(operator, planned.id, until, |delivery| {
            for attempt in delivery.attempts.iter().skip(told).filter(|_| args.follow) {
                let answer = or_dash(attempt.status_code.map(|code| code.to_string()))
                    + &attempt
                        .error
                        .as_ref()
                        .map(|error| format!(" ({error})"))
                        .unwrap_or_default();
                let (number, took) = (attempt.number, attempt.duration_ms);
                let told = format!("{}  attempt {number}  {answer} in {took} ms", delivery.id);
                // The summary has it too.
                let _ = printer::note(printable(&told));
            }
            told = delivery.attempts.len();
            delivery.status.is_final()
        });
        settled.push(delivery.await?);
    }
    Ok(settled)
}

fn shown(output: Output, event: &AcceptedEvent, settled: &[Delivery]) -> anyhow::Result<Exit> {
    if output.is_json() {
        printer::line(json!({ "id": event.id, "deliveries": settled }))?;
    } else {
        let rows = settled.iter().map(|delivery| {
            let answered = delivery.attempts.last().and_then(|attempt| attempt.status_code);
            [
                delivery.id.to_string(),
                format!("{} ({})", delivery.extension_id, delivery.installation_id),
                delivery.status.as_str().to_owned(),
                or_dash(answered),
                delivery.attempts.len().to_string(),
            ]
        });
        let header = ["delivery", "extension", "status", "answer", "attempts"];
        printer::line(format_args!("event  {}\n\n{}", event.id, table(header, rows)))?;
    }
    let mut exit = Exit::Ok;
    for delivery in settled.iter().filter(|delivery| delivery.status != Status::Delivered) {
        exit = Exit::Failed;
        let (id, status) = (delivery.id, delivery.status);
        if status.is_final() {
            printer::note(format_args!(
                "{id} {}; why: kiket deliveries why {id}",
                status.as_str()
            ))?;
        } else {
            printer::note(format_args!("{id} is not settled yet: kiket deliveries why {id}"))?;
        }
    }
    Ok(exit)
}

fn planned(accepted: &AcceptedEvent) -> String {
    let AcceptedEvent { id, deliveries } = accepted;
    let deliveries = deliveries.iter().map(|planned| {
        format!("delivery  {} to installation {}", planned.id, planned.installation_id)
    });
    std::iter::once(format!("event     {id}")).chain(deliveries).collect::<Vec<_>>().join("\n")
}

fn decided(guard: &Guard) -> String {
    let mut shown = facts([
        ("guard", Some(guard.id.to_string())),
        ("decision", Some(guard.decision.as_str().to_owned())),
        ("message", guard.message.clone()),
    ]);
    if !guard.results.is_empty() {
        let rows = guard.results.iter().map(|result| {
            [
                format!("{} ({})", result.extension_id, result.installation_id),
                result.decision.as_str().to_owned(),
                or_dash(result.message.as_ref().or(result.assumed.as_ref())),
                or_dash(result.delivery_id),
            ]
        });
        shown += "\n\n";
        shown += &table(["extension", "decision", "because", "delivery"], rows);
    }
    shown
}
