//! The extension: its own builder; [`serving`] makes a server of it, and [`telemetry`] has the options
//! for records of its handlers' calls.

mod serving;
mod telemetry;

use std::borrow::Cow;
use std::fmt;
use std::path::Path;
use std::time::Duration;

use kiket_contract::clock::Clock;
use kiket_contract::secret::Secret;
use serde::de::DeserializeOwned;
use serde_json::Value;

use tokio::sync::Semaphore;

use crate::environment::Environment;
use crate::handler::{Answer, Handler, Payload};
use crate::settings::Sources;
use crate::{ActionResult, EffectivelyOnce, Error, Guard, Registration, Verification, WrongType};

/// An extension: what it is configured with and what it handles.
///
/// ```no_run
/// use kiket_sdk::prelude::*;
/// use serde_json::Value;
///
/// async fn created(payload: Value, context: Context) -> Result<Value> {
///     Ok(json!({ "ok": true, "title": payload["issue"]["title"] }))
/// }
///
/// # async fn example() -> Result<(), kiket_sdk::Error> {
/// Extension::new("com.example.marketing")
///     .webhook("issue.created", "v1", created)
///     .register("issue.created", "v2", ["issues.read"], created)
///     .run("0.0.0.0:8080")
///     .await
/// # }
/// ```
#[must_use = "an extension does nothing until `run` or `bind`"]
pub struct Extension {
    sources: Sources,
    registrations: Vec<Registration>,
}

impl Extension {
    /// An extension without a manifest.
    pub fn new(extension_id: impl Into<String>) -> Self {
        Self { sources: Sources::new(extension_id.into()), registrations: Vec::new() }
    }

    /// The extension of the manifest in the current folder, see [`kiket_manifest::find`].
    ///
    /// # Errors
    /// When there is no manifest, or it can not be used.
    pub fn from_manifest() -> Result<Self, Error> {
        Self::from_manifest_in(std::env::current_dir().map_err(Error::CurrentFolder)?)
    }

    /// The extension of the manifest in this folder, see [`kiket_manifest::find`].
    ///
    /// # Errors
    /// When there is no manifest, or it can not be used.
    pub fn from_manifest_in(folder: impl AsRef<Path>) -> Result<Self, Error> {
        let folder = folder.as_ref();
        let path = kiket_manifest::find(folder)
            .map_err(Error::Manifest)?
            .ok_or_else(|| Error::NoManifest { folder: folder.to_owned() })?;
        Self::from_manifest_file(path)
    }

    /// The extension of this manifest.
    ///
    /// # Errors
    /// When the file can not be read or used.
    pub fn from_manifest_file(path: impl AsRef<Path>) -> Result<Self, Error> {
        let manifest = kiket_manifest::read(path.as_ref()).map_err(Error::Manifest)?;
        let mut extension = Self::new(manifest.id.value.clone());
        extension.sources.manifest = Some(manifest);
        Ok(extension)
    }

    /// The extension's id, in place of the manifest's.
    pub fn extension_id(mut self, id: impl Into<String>) -> Self {
        self.sources.extension_id = id.into();
        self
    }

    /// The extension's version, in place of the manifest's.
    pub fn extension_version(mut self, version: impl Into<String>) -> Self {
        self.sources.extension_version = Some(version.into());
        self
    }

    /// The delivery secret. Otherwise the manifest's counts, then `KIKET_WEBHOOK_SECRET`. During a
    /// rotation the one in `KIKET_WEBHOOK_SECRET_PREVIOUS` is accepted too.
    pub fn webhook_secret(mut self, secret: impl Into<Secret>) -> Self {
        self.sources.webhook_secret = Some(secret.into());
        self
    }

    /// The workspace token, which calls to Kiket carry where a delivery brings no runtime token.
    /// Otherwise `KIKET_WORKSPACE_TOKEN` counts.
    pub fn workspace_token(mut self, token: impl Into<Secret>) -> Self {
        self.sources.workspace_token = Some(token.into());
        self
    }

    /// The installation's API key, which calls of the extension's own data carry where a delivery
    /// brings no runtime token; with a workspace token beside it, all other calls carry that.
    /// Otherwise `KIKET_EXTENSION_API_KEY` counts.
    pub fn extension_api_key(mut self, key: impl Into<Secret>) -> Self {
        self.sources.extension_api_key = Some(key.into());
        self
    }

