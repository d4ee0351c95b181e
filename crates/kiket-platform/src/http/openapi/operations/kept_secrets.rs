//! Secrets, as operators keep them.

use kiket_contract::api::secrets::SetSecret;
use kiket_contract::api::secrets::kept::{self, KeptSecret, ListSecrets, SecretOwner};
use kiket_contract::api::{Done, Page};
use serde_json::{Value, json};

use super::super::operation::{Operation, operator};
use super::{AT, done, page};

pub(super) fn operations() -> Vec<Operation> {
    let one = |method, path, summary| {
        operator(method, path, summary)
            .at("key", "CRM_TOKEN")
            .queries::<SecretOwner>(json!({"installation_id": 1}))
    };
    vec![
        operator("GET", kept::PATH, "List secrets, without values")
            .queries::<ListSecrets>(json!({"installation_id": 1, "limit": 25}))
            .answers::<Page<KeptSecret>>(200, page(&secret(0))),
        one("PUT", kept::KEY_PATH, "Store a secret")
            .takes::<SetSecret>(json!({"value": "the token of the CRM"}))
            .answers::<KeptSecret>(200, secret(1)),
        one("POST", kept::ROTATE, "Put another value in the place of one that is there")
            .takes::<SetSecret>(json!({"value": "the next token of the CRM"}))
            .answers::<KeptSecret>(200, secret(1)),
        one("POST", kept::RESTORE, "Bring back what was removed within the hour")
            .answers::<KeptSecret>(200, secret(0)),
        one("DELETE", kept::KEY_PATH, "Remove a secret").answers::<Done>(200, done()),
    ]
}

/// The secret after so many rotations.
fn secret(rotations: i64) -> Value {
    json!({
        "key": "CRM_TOKEN", "scope": "installation", "backend": "database",
        "rotation_count": rotations, "rotated_at": (rotations > 0).then_some(AT),
        "created_at": AT, "updated_at": AT, "restorable_until": null,
    })
}
