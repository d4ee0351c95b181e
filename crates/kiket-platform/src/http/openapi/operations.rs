//! Every operation of the API, by what it is about: a new route gets its entry here, or a test fails.
//!
//! Each has an example of what it takes and of what it answers, and a test makes every call with its
//! example. The examples speak of one world: the extension of [`installations::MANIFEST`], installed in
//! project 27 of organisation 3. Numbers of things are what a new platform gives them.

mod activity;
pub(super) mod audit;
mod credentials;
mod custom_data;
mod deliveries;
mod guards;
mod installations;
pub(super) mod intake_forms;
pub(super) mod issues;
mod kept_secrets;
mod open;
mod projects;
mod secrets;
mod telemetry;
mod told;

use serde_json::{Value, json};

use super::operation::Operation;

/// When everything of the examples happened.
const AT: &str = "2026-01-01T12:00:00Z";
const EXTENSION: &str = "com.example.crm";
const EVENT: &str = "019b796d-d600-7000-8000-0000000000e1";
const DELIVERY: &str = "019b796d-d600-7000-8000-0000000000d1";
/// Another delivery, of the same event.
const REDELIVERY: &str = "019b796d-d600-7000-8000-0000000000d2";

/// Where the platform is, and the token of the installation's address for third parties.
const ORIGIN: &str = "https://kiket.dev";
const WEBHOOK_TOKEN: &str = "wht_…";

/// What `Idempotency-Key` does where the request has to be the same.
const SAME_REQUEST: &str = "Makes a repeated request the same request, for 24 hours";

pub(super) fn all() -> Vec<Operation> {
    let of_operators = [
        installations::operations(),
        deliveries::operations(),
        guards::operations(),
        activity::operations(),
        kept_secrets::operations(),
        projects::operations(),
        custom_data::of_operators(),
        credentials::operations(),
    ];
    let of_extensions = [
        told::operations(),
        secrets::operations(),
        custom_data::operations(),
        issues::operations(),
        intake_forms::operations(),
        audit::operations(),
    ];
    let of_all = [telemetry::operations(), open::operations()];
    of_operators.into_iter().chain(of_extensions).chain(of_all).flatten().collect()
}

/// The only page of a list.
fn page(entry: &Value) -> Value {
    json!({"data": [entry], "next_cursor": null})
}

/// A list of what this platform keeps nothing of.
fn nothing() -> Value {
    json!({"data": [], "next_cursor": null})
}

fn done() -> Value {
    json!({"ok": true})
}
