//! What a handler knows about its delivery, and what it can do.

mod calls;
mod handed_out;

use std::collections::BTreeMap;
use std::fmt;
use std::panic::Location;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use hyper::HeaderMap;
use jiff::Timestamp;
use kiket_contract::header;
use kiket_contract::health::HandlerKind;
use kiket_contract::id::{DeliveryId, InstallationId, OrganizationId, ProjectId};
use kiket_contract::payload::{Authentication, Delivery, SecretStatus};
use kiket_contract::scope;
use kiket_contract::secret::Secret;
use kiket_contract::token::{self, Claims};
use kiket_manifest::Configuration;
use serde_json::Value;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::handed_out::HandedOut;
use crate::Result;
use crate::background::BackgroundFull;
use crate::endpoints::Endpoints;
use crate::handlers::Found;
use crate::registration::Registration;
use crate::scopes::{self, MissingScopes};
use crate::secrets::Secrets;
use crate::setting_values::SettingValues;
use crate::settings::Settings;
use crate::telemetry::scrubbed;
use crate::testing::TestContext;

/// What stands for a text that can not be searched for every secret.
const WITHHELD: &str = "[withheld: the handler got more secrets than can be searched for]";

/// A delivery, as its handler sees it. Cheap to clone; `Debug` shows nothing secret.
#[derive(Clone)]
pub struct Context(Arc<Inner>);

struct Inner {
    parts: Parts,
    authentication: Authentication,
    /// Made when first asked for, as the next three.
    session: OnceLock<kiket_client::Session>,
    background_session: OnceLock<kiket_client::Session>,
    cancellation: OnceLock<CancellationToken>,
    /// What the token of a signed body says.
    unverified: OnceLock<Option<Box<Claims>>>,
    /// The secrets that came from elsewhere than the delivery and the settings.
    handed_out: HandedOut,
}

/// What a context is made of.
pub(crate) struct Parts {
    pub(crate) settings: Arc<Settings>,
    pub(crate) found: Found,
    pub(crate) headers: HeaderMap,
    pub(crate) authentication: Option<Authentication>,
    /// What the token says, if it was checked.
    pub(crate) claims: Option<Box<Claims>>,
    pub(crate) delivery: Option<Delivery>,
    pub(crate) deadline: Option<Instant>,
    pub(crate) secrets: BTreeMap<String, Secret>,
    pub(crate) secret_status: SecretStatus,
    pub(crate) context: Value,
}

impl Context {
    pub(crate) fn new(mut parts: Parts) -> Self {
        let authentication = parts.authentication.take().unwrap_or_default();
        Self(Arc::new(Inner {
            parts,
            authentication,
            session: OnceLock::new(),
            background_session: OnceLock::new(),
            cancellation: OnceLock::new(),
            unverified: OnceLock::new(),
            handed_out: HandedOut::default(),
        }))
    }

    /// A context for a handler's unit test: the event `test` in version `v1`, without secrets,
    /// settings and scopes, and without a runtime token, so that calls to Kiket fail before anything
    /// is sent. The process's environment is not looked at. What a test needs of these,
    /// [`TestContext`](crate::testing::TestContext) gives.
    ///
    /// ```
    /// use kiket_sdk::prelude::*;
    ///
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let context = Context::for_test();
    /// assert_eq!(context.event_version(), "v1");
    /// assert!(context.endpoints().log_event("test", json!({})).await.is_err());
    /// # });
    /// ```
    #[must_use]
    #[track_caller]
    pub fn for_test() -> Self {
        TestContext::new().build()
    }

    #[track_caller]
    pub(crate) fn of_test(
        configuration: Configuration,
        secrets: BTreeMap<String, Secret>,
        scopes: Vec<String>,
    ) -> Self {
        Self::new(Parts {
            settings: Arc::new(Settings::for_test(configuration)),
            found: Found::new(&Arc::new(Registration::for_test(Location::caller()))),
            headers: HeaderMap::new(),
            authentication: Some(Authentication { scopes, ..Authentication::default() }),
            claims: None,
            delivery: None,
            deadline: None,
            secrets,
            secret_status: SecretStatus::default(),
            context: Value::Null,
        })
    }

