//! Which crate may depend on which. An arrow that is not listed here is refused: if you want one,
//! something belongs in the contract.

#![allow(clippy::expect_used, reason = "a test that can not go on has failed")]

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

/// What each crate may depend on; tests may also use the testing kit.
const ALLOWED: &[(&str, &[&str])] = &[
    ("kiket-contract", &[]),
    ("kiket-manifest", &["kiket-contract"]),
    ("kiket-client", &["kiket-contract"]),
    ("kiket-sdk", &["kiket-contract", "kiket-client", "kiket-manifest", "kiket-sdk-macros"]),
    ("kiket-sdk-macros", &[]),
    ("kiket-testkit", &["kiket-contract"]),
    ("kiket-platform", &["kiket-contract", "kiket-manifest"]),
    (
        "kiket-cli",
        &["kiket-contract", "kiket-client", "kiket-manifest", "kiket-platform", "kiket-testkit"],
    ),
    ("marketing-automation", &["kiket-sdk"]),
    ("decider", &["kiket-sdk"]),
    ("stubborn", &["kiket-sdk"]),
    ("drifted", &["kiket-sdk"]),
    ("hello", &["kiket-sdk"]),
    ("kiket-examples", &["kiket-sdk"]),
];

/// What the tests of every crate may use.
const TESTKIT: &str = "kiket-testkit";

/// Crates that only hold tests and may look at everything.
const LOOK_AT_EVERYTHING: &[&str] = &["kiket-e2e", "kiket-benches", "kiket-fuzz"];

/// What kiket-contract may use beside serde and cryptography: it does no I/O.
const NO_IO: &[&str] = &["tokio", "hyper", "sqlx", "axum", "reqwest", "mio", "socket2"];

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .output()
        .expect("cargo metadata runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON")
}

fn text<'v>(value: &'v Value, member: &str) -> &'v str {
    value[member].as_str().unwrap_or_default()
}

#[test]
fn every_arrow_between_our_crates_is_allowed() {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().expect("packages");
    let ours: Vec<&str> = packages.iter().map(|package| text(package, "name")).collect();
    let allowed: BTreeMap<_, _> = ALLOWED.iter().copied().collect();
    let mut refused = Vec::new();
    for package in packages {
        let name = text(package, "name");
        if LOOK_AT_EVERYTHING.contains(&name) {
            assert_eq!(package["publish"], serde_json::json!([]), "{name} must not be published");
            continue;
        }
        let Some(may) = allowed.get(name) else {
            refused.push(format!("{name} is not in the list of crates"));
            continue;
        };
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            let to = text(dependency, "name");
            let of_tests = dependency["kind"] == "dev" && to == TESTKIT;
            if ours.contains(&to) && !may.contains(&to) && !of_tests {
                refused.push(format!("{name} -> {to}"));
            }
        }
    }
    assert!(refused.is_empty(), "arrows that the design does not have: {refused:#?}");
}

#[test]
fn the_contract_does_no_io() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "-p", "kiket-contract", "-e", "normal", "--prefix", "none"])
        .output()
        .expect("cargo tree runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8_lossy(&output.stdout);
    assert!(tree.contains("serde"), "the tree was read:\n{tree}");
    for line in tree.lines() {
        let name = line.split(' ').next().unwrap_or_default();
        assert!(!NO_IO.contains(&name), "kiket-contract depends on {name}");
    }
}
