//! `kiket extensions test` and `replay`: extensions in several languages keep the contract.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use crate::kiket::{binary, root};
use crate::programs::can_run;

const SECRET: &str = "sh_of_the_test";

/// A program that ends with the test.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn kiket(arguments: &[&str], folder: &Path) -> Output {
    let mut kiket = Command::new(binary());
    kiket.arg("extensions").args(arguments).current_dir(folder);
    kiket.env("KIKET_WEBHOOK_SECRET", SECRET).env("HOME", folder).output().unwrap()
}

/// What is shown when all went well.
fn well(output: &Output) -> String {
    let shown = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    assert!(output.status.success(), "{}\n{}", shown[0], shown[1]);
    shown[0].clone().into_owned()
}

/// Writes an extension from a template and tests it while it runs.
fn keeps_the_contract(sdk: &str, program: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    well(&kiket(&["new", "my-guard", "--template", "webhook-guard", "--sdk", sdk], folder.path()));
    let extension = folder.path().join("my-guard");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut started = Command::new(program[0]);
    started.args(&program[1..]).current_dir(&extension).env("HOST", "127.0.0.1");
    started.env("PORT", port.to_string()).env("KIKET_WEBHOOK_SECRET", SECRET);
    let _running = Program(started.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    until_it_listens(port);
    let url = format!("http://127.0.0.1:{port}");
    let shown = well(&kiket(&["test", ".", "--url", &url], &extension));
    assert_eq!(shown.matches("passed   ").count(), 16, "{shown}");
    for signing in ["timestamped", "body"] {
        let shown = well(&kiket(&["replay", "--url", &url, "--signing", signing], &extension));
        assert!(shown.starts_with("ok       workflow.before_transition.v1.json  200"), "{shown}");
    }
}

fn until_it_listens(port: u16) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut poll = tokio::time::interval(Duration::from_millis(10));
        for _ in 0..1_000 {
            poll.tick().await;
            if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return;
            }
        }
        panic!("nobody listens at port {port}");
    });
}

#[test]
fn the_template_in_node_keeps_the_contract() {
    if can_run("the_template_in_node_keeps_the_contract", &["node", "npm"]) {
        keeps_the_contract("node", &["node", "extension.mjs"]);
    }
}

#[test]
fn the_template_in_python_keeps_the_contract() {
    if can_run("the_template_in_python_keeps_the_contract", &["python3"]) {
        keeps_the_contract("python", &["python3", "extension.py"]);
    }
}

/// The smallest extension calls Kiket's API, for which a stand-in is there.
#[test]
fn an_extension_in_rust_is_started_and_tested() {
    let folder = tempfile::tempdir().unwrap();
    let hello = root().join("examples/hello");
    let started = |arguments: &[&str]| {
        let mut kiket = Command::new(binary());
        kiket.arg("extensions").args(arguments).current_dir(folder.path());
        kiket.env_remove("KIKET_WEBHOOK_SECRET").output().unwrap()
    };
    let shown = well(&started(&["test", hello.to_str().unwrap(), "--only", "contract"]));
    assert_eq!(shown.matches("passed   ").count(), 16, "{shown}");
}
