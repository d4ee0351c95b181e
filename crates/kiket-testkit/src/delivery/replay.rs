//! A delivery from a file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use kiket_contract::payload::{SecretStatus, member};
use kiket_contract::secret::Secret;
use kiket_contract::{scope, token};
use serde_json::{Map, Value};

use super::Delivery;
use super::request::without_envelope;

/// Why a file can not be replayed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The file can not be read.
    #[error("can not read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file holds something else.
    #[error("{} is no JSON object", path.display())]
    NoObject {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// Nothing says which event it is.
    #[error(
        "{} does not say which event it is: name it `<event>.<version>.json`, \
         or give it the members `event` and `event_version`", .0.display()
    )]
    NoEvent(PathBuf),
}

impl Delivery {
    /// A delivery of a recorded payload: a file with the event's own members, named as those in
    /// `vectors/events` are (`issue.created.v1.json`), or the whole body of a delivery.
    ///
    /// Of a whole body the payload, the context, the secrets and those that are missing, the id, the
    /// attempt, the time limit, the action's key and the scopes are kept, and the organisation, the
    /// project and the installation, where the runtime token can be read. The token and the signature
    /// are made anew.
    ///
    /// ```
    /// use kiket_testkit::Delivery;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// # let file = folder.path().join("issue.created.v1.json");
    /// # std::fs::write(&file, r#"{"issue":{"id":1,"title":"Slow checkout"}}"#)?;
    /// let delivery = Delivery::replay(file)?;
    /// assert_eq!((delivery.event(), delivery.version()), ("issue.created", "v1"));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When the file can not be read, is no JSON object, or does not say which event it is.
    pub fn replay(file: impl AsRef<Path>) -> Result<Self, ReplayError> {
        let path = || file.as_ref().to_owned();
        let json = std::fs::read(&file)
            .map_err(|source| ReplayError::Unreadable { path: path(), source })?;
        let mut body: Map<String, Value> = serde_json::from_slice(&json)
            .map_err(|source| ReplayError::NoObject { path: path(), source })?;
        let (event, version) = said(&body)
            .or_else(|| named(file.as_ref()))
            .ok_or_else(|| ReplayError::NoEvent(path()))?;
        let mut delivery = Self::new(&event, &version);
        if said(&body).is_some() {
            delivery = delivery.recorded(&body);
            without_envelope(&mut body);
        }
        Ok(Self { payload: body, ..delivery })
    }

    /// Takes what an envelope says.
    fn recorded(mut self, body: &Map<String, Value>) -> Self {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        let delivery = body.get(member::DELIVERY);
        let of_delivery = |name: &str| delivery.and_then(|delivery| delivery.get(name));
        if let Some(id) = text(of_delivery("id")).and_then(|id| id.parse().ok()) {
            self.id = id;
        }
        if let Some(attempt) = of_delivery("attempt").and_then(Value::as_i64) {
            self.attempt = attempt;
        }
        if let Some(limit) = of_delivery("timeout_ms").and_then(Value::as_u64) {
            self.timeout = Duration::from_millis(limit);
        }
        self.action_key = text(body.get(member::ACTION_KEY));
        self.context = body.get(member::CONTEXT).and_then(Value::as_object).cloned();
        let secrets = body.get(member::SECRETS).and_then(Value::as_object);
        self.secrets = secrets
            .into_iter()
            .flatten()
            .filter_map(|(key, value)| Some((key.clone(), Secret::from(value.as_str()?))))
            .collect();
        let status = body.get(member::SECRET_STATUS).cloned().unwrap_or_default();
        self.missing = serde_json::from_value::<SecretStatus>(status).unwrap_or_default().missing;
        self.proved_by(body.get(member::AUTHENTICATION))
    }

    /// Takes what the recorded proof grants, and for whom.
    fn proved_by(mut self, authentication: Option<&Value>) -> Self {
        let Some(authentication) = authentication else { return self };
        if let Some(scopes) = authentication.get("scopes").and_then(Value::as_array) {
            let scopes = scopes.iter().filter_map(Value::as_str);
            self.scopes = Some(scopes.map(str::to_owned).collect());
        }
        let token = authentication.get("runtime_token").and_then(Value::as_str);
        let claims = token.and_then(token::read_unverified);
        let named = self.scopes.as_deref().and_then(scope::only_project);
        self.project =
            claims.as_ref().and_then(|claims| claims.proj_id).or(named).unwrap_or(self.project);
        if let Some(claims) = claims {
            self.organization = claims.org_id.unwrap_or(self.organization);
            self.installation = claims.pi_id.unwrap_or(self.installation);
        }
        self
    }
}

/// The event and version that a whole body says.
fn said(body: &Map<String, Value>) -> Option<(String, String)> {
    let text = |name| body.get(name)?.as_str().map(str::to_owned);
    Some((text(member::EVENT)?, text(member::EVENT_VERSION)?))
}

/// The event and version in a file's name.
fn named(file: &Path) -> Option<(String, String)> {
    let (event, version) = file.file_name()?.to_str()?.strip_suffix(".json")?.rsplit_once('.')?;
    Some((event.to_owned(), version.to_owned()))
}
