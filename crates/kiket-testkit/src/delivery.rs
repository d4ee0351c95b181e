//! One event for one extension, and the requests that a platform makes of it.

mod fault;
mod replay;
mod request;

use std::collections::BTreeMap;
use std::time::Duration;

pub use fault::Fault;
use jiff::Timestamp;
use kiket_contract::event::{self, DEFAULT_VERSION};
use kiket_contract::id::{DeliveryId, InstallationId, OrganizationId, ProjectId};
use kiket_contract::payload::DEFAULT_TIMEOUT_MS;
use kiket_contract::scope;
use kiket_contract::secret::Secret;
use kiket_contract::signature::SigningForm;
pub use replay::ReplayError;
pub use request::{SignedPayload, create_signed_payload};
use serde_json::{Map, Value};

/// The delivery secret that deliveries are signed with, unless a test names another.
pub const DELIVERY_SECRET: &str = "sh_test";

/// Where everything is, unless a test names another place.
pub(crate) const ORGANIZATION: i64 = 3;
pub(crate) const PROJECT: i64 = 27;
pub(crate) const INSTALLATION: i64 = 7;

/// A delivery, as a test describes it; every part has a value that a real one could have.
///
/// It makes requests that are signed as the platform signs them, with a runtime token. Clones are
/// the same delivery: they have the same id.
///
/// ```
/// use kiket_testkit::{DELIVERY_SECRET, Delivery};
///
/// let delivery = Delivery::new("issue.created", "v1").set("/issue/title", "Slow checkout");
/// let request = delivery.request();
/// assert_eq!(request.uri().path(), "/v/v1/webhooks/issue.created");
/// assert!(request.headers().contains_key("x-kiket-signature"));
/// ```
#[derive(Debug, Clone)]
pub struct Delivery {
    event: String,
    version: String,
    payload: Map<String, Value>,
    action_key: Option<String>,
    context: Option<Map<String, Value>>,
    id: DeliveryId,
    attempt: i64,
    timeout: Duration,
    at: Option<Timestamp>,
    delivery_secret: Secret,
    signing: Option<SigningForm>,
    base_url: String,
    organization: OrganizationId,
    project: ProjectId,
    installation: InstallationId,
    scopes: Option<Vec<String>>,
    permissions: Vec<String>,
    secrets: BTreeMap<String, Secret>,
    missing: Vec<String>,
    fault: Option<Fault>,
}

impl Delivery {
    /// A delivery of this event. A documented event brings its sample as payload; of any other the
    /// payload is empty until [`Delivery::payload`] gives one.
    #[must_use]
    pub fn new(event: &str, version: &str) -> Self {
        let payload = event::find(event, version).map(event::Entry::sample).unwrap_or_default();
        Self {
            event: event.to_owned(),
            version: version.to_owned(),
            payload,
            action_key: None,
            context: None,
            id: DeliveryId::new(),
            attempt: 1,
            timeout: Duration::from_millis(DEFAULT_TIMEOUT_MS),
            at: None,
            delivery_secret: DELIVERY_SECRET.into(),
            signing: Some(SigningForm::Timestamped),
            base_url: "https://kiket.dev".to_owned(),
            organization: id(ORGANIZATION),
            project: id(PROJECT),
            installation: id(INSTALLATION),
            scopes: None,
            permissions: Vec::new(),
            secrets: BTreeMap::new(),
            missing: Vec::new(),
            fault: None,
        }
    }

    /// The call of an action, by its key. What the user entered is the payload's member `input`.
    #[must_use]
    pub fn action(key: &str) -> Self {
        let call = Self::new(&event::action(key), DEFAULT_VERSION);
        Self { action_key: Some(key.to_owned()), ..call }
    }

    /// A delivery of every documented event, each with its sample as payload.
    pub fn samples() -> impl Iterator<Item = Self> {
        let name = |entry: &event::Entry| match entry.open_family() {
            Some(family) => format!("{family}.sample"),
            None => entry.event.to_owned(),
        };
        event::catalogue().map(move |entry| Self::new(&name(entry), entry.version))
    }

    /// Takes this object as payload: the event's own members, without the envelope.
    #[must_use]
    #[track_caller]
    pub fn payload(self, payload: Value) -> Self {
        let Value::Object(payload) = payload else {
            panic!("a payload is a JSON object, not {payload}")
        };
        Self { payload, ..self }
    }

    /// Puts a value into the payload, by its JSON pointer: `/issue/title`. All but the last part of
    /// the pointer must be there.
    ///
    /// # Panics
    /// When the pointer leads nowhere.
    #[must_use]
    #[track_caller]
    pub fn set(mut self, pointer: &str, value: impl Into<Value>) -> Self {
        let mut payload = Value::Object(self.payload);
        let Some(place) = place(&mut payload, pointer) else {
            panic!("`{pointer}` leads nowhere in the payload of `{}`: {payload}", self.event)
        };
        *place = value.into();
        let Value::Object(payload) = payload else { unreachable!("a member was set, not all") };
        self.payload = payload;
        self
    }

    /// Gives the event a context: the body's member `context`.
    #[must_use]
    #[track_caller]
    pub fn context(self, context: Value) -> Self {
        let Value::Object(context) = context else {
            panic!("a context is a JSON object, not {context}")
        };
        Self { context: Some(context), ..self }
    }

