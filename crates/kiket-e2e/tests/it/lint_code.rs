//! `kiket extensions lint --code`: what is built says what its manifest says, or it is told.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::kiket::{SAMPLE, binary, root};

const DRIFTED: &str = "crates/kiket-e2e/extensions/drifted";
const HELLO: &str = "examples/hello";
const MANIFEST: &str =
    "id: com.example.odd\nname: Odd\nversion: 1.0.0\nsdk: rust\ndelivery: internal\n";

fn lint(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(binary())
        .args(["extensions", "lint", "--code"])
        .args(arguments)
        .arg(folder)
        .env("CARGO_NET_OFFLINE", "true")
        .env_remove("KIKET_WEBHOOK_SECRET")
        .output()
        .unwrap()
}

/// Line, severity and rule of every finding of the manifest, and the exit code.
fn found(extension: &str) -> (Option<i32>, Vec<Value>) {
    let output = lint(&root().join(extension), &["--format", "json"]);
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(log.contains("building the extension in ") && log.contains("asking"), "{log}");
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = shown["findings"].as_array().unwrap().iter();
    let short = |finding: &Value| json!([finding["line"], finding["severity"], finding["id"]]);
    (output.status.code(), findings.map(short).collect())
}

/// A package of its own, without anything that would have to be fetched.
fn package(program: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("src")).unwrap();
    let package = "[package]\nname = \"odd\"\nedition = \"2024\"\n[workspace]\n";
    for (name, text) in
        [("Cargo.toml", package), ("extension.yaml", MANIFEST), ("src/main.rs", program)]
    {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// What is said about a program that does not describe itself.
fn complaint(program: &str) -> String {
    let folder = package(program);
    let target = tempfile::tempdir().unwrap();
    let output = Command::new(binary())
        .args(["extensions", "lint", "--code"])
        .arg(folder.path())
        .env("CARGO_NET_OFFLINE", "true")
        .env("CARGO_TARGET_DIR", target.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
    let log = String::from_utf8(output.stderr).unwrap();
    log[log.find("error: can not compare the code").unwrap()..].to_owned()
}

#[test]
fn every_difference_is_found_at_its_hook() {
    assert_eq!(
        found(DRIFTED),
        (
            Some(4),
            vec![
                json!([2, "warning", "missing-readme"]),
                json!([2, "warning", "missing-tests"]),
                json!([10, "warning", "unheard-handler"]),
                json!([11, "error", "ungranted-scope"]),
                json!([12, "error", "unhandled-hook"]),
                json!([13, "warning", "ignored-guard"]),
                json!([14, "warning", "undeclared-action"]),
                json!([15, "error", "unhandled-action"]),
            ]
        )
    );
}

#[test]
fn differences_are_shown_denied_and_allowed_as_other_findings_are() {
    let folder = root().join(DRIFTED);
    let output = lint(&folder, &[]);
    let shown = String::from_utf8(output.stdout).unwrap();
    for part in [
        "error[unhandled-hook]: the code has no handler of `issue.updated` v1",
        "12 |     - issue.updated\n",
        "error[ungranted-scope]: the handler of `issue.created` requires `issues.read`",
    ] {
        assert!(shown.contains(part), "{part} is not in:\n{shown}");
    }
    let errors = ["ungranted-scope", "unhandled-hook", "unhandled-action"];
    let allowed: Vec<_> = errors.iter().flat_map(|rule| ["--allow", rule]).collect();
    assert_eq!(lint(&folder, &allowed).status.code(), Some(0));
    let denied = [&allowed[..], &["--deny", "ignored-guard", "--format", "github"]].concat();
    let output = lint(&folder, &denied);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("line=13,col=15,"));
}

#[test]
fn an_extension_that_says_the_same_has_no_difference() {
    for extension in [HELLO, SAMPLE] {
        let (code, findings) = found(extension);
        let plain = Command::new(binary())
            .args(["extensions", "lint", "--format", "json"])
            .arg(root().join(extension))
            .output()
            .unwrap();
        assert!(plain.stderr.is_empty(), "nothing is built or run without --code");
        assert_eq!(code, plain.status.code());
        let plain: Value = serde_json::from_slice(&plain.stdout).unwrap();
        assert_eq!(plain["findings"].as_array().unwrap().len(), findings.len(), "{findings:?}");
    }
}

#[test]
fn a_program_that_describes_nothing_is_explained() {
    let said = complaint("fn main() { println!(\"ready\"); }");
    assert!(said.contains("KIKET_DESCRIBE=1 and did not say what it handles"), "{said}");
    assert!(said.contains("register its handlers with kiket-sdk"), "{said}");
}

#[test]
fn a_program_that_fails_is_explained_with_its_last_words() {
    let said = complaint("fn main() { eprintln!(\"no key\"); std::process::exit(7); }");
    assert!(said.contains("(exit status: 7)"), "{said}");
    assert!(said.ends_with("the last that it said:\n  no key\n"), "{said}");
}

#[test]
fn a_program_that_does_not_end_is_ended_and_explained() {
    let said = complaint("fn main() { println!(\"{{}}\"); loop { std::thread::park(); } }");
    assert!(said.contains("did not end within 10 s"), "{said}");
}

#[test]
fn a_program_that_does_not_build_is_explained() {
    let said = complaint("fn main() { this is no Rust }");
    assert!(said.contains("the extension does not build; cargo says why above"), "{said}");
}
