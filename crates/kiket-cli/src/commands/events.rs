//! `kiket events`: the catalogue of the events that Kiket documents.

use kiket_contract::event::{Entry, Name, catalogue, find, same_version};
use serde_json::{Value, json};

use crate::args::{Events, EventsCommand, Format, ShowEvent};
use crate::exit::{Exit, Misuse};
use crate::output::table::{facts, table};
use crate::printer;

/// Runs one of the commands.
pub(crate) fn run(args: Events) -> anyhow::Result<Exit> {
    match args.command {
        EventsCommand::List => list(args.format)?,
        EventsCommand::Show(wanted) => show(&wanted, args.format)?,
    }
    Ok(Exit::Ok)
}

/// The entry of an event, in its newest version unless one is said.
///
/// # Errors
/// When the catalogue has none.
pub(crate) fn entry(event: &Name, version: Option<&Name>) -> Result<&'static Entry, Misuse> {
    let of_name = || catalogue().filter(|entry| entry.event == event.as_str());
    let found = match version {
        Some(version) => find(event.as_str(), version.as_str()),
        None => of_name().last().or_else(|| {
            let open = catalogue().filter(|entry| entry.open_family().is_some());
            open.filter_map(|entry| find(event.as_str(), entry.version)).last()
        }),
    };
    found.ok_or_else(|| {
        let versions: Vec<_> = of_name().map(|entry| entry.version).collect();
        Misuse(match version {
            Some(version) if !versions.is_empty() => {
                format!(
                    "there is no version {version} of {event}: there is {}",
                    versions.join(", ")
                )
            }
            _ => format!("the catalogue has no `{event}`{}", meant(event)),
        })
    })
}

/// Events of the same family, for somebody who does not remember the name.
fn meant(event: &Name) -> String {
    let family = event.as_str().split('.').next().unwrap_or_default();
    let alike: Vec<_> = catalogue()
        .map(|entry| entry.event)
        .filter(|name| name.split('.').next() == Some(family))
        .collect();
    match alike.is_empty() {
        true => "; `kiket events list` has all events".to_owned(),
        false => format!("; there are {}", alike.join(", ")),
    }
}

fn list(format: Format) -> anyhow::Result<()> {
    match format {
        Format::Json => {
            let data: Vec<_> = catalogue().map(described).collect();
            printer::line(json!({ "data": data }))?;
        }
        Format::Text => {
            let rows = catalogue().map(|entry| [entry.event, entry.version, entry.summary]);
            let rows = rows.map(|row| row.map(str::to_owned));
            printer::line(table(["event", "version", "when"], rows))?;
        }
    }
    Ok(())
}

fn show(wanted: &ShowEvent, format: Format) -> anyhow::Result<()> {
    let entry = entry(&wanted.event, wanted.version.as_ref())?;
    if wanted.schema {
        printer::line(format_args!("{:#}", entry.schema()))?;
    } else if wanted.sample {
        printer::line(format_args!("{:#}", Value::from(entry.sample())))?;
    } else if format == Format::Json {
        let mut shown = described(entry);
        shown["schema"] = entry.schema();
        shown["sample"] = entry.sample().into();
        printer::line(shown)?;
    } else {
        printer::line(text(entry))?;
    }
    Ok(())
}

fn described(entry: &Entry) -> Value {
    json!({
        "event": entry.event,
        "version": entry.version,
        "summary": entry.summary,
        "asks_first": entry.asks_first(),
    })
}

fn text(entry: &Entry) -> String {
    let versions = catalogue().filter(|other| other.event == entry.event);
    let others: Vec<_> = versions
        .map(|other| other.version)
        .filter(|version| !same_version(version, entry.version))
        .collect();
    let asks = "a required hook on it decides whether it happens";
    let facts = facts([
        ("event", Some(entry.event.to_owned())),
        ("version", Some(entry.version.to_owned())),
        ("others", (!others.is_empty()).then(|| others.join(", "))),
        ("when", Some(entry.summary.to_owned())),
        ("guard", entry.asks_first().then(|| asks.to_owned())),
    ]);
    format!("{facts}\n\n{:#}", Value::from(entry.sample()))
}
