//! `kiket dev` and changes: what is saved is what runs, and nothing that happens meanwhile is lost.

use std::fs;

use crate::dev_run::{Dev, MANIFEST, manifest};

#[test]
fn what_is_saved_runs_and_what_can_not_run_leaves_the_old_build() {
    let mut dev = Dev::start();
    dev.send("issue.created");
    dev.shows("one handled it");
    dev.save("two", false);
    dev.shows("as it is now");
    dev.send("issue.created");
    dev.shows("two handled it");
    fs::write(dev.folder.path().join("src/main.rs"), "fn main() {").unwrap();
    let shown = dev.shows("goes on as it was");
    assert!(shown.contains("the extension does not build"), "{shown}");
    dev.send("issue.created");
    dev.shows("two handled it");
    dev.shows(": delivered");
    assert_eq!(dev.attempts().len(), 3);
}

#[test]
fn a_manifest_is_installed_when_it_is_saved_and_a_broken_one_is_shown() {
    let mut dev = Dev::start();
    fs::write(manifest(dev.folder.path()), MANIFEST.replace("version: 1.0.0", "version: {"))
        .unwrap();
    let shown = dev.shows("the one before stays installed");
    assert!(shown.contains(".kiket/manifest.yaml:5:12"), "{shown}");
    dev.send("issue.created");
    dev.shows("one handled it");
    let more = format!("{MANIFEST}    - event: issue.updated\n      version: v1\n");
    fs::write(manifest(dev.folder.path()), more).unwrap();
    dev.shows("as it is now");
    dev.send("issue.updated");
    dev.shows("one handled it");
}

#[test]
fn what_happens_while_nothing_runs_waits_for_the_next_build() {
    let mut dev = Dev::start();
    dev.save("two", true);
    dev.shows("as it is now");
    dev.send("issue.created");
    dev.shows("waits until a file of it changes");
    dev.send("issue.created");
    dev.save("three", false);
    let mut shown = dev.shows("three handled it");
    shown += &dev.shows(": delivered");
    assert!(!shown.contains("retrying"), "{shown}");
    let attempts = dev.attempts();
    assert_eq!(attempts.len(), 2);
    assert!(attempts.iter().all(|attempt| attempt["status_code"] == 200), "{attempts:#?}");
}
