//! The binary `kiket`, built the way the README runs it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The workspace's root.
pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The binary, built once per test run so that it is never an old one.
pub(crate) fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let output = Command::new(env!("CARGO"))
            .current_dir(root())
            .args(["build", "--quiet", "--offline", "--message-format=json-render-diagnostics"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let messages = String::from_utf8(output.stdout).unwrap();
        let executable = messages
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
            .find_map(|message| message["executable"].as_str().map(PathBuf::from));
        executable.unwrap()
    })
}

/// A `kiket dev` of one of the test's extensions, with its state in a directory of its own.
pub(crate) fn dev(home: &Path, extension: &str) -> Command {
    let mut command = Command::new(binary());
    command
        .arg("dev")
        .arg(root().join(extension))
        .env("KIKET_HOME", home)
        .env("CARGO_NET_OFFLINE", "true")
        .env_remove("KIKET_MASTER_KEY")
        .env_remove("KIKET_ADMIN_TOKEN");
    command
}

pub(crate) const SAMPLE: &str = "extensions/marketing-automation";
/// An extension with a guard and an action.
pub(crate) const DECIDER: &str = "crates/kiket-e2e/extensions/decider";
pub(crate) const STUBBORN: &str = "crates/kiket-e2e/extensions/stubborn";
