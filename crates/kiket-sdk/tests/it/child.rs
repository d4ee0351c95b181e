//! Programs in processes of their own: this test binary, started again with a role.

use std::process::Stdio;

#[cfg(feature = "lambda")]
use tokio::io::AsyncReadExt;
use tokio::process::{Child, Command};

const ROLE: &str = "KIKET_TEST_ROLE";

/// A running program. It ends with the test, and when the test's process ends.
pub(crate) struct Process(Child);

impl Process {
    pub(crate) fn start(role: &str, variables: &[(&str, &str)]) -> Self {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["child::program", "--exact", "--ignored", "--nocapture"])
            .env(ROLE, role)
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        Self(child)
    }

    /// Ends it as `kill -9` does.
    #[cfg(feature = "redis")]
    pub(crate) async fn kill(mut self) {
        self.0.kill().await.unwrap();
    }

    /// Kills it and gives what it has written to the standard error.
    #[cfg(feature = "lambda")]
    pub(crate) async fn log(mut self) -> String {
        self.0.start_kill().unwrap();
        self.output().await.1
    }

    /// Waits for its end and gives what it has written to the standard output and error.
    #[cfg(feature = "lambda")]
    pub(crate) async fn output(&mut self) -> (String, String) {
        // Waiting would close its input, at which it ends.
        let _open = self.0.stdin.take();
        let (mut out, mut error) = (String::new(), String::new());
        let mut stdout = self.0.stdout.take().unwrap();
        let mut stderr = self.0.stderr.take().unwrap();
        let (first, second, ended) = tokio::join!(
            stdout.read_to_string(&mut out),
            stderr.read_to_string(&mut error),
            self.0.wait()
        );
        first.and(second).unwrap();
        ended.unwrap();
        (out, error)
    }
}

#[test]
#[ignore = "a program that other tests start"]
fn program() {
    let Ok(role) = std::env::var(ROLE) else { return };
    std::thread::spawn(|| {
        // Ends when the test's process does.
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(1);
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        match role.as_str() {
            #[cfg(feature = "redis")]
            "replica" => crate::redis::processes::replica().await,
            #[cfg(feature = "lambda")]
            "lambda" => crate::lambda::function().await,
            other => panic!("no role `{other}`"),
        }
    });
}
