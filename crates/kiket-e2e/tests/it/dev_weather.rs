//! `kiket dev --weather`: an extension that handles a repetition twice is found, and found again.

use std::path::Path;

use serde_json::Value;

use crate::dev_run::{MANIFEST, extension};
use crate::kiket::{SAMPLE, dev};

/// The report of a run, and how often the extension handled the one event.
fn run(folder: &Path, seed: u32) -> (Value, usize) {
    let home = tempfile::tempdir().unwrap();
    let output = dev(home.path(), folder.to_str().unwrap())
        .args(["--once", "--format", "json", "--retry-base", "1ms", "--weather"])
        .arg(seed.to_string())
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{log}");
    assert!(log.contains(&format!("--weather {seed}")), "{log}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    for met in report["weather"]["disturbed"].as_array().unwrap() {
        let met = format!("weather: {}", met["met"].as_str().unwrap());
        assert!(log.contains(&met), "{met} is not in:\n{log}");
    }
    (report, log.matches("one handled it").count())
}

/// What was met, without the ids of the run.
fn met(report: &Value) -> Vec<(i64, String)> {
    let disturbed = report["weather"]["disturbed"].as_array().unwrap();
    let met =
        |met: &Value| (met["attempt"].as_i64().unwrap(), met["met"].as_str().unwrap().to_owned());
    disturbed.iter().map(met).collect()
}

#[test]
fn a_handler_that_is_not_idempotent_is_found_and_its_seed_finds_it_again() {
    let folder = tempfile::tempdir().unwrap();
    extension(folder.path(), MANIFEST);
    let found = (1..=40).find_map(|seed| {
        let (report, handled) = run(folder.path(), seed);
        // One event was sent.
        (handled > 1).then_some((seed, report, handled))
    });
    let (seed, report, handled) = found.expect("no weather shows that it handles an event twice");
    assert_eq!(report["weather"]["seed"], seed);
    let (again, handled_again) = run(folder.path(), seed);
    assert_eq!((met(&report), handled), (met(&again), handled_again));
}

#[test]
fn an_extension_that_is_as_it_should_be_comes_through() {
    for seed in ["3", "4", "5"] {
        let home = tempfile::tempdir().unwrap();
        let output = dev(home.path(), SAMPLE)
            .args(["--once", "--retry-base", "1ms", "--weather", seed])
            .output()
            .unwrap();
        let shown = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(0), "{shown}");
        assert!(shown.contains("9 of 9 delivered") && shown.contains("weather: "), "{shown}");
    }
}
