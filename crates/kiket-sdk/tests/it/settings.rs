//! Settings: what comes from where, and what is missing.

use std::fs;

use kiket_sdk::Error;
use kiket_sdk::prelude::*;
use serde_json::{Value, json};

use crate::log::Log;
use crate::program::Program;
use crate::stub::Stub;
use crate::wire::Request;

const MANIFEST: &str = "
id: com.example.crm
version: 1.0.0
delivery_secret: sh_test
settings:
  - {key: API_KEY, secret: true}
  - {key: MAX_RETRIES, default: 3}
  - {key: TIMEOUT_MS, type: integer, default: \"5000\"}
  - {key: VERBOSE, default: false}
  - {key: MARGIN, default: 0}
";

fn of_manifest(manifest: &str) -> Extension {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("extension.yaml");
    fs::write(&path, manifest).unwrap();
    let now = jiff::Timestamp::from_second(crate::program::NOW).unwrap();
    let extension = Extension::from_manifest_file(path).unwrap();
    extension.clock(kiket_sdk::Clock::manual(now)).environment(|_| None)
}

async fn told(extension: Extension) -> Value {
    async fn tells(_payload: Value, context: Context) -> Result<Value> {
        let settings = context.settings();
        let wrong = settings.get::<bool>("MAX_RETRIES").err().map(|error| error.key);
        Ok(json!({
            "retries": settings.get::<u32>("MAX_RETRIES")?,
            "timeout": settings.get::<u64>("TIMEOUT_MS")?,
            "verbose": settings.get::<bool>("VERBOSE")?,
            "margin": settings.get::<f64>("MARGIN")?,
            "nowhere": settings.get::<String>("NOWHERE")?,
            "secret": settings.get::<Value>("API_KEY")?,
            "all": settings.all().len(),
            "wrong": wrong,
        }))
    }
    let program = Program::serving(extension.webhook("issue.created", "v1", tells)).await;
    program.send(&Request::signed("{}")).await.json()
}

/// Rules out that a default of `false` or 0 is lost, and that one value of the program's own takes
/// the other defaults away.
#[tokio::test]
async fn settings_are_typed_and_the_programs_own_lie_over_the_manifests_defaults() {
    let expected = json!({
        "retries": 3, "timeout": 5000, "verbose": false, "margin": 0.0, "nowhere": null,
        "secret": null, "all": 4, "wrong": "MAX_RETRIES",
    });
    assert_eq!(told(of_manifest(MANIFEST)).await, expected);
    let mut changed = expected;
    changed["retries"] = 7.into();
    changed["all"] = 5.into();
    let own = of_manifest(MANIFEST).setting("MAX_RETRIES", 7).setting("OWN", "x");
    assert_eq!(told(own.setting("API_KEY", "sk_1")).await, changed);
}

#[tokio::test]
async fn settings_may_be_a_map_and_blocks_may_be_null() {
    let map = "
id: com.example.crm
delivery_secret: sh_test
extension: null
settings: {MAX_RETRIES: {default: 3}, TIMEOUT_MS: {type: integer, default: '5000'}}
";
    let told = told(of_manifest(map)).await;
    assert_eq!([&told["retries"], &told["timeout"]], [3, 5000]);
}

#[tokio::test]
async fn all_required_settings_without_a_value_are_named_at_once() {
    let manifest = "
id: com.example.crm
delivery_secret: sh_test
settings:
  - {key: CHANNEL, required: true}
  - {key: REGION, required: true}
  - {key: LIMIT, required: true, default: 1}
  - {key: API_KEY, required: true, secret: true}
";
    let error = of_manifest(manifest).into_service().expect_err("a refusal");
    let Error::MissingSettings(missing) = &error else { panic!("{error}") };
    assert_eq!(missing[..], ["CHANNEL", "REGION"]);
    assert!(error.to_string().contains("CHANNEL, REGION"), "{error}");

    let log = Log::collect();
    let given = of_manifest(manifest).setting("CHANNEL", "#crm").setting("REGION", "eu");
    given.into_service().unwrap();
    assert!(log.text().contains("API_KEY"), "{}", log.text());
}

/// Rules out a default that hides the variable, and a default secret of nobody's choice.
#[tokio::test]
async fn the_variable_for_the_apis_address_counts_and_the_program_beats_it() {
    async fn calls(_payload: Value, context: Context) -> Result {
        Ok(context.endpoints().log_event("called", json!({})).await?)
    }
    let (mut of_variable, mut given) =
        (Stub::answering(&["200 OK"]).await, Stub::answering(&["200 OK"]).await);
    let variable = of_variable.url();
    let environment = move |name: &str| (name == "KIKET_BASE_URL").then(|| variable.clone());
    let body = json!({ "authentication": { "runtime_token": "rt_1" } });
    let extension = || {
        of_manifest(MANIFEST).environment(environment.clone()).webhook("issue.created", "v1", calls)
    };
    Program::serving(extension()).await.deliver(&body).await;
    assert!(of_variable.was_called() && !given.was_called());
    Program::serving(extension().base_url(given.url())).await.deliver(&body).await;
    assert!(!of_variable.was_called() && given.was_called());
}

#[tokio::test]
async fn id_and_version_of_the_program_beat_the_manifests() {
    let extension = of_manifest(MANIFEST).extension_id("com.example.other").extension_version("9");
    let health = Program::serving(extension).await.send(&Request::new("GET", "/health")).await;
    let health = health.json();
    assert_eq!([&health["extension_id"], &health["extension_version"]], ["com.example.other", "9"]);
}

#[tokio::test]
async fn development_is_said_in_the_log() {
    let log = Log::collect();
    let dev = |name: &str| (name == "KIKET_DEV").then(|| "1".to_owned());
    of_manifest(MANIFEST).environment(dev).into_service().unwrap();
    assert!(log.text().contains("KIKET_DEV=1: the environment comes before"), "{}", log.text());
}
