//! `kiket extensions install`, `upgrade`, `uninstall`, `list`, and `kiket installations`.

use serde_json::Value;

use crate::platform::{MANIFEST, Running, TOKEN, assert_told};

#[test]
fn an_extension_is_installed_with_what_its_manifest_refers_to() {
    let running = Running::start();
    let done = running.run("extensions install --project 27 --organization 3");
    assert_told!(running.told(&done));
    assert_told!(running.told(&running.run("extensions list")));
    assert_told!(running.told(&running.run("installations show 1")));
    let shown = running.run("installations show 1 --format json");
    let shown: Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!(shown["configuration"]["REGION"], "eu");
}

#[test]
fn a_reference_without_a_value_is_named_before_anything_is_sent() {
    let running = Running::start();
    let url = running.url();
    let variables = [("KIKET_URL", url.as_str()), ("KIKET_ADMIN_TOKEN", TOKEN), ("CRM_SECRET", "")];
    let install = "extensions install --project 27 --organization 3";
    let done = running.run_with(install, "", &variables);
    assert_eq!(done.code, Some(4));
    assert_told!(running.told(&done));
}

#[test]
fn a_manifest_that_can_not_be_used_is_not_sent() {
    let running = Running::start();
    running.write_manifest("extension: {hooks: 5}");
    let done = running.run("extensions install --project 27 --organization 3");
    assert_eq!((done.code, done.stdout.as_str()), (Some(4), ""), "{done}");
    assert!(done.stderr.contains("kiket extensions lint"), "{done}");
}

#[test]
fn an_installation_that_is_there_is_not_replaced() {
    let running = Running::with_extension();
    let done = running.run("extensions install --project 27 --organization 3");
    assert_eq!(done.code, Some(1));
    assert_told!(running.told(&done));
}

#[test]
fn an_upgrade_is_shown_and_wants_consent() {
    let running = Running::with_extension();
    let newer = MANIFEST.replace("1.0.0", "1.1.0").replace("issues:read", "issues:write");
    running.write_manifest(&newer);
    let asked = running.run("extensions upgrade");
    assert_eq!(asked.code, Some(2));
    assert_told!(running.told(&asked));
    assert!(running.run("extensions list").stdout.contains("1.0.0"), "nothing has changed");
    assert_told!(running.told(&running.run("extensions sync --yes")));
    assert!(running.run("extensions list").stdout.contains("1.1.0"));
}

#[test]
fn what_is_not_installed_can_not_be_upgraded() {
    let running = Running::start();
    let done = running.run("extensions upgrade --yes");
    assert_eq!(done.code, Some(1), "{done}");
    assert!(done.stderr.contains("use `kiket extensions install`"), "{done}");
}

#[test]
fn an_installation_is_removed_with_consent_only() {
    let running = Running::with_extension();
    assert_eq!(running.run("extensions uninstall 1").code, Some(2));
    assert!(running.run("extensions list").stdout.contains("com.example.crm"));
    assert_told!(running.told(&running.run("extensions uninstall 1 --yes")));
    assert_told!(running.told(&running.run("extensions list")));
}

#[test]
fn keys_and_secrets_are_shown_once() {
    let running = Running::with_extension();
    assert_told!(running.told(&running.run("installations rotate-key 1 --overlap 0")));
    assert_told!(running.told(&running.run("installations rotate-secret 1")));
    let again = running.run("installations rotate-secret 1");
    assert_eq!(again.code, Some(1), "{again}");
    assert_eq!(running.run("installations rotate-secret 1 --commit").code, Some(2));
    let committed = running.run("installations rotate-secret 1 --commit --yes");
    assert_eq!(committed.code, Some(0), "{committed}");
}

#[test]
fn an_installation_pauses_and_goes_on() {
    let running = Running::with_extension();
    let paused = running.run("installations pause 1 --format json");
    let state = |text: &str| serde_json::from_str::<Value>(text).unwrap()["state"].clone();
    assert_eq!(state(&paused.stdout), "paused");
    let resumed = running.run("installations resume 1 --format json");
    assert_eq!(state(&resumed.stdout), "active");
    assert_eq!(running.run("installations pause 9").code, Some(1));
}
