//! Google Secret Manager, with the service account of the machine that the platform runs on.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::Method;
use kiket_contract::secret::Secret;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::exchange::{Answered, Service};
use super::{Answer, Backend, SecretBackendError};
use crate::error::Error;

const NAME: &str = "google_secret_manager";
const TOKEN: &str = "/computeMetadata/v1/instance/service-accounts/default/token";
/// How long before its end a token is not used any more.
const MARGIN: Duration = Duration::from_secs(60);

/// How Google Secret Manager is reached.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct GoogleSecretManager {
    /// The project, by its id.
    pub project: String,
    /// The address of the API.
    pub address: String,
    /// The address of the machine's metadata server, which gives access tokens.
    pub metadata_address: String,
}

impl GoogleSecretManager {
    /// The secrets of a project, at Google's own addresses.
    #[must_use]
    pub fn new(project: impl Into<String>) -> Self {
        Self {
            project: project.into(),
            address: "https://secretmanager.googleapis.com".to_owned(),
            metadata_address: "http://metadata.google.internal".to_owned(),
        }
    }
}

pub(super) struct Client {
    api: Service,
    metadata: Service,
    project: String,
    /// The access token, and when it is not used any more.
    token: Mutex<Option<(Secret, Instant)>>,
}

impl Client {
    pub(super) fn new(config: &GoogleSecretManager) -> Result<Self, Error> {
        Ok(Self {
            api: Service::new(NAME, &config.address)?,
            // The metadata server answers on the machine's own link, without encryption.
            metadata: Service::at(NAME, &config.metadata_address)?,
            project: config.project.clone(),
            token: Mutex::new(None),
        })
    }

    async fn token(&self) -> Result<Secret, SecretBackendError> {
        let mut kept = self.token.lock().await;
        if let Some((token, _)) = kept.as_ref().filter(|(_, until)| *until > Instant::now()) {
            return Ok(token.clone());
        }
        let headers = [("metadata-flavor", "Google")];
        let answer =
            self.metadata.ask("give an access token", (Method::GET, TOKEN), &headers, None).await?;
        let body = answer.json()?;
        let token = body["access_token"].as_str().map(Secret::from);
        let token = token.ok_or_else(|| answer.unreadable())?;
        let life = Duration::from_secs(body["expires_in"].as_u64().unwrap_or_default());
        *kept = Some((token.clone(), Instant::now() + life.saturating_sub(MARGIN)));
        Ok(token)
    }

    /// Sends one request about what is below the project. A token that was refused is asked for anew,
    /// once.
    async fn ask(
        &self,
        what: &'static str,
        (method, below): (Method, &str),
        body: Option<Value>,
    ) -> Result<Answered, SecretBackendError> {
        let path = format!("/v1/projects/{}/{below}", self.project);
        let mut again = true;
        loop {
            let bearer = Zeroizing::new(format!("Bearer {}", self.token().await?.expose()));
            let headers = [("authorization", bearer.as_str())];
            let asked = (method.clone(), path.as_str());
            let answer = self.api.ask(what, asked, &headers, body.as_ref()).await?;
            if answer.status != 401 || !std::mem::take(&mut again) {
                return Ok(answer);
            }
            *self.token.lock().await = None;
        }
    }
}

impl Backend for Client {
    fn name(&self) -> &'static str {
        NAME
    }

    fn keep<'a>(&'a self, key: &'a str, value: &'a Secret) -> Answer<'a, Zeroizing<Vec<u8>>> {
        Box::pin(async move {
            let id = format!("kiket-{}", Uuid::now_v7());
            let about = json!({
                "replication": {"automatic": {}},
                "labels": {"managed-by": "kiket"},
                "annotations": {"key": key},
            });
            let made = format!("secrets?secretId={id}");
            self.ask("make a secret", (Method::POST, &made), Some(about)).await?.json()?;
            let payload = json!({"payload": {"data": STANDARD.encode(value.expose())}});
            let version = format!("secrets/{id}:addVersion");
            self.ask("write a secret", (Method::POST, &version), Some(payload)).await?.json()?;
            Ok(Zeroizing::new(id.into_bytes()))
        })
    }

    fn fetch<'a>(&'a self, held: &'a [u8]) -> Answer<'a, Option<Secret>> {
        Box::pin(async move {
            let latest =
                format!("secrets/{}/versions/latest:access", String::from_utf8_lossy(held));
            let answer = self.ask("read a secret", (Method::GET, &latest), None).await?;
            if answer.status == 404 {
                return Ok(None);
            }
            let body = answer.json()?;
            let data = body.pointer("/payload/data").and_then(Value::as_str);
            let bytes = data.and_then(|data| STANDARD.decode(data).ok()).map(Zeroizing::new);
            let bytes = bytes.ok_or_else(|| answer.unreadable())?;
            Ok(Some(Secret::from(String::from_utf8_lossy(&bytes).as_ref())))
        })
    }

    fn forget<'a>(&'a self, held: &'a [u8]) -> Answer<'a, ()> {
        Box::pin(async move {
            let path = format!("secrets/{}", String::from_utf8_lossy(held));
            let answer = self.ask("delete a secret", (Method::DELETE, &path), None).await?;
            if answer.status == 404 { Ok(()) } else { answer.json().map(drop) }
        })
    }
}
