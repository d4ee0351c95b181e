//! A `kiket dev` that runs, with a small extension in a folder of its own.

use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::kiket::dev;

pub(crate) const MANIFEST: &str = "\
model_version: \"1.0\"
extension:
  id: com.example.plain
  name: Plain
  version: 1.0.0
  hooks:
    - event: issue.created
      version: v1
";

/// An extension that prints which build of it got a delivery, and what, answers with its body, and
/// may end then. It needs no crate, so
/// that it is built at once.
const SOURCE: &str = r#"
use std::io::{Read, Write};
use std::net::TcpListener;

fn main() {
    let port = std::env::var("PORT").unwrap().parse().unwrap();
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    for connection in listener.incoming() {
        let mut connection = connection.unwrap();
        let mut request = Vec::new();
        let mut buffer = [0; 65536];
        loop {
            let read = connection.read(&mut buffer).unwrap();
            request.extend_from_slice(&buffer[..read]);
            let text = String::from_utf8_lossy(&request);
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().unwrap())
            });
            if body.len() >= length.unwrap_or(0) {
                break;
            }
        }
        let is_delivery = request.starts_with(b"POST");
        let mut body = "{\"status\":\"ok\"}".to_owned();
        if is_delivery {
            println!("got {:?}", String::from_utf8_lossy(&request));
            let text = String::from_utf8_lossy(&request);
            body = text.split_once("\r\n\r\n").unwrap().1.to_owned();
        }
        let length = body.len();
        write!(
            connection,
            "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )
        .unwrap();
        drop(connection);
        if is_delivery {
            println!("BUILD handled it");
            if ENDS {
                std::process::exit(3);
            }
        }
    }
}
"#;

/// A `kiket dev` that runs, and the folder of its extension.
pub(crate) struct Dev {
    pub(crate) folder: tempfile::TempDir,
    home: tempfile::TempDir,
    pub(crate) child: Child,
    output: Lines<BufReader<ChildStdout>>,
}

impl Dev {
    pub(crate) fn start() -> Self {
        Self::with(MANIFEST, |command| command)
    }

    /// One with a manifest of its own, whose command may be changed, or run by another program.
    pub(crate) fn with(text: &str, change: impl FnOnce(Command) -> Command) -> Self {
        let (folder, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        extension(folder.path(), text);
        let mut command = change(dev(home.path(), folder.path().to_str().unwrap()));
        command
            .env("CARGO_TARGET_DIR", folder.path().join("target"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut dev = Self { folder, home, child, output };
        dev.shows("listening");
        dev
    }

    pub(crate) fn save(&self, build: &str, ends: bool) {
        write(self.folder.path(), build, ends);
    }

    /// Reads what is shown until a line has this.
    pub(crate) fn shows(&mut self, part: &str) -> String {
        let mut shown = String::new();
        loop {
            let line = self.output.next().unwrap_or_else(|| panic!("no `{part}` in:\n{shown}"));
            shown += &line.unwrap();
            if shown.contains(part) {
                return shown;
            }
            shown.push('\n');
        }
    }

    fn session(&self) -> Value {
        let path = self.home.path().join("dev/com.example.plain/session.json");
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
    }

    pub(crate) fn send(&self, event: &str) {
        let issue = json!({ "id": 1, "title": "A" });
        let event = json!({
            "event": event, "project_id": 27, "organization_id": 3, "payload": { "issue": issue },
        });
        self.ask("POST", "/events", &event.to_string());
    }

    /// Calls the platform as its operator.
    pub(crate) fn ask(&self, method: &str, path: &str, body: &str) -> Value {
        let session = self.session();
        let [url, token] = ["url", "token"].map(|name| session[name].as_str().unwrap());
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{url}/api/v1{path}"))
            .header("Authorization", format!("Bearer {token}"))
            .header("Content-Type", "application/json")
            .body(body.to_owned());
        let agent = ureq::Agent::config_builder().allow_non_standard_methods(true).build();
        let mut answer = agent.new_agent().run(request.unwrap()).unwrap();
        serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap()
    }

    /// All attempts of all deliveries.
    pub(crate) fn attempts(&self) -> Vec<Value> {
        let get = |path: &str| self.ask("GET", &format!("/deliveries{path}"), "");
        let all = get("?limit=100");
        let ids = all["data"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap());
        let attempts =
            ids.map(|id| get(&format!("/{id}"))["attempts"].as_array().cloned().unwrap());
        attempts.flatten().collect()
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        // Its supervisors end what it started.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Writes the extension to a folder.
pub(crate) fn extension(folder: &Path, text: &str) {
    for dir in ["src", ".kiket"] {
        fs::create_dir(folder.join(dir)).unwrap();
    }
    let package = "[package]\nname = \"plain\"\nversion = \"1.0.0\"\nedition = \"2024\"\n";
    fs::write(folder.join("Cargo.toml"), package).unwrap();
    write(folder, "one", false);
    fs::write(manifest(folder), text).unwrap();
}

fn write(folder: &Path, build: &str, ends: bool) {
    let source = SOURCE.replace("BUILD", build).replace("ENDS", &ends.to_string());
    fs::write(folder.join("src/main.rs"), source).unwrap();
}

pub(crate) fn manifest(folder: &Path) -> PathBuf {
    folder.join(".kiket/manifest.yaml")
}
