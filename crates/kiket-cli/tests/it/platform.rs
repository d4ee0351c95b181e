//! A platform in this process, an extension that it delivers to, and `kiket` beside them.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use kiket_contract::api::events::NewEvent;
use kiket_contract::id::DeliveryId;
use kiket_contract::retry::Schedule;
use kiket_contract::secret::Secret;
use kiket_platform::{Config, Platform};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::folder::Done;

pub(crate) const TOKEN: &str = "an-operators-token";

/// An extension with a hook, a guard and an action. Its address comes from the environment.
pub(crate) const MANIFEST: &str = r#"model_version: "1.0"
extension:
  id: com.example.crm
  version: 1.0.0
  sdk: rust
  delivery: http
  callback:
    url: ${CRM_URL}
    secret: env.CRM_SECRET
  permissions: [issues:read]
  hooks:
    - {event: issue.created, version: v1}
    - {event: workflow.before_transition, required: true}
  actions:
    - {key: sync_contacts, label: Sync, scopes: [project]}
  configuration:
    REGION: {type: string, default: env.CRM_REGION}
"#;

/// A platform that serves, with its extension's folder, and a home of its own for `kiket`.
pub(crate) struct Running {
    runtime: Runtime,
    platform: Option<Platform>,
    pub(crate) address: SocketAddr,
    pub(crate) extension: SocketAddr,
    data: TempDir,
    pub(crate) folder: TempDir,
    pub(crate) home: TempDir,
}

