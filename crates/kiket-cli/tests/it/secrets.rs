//! `kiket secrets`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::folder::Done;
use crate::platform::{MANIFEST, Running, TOKEN, assert_told};

/// An extension that requires a secret and takes another one.
fn with_secrets() -> Running {
    let running = Running::start();
    let settings = "    api_token: {type: string, secret: true, required: true}\n    \
                    webhook.key: {type: string, secret: true}\n";
    running.write_manifest(&format!("{MANIFEST}{settings}"));
    let done = running.run("extensions install --project 27 --organization 3");
    assert_eq!(done.code, Some(0), "{done}");
    running
}

fn run_with_input(running: &Running, arguments: &str, input: &str) -> Done {
    let url = running.url();
    running.run_with(arguments, input, &[("KIKET_URL", &url), ("KIKET_ADMIN_TOKEN", TOKEN)])
}

fn set(running: &Running, key: &str, value: &str) {
    let done = run_with_input(running, &format!("secrets set {key} --installation 1"), value);
    assert_eq!(done.code, Some(0), "{done}");
}

#[test]
fn a_value_is_written_and_never_shown() {
    let running = with_secrets();
    let done = run_with_input(&running, "secrets set api_token --installation 1", "hush\n");
    assert!(!done.to_string().contains("hush"), "{done}");
    assert_told!(running.told(&done));
    let done = run_with_input(&running, "secrets rotate api_token --installation 1", "hush2\n");
    assert_eq!(done.code, Some(0), "{done}");
    assert_told!(running.told(&running.run("secrets get api_token --installation 1")));
    assert_told!(running.told(&running.run("secrets list --installation 1")));
    let json = running.run("secrets get api_token --installation 1 --format json");
    let shown: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(shown["rotation_count"], 1);
}

#[test]
fn each_owner_has_its_own() {
    let running = with_secrets();
    for owner in ["--installation 1", "--organization 3", "--extension com.example.crm"] {
        let done = run_with_input(&running, &format!("secrets set api_token {owner}"), "hush");
        assert_eq!(done.code, Some(0), "{done}");
        let scope = owner.trim_start_matches("--").split(' ').next().unwrap();
        let shown = running.run(&format!("secrets get api_token {owner} --format json"));
        assert!(shown.stdout.contains(&format!("\"scope\":\"{scope}\"")), "{shown}");
    }
    assert_eq!(running.run("secrets list").code, Some(2));
    let two = running.run("secrets list --installation 1 --organization 3");
    assert_eq!(two.code, Some(2), "{two}");
}

#[test]
fn a_removed_secret_can_be_brought_back() {
    let running = with_secrets();
    set(&running, "api_token", "hush");
    let asked = running.run("secrets delete api_token --installation 1");
    assert_eq!(asked.code, Some(2), "{asked}");
    let done = running.run("secrets delete api_token --installation 1 --yes");
    assert_told!(running.told(&done));
    let again = running.run("secrets delete api_token --installation 1 --yes");
    assert_eq!(again.code, Some(1), "{again}");
    let back = running.run("secrets restore api_token --installation 1");
    assert_eq!(back.code, Some(0), "{back}");
}

#[test]
fn a_key_that_is_not_there_is_told() {
    let running = with_secrets();
    for (arguments, input) in [
        ("secrets get unknown --installation 1", ""),
        ("secrets rotate unknown --installation 1", "hush"),
    ] {
        let done = run_with_input(&running, arguments, input);
        assert_eq!(done.code, Some(1), "{done}");
        assert_told!(running.told(&done));
    }
    assert_eq!(running.run("secrets get no/key --installation 1").code, Some(2));
    let empty = running.run("secrets set api_token --installation 1");
    assert_eq!(empty.code, Some(2), "{empty}");
}

