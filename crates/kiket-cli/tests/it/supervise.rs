//! A supervised program never outlives the process that holds its supervisor's input open.

use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::{interval, timeout};

const LONG: Duration = Duration::from_secs(20);

/// A shell script that runs under `kiket supervise`, and has printed a first line.
struct Supervised {
    supervisor: Child,
    stdout: Lines<BufReader<ChildStdout>>,
    /// The numbers of its first line.
    pids: Vec<Pid>,
}

fn supervise(grace_ms: u32, program: &[&str], input: Stdio) -> Child {
    let grace = grace_ms.to_string();
    Command::new(env!("CARGO_BIN_EXE_kiket"))
        .args(["supervise", "--dir", "/", "--grace-ms", &grace, "--"])
        .args(program)
        .stdin(input)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

async fn script(grace_ms: u32, script: &str, input: Stdio) -> Supervised {
    let mut supervisor = supervise(grace_ms, &["sh", "-c", script], input);
    let mut stdout = BufReader::new(supervisor.stdout.take().unwrap()).lines();
    let first = next(&mut stdout).await.unwrap();
    let pids = first.split_whitespace().map(|pid| Pid::from_raw(pid.parse().unwrap()).unwrap());
    Supervised { pids: pids.collect(), supervisor, stdout }
}

async fn next(stdout: &mut Lines<BufReader<ChildStdout>>) -> Option<String> {
    timeout(LONG, stdout.next_line()).await.unwrap().unwrap()
}

impl Supervised {
    async fn code(&mut self) -> Option<i32> {
        timeout(LONG, self.supervisor.wait()).await.unwrap().unwrap().code()
    }

    /// Waits until no process of the first line runs any more.
    async fn is_gone(&mut self) {
        let gone = async {
            let mut ticks = interval(Duration::from_millis(10));
            for pid in &self.pids {
                while runs(*pid).await {
                    ticks.tick().await;
                }
            }
        };
        assert!(timeout(LONG, gone).await.is_ok(), "a process outlived its supervisor");
    }
}

/// Whether there is such a process, other than one that only waits to be counted as dead.
async fn runs(pid: Pid) -> bool {
    let pid = pid.as_raw_nonzero().to_string();
    let listed = Command::new("ps").args(["-o", "stat=", "-p", &pid]).output().await.unwrap();
    let state = String::from_utf8(listed.stdout).unwrap();
    !matches!(state.trim().chars().next(), None | Some('Z'))
}

/// Prints its own id and that of a grandchild, and waits for it.
const FAMILY: &str = "sleep 300 & echo $$ $!; wait";
/// The same, deaf to SIGTERM; so is the grandchild.
const DEAF_FAMILY: &str = "trap '' TERM; sleep 300 & echo $$ $!; wait";

#[tokio::test]
async fn the_whole_family_ends_when_the_parent_is_killed() {
    // The parent is whoever holds the writing end of the supervisor's input.
    let mut parent = Command::new("sleep").arg("300").stdout(Stdio::piped()).spawn().unwrap();
    let input: Stdio = parent.stdout.take().unwrap().try_into().unwrap();
    let mut family = script(60_000, FAMILY, input).await;
    assert_eq!(family.pids.len(), 2);
    parent.kill().await.unwrap();
    family.is_gone().await;
    family.code().await;
}

#[tokio::test]
async fn the_whole_family_ends_when_the_input_ends() {
    let mut family = script(60_000, FAMILY, Stdio::piped()).await;
    drop(family.supervisor.stdin.take());
    family.is_gone().await;
    assert_eq!(family.code().await, Some(128 + Signal::TERM.as_raw()));
}

#[tokio::test]
async fn a_program_that_ignores_the_request_is_killed_after_the_grace() {
    let mut family = script(50, DEAF_FAMILY, Stdio::piped()).await;
    drop(family.supervisor.stdin.take());
    family.is_gone().await;
    assert_eq!(family.code().await, Some(128 + Signal::KILL.as_raw()));
}

#[tokio::test]
async fn a_program_may_end_in_its_own_way_within_the_grace() {
    let tidy = "trap 'echo tidied; exit 7' TERM; echo $$; while :; do sleep 0.01; done";
    let mut program = script(60_000, tidy, Stdio::piped()).await;
    drop(program.supervisor.stdin.take());
    assert_eq!(next(&mut program.stdout).await.as_deref(), Some("tidied"));
    assert_eq!(program.code().await, Some(7));
}

#[tokio::test]
async fn what_a_program_leaves_behind_ends_with_it() {
    let mut program = script(60_000, "sleep 300 & echo $!; exit 3", Stdio::piped()).await;
    program.is_gone().await;
    assert_eq!(program.code().await, Some(3));
}

#[tokio::test]
async fn sigterm_ends_the_program_and_the_signals_of_a_terminal_do_not() {
    let polite = "trap 'exit 7' TERM; echo $$; while :; do sleep 0.01; done";
    let mut program = script(60_000, polite, Stdio::piped()).await;
    // Waiting would close the input, and that too would end the program.
    let _held = program.supervisor.stdin.take();
    let supervisor = i32::try_from(program.supervisor.id().unwrap()).unwrap();
    let supervisor = Pid::from_raw(supervisor).unwrap();
    for signal in [Signal::INT, Signal::HUP, Signal::TERM] {
        kill_process(supervisor, signal).unwrap();
    }
    assert_eq!(program.code().await, Some(7));
}

#[tokio::test]
async fn exit_code_and_output_are_the_programs() {
    let script = "echo out; echo err >&2; exit 42";
    let mut supervisor = supervise(60_000, &["sh", "-c", script], Stdio::piped());
    // Waiting would close the input, and end the program before it has printed.
    let _held = supervisor.stdin.take();
    let output = timeout(LONG, supervisor.wait_with_output()).await.unwrap().unwrap();
    assert_eq!(output.status.code(), Some(42));
    assert_eq!(output.stdout, b"out\n");
    assert_eq!(output.stderr, b"err\n");
}

#[tokio::test]
async fn a_program_that_can_not_be_started_is_127_with_the_reason() {
    let mut supervisor = supervise(60_000, &["/nonexistent/program"], Stdio::piped());
    let mut said = String::new();
    let stderr = supervisor.stderr.as_mut().unwrap();
    timeout(LONG, stderr.read_to_string(&mut said)).await.unwrap().unwrap();
    assert!(said.starts_with("error: can not start `/nonexistent/program`; check that"), "{said}");
    assert_eq!(supervisor.wait().await.unwrap().code(), Some(127));
}

#[tokio::test]
async fn an_input_that_is_no_pipe_is_refused() {
    let supervisor = supervise(60_000, &["true"], Stdio::null());
    let output = timeout(LONG, supervisor.wait_with_output()).await.unwrap().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("standard input must be a pipe"), "{said}");
}
