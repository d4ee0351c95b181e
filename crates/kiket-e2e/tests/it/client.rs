//! Every call of the client against the platform: with the runtime token of a delivery that was made,
//! and with a credential that is good and grants nothing.
//!
//! `client/` has a file for each file of calls that the client has. A method of the client that its
//! file here does not call fails [`every_call_of_the_client_is_made_here`]; an operation of the
//! platform that no call reaches fails [`the_calls_reach_every_operation`].

mod audit;
mod custom_data;
mod extension_events;
mod extensions;
mod intake_forms;
mod issues;
mod key_set;
mod raw;
mod secrets;
mod sla_events;
mod source;
mod telemetry;
mod world;

use std::collections::BTreeSet;
use std::path::Path;

use kiket_contract::api;
use serde_json::Value;

use world::World;

/// What a credential is not needed for.
const FOR_ANYONE: [&str; 2] = ["key_set.rs", "telemetry.rs"];

#[tokio::test(flavor = "multi_thread")]
async fn the_calls_reach_every_operation() {
    let world = World::new().await;
    audit::calls(&world).await;
    custom_data::calls(&world).await;
    extension_events::calls(&world).await;
    extensions::calls(&world).await;
    intake_forms::calls(&world).await;
    issues::calls(&world).await;
    key_set::calls(&world).await;
    raw::calls(&world).await;
    secrets::calls(&world).await;
    sla_events::calls(&world).await;
    telemetry::calls(&world).await;

    let operations = of_extensions(&world).await;
    assert!(operations.len() > 30, "{operations:?}");
    let callbacks = world.callbacks().await;
    assert!(callbacks.len() < api::deliveries::MOST_CALLBACKS, "some were not recorded");
    let reached: BTreeSet<_> = callbacks
        .iter()
        .flat_map(|made| operations.iter().filter(|it| is_of(it, &made.method, &made.path)))
        .collect();
    let missing: Vec<_> = operations.iter().filter(|it| !reached.contains(it)).collect();
    assert!(missing.is_empty(), "no call of the client was made to {missing:?}");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_credential_does_not_grant_is_refused_as_the_client_reads_it() {
    let world = World::new().await;
    audit::refusals(&world).await;
    custom_data::refusals(&world).await;
    extension_events::refusals(&world).await;
    extensions::refusals(&world).await;
    intake_forms::refusals(&world).await;
    issues::refusals(&world).await;
    raw::refusals(&world).await;
    secrets::refusals(&world).await;
    sla_events::refusals(&world).await;
    world.end().await;
}

#[test]
fn every_call_of_the_client_is_made_here() {
    let files = source::files();
    assert!(files.len() > 10, "{files:?}");
    for file in files {
        let methods = source::methods(&file);
        assert!(!methods.is_empty(), "{}", file.display());
        let must_call = |function: &str, names: BTreeSet<&str>| {
            let called = source::called(&file, function);
            let called = called.unwrap_or_else(|| panic!("{}: no `{function}`", file.display()));
            let missing: Vec<_> =
                names.into_iter().filter(|name| !called.contains(*name)).collect();
            assert!(missing.is_empty(), "{}: `{function}` lacks {missing:?}", file.display());
        };
        must_call("calls", methods.iter().map(|it| it.name.as_str()).collect());
        if !FOR_ANYONE.iter().any(|open| file == Path::new(open)) {
            let whole = methods.iter().filter(|it| !it.narrows);
            must_call("refusals", whole.map(|it| it.name.as_str()).collect());
        }
    }
}

/// `METHOD /path` of each operation that the platform has for extensions and records with their
/// delivery.
async fn of_extensions(world: &World) -> Vec<(String, String)> {
    let document = world.look("/api/v1/openapi.json").await;
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, described) in methods.as_object().unwrap() {
            let ways = described["security"].as_array().unwrap();
            let with_token = |way: &Value| way.get("runtime_token").is_some();
            // What the SDK reports is no call of the extension's.
            if ways.iter().any(with_token) && path != api::telemetry::PATH {
                operations.push((method.to_uppercase(), path.clone()));
            }
        }
    }
    operations
}

/// Whether a call is of an operation, whose path has variable segments.
fn is_of((of, template): &(String, String), method: &str, path: &str) -> bool {
    let (wanted, made): (Vec<_>, Vec<_>) =
        (template.split('/').collect(), path.split('/').collect());
    let fits = |(wanted, made): (&&str, &&str)| wanted.starts_with('{') || wanted == made;
    of == method && wanted.len() == made.len() && wanted.iter().zip(&made).all(fits)
}