    /// Signs with this delivery secret instead of [`DELIVERY_SECRET`].
    #[must_use]
    pub fn delivery_secret(self, secret: impl Into<Secret>) -> Self {
        Self { delivery_secret: secret.into(), ..self }
    }

    /// Signs these bytes: with a timestamp, as it is without a word, or the body alone.
    #[must_use]
    pub fn signing(self, form: SigningForm) -> Self {
        Self { signing: Some(form), ..self }
    }

    /// Leaves the signature out, so that the runtime token is the only proof.
    #[must_use]
    pub fn unsigned(self) -> Self {
        Self { signing: None, ..self }
    }

    /// Happens in this organisation, instead of 3.
    ///
    /// # Panics
    /// When the number is not from 1 to 2³¹−1.
    #[must_use]
    #[track_caller]
    pub fn organization(self, number: i64) -> Self {
        Self { organization: id(number), ..self }
    }

    /// Happens in this project, instead of 27.
    ///
    /// # Panics
    /// When the number is not from 1 to 2³¹−1.
    #[must_use]
    #[track_caller]
    pub fn project(self, number: i64) -> Self {
        Self { project: id(number), ..self }
    }

    /// Goes to this installation, instead of 7.
    ///
    /// # Panics
    /// When the number is not from 1 to 2³¹−1.
    #[must_use]
    #[track_caller]
    pub fn installation(self, number: i64) -> Self {
        Self { installation: id(number), ..self }
    }

    /// Grants these too, beside the project's and those that every token has: the permissions of the
    /// extension's manifest. Calls of [`StubApi`](crate::StubApi) need what they need on Kiket:
    /// `issues.write` to change an issue, for example.
    #[must_use]
    pub fn permissions<S: Into<String>>(self, permissions: impl IntoIterator<Item = S>) -> Self {
        Self { permissions: permissions.into_iter().map(Into::into).collect(), ..self }
    }

    /// Grants exactly these scopes, in place of the project's, of those that every token has, and of
    /// the permissions.
    #[must_use]
    pub fn scopes<S: Into<String>>(self, scopes: impl IntoIterator<Item = S>) -> Self {
        Self { scopes: Some(scopes.into_iter().map(Into::into).collect()), ..self }
    }

    /// Brings a secret.
    #[must_use]
    pub fn secret(mut self, key: &str, value: impl Into<Secret>) -> Self {
        self.secrets.insert(key.to_owned(), value.into());
        self
    }

    /// Says that this secret was asked for and has no value.
    #[must_use]
    pub fn missing_secret(mut self, key: &str) -> Self {
        self.missing.push(key.to_owned());
        self
    }

    /// Has this id, instead of one of its own.
    #[must_use]
    pub fn with_id(self, id: DeliveryId) -> Self {
        Self { id, ..self }
    }

    /// Is this attempt, counted from 1.
    #[must_use]
    pub fn attempt(self, number: i64) -> Self {
        Self { attempt: number, ..self }
    }

    /// Waits this long for the answer, instead of 10 seconds.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Is made at this time, instead of now: for an extension that a test gave a clock.
    #[must_use]
    pub fn at(self, time: Timestamp) -> Self {
        Self { at: Some(time), ..self }
    }

    /// Names this address as Kiket's API. [`StubApi::deliver`](crate::StubApi::deliver) names its
    /// own.
    #[must_use]
    pub fn base_url(self, base_url: impl Into<String>) -> Self {
        Self { base_url: base_url.into(), ..self }
    }

    /// Is wrong in one way.
    #[must_use]
    pub fn with_fault(self, fault: Fault) -> Self {
        Self { fault: Some(fault), ..self }
    }

    /// The event's name.
    #[must_use]
    pub fn event(&self) -> &str {
        &self.event
    }

    /// The event's version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The delivery's id, the same over all attempts.
    #[must_use]
    pub fn id(&self) -> DeliveryId {
        self.id
    }

    pub(crate) fn attempt_number(&self) -> i64 {
        self.attempt
    }

    fn granted(&self) -> Vec<String> {
        let usual = || {
            let base = scope::BASE.into_iter().map(str::to_owned);
            let own = std::iter::once(scope::project(self.project)).chain(base);
            own.chain(self.permissions.iter().cloned()).collect()
        };
        self.scopes.clone().unwrap_or_else(usual)
    }
}

/// What a pointer leads to. The last member of an object is made.
fn place<'v>(payload: &'v mut Value, pointer: &str) -> Option<&'v mut Value> {
    let (parent, name) = pointer.rsplit_once('/')?;
    match payload.pointer_mut(parent)? {
        Value::Object(members) => {
            Some(members.entry(name.replace("~1", "/").replace("~0", "~")).or_insert(Value::Null))
        }
        Value::Array(values) => values.get_mut(name.parse::<usize>().ok()?),
        _ => None,
    }
}

#[track_caller]
fn id<T: TryFrom<i64, Error: std::fmt::Display>>(number: i64) -> T {
    T::try_from(number).unwrap_or_else(|error| panic!("{error}"))
}
