//! `kiket extensions test`, of an extension that is no good one.

use serde_json::Value;

use crate::platform::{Running, assert_told};

const SECRET: &[(&str, &str)] = &[("KIKET_WEBHOOK_SECRET", "sh_of_the_test")];

fn tested(running: &Running, more: &str) -> crate::folder::Done {
    let url = format!("http://{}", running.extension);
    running.run_with(&format!("extensions test --url {url} {more}"), "", SECRET)
}

#[test]
fn an_extension_that_looks_at_no_signature_does_not_keep_the_contract() {
    let running = Running::start();
    running.write_manifest(&crate::platform::MANIFEST.replace("issue.created", "issue.updated"));
    let done = tested(&running, "--only contract");
    assert_eq!(done.code, Some(1), "{done}");
    assert_told!(running.told(&done));
}

#[test]
fn each_check_has_its_id_and_outcome() {
    let running = Running::start();
    let done = tested(&running, "--only contract --format json");
    let told: Value = serde_json::from_str(&done.stdout).unwrap();
    let checks = told["checks"].as_array().unwrap();
    assert_eq!(checks.len(), 16, "{done}");
    let outcome =
        |id: &str| checks.iter().find(|check| check["id"] == id).unwrap()["outcome"].clone();
    assert_eq!(outcome("unknown-event"), "passed", "it answers 404");
    assert_eq!(outcome("no-signature"), "failed");
    let done = tested(&running, "--only contract --format junit");
    assert!(done.stdout.contains(r#"<testcase name="no-signature""#), "{done}");
}

#[test]
fn the_code_of_its_own_tests_is_kept() {
    let running = Running::start();
    let none = running.run_with("extensions test --only own", "", SECRET);
    assert_eq!(none.code, Some(2), "{none}");
    assert_told!(running.told(&none));
    std::fs::write(running.folder.path().join("build.gradle"), "").unwrap();
    let runner = running.folder.path().join("gradlew");
    std::fs::write(&runner, "#!/bin/sh\necho \"$1 of $PWD\"\nexit 7\n").unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&runner, mode).unwrap();
    let own = running.run_with("extensions test --only own", "", SECRET);
    assert_told!(running.told(&own));
}
