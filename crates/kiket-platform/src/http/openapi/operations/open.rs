//! What needs no credential.

use kiket_contract::api::Done;
use kiket_contract::api::webhook_url;
use kiket_contract::health::Readiness;
use kiket_contract::jwks::JwkSet;
use kiket_contract::route;
use serde_json::{Value, json};

use super::super::operation::{Operation, open};
use super::{WEBHOOK_TOKEN, done};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        open("POST", webhook_url::WEBHOOK_PATH, "What a third party sends to an installation")
            .at("webhook_token", WEBHOOK_TOKEN)
            .at("action", "inbound")
            .takes::<Value>(json!({"contact": {"email": "grace@example.com"}}))
            .answers::<Done>(202, done()),
        open("GET", route::JWKS, "The public keys of the runtime tokens").answers::<JwkSet>(
            200,
            json!({"keys": [{
                "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig",
                "kid": "9OSlcBMt2hgyMIU-4br0mzmPq23RM7GeNcrY93lEFgk",
                "x": "SV3VVyw1NE5UoP5WOBKJNi_J04BF8PV0n22dvCi_0so",
                "y": "UGvtSKfXjfTQJeBfbwj_7Ca_0Hp0C3fIqNLIKydYDcw",
            }]}),
        ),
        open("GET", route::HEALTHZ, "Whether the process lives").answers::<Done>(200, done()),
        open("GET", route::READYZ, "Whether the platform can do its work")
            .answers::<Readiness>(200, json!({"status": "ready"}))
            .answers::<Readiness>(503, json!({"status": "not_ready", "reason": "it is stopping"})),
        open("GET", route::OPENAPI, "This document").answers::<Value>(
            200,
            json!({"openapi": "3.1.0", "info": {}, "paths": {}, "components": {}}),
        ),
    ]
}
