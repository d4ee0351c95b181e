//! The platform's part: the key that signs runtime tokens, the key set, and the log that a handler
//! may write to.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context as _;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::serve::ListenerExt as _;
use axum::{Json, Router};
use jiff::{SignedDuration, Timestamp};
use kiket_contract::api::extension_events;
use kiket_contract::id::DeliveryId;
use kiket_contract::jwks::JwkSet;
use kiket_contract::route;
use kiket_contract::token::{Claims, ISSUER, SigningKey};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const LIFETIME: SignedDuration = SignedDuration::from_mins(60);

/// The signing key, with its public half and the log served for as long as the program runs.
pub(crate) struct Api {
    key: SigningKey,
    address: SocketAddr,
    expiry: i64,
    connections: Arc<AtomicU64>,
}

impl Api {
    pub(crate) async fn serve() -> anyhow::Result<Self> {
        let (key, _) = SigningKey::generate()?;
        let set = JwkSet { keys: vec![key.jwk().clone()] };
        let router = Router::new()
            .route(route::JWKS, get(async move || Json(set)))
            .route(extension_events::LOG_PATH, post(log));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let connections = Arc::new(AtomicU64::new(0));
        let opened = Arc::clone(&connections);
        let listener = listener.tap_io(move |stream| {
            opened.fetch_add(1, Ordering::Relaxed);
            // Without it, the answers would wait for more to send.
            let _ = stream.set_nodelay(true);
        });
        tokio::spawn(axum::serve(listener, router).into_future());
        let expiry = Timestamp::now().checked_add(LIFETIME).context("no such time")?.as_second();
        Ok(Self { key, address, expiry, connections })
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many connections were opened so far.
    pub(crate) fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    /// A runtime token for one delivery. All of them have the same length.
    pub(crate) fn mint(&self, delivery: DeliveryId) -> anyhow::Result<String> {
        let claims = Claims {
            iss: ISSUER.to_owned(),
            sub: "installation:7".to_owned(),
            jti: delivery.to_string(),
            iat: self.expiry - LIFETIME.as_secs(),
            exp: self.expiry,
            nbf: None,
            org_id: Some(3.try_into()?),
            ext_id: Some(1),
            proj_id: Some(27.try_into()?),
            pi_id: Some(7.try_into()?),
            scopes: vec!["project:27".to_owned(), "ext.api.read".to_owned()],
            src: "webhook".to_owned(),
            did: Some(delivery),
            generation: Some(1),
        };
        Ok(self.key.mint(&claims)?.expose().to_owned())
    }
}

/// Takes an entry of an extension's log.
async fn log(Json(_): Json<Value>) -> (StatusCode, Json<Value>) {
    (StatusCode::CREATED, Json(json!({ "ok": true })))
}
