//! Builds an extension that is a Cargo package.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::supervisor::Supervised;

/// The file that makes a folder a package.
pub(super) const MANIFEST: &str = "Cargo.toml";

/// Variables that Cargo sets for the programs that it runs, `kiket` among them, and that describe
/// those. To a build they would say that what they describe had changed.
const LEAKED: [&str; 5] = [
    "CARGO_BIN_NAME",
    "CARGO_CRATE_NAME",
    "CARGO_PRIMARY_PACKAGE",
    "CARGO_TARGET_TMPDIR",
    "OUT_DIR",
];
const LEAKED_PREFIXES: [&str; 3] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_EXE_"];

/// Builds the package in this folder and finds its program.
pub(super) async fn build(dir: &Path) -> anyhow::Result<PathBuf> {
    let program = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(program);
    command.args(["build", "--message-format=json-render-diagnostics"]).current_dir(dir);
    forget_cargo(&mut command);
    let mut cargo = Supervised::spawn(&command, Stdio::inherit())?;

    let mut executables = Vec::new();
    if let Some(stdout) = cargo.stdout.take() {
        let mut messages = BufReader::new(stdout).lines();
        while let Some(message) = messages.next_line().await? {
            executables.extend(executable(&message, &dir.join(MANIFEST)));
        }
    }
    let status = cargo.wait().await?;
    anyhow::ensure!(status.success(), "the extension does not build; cargo says why above");
    only(executables).with_context(|| format!("`{}` can not be run", dir.display()))
}

/// Takes from a command's environment what an outer Cargo left in ours.
pub(super) fn forget_cargo(command: &mut Command) {
    for (name, _) in env::vars_os() {
        if is_leaked(&name) {
            command.env_remove(name);
        }
    }
}

fn is_leaked(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| {
        LEAKED.contains(&name) || LEAKED_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
    })
}

/// The part of Cargo's messages that tells what a build made.
#[derive(Deserialize)]
struct Message {
    reason: String,
    manifest_path: Option<PathBuf>,
    executable: Option<PathBuf>,
    target: Option<Target>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
}

/// The program of the package with this manifest, if that is what the message is about.
fn executable(message: &str, manifest: &Path) -> Option<PathBuf> {
    let message: Message = serde_json::from_str(message).ok()?;
    let is_program = message.reason == "compiler-artifact"
        && message.manifest_path.as_deref() == Some(manifest)
        && message.target?.kind.iter().any(|kind| kind == "bin");
    message.executable.filter(|_| is_program)
}

fn only(mut executables: Vec<PathBuf>) -> anyhow::Result<PathBuf> {
    match (executables.pop(), executables.as_slice()) {
        (Some(executable), []) => Ok(executable),
        (Some(last), others) => {
            let names: Vec<_> = others
                .iter()
                .chain([&last])
                .filter_map(|path| Some(path.file_name()?.to_string_lossy()))
                .collect();
            anyhow::bail!("its package has several programs ({}); keep one", names.join(", "))
        }
        (None, _) => anyhow::bail!("its package has no program; add `src/main.rs`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn artifact(manifest: &str, kind: &str, executable: &str) -> String {
        format!(
            r#"{{"reason":"compiler-artifact","package_id":"x","manifest_path":"{manifest}",
                "target":{{"kind":["{kind}"],"name":"x"}},"executable":{executable},"fresh":true}}"#
        )
    }

    fn found(message: &str) -> Option<PathBuf> {
        executable(message, Path::new("/crm/Cargo.toml"))
    }

    #[test]
    fn the_program_of_the_package_in_the_folder_is_found() {
        let program = artifact("/crm/Cargo.toml", "bin", r#""/target/debug/crm""#);
        assert_eq!(found(&program), Some(PathBuf::from("/target/debug/crm")));
    }

    #[test]
    fn other_messages_name_no_program() {
        for message in [
            artifact("/other/Cargo.toml", "bin", r#""/target/debug/other""#),
            artifact("/crm/Cargo.toml", "lib", "null"),
            artifact("/crm/Cargo.toml", "custom-build", r#""/target/build""#),
            r#"{"reason":"build-finished","success":true}"#.to_owned(),
            "printed by a build script".to_owned(),
        ] {
            assert_eq!(found(&message), None, "{message}");
        }
    }

    #[test]
    fn exactly_one_program_can_be_run() {
        assert_eq!(only(vec!["/t/a".into()]).unwrap(), PathBuf::from("/t/a"));
        let several = only(vec!["/t/a".into(), "/t/b".into()]).unwrap_err().to_string();
        assert_eq!(several, "its package has several programs (a, b); keep one");
        assert!(only(Vec::new()).unwrap_err().to_string().contains("no program"));
    }

    #[test]
    fn what_describes_another_package_is_leaked_and_what_configures_cargo_is_not() {
        for leaked in ["CARGO_PKG_NAME", "CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH", "OUT_DIR"] {
            assert!(is_leaked(OsStr::new(leaked)), "{leaked}");
        }
        for kept in
            ["CARGO_HOME", "CARGO_TARGET_DIR", "CARGO_NET_OFFLINE", "CARGO_BUILD_JOBS", "PATH"]
        {
            assert!(!is_leaked(OsStr::new(kept)), "{kept}");
        }
    }
}
