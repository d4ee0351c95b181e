//! `kiket extensions new`: what it writes builds, is clean, passes its tests and is delivered to.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::kiket::{binary, root};
use crate::programs::can_run;

const TEMPLATES: [&str; 4] = ["webhook-guard", "outbound", "notification", "blank"];

pub(crate) fn done(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    let said = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    assert!(output.status.success(), "{command:?}: {}\n{}", said[0], said[1]);
    output
}

/// Writes an extension from the template, and finds nothing wrong with it.
fn written(folder: &Path, template: &str, sdk: &str) -> PathBuf {
    let extension = folder.join(format!("my-{template}"));
    let kiket = |command: &str| {
        let mut kiket = Command::new(binary());
        kiket.args(["extensions", command]).env_remove("KIKET_SDK_PATH");
        kiket
    };
    let mut new = kiket("new");
    new.arg(&extension).args(["--template", template, "--sdk", sdk]);
    if sdk == "rust" {
        new.arg("--sdk-path").arg(root().join("crates/kiket-sdk"));
    }
    done(&mut new);
    done(kiket("lint").args(["--deny", "warnings"]).arg(&extension));
    // Nothing in it looks like a secret.
    done(kiket("package").arg("--list").arg(&extension));
    extension
}

/// Sends every sample to it, each to its handler.
fn delivered(extension: &Path, dev: &mut Command) {
    let home = tempfile::tempdir().unwrap();
    dev.args([OsStr::new("dev"), OsStr::new("--once"), extension.as_os_str()]);
    let shown = done(dev.env("KIKET_HOME", home.path()));
    let shown = String::from_utf8(shown.stdout).unwrap();
    let all = fs::read_dir(extension.join("replay")).unwrap().count();
    let extension = extension.display();
    assert!(shown.contains(&format!("{all} of {all} delivered")), "{extension}: {shown}");
}

/// Writes every template in a language, runs the tests of each, and delivers to it.
fn tested(sdk: &str, test: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    for template in TEMPLATES {
        let extension = written(folder.path(), template, sdk);
        done(Command::new(test[0]).args(&test[1..]).current_dir(&extension));
        delivered(&extension, &mut Command::new(binary()));
    }
}

#[test]
fn every_template_in_node_is_clean_passes_its_tests_and_is_delivered_to() {
    if can_run("every_template_in_node_is_clean_passes_its_tests_and_is_delivered_to", &["node"]) {
        tested("node", &["node", "--test"]);
    }
}

#[test]
fn every_template_in_python_is_clean_passes_its_tests_and_is_delivered_to() {
    if can_run(
        "every_template_in_python_is_clean_passes_its_tests_and_is_delivered_to",
        &["python3"],
    ) {
        tested("python", &["python3", "-W", "error", "-m", "unittest", "discover", "tests"]);
    }
}

#[test]
fn every_template_in_ruby_is_clean_passes_its_tests_and_is_delivered_to() {
    if can_run("every_template_in_ruby_is_clean_passes_its_tests_and_is_delivered_to", &["ruby"]) {
        tested("ruby", &["ruby", "-w", "test/test_extension.rb"]);
    }
}

/// One folder for what all of them are built from, and no network.
pub(crate) fn quick(command: &mut Command) -> &mut Command {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("templates");
    command
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_NET_OFFLINE", "true")
        .env("CARGO_PROFILE_DEV_DEBUG", "false")
        .env("CARGO_PROFILE_TEST_DEBUG", "false")
}

#[test]
fn every_template_in_rust_is_clean_passes_its_tests_and_is_delivered_to() {
    let folder = tempfile::tempdir().unwrap();
    for template in TEMPLATES {
        let extension = written(folder.path(), template, "rust");
        // The versions that are there.
        fs::copy(root().join("Cargo.lock"), extension.join("Cargo.lock")).unwrap();
        let cargo = |arguments: &[&str]| {
            let mut cargo = Command::new(env!("CARGO"));
            done(quick(&mut cargo).args(arguments).current_dir(&extension))
        };
        cargo(&["fmt", "--check"]);
        cargo(&["clippy", "--quiet", "--all-targets", "--", "-D", "warnings"]);
        cargo(&["test", "--quiet"]);
        delivered(&extension, quick(&mut Command::new(binary())));
    }
}
