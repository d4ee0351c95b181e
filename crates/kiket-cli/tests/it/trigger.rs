//! `kiket events` and `kiket trigger`.

use serde_json::Value;

use crate::platform::{Running, assert_told};

#[test]
fn the_catalogue_is_listed_and_shown() {
    let running = Running::start();
    let done = running.run_with("events list", "", &[]);
    assert_eq!(done.code, Some(0), "{done}");
    let line = done.stdout.lines().find(|line| line.starts_with("issue.created ")).unwrap();
    assert!(line.contains(" v1 "), "{line}");
    let listed = running.run_with("events list --format json", "", &[]);
    let listed: Value = serde_json::from_str(&listed.stdout).unwrap();
    let all = listed["data"].as_array().unwrap();
    assert_eq!(all.len() + 1, done.stdout.lines().count(), "a line for each, and the header");
    assert_told!(running.run_with("events show workflow.before_transition", "", &[]).to_string());
}

#[test]
fn a_schema_and_a_sample_are_printed_alone() {
    let running = Running::start();
    let shown = |what: &str| -> Value {
        let done = running.run_with(&format!("events show issue.created {what}"), "", &[]);
        assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{done}");
        serde_json::from_str(&done.stdout).unwrap()
    };
    let (schema, sample) = (shown("--schema"), shown("--sample"));
    assert_eq!(schema["type"], "object");
    assert!(sample["issue"].is_object(), "{sample}");
    assert_ne!(shown("--sample --version v1"), sample, "the newest unless said");
    let both = shown("--format json --version 2");
    assert_eq!((&both["schema"], &both["sample"]), (&schema, &sample));
}

#[test]
fn what_the_catalogue_does_not_have_is_told_with_what_it_has() {
    let running = Running::start();
    assert_told!(running.run_with("events show sla.unknown", "", &[]).to_string());
    assert_told!(running.run_with("events show issue.created --version v9", "", &[]).to_string());
}

#[test]
fn a_triggered_event_is_waited_for_and_its_failure_has_a_hint() {
    let running = Running::with_extension();
    assert_told!(running.told(&running.run("trigger issue.created --set issue.priority=high")));
    let done = running.run("trigger issue.created --follow");
    assert!(done.stderr.contains("attempt 1  404"), "{done}");
}

#[test]
fn a_delivered_event_ends_well() {
    let running = Running::with_extension();
    running.write_manifest(&crate::platform::MANIFEST.replace("issue.created", "issue.updated"));
    let upgraded = running.run("extensions upgrade --yes");
    assert_eq!(upgraded.code, Some(0), "{upgraded}");
    assert_told!(running.told(&running.run("trigger issue.updated --project 27")));
    let done = running.run("trigger issue.updated --format json");
    let told: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(told["deliveries"][0]["status"], "delivered", "{done}");
    assert_eq!(told["deliveries"][0]["event_id"], told["id"], "{done}");
}

#[test]
fn without_waiting_the_deliveries_are_named() {
    let running = Running::with_extension();
    assert_told!(running.told(&running.run("trigger issue.created --no-wait")));
    assert_told!(running.told(&running.run("trigger issue.commented --project 27 --data absent")));
    assert_told!(running.told(&running.run("trigger comment.created")));
}

#[test]
fn an_event_that_asks_first_is_decided() {
    let running = Running::with_extension();
    assert_told!(running.told(&running.run("trigger workflow.before_transition")));
}

#[test]
fn a_payload_that_no_longer_fits_is_sent_with_a_warning() {
    let running = Running::with_extension();
    let done = running.run("trigger issue.created --set issue=7 --no-wait");
    assert_eq!(done.code, Some(0), "{done}");
    assert_told!(running.told(&done));
    assert_told!(running.told(&running.run("trigger issue.created --set issue.id.x=7")));
}
