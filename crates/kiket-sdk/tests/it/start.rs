//! When an extension starts, and why not.

use std::fs;

use kiket_sdk::prelude::*;
use kiket_sdk::{Error, RegistrationFault};

use crate::program::{Program, echo, extension};
use crate::wire::Request;

async fn failure(extension: Extension) -> Error {
    extension.bind("127.0.0.1:0").await.expect_err("a failure")
}

#[tokio::test]
async fn every_wrong_registration_is_reported_with_its_place() {
    let wrong = extension()
        .webhook("issue.created", "v1", echo)
        .webhook("issue.created", "1", echo)
        .webhook("../etc", "v 1", echo)
        .webhook("workflow.before_transition", "v1", echo);
    let error = failure(wrong).await;
    let text = error.to_string();
    let Error::Registrations(faults) = error else { panic!("{text}") };
    assert!(
        matches!(
            faults[..],
            [
                RegistrationFault::Duplicate { .. },
                RegistrationFault::Name { .. },
                RegistrationFault::Name { .. },
                RegistrationFault::Asks { .. },
            ]
        ),
        "{text}"
    );
    assert_eq!(text.matches("tests/it/start.rs:").count(), 5, "{text}");
    assert!(text.contains("asks before it acts"), "{text}");
}

#[tokio::test]
async fn without_a_secret_nothing_starts_and_the_variable_is_named() {
    let error = failure(Extension::new("x").environment(|_| None)).await;
    assert!(matches!(error, Error::NoWebhookSecret { .. }));
    assert!(format!("{error:?}").contains("set `KIKET_WEBHOOK_SECRET`"), "{error:?}");
}

#[tokio::test]
async fn an_address_of_the_api_that_would_leak_tokens_is_refused() {
    let error = failure(extension().base_url("http://kiket.example.com")).await;
    let text = format!("{error:?}");
    assert!(text.contains("KIKET_BASE_URL") && text.contains("https"), "{text}");
}

#[tokio::test]
async fn a_port_in_use_is_reported() {
    let taken = Program::echoing().await;
    let error = extension().bind(&taken.address.to_string()).await.unwrap_err();
    assert!(matches!(error, Error::Bind { .. }), "{error:?}");
}

#[tokio::test]
async fn the_manifest_gives_id_version_and_secret() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = "id: com.example.sms\nversion: 2.0.0\ndelivery_secret: sh_manifest\n";
    fs::write(folder.path().join("extension.yaml"), manifest).unwrap();
    let extension = Extension::from_manifest_in(folder.path()).unwrap();
    let program = Program::serving(extension.environment(|_| None)).await;
    let health = program.send(&Request::new("GET", "/health")).await.json();
    assert_eq!(health["extension_id"], "com.example.sms");
    assert_eq!(health["extension_version"], "2.0.0");
}

#[test]
fn a_folder_without_a_manifest_and_a_wrong_manifest_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let error = Extension::from_manifest_in(folder.path()).unwrap_err();
    assert!(matches!(error, Error::NoManifest { .. }), "{error:?}");
    fs::write(folder.path().join("extension.yaml"), "id: ''").unwrap();
    let error = Extension::from_manifest_in(folder.path()).unwrap_err();
    assert!(format!("{error:?}").contains("extension.yaml"), "{error:?}");
}

#[tokio::test]
async fn blanks_are_no_secret() {
    let blank = |name: &str| (name == "KIKET_WEBHOOK_SECRET_PREVIOUS").then(|| " ".to_owned());
    let error = failure(Extension::new("x").environment(blank).webhook_secret(" \n")).await;
    assert!(matches!(error, Error::NoWebhookSecret { .. }), "{error}");
    let extension = extension().environment(blank).webhook("issue.created", "v1", echo);
    let program = Program::serving(extension).await;
    assert_eq!(program.send(&Request::signed_by(" ", "{}")).await.status, 401);
}
