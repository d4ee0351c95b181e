//! Runtime tokens, right and wrong, and deliveries that carry them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use kiket_contract::jwks::Jwk;
use kiket_contract::token::SigningKey;
use kiket_sdk::prelude::*;
use kiket_sdk::{Clock, Verification};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::Value;

use crate::key_server::KeyServer;
use crate::program::{NOW, Program};
use crate::wire::{PATH, Request};

pub(crate) const DELIVERY: &str = "01936f5e-0000-7000-8000-000000000001";

/// A key that signs whatever a test wants.
pub(crate) struct Key {
    pub(crate) jwk: Jwk,
    pair: EcdsaKeyPair,
}

impl Key {
    pub(crate) fn new() -> Self {
        let (key, pkcs8) = SigningKey::generate().unwrap();
        let (algorithm, rng) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, &pkcs8, &rng).unwrap();
        Self { jwk: key.jwk().clone(), pair }
    }

    /// A token of these claims.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.sign_as(&self.jwk.kid, claims)
    }

    /// A token of these claims that names this key.
    pub(crate) fn sign_as(&self, kid: &str, claims: &Value) -> String {
        let signed = unsigned(&json!({ "alg": "ES256", "kid": kid }), claims);
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        with_signature(signed, signature.as_ref())
    }

    /// A good token.
    pub(crate) fn good(&self) -> String {
        self.sign(&claims())
    }
}

/// Header and claims of a token.
pub(crate) fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    format!("{}.{}", part(header), part(claims))
}

pub(crate) fn with_signature(signed: String, signature: &[u8]) -> String {
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// The claims of a good token for [`DELIVERY`].
pub(crate) fn claims() -> Value {
    json!({
        "iss": "kiket.dev", "sub": "installation:7", "jti": "1", "src": "webhook",
        "iat": NOW - 5, "exp": NOW + 900,
        "org_id": 3, "ext_id": 1, "proj_id": 27, "pi_id": 7,
        "scopes": ["project:27", "issues.read"], "did": DELIVERY, "gen": 1,
    })
}

/// The claims of a good token with these in their place. `null` takes one out.
pub(crate) fn claims_with(more: &Value) -> Value {
    let mut claims = claims();
    let members = claims.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    members.retain(|_, value| !value.is_null());
    claims
}

/// The body of [`DELIVERY`] with this token.
pub(crate) fn body(token: &str) -> Value {
    json!({
        "event": "issue.created", "event_version": "v1",
        "delivery": { "id": DELIVERY, "attempt": 1, "timeout_ms": 10_000 },
        "authentication": { "runtime_token": token, "token_type": "runtime" },
        "issue": { "title": "a" },
    })
}

/// A delivery with this token and no signature.
pub(crate) fn unsigned_request(body: &Value) -> Request {
    Request::new("POST", PATH).body(body.to_string())
}

pub(crate) fn with_token(token: &str) -> Request {
    unsigned_request(&body(token))
}

pub(crate) fn clock() -> Clock {
    Clock::manual(Timestamp::from_second(NOW).unwrap())
}

/// An extension that believes tokens and has no delivery secret.
pub(crate) fn believing(server: &KeyServer) -> Extension {
    Extension::new("com.example.crm")
        .verification(Verification::Token)
        .base_url(server.base_url())
        .clock(clock())
        .environment(|_| None)
}

/// What the handlers of these tests learn.
pub(crate) async fn told(_payload: Value, context: Context) -> Result<Value> {
    let auth = context.auth();
    Ok(json!({
        "organization": context.organization_id().map(|id| id.get()),
        "project": context.project_id().map(|id| id.get()),
        "installation": context.installation_id().map(|id| id.get()),
        "scopes": auth.scopes,
        "expires_at": auth.expires_at.map(|at| at.as_second()),
        "granted": context.require_scopes(&["ext.api.write"]).is_ok(),
    }))
}

/// [`believing`], served with [`told`].
pub(crate) async fn served(server: &KeyServer) -> Program {
    Program::serving(believing(server).webhook("issue.created", "v1", told)).await
}