    /// The event's name. An action's is `action.` and its key.
    #[must_use]
    pub fn event(&self) -> &str {
        self.0.parts.found.event()
    }

    /// The event's version, as the handler was registered: `v1`, also when the request says `1`.
    /// A fallback sees it as the request says it.
    #[must_use]
    pub fn event_version(&self) -> &str {
        self.0.parts.found.version()
    }

    /// The request's headers. The signature covers the body and the timestamp, not these.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.0.parts.headers
    }

    /// The manifest's id.
    #[must_use]
    pub fn extension_id(&self) -> &str {
        &self.0.parts.settings.extension_id
    }

    /// The manifest's version.
    #[must_use]
    pub fn extension_version(&self) -> Option<&str> {
        self.0.parts.settings.extension_version.as_deref()
    }

    /// The delivery's id, the same over all attempts: from the signed body, otherwise from the
    /// header `X-Kiket-Invocation`.
    #[must_use]
    pub fn delivery_id(&self) -> Option<DeliveryId> {
        match &self.0.parts.delivery {
            Some(delivery) => Some(delivery.id),
            None => self.headers().get(header::INVOCATION)?.to_str().ok()?.parse().ok(),
        }
    }

    /// The number of this attempt, from 1, when the delivery says it.
    #[must_use]
    pub fn attempt(&self) -> Option<i64> {
        self.0.parts.delivery.as_ref()?.attempt
    }

    /// The runtime token and what it grants.
    #[must_use]
    pub fn auth(&self) -> &Authentication {
        &self.0.authentication
    }

    /// The organisation, when the runtime token says it.
    ///
    /// In a body that is verified by its signature alone the token is not checked, and need not
    /// be, since the signature covers it; a token that can not be read says nothing.
    #[must_use]
    pub fn organization_id(&self) -> Option<OrganizationId> {
        self.claims()?.org_id
    }

    /// The project, when the runtime token says it, as for [`Context::organization_id`]; otherwise
    /// the one project that its scopes name.
    #[must_use]
    pub fn project_id(&self) -> Option<ProjectId> {
        let claimed = self.claims().and_then(|claims| claims.proj_id);
        claimed.or_else(|| scope::only_project(&self.auth().scopes))
    }

    /// The installation, when the runtime token says it, as for [`Context::organization_id`].
    #[must_use]
    pub fn installation_id(&self) -> Option<InstallationId> {
        self.claims()?.pi_id
    }

    fn claims(&self) -> Option<&Claims> {
        let read = || {
            let token = self.0.authentication.runtime_token.as_ref()?;
            token::read_unverified(token.expose()).map(Box::new)
        };
        let Inner { parts, unverified, .. } = &*self.0;
        parts.claims.as_deref().or_else(|| unverified.get_or_init(read).as_deref())
    }

    /// The settings: the manifest's defaults, with the program's own over them. Secret settings are
    /// not among them, see [`Context::secret`].
    #[must_use]
    pub fn settings(&self) -> SettingValues<'_> {
        SettingValues::new(&self.configuration().configuration)
    }

    /// A secret: the delivery's own, set by the organisation; otherwise, of a secret setting, what
    /// the program gives; otherwise the environment variable of exactly this name, then
    /// `KIKET_SECRET_` and the name in upper case; otherwise the manifest's default. Empty values
    /// count as none. With `KIKET_DEV=1` the environment comes before the program.
    #[must_use]
    pub fn secret(&self, key: &str) -> Option<Secret> {
        let delivered = self.0.parts.secrets.get(key).filter(|value| !value.is_empty());
        let decided = || self.configuration().configuration.secrets.get(key);
        delivered.or_else(decided).cloned().or_else(|| {
            let found = self.configuration().secret_in_environment(key);
            found.inspect(|secret| self.note(secret))
        })
    }

    /// Notes a secret that the handler gets or gives, so that no text of a failure shows it.
    pub(crate) fn note(&self, secret: &Secret) {
        self.0.handed_out.note(secret);
    }

    /// The text without any secret that the handler may have got hold of, and its beginning only,
    /// when it is longer than `longest` bytes.
    pub(crate) fn scrubbed(&self, text: &str, longest: usize) -> String {
        let Inner { parts, authentication, handed_out, .. } = &*self.0;
        let Some(handed_out) = handed_out.all() else { return WITHHELD.to_owned() };
        let settings = &parts.settings;
        let known = parts.secrets.values().chain(&authentication.runtime_token);
        let known = known.chain(settings.configuration.secrets.values());
        let known = known.chain(&settings.own_credentials).chain(&handed_out);
        scrubbed(text, known, longest)
    }

    /// Which secrets the extension asked for and did not get.
    #[must_use]
    pub fn secret_status(&self) -> &SecretStatus {
        &self.0.parts.secret_status
    }

    /// The payload's member `context`, `null` when there is none.
    #[must_use]
    pub fn context(&self) -> &Value {
        &self.0.parts.context
    }

    /// Checks that the runtime token grants all of these scopes. `*` grants everything, and
    /// `issues.read`, `issues:read` and `read:issues` are the same.
    ///
    /// # Errors
    /// [`MissingScopes`], which a handler passes on with `?` and which answers 403.
    pub fn require_scopes(&self, required: &[&str]) -> Result<(), MissingScopes> {
        scopes::check(&self.auth().scopes, required)
    }

    /// Calls to Kiket's API, made with this delivery's runtime token.
    #[must_use]
    pub fn endpoints(&self) -> Endpoints<'_> {
        Endpoints::new(self)
    }

    /// The extension's secrets on Kiket.
    #[must_use]
    pub fn secrets(&self) -> Secrets<'_> {
        Secrets::new(self)
    }

    /// When the answer has to be there, a little before Kiket stops waiting for it: the delivery's
    /// time limit (10 seconds if it has none), less 500 ms or a tenth of it, whichever is smaller.
    /// `None` when [`Extension::deadlines`](crate::Extension::deadlines) are off, and in tests.
    #[must_use]
    pub fn deadline(&self) -> Option<std::time::Instant> {
        self.0.parts.deadline.map(Instant::into_std)
    }

    /// What is left until the deadline; nothing once it has passed.
    #[must_use]
    pub fn time_left(&self) -> Option<Duration> {
        let left = |deadline: Instant| deadline.saturating_duration_since(Instant::now());
        self.0.parts.deadline.map(left)
    }

    /// Fires when nobody waits for the answer any more: the deadline has passed, or the caller has
    /// hung up. The handler may go on for a while, see
    /// [`Extension::overrun`](crate::Extension::overrun), and a retry gets what it then answers.
    #[must_use]
    pub fn cancellation(&self) -> &CancellationToken {
        self.0.cancellation.get_or_init(CancellationToken::new)
    }

    /// Starts work that goes on after the answer. It is finished before the program ends, if that
    /// takes no more than 30 seconds; its failure is logged, without secrets.
    ///
    /// ```
    /// use kiket_sdk::prelude::*;
    /// use serde_json::Value;
    ///
    /// #[webhook("issue.created", version = "v1")]
    /// async fn index(issue: Value, context: Context) -> Result {
    ///     context.background(async move {
    ///         // Longer than Kiket waits.
    ///         drop(issue);
    ///         Ok(())
    ///     })?;
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// [`BackgroundFull`] when 1024 pieces of work are under way already. Passed on with `?` it
    /// answers 503, and Kiket delivers again.
    pub fn background(
        &self,
        work: impl Future<Output = Result> + Send + 'static,
    ) -> std::result::Result<(), BackgroundFull> {
        self.configuration().background.start(self.clone(), work)
    }

    pub(crate) fn deadline_instant(&self) -> Option<Instant> {
        self.0.parts.deadline
    }

    pub(crate) fn cancel(&self) {
        self.cancellation().cancel();
    }

    pub(crate) fn kind(&self) -> HandlerKind {
        self.registration().kind()
    }

    pub(crate) fn registration(&self) -> &Registration {
        self.0.parts.found.registration()
    }

    pub(crate) fn configuration(&self) -> &Settings {
        &self.0.parts.settings
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.parts.settings.clock.now()
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("event", &self.event())
            .field("event_version", &self.event_version())
            .field("extension_id", &self.extension_id())
            .field("delivery_id", &self.delivery_id())
            .field("attempt", &self.attempt())
            .finish_non_exhaustive()
    }
}
