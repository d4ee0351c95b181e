//! The reference extension, copied out of the repository as its README says.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use kiket_contract::route;

use crate::kiket::{binary, root};
use crate::new::{done, quick};

const REFERENCE: &str = "extensions/reference/webhook-guardian";

/// Copies what is no product of a build.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        let is_made = ["target", "dist", "dev"].iter().any(|made| name == OsStr::new(made));
        match path.is_dir() {
            true if is_made => {}
            true => copy(&path, &to.join(name)),
            false => drop(fs::copy(&path, to.join(name)).unwrap()),
        }
    }
}

/// The command of the README that sets where the SDK is.
fn set_the_sdk(extension: &Path) {
    let readme = fs::read_to_string(extension.join("README.md")).unwrap();
    let command = readme.lines().find(|line| line.starts_with("sed ")).unwrap();
    let clone = root().canonicalize().unwrap();
    let command = command.replace("<clone>", clone.to_str().unwrap());
    done(Command::new("sh").args(["-c", &command]).current_dir(extension));
}

#[test]
fn the_reference_extension_stands_on_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let extension = folder.path().join("webhook-guardian");
    copy(&root().join(REFERENCE), &extension);
    set_the_sdk(&extension);
    // The versions that are there; the gate looks at its own ones.
    fs::copy(root().join("Cargo.lock"), extension.join("Cargo.lock")).unwrap();
    let cargo = |arguments: &[&str]| {
        let mut cargo = Command::new(env!("CARGO"));
        done(quick(&mut cargo).args(arguments).current_dir(&extension))
    };
    cargo(&["fmt", "--check"]);
    cargo(&["test", "--quiet"]);
    let kiket = |arguments: &[&str]| {
        let home = tempfile::tempdir().unwrap();
        let mut kiket = Command::new(binary());
        let kiket = kiket.args(arguments).arg(&extension).env("KIKET_HOME", home.path());
        String::from_utf8(done(quick(kiket)).stdout).unwrap()
    };
    kiket(&["extensions", "lint", "--deny", "warnings", "--code"]);
    let shown = kiket(&["dev", "--once"]);
    assert!(shown.contains("2 of 2 delivered"), "{shown}");
    // The record of the approval came through Kiket's API.
    assert!(shown.contains("/events"), "{shown}");
}

#[test]
fn its_templates_are_of_its_version_and_folder() {
    let text = |name: &str| fs::read_to_string(root().join(REFERENCE).join(name)).unwrap();
    let manifest = text(".kiket/manifest.yaml");
    let version = manifest.lines().find_map(|line| line.strip_prefix("  version: ")).unwrap();
    assert!(text("Cargo.toml").contains(&format!("version = \"{version}\"")));
    let image = format!("registry.example.com/webhook-guardian:{version}");
    let (docker, service) = (text("deploy/Dockerfile"), text("deploy/cloud-run.yaml"));
    assert!(docker.contains(&format!("-t {image} .")));
    assert!(docker.contains(&format!("ARG FOLDER={REFERENCE}\n")));
    assert!(service.contains(&format!("image: {image}\n")));
    assert_eq!(service.matches(&format!("path: {}\n", route::HEALTH)).count(), 2);
}
