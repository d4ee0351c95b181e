//! `kiket dev --once`: a sample for every handler, and how each went.

use std::collections::HashMap;
use std::pin::Pin;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use kiket_contract::api::actions::CallAction;
use kiket_contract::api::events::NewEvent;
use kiket_contract::api::installations::Installation;
use kiket_contract::id::DeliveryId;
use kiket_platform::{Error, Happening, Platform};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::samples::{Samples, samples};
use super::summary::{self, Summary};
use super::{ORGANIZATION, PROJECT, Session};
use crate::args::{Dev, Format};
use crate::exit::Exit;

/// A guard that is asked or an action that is called; it ends with deliveries and a note on each.
type Asking<'a> =
    Pin<Box<dyn Future<Output = anyhow::Result<Vec<(DeliveryId, Option<String>)>>> + 'a>>;

impl Session<'_> {
    /// Sends the samples, waits until each delivery is settled or the time is up, and sums up.
    pub(super) async fn once(
        &mut self,
        args: &Dev,
        stop: &CancellationToken,
    ) -> anyhow::Result<Exit> {
        let mut happenings = self.platform.watch();
        self.platform.deliver();
        let Samples { events, questions, calls, skipped } = self.samples()?;
        let mut sent = Vec::new();
        for event in events {
            sent.extend(self.send(event).await?);
        }
        let mut open = sent.clone();
        let mut asked = ask(self.platform, &self.installed.installation, questions, calls);
        let mut notes = HashMap::new();
        let deadline = Instant::now() + args.timeout;
        while !open.is_empty() || !asked.is_empty() {
            tokio::select! {
                biased;
                Some(answered) = asked.next() => {
                    for (id, note) in answered? {
                        sent.push(id);
                        notes.extend(note.map(|note| (id, note)));
                    }
                }
                Some(line) = self.printed.recv() => self.screen.printed(&line),
                happening = happenings.recv() => {
                    if let Ok(Happening::Attempted { delivery_id, status, .. }) = &happening
                        && status.is_final()
                    {
                        open.retain(|id| id != delivery_id);
                    }
                    self.screen.happening(happening);
                }
                ended = self.running.ended() => {
                    anyhow::bail!("the extension ended before its samples were settled ({})", ended?)
                }
                () = tokio::time::sleep_until(deadline) => {
                    self.screen.say(&format!("the time is up; {} not settled", open.len() + asked.len()));
                    break;
                }
                () = stop.cancelled() => return Ok(Exit::Cancelled),
            }
        }
        let mut deliveries = Vec::new();
        for id in sent {
            deliveries.extend(self.platform.delivery(id).await?);
        }
        let platform = summary::Platform {
            url: self.platform.url().to_owned(),
            version: env!("CARGO_PKG_VERSION"),
            installation: self.installed.installation.clone(),
        };
        self.sum_up(&Summary { platform, deliveries, skipped, notes }, args.format)
    }

    fn samples(&self) -> anyhow::Result<Samples> {
        let (organization, project) = (ORGANIZATION.try_into()?, PROJECT.try_into()?);
        Ok(samples(&self.health, self.manifest, organization, project))
    }

    /// Sends one event and answers with its deliveries to this extension.
    async fn send(&self, event: NewEvent) -> anyhow::Result<Vec<DeliveryId>> {
        let accepted = self.platform.accept(event).await?;
        let ours = self.installed.installation.id;
        let ours = accepted.deliveries.iter().filter(|planned| planned.installation_id == ours);
        Ok(ours.map(|planned| planned.id).collect())
    }

    fn sum_up(&self, summary: &Summary, format: Format) -> anyhow::Result<Exit> {
        match format {
            Format::Text => self.screen.table(summary),
            Format::Json => crate::printer::line(serde_json::to_string(summary)?)?,
        }
        Ok(if summary.is_success() { Exit::Ok } else { Exit::Failed })
    }

    /// A command that sends an event which this extension handles, if a sample of one is known.
    pub(super) fn how_to_send(&self) -> anyhow::Result<Option<String>> {
        let Some(event) = self.samples()?.events.into_iter().next() else { return Ok(None) };
        let event = serde_json::to_string(&event)?.replace('\'', "'\\''");
        Ok(Some(format!(
            "send an event:  curl {}{} -H \"Authorization: Bearer $(cat '{}')\" -d '{event}'",
            self.platform.url(),
            kiket_contract::api::events::PATH,
            self.platform.admin_token_file().display(),
        )))
    }
}

/// Asks the guards and calls the actions, all at once. Each ends with the deliveries to this
/// installation, and with what was answered.
fn ask<'a>(
    platform: &'a Platform,
    installation: &Installation,
    questions: Vec<NewEvent>,
    calls: Vec<(String, CallAction)>,
) -> FuturesUnordered<Asking<'a>> {
    let asking: FuturesUnordered<Asking<'a>> = FuturesUnordered::new();
    let ours = installation.id;
    for question in questions {
        asking.push(Box::pin(async move {
            let guard = platform.ask(question).await?;
            let results = guard.results.into_iter().filter(|it| it.installation_id == ours);
            let asked = results.filter_map(|result| {
                let decided = result.decision.as_str();
                let why = result.assumed.or(result.message);
                let note =
                    why.map_or_else(|| decided.to_owned(), |why| format!("{decided}: {why}"));
                Some((result.delivery_id?, Some(note)))
            });
            let others = guard.deliveries.into_iter().filter(|it| it.installation_id == ours);
            Ok(asked.chain(others.map(|planned| (planned.id, None))).collect())
        }));
    }
    for (key, call) in calls {
        let extension_id = installation.extension_id.clone();
        asking.push(Box::pin(async move {
            match platform.call(&extension_id, &key, call).await {
                Ok(called) => Ok(vec![(called.delivery_id, called.answer.message)]),
                // The delivery has what happened.
                Err(Error::ActionFailed { delivery, .. }) => Ok(vec![(delivery, None)]),
                Err(error) => Err(error.into()),
            }
        }));
    }
    asking
}
