//! `kiket serve` and `kiket backup`: start, work, stop, and what is said when they can not.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread::JoinHandle;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;

const TOKEN: &str = "an-operator's-token";
const MANIFEST: &str = r#"
model_version: "1.0"
extension: {id: com.example.crm, version: 1.0.0, delivery: http, hooks: [issue.created]}
"#;

fn kiket(arguments: &[&str], data_dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kiket"));
    command.args(arguments).env_clear().env("KIKET_DATA_DIR", data_dir).stdin(Stdio::null());
    command
}

/// A platform that serves.
struct Serving {
    child: Child,
    address: SocketAddr,
    /// What it has said before it was ready.
    greeting: String,
    log: JoinHandle<String>,
}

impl Serving {
    fn start(data_dir: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let listen = ["serve", "--listen", "127.0.0.1:0"];
        let mut child = kiket(&[&listen, arguments].concat(), data_dir)
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let log = std::thread::spawn(move || {
            let mut log = String::new();
            stderr.read_to_string(&mut log).unwrap();
            log
        });
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut greeting = String::new();
        while !greeting.contains("send an event:") || !greeting.ends_with('\n') {
            assert_ne!(
                stdout.read_line(&mut greeting).unwrap(),
                0,
                "{greeting}{}",
                log.join().unwrap()
            );
        }
        let address = greeting.split_once("http://").unwrap().1.lines().next().unwrap();
        Self { address: address.parse().unwrap(), child, greeting, log }
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> (u16, String) {
        let mut stream = TcpStream::connect(self.address).unwrap();
        let body = body.to_string();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
             authorization: Bearer {TOKEN}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.child.id().try_into().unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// Its exit code and its log.
    fn ended(mut self) -> (Option<i32>, String) {
        (self.child.wait().unwrap().code(), self.log.join().unwrap())
    }
}

/// The next request to a listener: its head and its body.
fn receive(listener: &TcpListener) -> (TcpStream, String, Vec<u8>) {
    let (stream, _) = listener.accept().unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(reader.read_line(&mut head).unwrap(), 0);
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    reader.read_exact(&mut body).unwrap();
    (stream, head, body)
}

fn install(serving: &Serving, extension: &TcpListener) {
    let new = json!({
        "manifest": MANIFEST,
        "callback_url": format!("http://{}", extension.local_addr().unwrap()),
        "organization_id": 1,
        "project_id": 1,
        "delivery_secret": "sh_hush",
    });
    let (status, body) = serving.call("POST", "/api/v1/installations", &new);
    assert_eq!(status, 201, "{body}");
}

fn send(serving: &Serving) -> String {
    let event = json!({"event": "issue.created", "project_id": 1, "payload": {"marked": "hushed"}});
    let (status, body) = serving.call("POST", "/api/v1/events", &event);
    assert_eq!(status, 202, "{body}");
    let body: Value = serde_json::from_str(&body).unwrap();
    body["deliveries"][0]["id"].as_str().unwrap().to_owned()
}

const LOOPBACK: &[&str] = &["--allow-network", "127.0.0.0/8", "--retry-base", "50ms"];
const OPERATOR: (&str, &str) = ("KIKET_ADMIN_TOKEN", TOKEN);

#[test]
fn it_accepts_delivers_and_stops_on_sigterm() {
    let dir = tempfile::tempdir().unwrap();
    let extension = TcpListener::bind("127.0.0.1:0").unwrap();
    let serving = Serving::start(dir.path(), LOOPBACK, &[OPERATOR, ("RUST_LOG", "debug")]);
    assert_eq!(serving.call("GET", "/healthz", &Value::Null), (200, r#"{"ok":true}"#.to_owned()));
    assert_eq!(serving.call("GET", "/readyz", &Value::Null).0, 200);
    install(&serving, &extension);
    let id = send(&serving);
    let (mut stream, head, body) = receive(&extension);
    assert!(head.contains(&format!("x-kiket-invocation: {id}")), "{head}");
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["marked"], "hushed");
    assert_eq!(body["api"]["base_url"], format!("http://{}", serving.address));
    // It stops while the attempt is under way, and waits for its answer.
    serving.signal(Signal::TERM);
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").unwrap();
    let greeting = serving.greeting.clone();
    let (code, log) = serving.ended();
    assert_eq!(code, Some(0), "{log}");
    assert!(greeting.contains("the value of KIKET_ADMIN_TOKEN"), "{greeting}");
    assert!(log.trim_end().ends_with("stopped"), "{log}");
    let token = body["authentication"]["runtime_token"].as_str().unwrap();
    for secret in [TOKEN, "sh_hush", "hushed", token] {
        assert!(!log.contains(secret) && !greeting.contains(secret), "{secret} is shown:\n{log}");
    }
    assert!(!log.contains('\u{1b}'), "there is no colour on a pipe: {log}");

    let again = Serving::start(dir.path(), LOOPBACK, &[OPERATOR]);
    let (_, delivery) = again.call("GET", &format!("/api/v1/deliveries/{id}"), &Value::Null);
    let delivery: Value = serde_json::from_str(&delivery).unwrap();
    assert_eq!(
        (&delivery["status"], &delivery["attempts"][1]),
        (&json!("delivered"), &Value::Null)
    );
    again.signal(Signal::INT);
    assert_eq!(again.ended().0, Some(0));
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let extension = TcpListener::bind("127.0.0.1:0").unwrap();
    let serving = Serving::start(dir.path(), LOOPBACK, &[OPERATOR]);
    install(&serving, &extension);
    send(&serving);
    let _unanswered = receive(&extension);
    serving.signal(Signal::TERM);
    while serving.call("GET", "/readyz", &Value::Null).0 == 200 {
        std::thread::yield_now();
    }
    serving.signal(Signal::INT);
    let (code, log) = serving.ended();
    assert_eq!(code, Some(130), "{log}");
    assert!(!log.trim_end().ends_with("stopped"), "{log}");
}

#[test]
fn the_admin_token_is_made_and_only_its_place_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(dir.path(), &[], &[]);
    let file = dir.path().join("admin.token");
    let token = std::fs::read_to_string(&file).unwrap();
    assert!(serving.greeting.contains(&file.display().to_string()), "{}", serving.greeting);
    assert!(!serving.greeting.contains(token.trim()));
    assert_eq!(serving.call("GET", "/metrics", &Value::Null).0, 401);
    serving.signal(Signal::TERM);
    let (code, log) = serving.ended();
    assert_eq!(code, Some(0));
    assert!(!log.contains(token.trim()));
}

#[test]
fn an_admin_token_from_a_file_may_end_with_a_newline() {
    let dir = tempfile::tempdir().unwrap();
    let token = format!("{TOKEN}\n");
    let serving = Serving::start(dir.path(), &[], &[("KIKET_ADMIN_TOKEN", &token)]);
    assert_eq!(serving.call("GET", "/api/v1/installations", &Value::Null).0, 200);
    serving.signal(Signal::TERM);
    assert_eq!(serving.ended().0, Some(0));
}

/// Runs to the end, which is to be a failure, and returns what is said.
fn refused(data_dir: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let mut command = kiket(arguments, data_dir);
    let Output { status, stdout, stderr } =
        command.envs(variables.iter().copied()).output().unwrap();
    let said = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(1), "{said}");
    assert_eq!(String::from_utf8(stdout).unwrap(), "", "{said}");
    said
}

#[test]
fn what_keeps_it_from_starting_is_said_with_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path().display();
    let serve = &["serve", "--listen", "127.0.0.1:0"];
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = refused(dir.path(), &["serve", "--listen", &address], &[]);
    assert!(said.starts_with(&format!("error: can not listen on {address}: ")), "{said}");
    assert!(said.contains("choose another with --listen"), "{said}");