#[test]
fn keys_of_file_platform_and_manifest_are_compared() {
    let running = with_secrets();
    set(&running, "webhook.key", "hush");
    set(&running, "OLD", "hush");
    let text = "KIKET_SECRET_API_TOKEN=hush\nKIKET_SECRET_WEBHOOK_KEY=hush\nPORT=8080\n";
    fs::write(running.folder.path().join(".env"), text).unwrap();
    let done = running.run("secrets diff --installation 1");
    assert!(!done.to_string().contains("hush"), "{done}");
    assert_told!(running.told(&done));
    let missing = running.run("secrets diff --installation 1 --file missing.env");
    assert_eq!(missing.code, Some(2), "{missing}");
}

#[test]
fn push_shows_its_plan_wants_consent_and_then_nothing_differs() {
    let running = with_secrets();
    set(&running, "webhook.key", "hush");
    set(&running, "OLD", "hush");
    let text = "export KIKET_SECRET_API_TOKEN='hush # all of it'\n\
                KIKET_SECRET_WEBHOOK_KEY=\"one\ntwo\"\nKIKET_WEBHOOK_SECRET=sh\nEMPTY=\n";
    fs::write(running.folder.path().join(".env"), text).unwrap();
    let asked = running.run("secrets push --installation 1");
    assert_eq!(asked.code, Some(2), "{asked}");
    assert_told!(running.told(&asked));
    let done = running.run("secrets push --installation 1 --yes --format json");
    assert_eq!(done.code, Some(0), "{done}");
    let pushed: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(pushed, json!({ "written": ["api_token", "webhook.key"], "failed": [] }));
    let rest = running.run("secrets delete OLD --installation 1 --yes");
    assert_eq!(rest.code, Some(0), "{rest}");
    let same = running.run("secrets diff --installation 1");
    assert_eq!(same.code, Some(0), "{same}");
}

#[test]
fn what_could_not_be_pushed_is_named_and_the_others_are_written() {
    let running = with_secrets();
    // More than all secrets of an installation may have.
    let text = format!("A=hush\nB={}\nC=hush\n", "x".repeat(30_000));
    fs::write(running.folder.path().join(".env"), text).unwrap();
    let done = running.run("secrets push --installation 1 --yes");
    assert_eq!(done.code, Some(1), "{done}");
    assert_told!(running.told(&done));
}

#[test]
fn a_file_that_is_wrong_is_told_without_what_is_in_it() {
    let running = with_secrets();
    fs::write(running.folder.path().join(".env"), "A=1\nthis is hush\n").unwrap();
    let done = running.run("secrets push --installation 1 --yes");
    assert_eq!(done.code, Some(4), "{done}");
    assert!(!done.to_string().contains("hush"), "{done}");
    assert_told!(running.told(&done));
}

#[test]
fn pull_adds_the_keys_that_are_missing_and_keeps_the_rest() {
    let running = with_secrets();
    set(&running, "OLD", "hush");
    let path = running.folder.path().join(".env");
    fs::write(&path, "# Mine.\nKIKET_SECRET_API_TOKEN='kept'").unwrap();
    let done = running.run("secrets pull --installation 1");
    assert_told!(running.told(&done));
    let text = fs::read_to_string(&path).unwrap();
    insta::assert_snapshot!(text);
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let again = running.run("secrets pull --installation 1");
    assert_eq!((again.code, fs::read_to_string(&path).unwrap()), (Some(0), text), "{again}");
    let shown = running.run("secrets pull --installation 1 --file -");
    assert!(shown.stdout.contains("KIKET_SECRET_API_TOKEN=\n"), "{shown}");
}

#[test]
fn no_platform_and_a_wrong_token_are_told_apart() {
    let mut running = with_secrets();
    let url = running.url();
    let variables = [("KIKET_URL", url.as_str()), ("KIKET_ADMIN_TOKEN", "wrong")];
    let refused = running.run_with("secrets list --installation 1", "", &variables);
    assert_eq!(refused.code, Some(3), "{refused}");
    running.stop();
    let gone = running.run("secrets list --installation 1");
    assert_eq!(gone.code, Some(5), "{gone}");
}
