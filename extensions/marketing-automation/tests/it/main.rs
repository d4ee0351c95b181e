//! The extension as a program of its own: how it starts, describes itself and ends.

#![allow(clippy::unwrap_used, reason = "a test that can not go on has failed")]

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStderr, Command, Stdio};

use kiket_testkit::{DELIVERY_SECRET, Delivery, Fault, StubApi};

/// The program in its folder, with nothing of the test's environment that it would read.
fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_marketing-automation"));
    for name in ["KIKET_DEV", "KIKET_DESCRIBE", "KIKET_BASE_URL", "KIKET_WEBHOOK_SECRET"] {
        command.env_remove(name);
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
    let described: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        described,
        serde_json::json!({
            "extension_id": "com.example.marketing",
            "extension_version": "1.0.0",
            "handlers": [
                {
                    "event": "issue.created", "version": "v1", "kind": "webhook",
                    "required_scopes": [],
                },
                {
                    "event": "issue.created", "version": "v2", "kind": "webhook",
                    "required_scopes": [],
                },
            ],
        })
    );
}

#[test]
fn without_a_secret_it_says_what_to_set_and_fails() {
    let output = program().output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("set `KIKET_WEBHOOK_SECRET`"), "{said}");
}

#[test]
fn it_ends_well_on_sigterm() {
    let (mut running, _, mut log) = started(&mut program());
    let id = running.0.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert!(log.any(|line| line.unwrap().contains("stopping")));
    assert!(running.0.wait().unwrap().success());
}

#[tokio::test]
async fn it_takes_a_signed_delivery_over_its_socket_and_calls_back() {
    let api = StubApi::start();
    let (_running, address, _log) = started(program().env("KIKET_BASE_URL", api.url()));

    let delivery = Delivery::new("issue.created", "v1");
    api.deliver_to(&address, &delivery).await.assert_delivered();
    api.assert_logged("issue.created", &serde_json::json!({}));

    let forged = Delivery::new("issue.created", "v1").with_fault(Fault::WrongSecret);
    api.deliver_to(&address, &forged).await.assert_refused(401, "invalid_signature");
}
