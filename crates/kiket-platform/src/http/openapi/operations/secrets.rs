//! Secrets, as an extension reads and keeps its own.

use kiket_contract::api::Done;
use kiket_contract::api::secrets::{self, SecretList, SetSecret, StoredSecret};
use serde_json::json;

use super::super::operation::{Operation, extension};
use super::{AT, EXTENSION, done};

pub(super) fn operations() -> Vec<Operation> {
    let all = |method, summary| {
        extension(method, secrets::LIST_PATH, summary).at("extension_id", EXTENSION)
    };
    let one = |method, summary| {
        let operation = extension(method, secrets::PATH, summary);
        operation.at("extension_id", EXTENSION).at("key", "CRM_TOKEN")
    };
    let store = |operation: Operation| {
        let example = json!({"value": "the next token of the CRM"});
        operation.takes::<SetSecret>(example).answers::<Done>(200, done())
    };
    vec![
        all("GET", "List the keys that have a value; an array for the Python SDK")
            .answers::<SecretList>(200, json!({"keys": ["CRM_TOKEN"]})),
        all("POST", "Store a secret that the body names")
            .takes::<SetSecret>(json!({"key": "OTHER_TOKEN", "value": "another token"}))
            .answers::<Done>(200, done()),
        one("GET", "Read a secret").answers::<StoredSecret>(
            200,
            json!({
                "key": "CRM_TOKEN", "value": "the token of the CRM", "created_at": AT,
                "updated_at": AT,
            }),
        ),
        store(one("POST", "Store a secret")),
        store(one("PUT", "Store a secret")),
        store(one("PATCH", "Put another value in the place of one that is there")),
        one("DELETE", "Remove a secret").answers::<Done>(200, done()),
    ]
}
