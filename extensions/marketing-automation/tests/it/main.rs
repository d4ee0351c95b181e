//! The extension as a program of its own: how it starts, describes itself and ends.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

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
    let mut command = program();
    command.env("KIKET_WEBHOOK_SECRET", "sh_test").stderr(Stdio::piped());
    let mut running = Running(command.spawn().unwrap());
    let mut log = BufReader::new(running.0.stderr.take().unwrap()).lines();
    assert!(log.any(|line| line.unwrap().contains("listening")));

    let id = running.0.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert!(log.any(|line| line.unwrap().contains("stopping")));
    assert!(running.0.wait().unwrap().success());
}
