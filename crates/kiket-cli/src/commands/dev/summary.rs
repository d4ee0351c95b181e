//! What `--once` ends with: a table for people, one JSON object for programs.

use std::collections::HashMap;

use comfy_table::{ContentArrangement, Table, presets};
use kiket_contract::api::deliveries::{Delivery, Status};
use kiket_contract::api::installations::Installation;
use kiket_contract::id::DeliveryId;
use serde::Serialize;

use super::samples::Skipped;
use super::weather::Met;

/// How one run with `--once` went.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    /// Where the deliveries came from.
    pub(super) platform: Platform,
    /// Every delivery of the run, in the order in which they were sent.
    pub(super) deliveries: Vec<Delivery>,
    /// What guards and actions said, by delivery.
    #[serde(skip)]
    pub(super) notes: HashMap<DeliveryId, String>,
    /// The weather of the run, if there was any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) weather: Option<Report>,
    /// The handlers that got no sample.
    pub(super) skipped: Vec<Skipped>,
}

/// What deliveries met on their way.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    /// What brings the same weather again.
    pub(super) seed: u64,
    /// Each attempt that met something.
    pub(super) disturbed: Vec<Met>,
}

/// The platform that ran.
#[derive(Debug, Serialize)]
pub(super) struct Platform {
    /// The origin of its API.
    pub(super) url: String,
    /// Its version.
    pub(super) version: &'static str,
    /// The extensions as they were installed.
    pub(super) installations: Vec<Installation>,
}

impl Summary {
    /// Whether there was something to deliver and all of it was delivered.
    pub(super) fn is_success(&self) -> bool {
        self.skipped.is_empty()
            && !self.deliveries.is_empty()
            && self.deliveries.iter().all(|delivery| delivery.status == Status::Delivered)
    }

    /// The table; `borders` are for a terminal.
    pub(super) fn table(&self, borders: bool) -> Table {
        let mut table = Table::new();
        table.load_style(if borders { presets::UTF8_FULL_CONDENSED } else { presets::NOTHING });
        table.set_content_arrangement(ContentArrangement::Disabled);
        let mut header = vec!["event", "version", "status", "attempts", "ms", "callbacks", "note"];
        if self.of_several() {
            header.insert(0, "extension");
        }
        table.set_header(header);
        for delivery in &self.deliveries {
            let mut row = row(delivery, self.notes.get(&delivery.id));
            self.add_weather(delivery.id, &mut row[6]);
            table.add_row(self.named(&delivery.extension_id, row));
        }
        for skipped in &self.skipped {
            let Skipped { extension_id, event, version, reason, .. } = skipped;
            let row = [event, version, "skipped", "", "", "", reason].map(str::to_owned);
            table.add_row(self.named(extension_id, row));
        }
        table
    }

    /// Adds to a note what the delivery met on its way.
    fn add_weather(&self, delivery: DeliveryId, note: &mut String) {
        let disturbed = self.weather.iter().flat_map(|weather| &weather.disturbed);
        for met in disturbed.filter_map(|met| met.of(delivery)) {
            if !note.is_empty() {
                note.push('\n');
            }
            note.push_str(&met);
        }
    }

    fn of_several(&self) -> bool {
        self.platform.installations.len() > 1
    }

    /// The row, with its extension where there are several.
    fn named(&self, extension_id: &str, row: [String; 7]) -> Vec<String> {
        let name = self.of_several().then(|| extension_id.to_owned());
        name.into_iter().chain(row).collect()
    }

    /// The verdict in one line.
    pub(super) fn verdict(&self) -> String {
        let total = self.deliveries.len();
        let delivered = self.deliveries.iter().filter(|d| d.status == Status::Delivered).count();
        match (total, self.skipped.len()) {
            (0, 0) => "nothing was sent: the extension has no handlers".to_owned(),
            (_, 0) => format!("{delivered} of {total} delivered"),
            (_, skipped) => format!("{delivered} of {total} delivered, {skipped} skipped"),
        }
    }
}

fn row(delivery: &Delivery, said: Option<&String>) -> [String; 7] {
    let prefix = format!("{}/extensions/{}", kiket_contract::route::API, delivery.extension_id);
    let callbacks = delivery.callbacks.iter().map(|callback| {
        let path = callback.path.strip_prefix(&prefix).unwrap_or(&callback.path);
        format!("{} {path} {}", callback.method, callback.status_code)
    });
    let note = match delivery.status {
        Status::Delivered => said.cloned(),
        _ => delivery.attempts.last().and_then(|attempt| attempt.error.clone()),
    };
    [
        delivery.event.clone(),
        delivery.event_version.clone(),
        delivery.status.as_str().to_owned(),
        delivery.attempts.len().to_string(),
        delivery.attempts.last().map(|a| a.duration_ms.to_string()).unwrap_or_default(),
        callbacks.collect::<Vec<_>>().join("\n"),
        note.unwrap_or_default(),
    ]
}
