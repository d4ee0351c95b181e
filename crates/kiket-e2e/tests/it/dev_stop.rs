//! Stopping `kiket dev`, in any way and at any point, leaves no process and sound data.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::kiket::{SAMPLE, dev};

/// How far a run gets before it is stopped: until a line of its output holds this.
const POINTS: &[Option<&str>] = &[None, Some("building"), Some("starting"), Some("listening")];

const MARK: &str = "KIKET_TEST_MARK";

/// The processes that inherited the mark, by their command lines.
fn marked(mark: &str) -> Vec<String> {
    let wanted = format!("{MARK}={mark}");
    let processes = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    processes
        .filter(|process| process.file_name().to_string_lossy().parse::<u32>().is_ok())
        .filter_map(|process| {
            let environment = std::fs::read(process.path().join("environ")).ok()?;
            environment.split(|byte| *byte == 0).find(|one| *one == wanted.as_bytes())?;
            let command = std::fs::read(process.path().join("cmdline")).ok()?;
            Some(String::from_utf8_lossy(&command).replace('\0', " "))
        })
        .filter(|command| !command.is_empty())
        .collect()
}

/// Waits until nobody has the mark any more.
fn wait_until_none(mark: &str, what: &str) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let left = marked(mark);
        if left.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "{what} left {left:#?}");
        std::thread::yield_now();
    }
}

fn stop(child: &mut Child, signal: Signal) {
    let pid = Pid::from_raw(child.id().try_into().unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
    child.wait().unwrap();
}

/// Starts `kiket dev`, waits for the point, and stops it there.
fn run_until(home: &Path, mark: &str, point: Option<&str>, signal: Signal) {
    let mut child = dev(home, SAMPLE)
        .env(MARK, mark)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    if let Some(point) = point {
        let mut line = String::new();
        while !line.contains(point) {
            line.clear();
            assert_ne!(output.read_line(&mut line).unwrap(), 0, "it ended before `{point}`");
        }
        assert!(!marked(mark).is_empty(), "the search for processes works");
    }
    let drain = std::thread::spawn(move || output.read_to_end(&mut Vec::new()));
    stop(&mut child, signal);
    drain.join().unwrap().unwrap();
}

#[test]
fn no_signal_at_any_point_leaves_a_process_or_breaks_the_data() {
    let home = tempfile::tempdir().unwrap();
    for signal in [Signal::INT, Signal::TERM, Signal::KILL] {
        for point in POINTS {
            let what = format!("{signal:?} at {}", point.unwrap_or("once"));
            let mark = format!("{}-{}", std::process::id(), what.replace(' ', "-"));
            run_until(home.path(), &mark, *point, signal);
            wait_until_none(&mark, &what);
        }
    }
    let again = dev(home.path(), SAMPLE).arg("--once").output().unwrap();
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
}

#[test]
fn ctrl_c_is_a_clean_end() {
    let home = tempfile::tempdir().unwrap();
    let mut child = dev(home.path(), SAMPLE)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut shown = String::new();
    while !shown.contains("listening") {
        assert_ne!(output.read_line(&mut shown).unwrap(), 0, "{shown}");
    }
    let pid = Pid::from_raw(child.id().try_into().unwrap()).unwrap();
    kill_process(pid, Signal::INT).unwrap();
    output.read_to_string(&mut shown).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{shown}");
    assert!(shown.trim_end().ends_with("stopped"), "{shown}");
}