    let serving = Serving::start(dir.path(), &[], &[]);
    let said = refused(dir.path(), serve, &[]);
    assert_eq!(
        said,
        format!(
            "error: {at} is in use by another Kiket: stop it, or choose another data directory\n"
        )
    );
    serving.signal(Signal::TERM);
    serving.ended();

    let said =
        refused(dir.path(), &[serve, &["--public-url", "https://x.example/y"][..]].concat(), &[]);
    assert!(said.contains("it has a path"), "{said}");
    let said = refused(dir.path(), serve, &[("KIKET_MASTER_KEY", "short")]);
    assert!(said.contains("32 bytes are wanted") && !said.contains("short"), "{said}");
    let other = "07".repeat(32);
    let said = refused(dir.path(), serve, &[("KIKET_MASTER_KEY", &other)]);
    assert!(said.contains("sealed with another master key"), "{said}");
    let missing = ["--master-key-file", "/nonexistent/key"];
    let said = refused(dir.path(), &[serve, &missing[..]].concat(), &[]);
    assert!(said.contains("the master key file /nonexistent/key can not be used"), "{said}");
    let both = [serve, &missing[..]].concat();
    let said = refused(dir.path(), &both, &[("KIKET_MASTER_KEY", &other)]);
    assert!(said.contains("given twice"), "{said}");
    std::fs::remove_file(dir.path().join("master.key")).unwrap();
    let said = refused(dir.path(), serve, &[]);
    assert!(said.contains("put the file back, or set KIKET_MASTER_KEY"), "{said}");
}