    /// The address of Kiket's API. Otherwise `KIKET_BASE_URL` counts, then `https://kiket.dev`.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.sources.base_url = Some(base_url.into());
        self
    }

    /// Which proof of its origin a request needs, [`Verification::Signature`] unless this says
    /// another. [`Verification::Token`] needs no delivery secret.
    pub fn verification(mut self, verification: Verification) -> Self {
        self.sources.proofs.verification = verification;
        self
    }

    /// Who signs the runtime tokens (their claim `iss`), `kiket.dev` unless this says another: for
    /// a platform of your own. Their keys come from the configured address of the API.
    pub fn token_issuer(mut self, issuer: impl Into<String>) -> Self {
        self.sources.proofs.token_issuer = Some(issuer.into());
        self
    }

    /// Takes every request for Kiket's, whoever sends it, and says so at the start. Only for trying
    /// things out on one machine: nothing starts on any address but a loopback one. Every program
    /// of that machine, and every page that its browser shows, can then call the handlers.
    pub fn unverified_for_development(mut self) -> Self {
        self.sources.proofs.unverified = true;
        self
    }

    /// Whether `GET /health`, which anybody may ask, lists every handler with its version. It does
    /// unless this says no.
    pub fn health_details(mut self, details: bool) -> Self {
        self.sources.options.health_details = details;
        self
    }

    /// A setting, over the default that the manifest gives. Of a secret setting it is what
    /// [`Context::secret`](crate::Context::secret) finds when the delivery brings none.
    pub fn setting(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.sources.options.settings.insert(key.into(), value.into());
        self
    }

    /// The value of a setting that is not secret, as
    /// [`Context::settings`](crate::Context::settings) will give it to the handlers: for a program
    /// that starts only when it is right.
    ///
    /// ```
    /// use kiket_sdk::prelude::*;
    ///
    /// let extension = Extension::new("com.example.crm").setting("MAX_RETRIES", 5);
    /// assert_eq!(extension.get_setting::<u32>("MAX_RETRIES")?, Some(5));
    /// # Ok::<(), kiket_sdk::WrongType>(())
    /// ```
    ///
    /// # Errors
    /// [`WrongType`] when there is a value and it is of another type.
    pub fn get_setting<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, WrongType> {
        self.sources.values().get(key)
    }

    /// Whether [`Context::secret`](crate::Context::secret) looks at `KIKET_SECRET_…` variables. It
    /// does unless this says no.
    pub fn auto_env_secrets(mut self, look: bool) -> Self {
        self.sources.options.auto_env_secrets = look;
        self
    }

    /// Whether finished deliveries are remembered: in memory unless this says otherwise.
    pub fn effectively_once(mut self, choice: EffectivelyOnce) -> Self {
        self.sources.options.effectively_once = choice;
        self
    }

    /// Whether a handler's time ends. It does unless this says no, which is for a debugger: Kiket
    /// does not wait.
    pub fn deadlines(mut self, on: bool) -> Self {
        self.sources.options.deadlines = on;
        self
    }

    /// How long a handler may go on after its deadline, or after its caller has hung up, so that
    /// the retry gets its answer. 30 seconds by default; with zero it is dropped at once. A guard is
    /// dropped at its deadline, and not before, whatever this says.
    pub fn overrun(mut self, longest: Duration) -> Self {
        self.sources.options.overrun = longest;
        self
    }

    /// How many connections [`Extension::run`] has open at once, 512 by default and at least one.
    /// Further ones wait until one closes.
    pub fn max_connections(mut self, most: usize) -> Self {
        self.sources.options.max_connections = most.clamp(1, Semaphore::MAX_PERMITS);
        self
    }

    /// Where environment variables are looked up, in place of the process's own: for tests, which
    /// can not safely change those.
    pub fn environment(
        mut self,
        lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.sources.environment = Environment::new(lookup);
        self
    }

    /// Where "now" comes from, in place of the machine's clock: for tests.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.sources.clock = clock;
        self
    }

    /// Adds a handler of one version of an event. `1` and `v1` are the same version.
    #[track_caller]
    pub fn webhook<T: Payload, R: Answer>(
        self,
        event: impl Into<Cow<'static, str>>,
        version: impl Into<Cow<'static, str>>,
        handler: impl Handler<T, R>,
    ) -> Self {
        self.load([Registration::webhook(event, version, handler)])
    }

    /// Adds a handler that is called only with these scopes.
    #[track_caller]
    pub fn register<T: Payload, R: Answer>(
        self,
        event: impl Into<Cow<'static, str>>,
        version: impl Into<Cow<'static, str>>,
        scopes: impl IntoIterator<Item = &'static str>,
        handler: impl Handler<T, R>,
    ) -> Self {
        self.load([Registration::webhook(event, version, handler).required_scopes(scopes)])
    }

    /// Adds a guard: it decides on one version of an event that asks before it acts.
    #[track_caller]
    pub fn guard<T: Payload>(
        self,
        event: impl Into<Cow<'static, str>>,
        version: impl Into<Cow<'static, str>>,
        handler: impl Handler<T, Guard>,
    ) -> Self {
        self.load([Registration::guard(event, version, handler)])
    }

    /// Adds the handler of an action, by the key that the manifest declares.
    #[track_caller]
    pub fn action<T: Payload>(
        self,
        key: impl Into<Cow<'static, str>>,
        handler: impl Handler<T, ActionResult>,
    ) -> Self {
        self.load([Registration::action(key, handler)])
    }

    /// Adds the handler of every event that no other handler takes, see
    /// [`Registration::fallback`].
    #[track_caller]
    pub fn fallback<T: Payload, R: Answer>(self, handler: impl Handler<T, R>) -> Self {
        self.load([Registration::fallback(handler)])
    }

    /// Adds handlers: those of [`handlers!`](crate::handlers), or any [`Registration`]s.
    pub fn load(mut self, registrations: impl IntoIterator<Item = Registration>) -> Self {
        self.registrations.extend(registrations);
        self
    }
}

/// Shows no configuration, which may be secret.
impl fmt::Debug for Extension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Extension")
            .field("extension_id", &self.sources.extension_id)
            .field("registrations", &self.registrations)
            .finish_non_exhaustive()
    }
}
