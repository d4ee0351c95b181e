//! `kiket extensions replay`.

use serde_json::Value;

use crate::platform::{Running, TOKEN, assert_told};

const SECRET: &[(&str, &str)] = &[("KIKET_WEBHOOK_SECRET", "sh_of_the_test")];

fn with_cases(cases: &[(&str, &str)]) -> Running {
    let running = Running::with_extension();
    let folder = running.folder.path().join("replay");
    std::fs::create_dir(&folder).unwrap();
    for (name, text) in cases {
        std::fs::write(folder.join(name), text).unwrap();
    }
    running
}

/// One of each kind. The extension answers `issue.updated`, and has never heard of `issue.created`.
const CASES: &[(&str, &str)] = &[
    (
        "a-good.json",
        r#"{"event": "issue.updated", "version": "v1", "payload": {"issue": {"id": 1}},
            "headers": {"x-of-the-test": "1"},
            "expect": {"status": 200, "body": {"issue": {"tags": ["a", "b"]}}}}"#,
    ),
    (
        "b-differs.json",
        r#"{"event": "issue.updated", "version": "v1", "payload": {},
            "expect": {"body": {"ok": true, "issue": {"id": 2, "tags": ["a"]}}}}"#,
    ),
    (
        "c-status.json",
        r#"{"event": "issue.created", "version": "v1", "payload": {}, "expect": {"status": 200}}"#,
    ),
    ("d-broken.json", "{\n  \"event\": \"issue.created\",\n  \"version\"\n}"),
    ("issue.updated.v1.json", r#"{"issue": {"id": 1}}"#),
    ("nameless.json", "{}"),
];

fn direct(running: &Running, more: &str) -> crate::folder::Done {
    let url = format!("http://{}", running.extension);
    running.run_with(&format!("extensions replay --url {url} {more}"), "", SECRET)
}

#[test]
fn answers_are_compared_with_what_the_files_expect() {
    let running = with_cases(CASES);
    let done = direct(&running, "--expect");
    assert_eq!(done.code, Some(4), "{done}");
    assert_told!(running.told(&done));
    let done = direct(&running, "--expect replay/b-differs.json");
    assert_eq!(done.code, Some(1), "{done}");
}

#[test]
fn without_expectations_a_success_is_enough() {
    let running = with_cases(&CASES[..2]);
    assert_told!(running.told(&direct(&running, "")));
    assert_eq!(direct(&running, "--expect replay/a-good.json").code, Some(0));
    let exact = direct(&running, "--expect --exact replay/a-good.json");
    assert_eq!(exact.code, Some(1), "{exact}");
}

#[test]
fn reports_are_for_programs() {
    let running = with_cases(&CASES[..3]);
    let done = direct(&running, "--expect --format json");
    let told: Value = serde_json::from_str(&done.stdout).unwrap();
    let outcomes: Vec<_> =
        told["cases"].as_array().unwrap().iter().map(|it| &it["outcome"]).collect();
    assert_eq!(outcomes, ["ok", "failed", "failed"], "{done}");
    let done = direct(&running, "--expect --format junit");
    assert_eq!(done.stderr, "");
    let told = running.told(&done);
    insta::with_settings!({filters => vec![(r#"time="[0-9.]+""#, "time=[n]")]}, {
        insta::assert_snapshot!(told);
    });
}

#[test]
fn the_secret_is_needed_and_an_answer_too() {
    let running = with_cases(&CASES[..1]);
    let url = format!("http://{}", running.extension);
    let done = running.run_with(&format!("extensions replay --url {url}"), "", &[]);
    assert_told!(running.told(&done));
    let gone = running.run_with("extensions replay --url http://127.0.0.1:9", "", SECRET);
    assert_eq!(gone.code, Some(1), "{gone}");
    assert!(gone.stdout.contains("no answer: Connection refused"), "{gone}");
    let none = running.run_with("extensions replay .kiket --url http://127.0.0.1:9", "", SECRET);
    assert_told!(running.told(&none));
}

#[test]
fn through_a_platform_each_is_a_delivery_to_the_installation() {
    let running = with_cases(&CASES[2..3]);
    let done = running.run("extensions replay --installation 1");
    assert_eq!(done.code, Some(1), "{done}");
    assert_told!(running.told(&done));
    let as_expected = r#"{"event": "issue.created", "version": "v1", "payload": {},
        "expect": {"status": 404, "body": {"error": "no handler"}}}"#;
    std::fs::write(running.folder.path().join("replay/c-status.json"), as_expected).unwrap();
    let url = running.url();
    // The installation is the one of the folder's manifest.
    let done = running.run_with(
        &format!("extensions replay --platform {url} --expect"),
        "",
        &[("KIKET_ADMIN_TOKEN", TOKEN)],
    );
    assert_eq!(done.code, Some(0), "{done}");
}

#[test]
fn a_delivery_is_sent_again() {
    let running = Running::with_extension();
    let id = running.deliver_one();
    let done = running.run(&format!("extensions replay {id} --format json"));
    assert_eq!(done.code, Some(1), "the extension answers 404: {done}");
    let told: Value = serde_json::from_str(&done.stdout).unwrap();
    let new = told["cases"][0]["delivery_id"].as_str().unwrap();
    let shown = running.run(&format!("deliveries show {new} --format json"));
    let shown: Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!(shown["redelivery_of"], id.to_string());
}