#[test]
fn a_data_directory_that_can_not_be_written_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    let serve = &["serve", "--listen", "127.0.0.1:0"];
    let said = refused(&file.join("data"), serve, &[]);
    assert!(said.contains("let this user write there, or choose another"), "{said}");
    let taken = dir.path().join("taken");
    std::fs::create_dir_all(taken.join("kiket.db")).unwrap();
    let said = refused(&taken, serve, &[]);
    let advice = format!("let this user read and write everything in `{}`", taken.display());
    assert!(said.contains(&advice), "{said}");
    // Nobody can make a directory there, whoever runs the test.
    let said = refused(Path::new("/proc/kiket"), serve, &[]);
    assert!(said.contains("let this user write there, or choose another"), "{said}");
}

/// A backup of a running platform, as a new data directory.
fn backup(serving: &Serving, data_dir: &Path, file: &str) -> TempDir {
    assert_eq!(serving.call("GET", "/healthz", &Value::Null).0, 200, "it runs");
    let Output { status, stdout, stderr } =
        kiket(&["backup", "--to", file], data_dir).output().unwrap();
    assert_eq!(status.code(), Some(0));
    assert_eq!(String::from_utf8(stdout).unwrap(), format!("wrote {file}\n"));
    assert!(String::from_utf8(stderr).unwrap().contains("the master key is not in it"));
    let restored = tempfile::tempdir().unwrap();
    std::fs::copy(file, restored.path().join("kiket.db")).unwrap();
    restored
}

#[test]
fn a_backup_of_a_running_platform_is_restored_with_its_key() {
    let dir = tempfile::tempdir().unwrap();
    let extension = TcpListener::bind("127.0.0.1:0").unwrap();
    let serving = Serving::start(dir.path(), LOOPBACK, &[OPERATOR]);
    install(&serving, &extension);
    let id = send(&serving);
    let held = receive(&extension);
    let file = dir.path().join("copy.db").display().to_string();
    let restored = backup(&serving, dir.path(), &file);
    drop(held);
    serving.signal(Signal::KILL);
    serving.ended();

    let said = refused(restored.path(), &["serve", "--listen", "127.0.0.1:0"], &[]);
    assert!(said.contains("put the file back, or set KIKET_MASTER_KEY"), "{said}");
    let key = dir.path().join("master.key").display().to_string();
    let arguments = [LOOPBACK, &["--master-key-file", &key]].concat();
    let again = Serving::start(restored.path(), &arguments, &[OPERATOR]);
    let (mut stream, head, _) = receive(&extension);
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").unwrap();
    assert!(head.contains(&format!("x-kiket-invocation: {id}")));
    again.signal(Signal::TERM);
    assert_eq!(again.ended().0, Some(0));
}

#[test]
fn the_master_key_is_rotated_while_the_platform_serves_and_the_old_one_retired_after_it() {
    let dir = TempDir::new().unwrap();
    let extension = TcpListener::bind("127.0.0.1:0").unwrap();
    let variables = [("KIKET_ADMIN_TOKEN", TOKEN)];
    let serving = Serving::start(dir.path(), LOOPBACK, &variables);
    install(&serving, &extension);
    let file = dir.path().join("master.key");
    let before = std::fs::read_to_string(&file).unwrap();
    let command = |verb: &str| {
        let output = kiket(&["master-key", verb], dir.path()).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(said).unwrap())
    };
    let (done, said) = command("rotate");
    assert!(done && said.contains("wrote a new master key into"), "{said}");
    assert!(said.contains("kiket master-key retire") && !said.contains(before.trim()), "{said}");
    let both = std::fs::read_to_string(&file).unwrap();
    assert!(both.ends_with(&before) && both.lines().count() == 2);
    send(&serving);
    let (_, head, _) = receive(&extension);
    assert!(head.to_lowercase().contains("x-kiket-signature"), "{head}");
    let (done, said) = command("retire");
    assert!(!done && said.contains("stop the platform first"), "{said}");
    serving.signal(Signal::TERM);
    assert_eq!(serving.ended().0, Some(0));
    let (done, said) = command("retire");
    assert!(done, "{said}");
    let after = std::fs::read_to_string(&file).unwrap();
    assert!(after.lines().count() == 1 && both.starts_with(&after));
    let serving = Serving::start(dir.path(), LOOPBACK, &variables);
    assert_eq!(serving.call("GET", "/api/v1/installations/1", &Value::Null).0, 200);
}
