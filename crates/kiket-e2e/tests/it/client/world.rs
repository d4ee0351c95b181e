//! A platform, and an extension that was called by it once.

use std::collections::BTreeMap;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client as Http;
use hyper_util::rt::TokioExecutor;
use kiket_contract::api::deliveries::Callback;
use kiket_contract::api::events::NewEvent;
use kiket_contract::api::installations::{Installed, NewInstallation};
use kiket_contract::id::DeliveryId;
use kiket_contract::secret::Secret;
use kiket_platform::{Config, Platform};
use kiket_sdk::client::{Client, Error, Session};
use kiket_sdk::prelude::*;
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::mpsc;

pub(super) const EXTENSION: &str = "com.example.crm";
pub(super) const MODULE: &str = "com.example.crm.contacts";
pub(super) const TABLE: &str = "automation_records";
const DELIVERY_SECRET: &str = "sh_client";
const MANIFEST: &str = "id: com.example.crm
version: 1.0.0
sdk: rust
hooks: [issue.created]
permissions: [issues.read, issues.write, comments.read, comments.write, custom_data.read,
  custom_data.write, analytics.write]
custom_data:
  permissions: [{module: com.example.crm.contacts, operations: [read, write]}]
";
const SCHEMA: &str = "module: com.example.crm.contacts
tables:
  automation_records:
    columns:
      - {name: email, type: string, \"null\": false, unique: true}
      - {name: status, type: string, default: active, indexed: true}
      - {name: metadata, type: json}
";

pub(super) struct World {
    platform: Platform,
    delivery: DeliveryId,
    pub(super) client: Client,
    /// The runtime token of the delivery.
    pub(super) token: Secret,
    /// With that token.
    pub(super) kiket: Session,
    /// With a credential that is good and grants nothing.
    pub(super) powerless: Session,
    _dir: TempDir,
}

impl World {
    pub(super) async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut config = Config::new(dir.path());
        config.listen.set_port(0);
        config.allow_networks = vec!["127.0.0.0/8".parse().unwrap()];
        let platform = Platform::start(config).await.unwrap();
        platform.deliver();
        let (sender, mut tokens) = mpsc::unbounded_channel();
        let take = move |_: Value, context: Context| {
            sender.send(context.auth().runtime_token.clone()).unwrap();
            async { Ok(json!({"ok": true})) }
        };
        let bound = Extension::new(EXTENSION)
            .environment(|_| None)
            .base_url(platform.url())
            .webhook_secret(DELIVERY_SECRET)
            .webhook("issue.created", "v1", take)
            .bind("127.0.0.1:0")
            .await
            .unwrap();
        install(&platform, format!("http://{}", bound.local_addr())).await;
        tokio::spawn(bound.serve_until(std::future::pending()));
        let event = NewEvent {
            event: "issue.created".to_owned().try_into().unwrap(),
            version: None,
            project_id: 27.try_into().unwrap(),
            organization_id: None,
            payload: kiket_contract::event::find("issue.created", "v1").unwrap().sample().into(),
            context: None,
        };
        let delivery = platform.accept(event).await.unwrap().deliveries[0].id;
        let token = tokens.recv().await.unwrap().unwrap();
        let client = Client::new(platform.url()).unwrap();
        let kiket = client.session(Some(token.clone()), "v1");
        let powerless = powerless(&platform, &client).await;
        Self { platform, delivery, client, token, kiket, powerless, _dir: dir }
    }

    /// The calls that the platform has recorded with the delivery.
    pub(super) async fn callbacks(&self) -> Vec<Callback> {
        self.platform.delivery(self.delivery).await.unwrap().unwrap().callbacks
    }

    /// What an operator reads.
    pub(super) async fn look(&self, path: &str) -> Value {
        let client = self.client.clone().with_workspace_token(self.platform.admin_token().clone());
        client.standalone().get(path).await.unwrap()
    }

    pub(super) async fn end(self) {
        self.platform.shutdown().await;
    }
}

async fn install(platform: &Platform, callback_url: String) -> Installed {
    let new = NewInstallation {
        manifest: MANIFEST.to_owned(),
        callback_url: Some(callback_url),
        organization_id: 3.try_into().unwrap(),
        project_id: 27.try_into().unwrap(),
        configuration: serde_json::Map::new(),
        headers: BTreeMap::new(),
        secrets: BTreeMap::new(),
        delivery_secret: Some(DELIVERY_SECRET.into()),
        signing: None,
        token_minutes: None,
        modules: BTreeMap::from([(MODULE.to_owned(), SCHEMA.to_owned())]),
        seeds: BTreeMap::new(),
        accept_data_loss: false,
        replace: false,
    };
    platform.install(new).await.unwrap()
}

/// A workspace token of the installation's organisation, with a scope that opens nothing.
async fn powerless(platform: &Platform, client: &Client) -> Session {
    let wanted = json!({"workspace_api_token": {
        "name": "powerless", "organization_id": 3, "scopes": ["nothing.read"],
    }});
    let request = hyper::Request::post(format!("{}/api/v1/workspace_api_tokens", platform.url()))
        .header("authorization", format!("Bearer {}", platform.admin_token().expose()))
        .body(Full::new(Bytes::from(wanted.to_string())))
        .unwrap();
    let answer = Http::builder(TokioExecutor::new()).build_http().request(request).await.unwrap();
    assert_eq!(answer.status(), 201);
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    let made: Value = serde_json::from_slice(&body).unwrap();
    client.clone().with_workspace_token(made["token"].as_str().unwrap()).standalone()
}

/// The status and the code of an answer that is no success.
#[track_caller]
pub(super) fn answered<T>(outcome: Result<T, Error>) -> (u16, String) {
    match outcome {
        Ok(_) => panic!("not refused"),
        Err(Error::Status { status, code, is_of_kiket: true, .. }) => {
            (status, code.unwrap_or_default().into_string())
        }
        Err(other) => panic!("no answer of Kiket's: {other}"),
    }
}

/// That the platform has nothing of the id.
#[track_caller]
pub(super) fn is_missing<T>(outcome: Result<T, Error>) {
    assert_eq!(answered(outcome), (404, "not_found".to_owned()));
}

/// That the credential grants too little.
#[track_caller]
pub(super) fn lacks_scopes<T>(outcome: Result<T, Error>) {
    assert_eq!(answered(outcome), (403, "missing_scopes".to_owned()));
}
