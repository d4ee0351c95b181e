//! One extension that is installed and runs.

use std::collections::BTreeMap;
use std::future::pending;
use std::process::ExitStatus;
use std::sync::Arc;

use anyhow::Context as _;
use kiket_contract::api::installations::{Installed, NewInstallation};
use kiket_contract::health::Health;
use kiket_contract::id::{OrganizationId, ProjectId};
use kiket_contract::route;
use kiket_contract::secret::Secret;
use kiket_platform::Platform;
use tokio::sync::mpsc::UnboundedSender;

use super::desk::Offer;
use super::gate::Gate;
use super::passing::Passing;
use super::samples::Samples;
use super::screen::Screen;
use super::source::{Read, Source};
use super::watch::Watch;
use super::weather::Weather;
use super::{ORGANIZATION, PROJECT, state};
use crate::extension::{self, Line, Outlet, Place, Running};
use crate::installing::{self, Modules};

/// An extension that is installed and runs.
pub(super) struct Session<'a> {
    pub(super) starter: Starter<'a>,
    pub(super) watch: Watch,
    pub(super) read: Read,
    pub(super) health: Health,
    pub(super) installed: Installed,
    /// What the keys send.
    pub(super) offer: Offer,
    /// Nothing runs after it has ended by itself, until the next change.
    pub(super) running: Option<Running>,
}

/// What builds, starts and installs an extension, again and again.
pub(super) struct Starter<'a> {
    pub(super) platform: &'a Platform,
    pub(super) screen: &'a Screen,
    pub(super) source: Source,
    pub(super) gate: Gate,
    /// What leads to the platform in bad weather.
    way_back: Option<Gate>,
    webhook_secret: Secret,
    outlet: Outlet,
}

impl<'a> Session<'a> {
    /// Builds and starts the extension, waits for its health, installs it.
    pub(super) async fn open(
        platform: &'a Platform,
        source: Source,
        (screen, weather): (&'a Screen, Option<&Arc<Weather>>),
        lines: UnboundedSender<Line>,
    ) -> anyhow::Result<Self> {
        let watch = Watch::of(source.dir())?;
        let read = source.read()?;
        let (to, back) = match weather {
            Some(weather) => (
                Passing::Deliveries(weather.clone(), source.id.as_str().into()),
                Some(Gate::open(Passing::Callbacks(weather.clone())).await?),
            ),
            None => (Passing::Undisturbed, None),
        };
        if let Some(back) = &back {
            back.lead_to(platform.url())?;
        }
        let starter = Starter {
            platform,
            screen,
            gate: Gate::open(to).await?,
            way_back: back,
            webhook_secret: state::new_delivery_secret()?,
            outlet: Outlet { from: source.id.as_str().into(), lines },
            source,
        };
        let (running, health) = starter.start().await?;
        starter.gate.lead_to(running.url())?;
        let installed = starter.install(&read).await?;
        // An earlier run may have ended while nothing ran.
        platform.resume(installed.installation.id).await?;
        let (offer, running) = (Offer::default(), Some(running));
        let session = Self { starter, watch, read, health, installed, offer, running };
        session.offer()?;
        Ok(session)
    }

    /// Offers the samples of what runs now to the keys.
    pub(super) fn offer(&self) -> anyhow::Result<()> {
        let Samples { mut events, questions, .. } = self.samples()?;
        events.extend(questions);
        if let Ok(mut offer) = self.offer.lock() {
            *offer = events;
        }
        Ok(())
    }

    /// Ends the extension.
    pub(super) async fn stop(self) -> anyhow::Result<()> {
        match self.running {
            Some(running) => running.stop().await,
            None => Ok(()),
        }
    }
}

impl Starter<'_> {
    /// Builds the extension and starts it on a port of its own.
    pub(super) async fn start(&self) -> anyhow::Result<(Running, Health)> {
        let (id, dir) = (&self.source.id, self.source.dir().display());
        self.screen.step("building", &format!("{id} in {dir}"));
        let program = self.source.extension.build().await?;
        self.screen.step("starting", id);
        let place = Place {
            port: extension::free_port().context("no port of this machine is free")?,
            base_url: self.way_back.as_ref().map_or(self.platform.url(), Gate::url).to_owned(),
            webhook_secret: self.webhook_secret.clone(),
            telemetry_url: format!("{}{}/ext/telemetry", self.platform.url(), route::API),
        };
        program.start(&place, self.outlet.clone()).await
    }

    /// Installs the manifest, in place of what is installed, with the gate as its address.
    pub(super) async fn install(&self, read: &Read) -> anyhow::Result<Installed> {
        let Modules { schemas, seeds } = Modules::of(self.source.dir())?;
        let new = NewInstallation {
            manifest: read.text.clone(),
            callback_url: Some(self.gate.url().to_owned()),
            organization_id: OrganizationId::try_from(ORGANIZATION)?,
            project_id: ProjectId::try_from(PROJECT)?,
            configuration: serde_json::Map::new(),
            secrets: BTreeMap::new(),
            headers: installing::headers(&read.manifest)?,
            delivery_secret: Some(self.webhook_secret.clone()),
            signing: None,
            token_minutes: None,
            modules: schemas,
            seeds,
            // What `kiket dev` keeps is there to be tried with.
            accept_data_loss: true,
            replace: true,
        };
        Ok(self.platform.install(new).await?)
    }
}

/// Waits for what runs to end by itself; for ever when nothing runs.
pub(super) async fn ended(running: &mut Option<Running>) -> anyhow::Result<ExitStatus> {
    match running {
        Some(running) => running.ended().await,
        None => pending().await,
    }
}
