//! `kiket dev --once`: one command from a manifest to handled events.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::kiket::{DECIDER, SAMPLE, STUBBORN, dev};

/// What the sample handles.
const HANDLED: [&str; 9] = [
    "action.sync_leads v1",
    "automation.triggered v1",
    "extension.installed v1",
    "extension.testConnection v1",
    "issue.created v1",
    "issue.created v2",
    "issue.updated v1",
    "workflow.before_transition v1",
    "workflow.sla_status v1",
];

#[test]
fn every_handler_gets_its_sample_and_calls_back() {
    let home = tempfile::tempdir().unwrap();
    let output = dev(home.path(), SAMPLE).args(["--once", "--format", "json"]).output().unwrap();
    let log = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{log}");
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(summary["platform"]["url"].as_str().unwrap().starts_with("http://127.0.0.1:"));
    let all = summary["deliveries"].as_array().unwrap();
    let handled = all.iter().map(|delivery| {
        let [event, version] = ["event", "event_version"].map(|name| delivery[name].as_str());
        format!("{} {}", event.unwrap(), version.unwrap())
    });
    let handled: BTreeSet<_> = handled.collect();
    assert_eq!(handled, HANDLED.map(str::to_owned).into());
    assert!(all.iter().all(|delivery| delivery["status"] == "delivered"), "{all:#?}");
    assert_eq!(summary["skipped"], json!([]));
    let created = |delivery: &&Value| delivery["event"] == "issue.created";
    let deliveries: Vec<_> = all.iter().filter(created).collect();
    assert_eq!(deliveries.len(), 2);
    let log = ("/api/v1/extensions/com.example.marketing/events", 201);
    let secret = ("/api/v1/extensions/com.example.marketing/secrets/WEBHOOK_TOKEN", 200);
    for (delivery, expected) in deliveries.iter().zip([&[log, secret][..], &[log]]) {
        assert_eq!(delivery["attempts"][0]["status_code"], 200);
        let calls: Vec<_> = delivery["callbacks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|call| (call["path"].as_str().unwrap(), call["status_code"].as_u64().unwrap()))
            .collect();
        assert_eq!(calls, expected);
    }
    let answer = deliveries[1]["attempts"][0]["response"].as_str().unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(answer).unwrap(),
        json!({"ok": true, "version": "v2"})
    );
}

#[test]
fn a_person_reads_a_log_and_a_table() {
    let home = tempfile::tempdir().unwrap();
    let output = dev(home.path(), SAMPLE).arg("--once").output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let shown = String::from_utf8(output.stdout).unwrap();
    for part in [
        "event      issue.created, 1 delivery",
        "callback   POST /api/v1/extensions/com.example.marketing/events 201",
        "delivered",
        "9 of 9 delivered",
    ] {
        assert!(shown.contains(part), "{part} is not in:\n{shown}");
    }
    assert!(!shown.contains('\u{1b}'), "no colours on a pipe");
}

#[test]
fn guards_are_asked_and_actions_are_called() {
    let home = tempfile::tempdir().unwrap();
    let output = dev(home.path(), DECIDER).arg("--once").output().unwrap();
    let log = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{log}");
    let shown = String::from_utf8(output.stdout).unwrap();
    for part in [
        "deny: Nobody has approved this.",
        "Synced 42 contacts",
        "POST /events 201",
        "2 of 2 delivered",
    ] {
        assert!(shown.contains(part), "{part} is not in:\n{shown}");
    }
}

#[test]
fn a_second_run_opens_the_same_data_again() {
    let home = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let output = dev(home.path(), SAMPLE).arg("--once").output().unwrap();
        let log = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{log}");
    }
}

#[test]
fn what_fails_or_can_not_be_tried_is_told_and_makes_the_exit_1() {
    let home = tempfile::tempdir().unwrap();
    let output = dev(home.path(), STUBBORN)
        .args(["--once", "--retry-base", "1ms", "--format", "json"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    let delivery = &summary["deliveries"][0];
    assert_eq!(delivery["status"], "failed");
    assert_eq!(delivery["attempts"].as_array().unwrap().len(), 6);
    assert_eq!(delivery["attempts"][0]["status_code"], 500);
    let answer = delivery["attempts"][0]["response"].as_str().unwrap();
    assert!(!answer.contains("hush"), "the caller learns nothing of the cause: {answer}");
    assert_eq!(
        summary["skipped"],
        json!([{
            "extension_id": "com.example.stubborn",
            "event": "crm.sync", "version": "v1", "kind": "webhook",
            "reason": "the manifest has no hook on it: add it to `hooks`",
        }])
    );
}

#[test]
fn a_folder_without_a_manifest_is_explained() {
    let home = tempfile::tempdir().unwrap();
    let output = dev(home.path(), "docs-that-do-not-exist").arg("--once").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let shown = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(shown.contains("docs-that-do-not-exist"), "{shown}");
    let empty = tempfile::tempdir().unwrap();
    let output = dev(home.path(), empty.path().to_str().unwrap()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let shown = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(shown.contains(".kiket/manifest.yaml"), "{shown}");
}
