//! `kiket dev`: a local Kiket for one extension.
//!
//! The cast: a [`Platform`] in this process, with its database in the extension's folder; the
//! extension, built and run as a child under a supervisor; a [`Screen`] that shows what happens.
//! Nothing is delivered before the extension is installed at its new address, so that deliveries of
//! an earlier run wait for it. The first SIGINT, SIGTERM or SIGHUP ends all in order (deliveries,
//! extension, platform), a second one at once. However this process ends, no child outlives it, and
//! what was accepted is delivered after the next start.

mod log;
mod once;
mod samples;
mod screen;
mod state;
mod summary;

use std::collections::BTreeMap;
use std::env;
use std::io::IsTerminal;
use std::path::Path;

use anyhow::Context as _;
use kiket_contract::api::installations::{Installed, NewInstallation};
use kiket_contract::health::Health;
use kiket_contract::id::{OrganizationId, ProjectId};
use kiket_contract::route;
use kiket_contract::secret::Secret;
use kiket_manifest::Manifest;
use kiket_platform::{Config, Error, Platform};
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::filter::LevelFilter;

use crate::args::Dev;
use crate::commands::signals;
use crate::exit::Exit;
use crate::extension::{self, Extension, Line, Place, Running};
use crate::installing::{self, Modules};
use crate::settings::dev_session;
use screen::Screen;

/// The key that seals everything secret, in place of the file beside the data.
const MASTER_KEY: &str = "KIKET_MASTER_KEY";
/// Where the samples of the event catalogue happen.
const PROJECT: i64 = 27;
const ORGANIZATION: i64 = 3;

/// Runs the extension until a signal comes, or with `--once` until its samples are settled.
pub(crate) async fn run(args: Dev) -> anyhow::Result<Exit> {
    log_to_standard_error();
    let screen = Screen::new(args.format);
    let stop = signals::listen()?;
    let folder = args.path.canonicalize().with_context(|| {
        format!("can not open `{}`; name the extension's folder", args.path.display())
    })?;
    let manifest_path = kiket_manifest::find(&folder)?.with_context(|| {
        let folder = folder.display();
        format!("`{folder}` has no manifest: write one to .kiket/manifest.yaml")
    })?;
    let extension = Extension::at(folder)?;
    let manifest = kiket_manifest::read(&manifest_path)?;
    let data_dir = state::directory(extension.dir(), &manifest.id)?;
    let platform = start_platform(&args, &data_dir).await?;
    let announced = dev_session::Announced::write(
        &data_dir,
        extension.dir(),
        platform.url(),
        platform.admin_token(),
    )?;
    let outcome = tokio::select! {
        session = Session::open(&platform, extension, &manifest, &manifest_path, &screen) => {
            match session {
                Ok(session) => session.run(&args, &stop).await,
                Err(error) => Err(error),
            }
        }
        () = stop.cancelled() => Ok(ended_by_signal(&args)),
    };
    drop(announced);
    platform.shutdown().await;
    if outcome.is_ok() && !args.once {
        screen.say("stopped");
    }
    outcome
}

/// What goes wrong on the platform's side is for the person in front of it.
fn log_to_standard_error() {
    let log = tracing_subscriber::fmt().with_writer(std::io::stderr);
    log.with_ansi(std::io::stderr().is_terminal()).with_max_level(LevelFilter::WARN).init();
}

fn ended_by_signal(args: &Dev) -> Exit {
    if args.once { Exit::Cancelled } else { Exit::Ok }
}

async fn start_platform(args: &Dev, data_dir: &Path) -> anyhow::Result<Platform> {
    let mut config = Config::new(data_dir);
    config.listen = args.listen.unwrap_or_else(|| ([127, 0, 0, 1], 0).into());
    config.allow_networks = vec!["127.0.0.0/8".parse()?];
    config.schedule.base = args.retry_base;
    config.master_key = env::var(MASTER_KEY).ok().filter(|key| !key.is_empty()).map(Secret::from);
    match Platform::start(config).await {
        Err(error @ (Error::MasterKey(_) | Error::Seal(_))) => Err(error).with_context(|| {
            format!("can not open the data; delete `{}` to start afresh", data_dir.display())
        }),
        started => Ok(started?),
    }
}

/// An extension that is installed and runs.
struct Session<'a> {
    platform: &'a Platform,
    screen: &'a Screen,
    manifest: &'a Manifest,
    installed: Installed,
    running: Running,
    health: Health,
    printed: UnboundedReceiver<Line>,
}

impl<'a> Session<'a> {
    /// Builds and starts the extension, waits for its health, installs it.
    async fn open(
        platform: &'a Platform,
        extension: Extension,
        manifest: &'a Manifest,
        manifest_path: &Path,
        screen: &'a Screen,
    ) -> anyhow::Result<Self> {
        screen.step("building", &format!("{} in {}", *manifest.id, extension.dir().display()));
        let dir = extension.dir().to_owned();
        let program = extension.build().await?;
        screen.step("starting", &manifest.id);
        let webhook_secret = state::new_delivery_secret()?;
        let place = Place {
            port: extension::free_port().context("no port of this machine is free")?,
            base_url: platform.url().to_owned(),
            webhook_secret: webhook_secret.clone(),
            telemetry_url: format!("{}{}/ext/telemetry", platform.url(), route::API),
        };
        let (lines, printed) = mpsc::unbounded_channel();
        let (running, health) = program.start(&place, lines).await?;
        let text = std::fs::read_to_string(manifest_path)
            .with_context(|| format!("can not read {}", manifest_path.display()))?;
        let Modules { schemas, seeds } = Modules::of(&dir)?;
        let installed = platform
            .install(NewInstallation {
                manifest: text,
                callback_url: Some(running.url().to_owned()),
                organization_id: OrganizationId::try_from(ORGANIZATION)?,
                project_id: ProjectId::try_from(PROJECT)?,
                configuration: serde_json::Map::new(),
                secrets: BTreeMap::new(),
                headers: installing::headers(manifest)?,
                delivery_secret: Some(webhook_secret),
                signing: None,
                token_minutes: None,
                modules: schemas,
                seeds,
                // What `kiket dev` keeps is there to be tried with.
                accept_data_loss: true,
                replace: true,
            })
            .await?;
        Ok(Self { platform, screen, manifest, installed, running, health, printed })
    }

    /// Shows what happens until the end, then ends the extension.
    async fn run(mut self, args: &Dev, stop: &CancellationToken) -> anyhow::Result<Exit> {
        let ending = if args.once {
            self.once(args, stop).await
        } else {
            self.until_stopped(stop).await.map(|()| ended_by_signal(args))
        };
        self.platform.stop_delivering().await;
        self.running.stop().await?;
        ending
    }

    async fn until_stopped(&mut self, stop: &CancellationToken) -> anyhow::Result<()> {
        let mut happenings = self.platform.watch();
        self.platform.deliver();
        self.screen.step("listening", &format!("{}, Ctrl-C to stop", self.platform.url()));
        if let Some(hint) = self.how_to_send()? {
            self.screen.hint(&hint);
        }
        loop {
            tokio::select! {
                biased;
                Some(line) = self.printed.recv() => self.screen.printed(&line),
                happening = happenings.recv() => self.screen.happening(happening),
                ended = self.running.ended() => {
                    anyhow::bail!("the extension ended by itself ({}); start again", ended?)
                }
                () = stop.cancelled() => return Ok(()),
            }
        }
    }
}
