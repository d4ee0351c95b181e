//! An extension that is started without a platform, to be called directly.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use http_body_util::BodyExt as _;
use kiket_contract::secret::Secret;
use kiket_contract::{route, scope};
use kiket_testkit::{Delivery, StubApi};
use serde_json::Value;
use tokio::sync::mpsc;

use super::{Extension, Kiket, Outlet, Place, Running, free_port};
use crate::commands::dev::new_delivery_secret;
use crate::printer::{self, printable};

/// An extension that runs, with what its deliveries are made with.
pub(crate) struct Alone {
    pub(crate) started: Started,
    pub(crate) secret: Secret,
    pub(crate) kiket: Kiket,
}

/// The program, and a stand-in for the API that it calls.
pub(crate) struct Started {
    running: Running,
    _api: StubApi,
}

impl Started {
    /// Where it listens.
    pub(crate) fn url(&self) -> &str {
        self.running.url()
    }

    /// Ends the extension and waits until it is gone.
    ///
    /// # Errors
    /// When the system can not tell.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        self.running.stop().await
    }
}

/// Builds and starts the extension of a folder. What it prints goes to standard error.
///
/// # Errors
/// When it can not be built or started.
pub(crate) async fn start_alone(folder: &Path) -> anyhow::Result<Alone> {
    let program = Extension::at(folder.to_owned())?.build().await?;
    let secret = new_delivery_secret()?;
    let api = StubApi::start();
    let kiket = Kiket { base_url: api.url(), token: token().await? };
    let place = Place {
        port: free_port().context("no port of this machine is free")?,
        base_url: kiket.base_url.clone(),
        webhook_secret: secret.clone(),
        telemetry_url: format!("{}{}/ext/telemetry", kiket.base_url, route::API),
    };
    let (lines, mut printed) = mpsc::unbounded_channel::<super::Line>();
    tokio::spawn(async move {
        while let Some(line) = printed.recv().await {
            // Nothing is lost with a line that nobody can read.
            let _ = printer::note(format_args!("  | {}", printable(&line.text)));
        }
    });
    let outlet = Outlet { from: "".into(), lines };
    let (running, _) = program.start(&place, outlet).await?;
    Ok(Alone { started: Started { running, _api: api }, secret, kiket })
}

/// A token that the stand-in takes, which are those of its own deliveries.
async fn token() -> anyhow::Result<Secret> {
    let request = Delivery::new("kiket.started", "v1").scopes([scope::ALL]).request();
    let body = request.into_body().collect().await?.to_bytes();
    let body: Value = serde_json::from_slice(&body)?;
    let token = body.pointer("/authentication/runtime_token").and_then(Value::as_str);
    Ok(Secret::from(token.context("a delivery without a token")?))
}

/// The folder of the extension that a path belongs to: the nearest with a manifest.
///
/// # Errors
/// When there is none.
pub(crate) fn at_or_above(path: &Path) -> anyhow::Result<PathBuf> {
    let path = path.canonicalize().with_context(|| format!("can not open `{}`", path.display()))?;
    for folder in path.ancestors().filter(|folder| folder.is_dir()) {
        if kiket_manifest::find(folder)?.is_some() {
            return Ok(folder.to_owned());
        }
    }
    anyhow::bail!("`{}` is in no extension's folder: none has a manifest", path.display())
}
