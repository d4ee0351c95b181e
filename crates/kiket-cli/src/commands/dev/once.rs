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

use super::samples::{Samples, Skipped, samples};
use super::session::{Session, ended};
use super::summary::{self, Summary};
use super::{ORGANIZATION, PROJECT, Sessions};
use crate::args::{Dev, Format};
use crate::exit::Exit;

/// A guard that is asked or an action that is called; it ends with deliveries and a note on each.
type Asking<'a> =
    Pin<Box<dyn Future<Output = anyhow::Result<Vec<(DeliveryId, Option<String>)>>> + 'a>>;

/// What was sent, and how far it is.
struct Sent<'a> {
    /// In the order in which they were sent.
    deliveries: Vec<DeliveryId>,
    /// Those that are not settled.
    open: Vec<DeliveryId>,
    asked: FuturesUnordered<Asking<'a>>,
    notes: HashMap<DeliveryId, String>,
    skipped: Vec<Skipped>,
}

impl Sessions<'_> {
    /// Sends the samples, waits until each delivery is settled or the time is up, and sums up.
    pub(super) async fn once(
        &mut self,
        args: &Dev,
        stop: &CancellationToken,
    ) -> anyhow::Result<Exit> {
        let mut happenings = self.platform.watch();
        self.platform.deliver();
        let platform = self.platform;
        let mut sent = self.send(platform).await?;
        let mut gone: FuturesUnordered<_> =
            self.each.iter_mut().map(|session| ended(&mut session.running)).collect();
        let deadline = Instant::now() + args.timeout;
        while !sent.open.is_empty() || !sent.asked.is_empty() {
            tokio::select! {
                biased;
                Some(answered) = sent.asked.next() => {
                    for (id, note) in answered? {
                        sent.deliveries.push(id);
                        sent.notes.extend(note.map(|note| (id, note)));
                    }
                }
                Some(line) = self.printed.recv() => self.screen.printed(&line),
                happening = happenings.recv() => {
                    if let Ok(Happening::Attempted { delivery_id, status, .. }) = &happening
                        && status.is_final()
                    {
                        sent.open.retain(|id| id != delivery_id);
                    }
                    self.screen.happening(happening);
                }
                Some(status) = gone.next() => {
                    anyhow::bail!("the extension ended before its samples were settled ({})", status?)
                }
                () = tokio::time::sleep_until(deadline) => {
                    let left = sent.open.len() + sent.asked.len();
                    self.screen.say(&format!("the time is up; {left} not settled"));
                    break;
                }
                () = stop.cancelled() => return Ok(Exit::Cancelled),
            }
        }
        drop(gone);
        let Sent { deliveries, notes, skipped, .. } = sent;
        self.sum_up(deliveries, notes, skipped, args.format).await
    }

    /// Sends the samples of every extension.
    async fn send<'a>(&self, platform: &'a Platform) -> anyhow::Result<Sent<'a>> {
        let mut sent = Sent {
            deliveries: Vec::new(),
            open: Vec::new(),
            asked: FuturesUnordered::new(),
            notes: HashMap::new(),
            skipped: Vec::new(),
        };
        for session in &self.each {
            let Samples { events, questions, calls, skipped } = session.samples()?;
            for event in events {
                sent.deliveries.extend(session.send(event).await?);
            }
            sent.asked.extend(ask(platform, &session.installed.installation, questions, calls));
            sent.skipped.extend(skipped);
        }
        sent.open.clone_from(&sent.deliveries);
        Ok(sent)
    }

    async fn sum_up(
        &self,
        sent: Vec<DeliveryId>,
        notes: HashMap<DeliveryId, String>,
        skipped: Vec<Skipped>,
        format: Format,
    ) -> anyhow::Result<Exit> {
        let mut deliveries = Vec::new();
        for id in sent {
            deliveries.extend(self.platform.delivery(id).await?);
            if let Some(recorder) = &self.recorder {
                recorder.record(self.platform, id).await?;
            }
        }
        let installations = self.each.iter().map(|it| it.installed.installation.clone()).collect();
        let platform = summary::Platform {
            url: self.platform.url().to_owned(),
            version: env!("CARGO_PKG_VERSION"),
            installations,
        };
        let weather = self.screen.weather().map(|weather| {
            let ids: Vec<_> = deliveries.iter().map(|delivery| delivery.id).collect();
            summary::Report { seed: weather.seed, disturbed: weather.report(&ids) }
        });
        let summary = Summary { platform, deliveries, notes, weather, skipped };
        match format {
            Format::Text => self.screen.table(&summary),
            Format::Json => crate::printer::line(serde_json::to_string(&summary)?)?,
        }
        Ok(if summary.is_success() { Exit::Ok } else { Exit::Failed })
    }

    /// A command that sends an event which an extension handles, if a sample of one is known.
    pub(super) fn how_to_send(&self) -> anyhow::Result<Option<String>> {
        let mut known = Vec::new();
        for session in &self.each {
            known.extend(session.samples()?.events.into_iter().next());
        }
        let Some(event) = known.into_iter().next() else { return Ok(None) };
        let event = serde_json::to_string(&event)?.replace('\'', "'\\''");
        Ok(Some(format!(
            "send an event:  curl {}{} -H \"Authorization: Bearer $(cat '{}')\" -d '{event}'",
            self.platform.url(),
            kiket_contract::api::events::PATH,
            self.platform.admin_token_file().display(),
        )))
    }
}

impl Session<'_> {
    /// The samples for what runs.
    pub(super) fn samples(&self) -> anyhow::Result<Samples> {
        let (organization, project) = (ORGANIZATION.try_into()?, PROJECT.try_into()?);
        Ok(samples(&self.health, &self.read.manifest, organization, project))
    }

    /// Sends one event and answers with its deliveries to this extension.
    async fn send(&self, event: NewEvent) -> anyhow::Result<Vec<DeliveryId>> {
        let accepted = self.starter.platform.accept(event).await?;
        let ours = self.installed.installation.id;
        let ours = accepted.deliveries.iter().filter(|planned| planned.installation_id == ours);
        Ok(ours.map(|planned| planned.id).collect())
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
