//! The extension as a program of its own: how it starts, describes itself and ends.

#![allow(clippy::unwrap_used, reason = "a test that can not go on has failed")]

#[cfg(feature = "lambda")]
mod lambda;

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::Duration;

use kiket_testkit::{DELIVERY_SECRET, Delivery, Fault, StubApi};
use serde_json::{Value, json};

/// The program in its folder, with nothing of the test's environment that it would read.
fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_marketing-automation"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("KIKET_") {
            command.env_remove(name);
        }
    }
    command.current_dir(env!("CARGO_MANIFEST_DIR")).env("HOST", "127.0.0.1").env("PORT", "0");
    command
}

/// Kills the program when a test fails before it has ended.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the program. Gives its address and its log after it.
fn started(command: &mut Command) -> (Running, String, Lines<BufReader<ChildStderr>>) {
    command.env("KIKET_WEBHOOK_SECRET", DELIVERY_SECRET).stderr(Stdio::piped());
    let mut running = Running(command.spawn().unwrap());
    let mut log = BufReader::new(running.0.stderr.take().unwrap()).lines();
    let line = log.find_map(|line| line.ok().filter(|line| line.contains("listening")));
    let line = line.unwrap();
    let (_, address) = line.split_once("address=").unwrap();
    (running, format!("http://{}", address.trim()), log)
}

#[test]
fn it_describes_itself_without_a_secret() {
    let output = program().env("KIKET_DESCRIBE", "1").output().unwrap();
    assert!(output.status.success());
    let described: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(described["extension_id"], "com.example.marketing");
    let handlers = described["handlers"].as_array().unwrap().iter();
    let said = ["event", "version", "kind", "required_scopes"];
    let handlers: Vec<_> = handlers.map(|handler| said.map(|name| &handler[name])).collect();
    let read_and_write = json!(["custom_data.read", "custom_data.write"]);
    let read = json!(["custom_data.read"]);
    assert_eq!(
        json!(handlers),
        json!([
            ["issue.created", "v1", "webhook", []],
            ["issue.created", "v2", "webhook", []],
            ["issue.updated", "v1", "webhook", read_and_write],
            ["automation.triggered", "v1", "webhook", read],
            ["action.sync_leads", "v1", "action", read],
            ["workflow.sla_status", "v1", "webhook", ["issues.read"]],
            ["workflow.before_transition", "v1", "guard", []],
            ["extension.installed", "v1", "webhook", []],
            ["extension.testConnection", "v1", "webhook", []],
        ])
    );
}

#[test]
fn without_a_secret_it_says_what_to_set_and_fails() {
    let output = program().output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("set `KIKET_WEBHOOK_SECRET`"), "{said}");
}

fn terminate(running: &Running) {
    let id = running.0.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
}

#[test]
fn it_ends_well_on_sigterm() {
    let (mut running, _, mut log) = started(&mut program());
    terminate(&running);
    assert!(log.any(|line| line.unwrap().contains("stopping")));
    assert!(running.0.wait().unwrap().success());
}

#[tokio::test]
async fn it_takes_a_signed_delivery_over_its_socket_and_calls_back() {
    let api = StubApi::start();
    let (_running, address, _log) = started(program().env("KIKET_BASE_URL", api.url()));

    let delivery = Delivery::new("issue.created", "v1");
    api.deliver_to(&address, &delivery).await.assert_delivered();
    api.assert_logged("issue.created", &json!({}));

    let forged = Delivery::new("issue.created", "v1").with_fault(Fault::WrongSecret);
    api.deliver_to(&address, &forged).await.assert_refused(401, "invalid_signature");
}

#[tokio::test]
async fn a_sync_that_has_begun_is_finished_before_it_ends() {
    let api = StubApi::start();
    let lead = json!({ "issue_id": 4231, "title": "Slow checkout", "state": "new" });
    api.put_record("com.example.marketing.leads", "leads", lead.as_object().unwrap().clone());
    // Slow, so that SIGTERM comes first.
    let record = "/api/v1/ext/custom_data/{module}/{table}/{id}";
    api.on("PATCH", record).delay(Duration::from_millis(300));
    let (mut running, address, _log) = started(program().env("KIKET_BASE_URL", api.url()));

    let scopes = ["ext.api.read", "ext.api.write", "custom_data.read", "custom_data.write"];
    let triggered = Delivery::new("automation.triggered", "v1").scopes(scopes);
    let answer = api.deliver_to(&address, &triggered).await;
    answer.assert_delivered().assert_json(&json!({ "ok": true, "syncing": 1 }));
    terminate(&running);
    assert!(running.0.wait().unwrap().success());
    api.assert_logged("leads.synced", &json!({ "count": 1 }));
}
