//! The machine's root certificates, read in a process of its own: this test binary, started again.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use kiket_client::{Client, Error};

/// Set in the process that calls.
const CALLER: &str = "KIKET_TEST_CALLS_HTTPS";
const PATIENCE: Duration = Duration::from_secs(60);
/// More than a call takes until it needs the certificates.
const TURNS: usize = 100;

/// The certificates come from a pipe that stays empty for as long as the test wants.
#[test]
fn reading_the_certificates_holds_up_nothing_else() {
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args(["roots::caller", "--exact", "--ignored", "--nocapture"])
        .env(CALLER, "1")
        .env("SSL_CERT_FILE", "/dev/stdin")
        .env_remove("SSL_CERT_DIR")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let certificates = process.stdin.take().unwrap();
    let mut output = BufReader::new(process.stdout.take().unwrap());
    let (sender, said) = channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        while !line.contains("others run") && output.read_line(&mut line).unwrap() > 0 {}
        sender.send(line).unwrap();
        output.read_to_end(&mut Vec::new()).unwrap();
    });
    let line = said.recv_timeout(PATIENCE);
    if line.is_err() {
        process.kill().unwrap();
    }
    drop(certificates);
    assert!(line.expect("others run while the pipe is empty").contains("others run"));
    assert!(process.wait().unwrap().success());
}

#[test]
#[ignore = "a program that another test starts"]
fn caller() {
    if std::env::var_os(CALLER).is_none() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = Client::new("https://localhost:1").unwrap();
        let call = tokio::spawn(async move { client.key_set().await });
        for _ in 0..TURNS {
            tokio::task::yield_now().await;
        }
        assert!(!call.is_finished(), "it waits for the certificates");
        std::io::stdout().write_all(b"others run\n").unwrap();
        let error = call.await.unwrap().unwrap_err();
        assert!(matches!(error, Error::Roots(_)), "{error:?}");
    });
}
