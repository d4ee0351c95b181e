//! `kiket dev --record`: what is kept of deliveries has nothing secret in it.

use std::fs;

use serde_json::{Value, json};

use crate::dev_run::{Dev, MANIFEST};

/// What must be sent, and must not be kept.
const MARKED: [&str; 2] = ["marked-header-7c1d", "marked-secret-93be"];

#[test]
fn a_cassette_has_what_was_delivered_and_no_secret_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let manifest = format!(
        "{MANIFEST}  callback:
    url: http://127.0.0.1:8080
    headers:
      X-Marked: env.MARKED_HEADER
  configuration:
    MARKED:
      type: string
      secret: true
"
    );
    let mut dev = Dev::with(&manifest, |mut command| {
        command.arg("--record").arg(dir.path()).env("MARKED_HEADER", MARKED[0]);
        command
    });
    let secret = json!({ "value": MARKED[1] }).to_string();
    dev.ask("PUT", "/secrets/MARKED?installation_id=1", &secret);
    dev.send("issue.created");
    let sent = dev.shows(": delivered");
    for marked in MARKED.iter().chain(&["x-kiket-signature", "runtime_token"]) {
        assert!(sent.contains(marked), "{marked} was not sent:\n{sent}");
    }
    let files: Vec<_> =
        fs::read_dir(dir.path()).unwrap().map(|file| file.unwrap().path()).collect();
    let [file] = files.as_slice() else { panic!("{files:?}") };
    let text = fs::read_to_string(file).unwrap();
    for kept_out in MARKED.iter().chain(&["x-kiket-signature", "eyJ"]) {
        assert!(!text.contains(kept_out), "{kept_out}:\n{text}");
    }
    let cassette: Value = serde_json::from_str(&text).unwrap();
    let issue = json!({ "id": 1, "title": "A" });
    assert_eq!(cassette["event"], "issue.created");
    assert_eq!(cassette["version"], "v1");
    assert_eq!(cassette["payload"], json!({ "issue": issue }));
    assert_eq!(cassette["body"]["issue"], issue);
    let members: Vec<_> = cassette["body"].as_object().unwrap().keys().collect();
    assert_eq!(members, ["delivery", "event", "event_version", "issue"]);
    assert_eq!(cassette["headers"]["x-kiket-event"], "issue.created");
    assert_eq!(cassette["expect"]["status"], 200);
    assert_eq!(cassette["expect"]["body"]["secrets"]["MARKED"], "[redacted]");
}
