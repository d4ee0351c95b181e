//! The platform's part in token mode: the key that signs runtime tokens, and the key set.

use std::net::SocketAddr;

use anyhow::Context as _;
use axum::routing::get;
use axum::{Json, Router};
use jiff::{SignedDuration, Timestamp};
use kiket_contract::id::DeliveryId;
use kiket_contract::jwks::JwkSet;
use kiket_contract::route;
use kiket_contract::token::{Claims, ISSUER, SigningKey};
use tokio::net::TcpListener;

const LIFETIME: SignedDuration = SignedDuration::from_mins(60);

/// The signing key, with its public half served for as long as the program runs.
pub(crate) struct Keys {
    key: SigningKey,
    address: SocketAddr,
    expiry: i64,
}

impl Keys {
    pub(crate) async fn serve() -> anyhow::Result<Self> {
        let (key, _) = SigningKey::generate()?;
        let set = JwkSet { keys: vec![key.jwk().clone()] };
        let router = Router::new().route(route::JWKS, get(async move || Json(set)));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tokio::spawn(axum::serve(listener, router).into_future());
        let expiry = Timestamp::now().checked_add(LIFETIME).context("no such time")?.as_second();
        Ok(Self { key, address, expiry })
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}", self.address)
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
