//! `kiket completions` and `kiket man`.

use std::process::Command;

fn kiket(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_kiket")).args(arguments).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn every_shell_gets_completions_of_every_command() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let (code, script) = kiket(&["completions", shell]);
        assert_eq!(code, Some(0), "{shell}");
        assert!(script.contains("redeliver") && script.contains("token-file"), "{shell}");
    }
    assert_eq!(kiket(&["completions", "cmd"]).0, Some(2));
}

#[test]
fn there_is_a_manual_page_for_each_command_that_is_not_hidden() {
    let (code, page) = kiket(&["man"]);
    assert!(code == Some(0) && page.contains("Exit codes"), "{page}");
    let dir = tempfile::tempdir().unwrap();
    let pages = dir.path().join("man1");
    assert_eq!(kiket(&["man", pages.to_str().unwrap()]).0, Some(0));
    for name in [
        "kiket.1",
        "kiket-custom-data-import.1",
        "kiket-deliveries-why.1",
        "kiket-doctor.1",
        "kiket-extensions-install.1",
        "kiket-secrets-push.1",
    ] {
        assert!(pages.join(name).is_file(), "{name}");
    }
    assert!(!pages.join("kiket-supervise.1").exists());
}