impl Running {
    pub(crate) fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let data = tempfile::tempdir().unwrap();
        let platform = runtime.block_on(Platform::start(config(data.path(), 0))).unwrap();
        let address = platform.address();
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(".kiket")).unwrap();
        let running = Self {
            runtime,
            platform: Some(platform),
            address,
            extension: extension(),
            data,
            folder,
            home: tempfile::tempdir().unwrap(),
        };
        running.write_manifest(MANIFEST);
        running.deliver();
        running
    }

    /// The same with the extension installed.
    pub(crate) fn with_extension() -> Self {
        let running = Self::start();
        let done = running.run("extensions install --project 27 --organization 3");
        assert_eq!(done.code, Some(0), "{done}");
        running
    }

    pub(crate) fn write_manifest(&self, text: &str) {
        std::fs::write(self.folder.path().join(".kiket/manifest.yaml"), text).unwrap();
    }

    fn deliver(&self) {
        let _inside = self.runtime.enter();
        self.platform().deliver();
    }

    fn platform(&self) -> &Platform {
        self.platform.as_ref().unwrap()
    }

    pub(crate) fn stop(&mut self) {
        self.runtime.block_on(self.platform.take().unwrap().shutdown());
    }

    pub(crate) fn start_again(&mut self) {
        let config = config(self.data.path(), self.address.port());
        self.platform = Some(self.runtime.block_on(Platform::start(config)).unwrap());
        self.deliver();
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Sends an event and waits for the end of its delivery.
    pub(crate) fn deliver_one(&self) -> DeliveryId {
        let event = event(json!({ "event": "issue.created", "project_id": 27, "payload": {} }));
        self.runtime.block_on(async {
            let id = self.platform().accept(event).await.unwrap().deliveries[0].id;
            self.settled(id).await;
            id
        })
    }

    async fn settled(&self, id: DeliveryId) {
        let mut poll = tokio::time::interval(Duration::from_millis(5));
        for _ in 0..4_000 {
            poll.tick().await;
            if self.platform().delivery(id).await.unwrap().unwrap().status.is_final() {
                return;
            }
        }
        unreachable!("the delivery does not end");
    }

    /// Asks the guard.
    pub(crate) fn ask(&self) -> String {
        let question = json!({
            "event": "workflow.before_transition", "project_id": 27, "payload": {}
        });
        let guard = self.runtime.block_on(self.platform().ask(event(question))).unwrap();
        guard.id.to_string()
    }

    /// Makes a workspace token.
    pub(crate) fn workspace_token(&self) -> String {
        let wanted = json!({ "workspace_api_token": {
            "name": "ci", "organization_id": 3, "scopes": ["*"],
        }});
        let body = wanted.to_string();
        let mut stream = TcpStream::connect(self.address).unwrap();
        write!(
            stream,
            "POST /api/v1/workspace_api_tokens HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
             authorization: Bearer {TOKEN}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let answer: Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
        let token = answer["token"].as_str().or(answer["workspace_api_token"]["token"].as_str());
        token.unwrap().to_owned()
    }

    /// Runs `kiket` for this platform, with arguments that are separated by blanks.
    pub(crate) fn run(&self, arguments: &str) -> Done {
        let url = self.url();
        self.run_with(arguments, "", &[("KIKET_URL", &url), ("KIKET_ADMIN_TOKEN", TOKEN)])
    }

    /// The same with a standard input, and with these variables only to find the platform by.
    pub(crate) fn run_with(
        &self,
        arguments: &str,
        input: &str,
        variables: &[(&str, &str)],
    ) -> Done {
        let mut command = self.command(arguments, variables);
        let mut kiket = command.spawn().unwrap();
        // A command that does not read may have closed the other end already.
        let _ = kiket.stdin.take().unwrap().write_all(input.as_bytes());
        let output = kiket.wait_with_output().unwrap();
        Done {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    pub(crate) fn command(&self, arguments: &str, variables: &[(&str, &str)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kiket"));
        command
            .args(arguments.split_whitespace())
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.home.path())
            .env("CRM_URL", format!("http://{}", self.extension))
            .env("CRM_SECRET", "sh_of_the_test")
            .env("CRM_REGION", "eu")
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// What is shown, without what differs between runs.
    pub(crate) fn told(&self, done: &Done) -> String {
        let told = done.to_string();
        let told = told.replace(&self.address.to_string(), "[platform]");
        let told = told.replace(&self.extension.to_string(), "[extension]");
        told.replace(&self.home.path().display().to_string(), "[home]")
            .replace(&self.folder.path().canonicalize().unwrap().display().to_string(), "[folder]")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(platform) = self.platform.take() {
            self.runtime.block_on(platform.shutdown());
        }
    }
}

fn config(dir: &Path, port: u16) -> Config {
    let mut config = Config::new(dir);
    config.listen.set_port(port);
    config.allow_networks = vec!["127.0.0.0/8".parse().unwrap()];
    config.schedule = Schedule { base: Duration::from_millis(10), retries: 1 };
    config.admin_token = Some(Secret::from(TOKEN));
    config
}

fn event(value: Value) -> NewEvent {
    serde_json::from_value(value).unwrap()
}

/// An extension whose guard waits for somebody, whose action goes well, and that knows one other event.
fn extension() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            std::thread::spawn(move || answer(stream.unwrap()));
        }
    });
    address
}

fn answer(mut stream: TcpStream) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).unwrap_or(0) == 0 {
            return;
        }
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    reader.read_exact(&mut body).unwrap();
    let path = head.split(' ').nth(1).unwrap();
    let (status, said) = if path.contains("before_transition") {
        ("200 OK", r#"{"status":"pending","message":"Ask the lead."}"#)
    } else if path.contains("sync_contacts") {
        ("200 OK", r#"{"status":"success","message":"Synced 42 contacts"}"#)
    } else if path.contains("issue.updated") {
        ("200 OK", r#"{"ok":true,"issue":{"id":1,"tags":["a","b"]}}"#)
    } else {
        ("404 Not Found", r#"{"error":"no handler"}"#)
    };
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{said}",
        said.len()
    );
}

/// Compares with a snapshot in which ids, times and keys have no value of their own.
macro_rules! assert_told {
    ($told:expr) => {
        insta::with_settings!({filters => vec![
            (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "[id]"),
            (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ", "[time]"),
            (r"\d{4}-\d\d-\d\dT[0-9:.]+Z", "[time]"),
            (r"(took )?\b\d+ (ms|s ago)", "$1[n] $2"),
            (r"(kk|sh)_[A-Za-z0-9_-]{43}", "${1}_[secret]"),
            (r"  +", "  "),
        ]}, { insta::assert_snapshot!($told) })
    };
}
pub(crate) use assert_told;
