//! Where platform and token come from.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::platform::{Running, TOKEN, assert_told};

fn logged_in() -> Running {
    let running = Running::start();
    let url = running.url();
    let login = format!("auth login --url {url} --token-file -");
    let done = running.run_with(&login, &format!("{TOKEN}\n"), &[]);
    assert_eq!(done.code, Some(0), "{done}");
    running
}

#[test]
fn a_login_is_kept_for_its_owner_only_and_found_again() {
    let running = logged_in();
    for file in ["config.toml", "credentials.toml"] {
        let path = running.home.path().join(".config/kiket").join(file);
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{file}");
    }
    assert_told!(running.told(&running.run_with("auth status", "", &[])));
    assert_eq!(running.run_with("deliveries list", "", &[]).code, Some(0));
    let out = running.run_with("auth logout", "", &[]);
    assert_eq!(out.code, Some(0), "{out}");
    assert_told!(running.told(&running.run_with("auth status", "", &[])));
}

#[test]
fn a_token_that_the_platform_refuses_is_not_kept() {
    let running = Running::start();
    let login = format!("auth login --url {} --token-file -", running.url());
    let done = running.run_with(&login, "wrong", &[]);
    assert_eq!(done.code, Some(3), "{done}");
    assert!(!running.home.path().join(".config/kiket").exists());
}

#[test]
fn a_kept_token_goes_to_no_other_platform() {
    let running = logged_in();
    let done = running.run_with("deliveries list --url https://other.example", "", &[]);
    assert_eq!(done.code, Some(3), "{done}");
    assert!(done.stderr.contains("there is no token for https://other.example"), "{done}");
}

#[test]
fn the_nearest_source_wins() {
    let running = logged_in();
    let from = |arguments: &str, variables: &[(&str, &str)]| {
        let done =
            running.run_with(&format!("auth status --format json {arguments}"), "", variables);
        let status: Value = serde_json::from_str(&done.stdout).unwrap();
        status["url_from"].as_str().unwrap().to_owned()
    };
    let url = running.url();
    assert!(from("", &[]).ends_with("config.toml"));
    fs::write(running.folder.path().join("kiket.toml"), format!("url = \"{url}\"")).unwrap();
    assert!(from("", &[]).ends_with("kiket.toml"));
    assert_eq!(from("", &[("KIKET_URL", &url)]), "KIKET_URL");
    assert_eq!(from(&format!("--url {url}"), &[("KIKET_URL", "https://x.example")]), "--url");
}

#[test]
fn a_token_of_the_environment_does_not_go_where_only_a_file_of_the_folder_says() {
    let running = Running::start();
    let url = running.url();
    fs::write(running.folder.path().join("kiket.toml"), format!("url = \"{url}\"")).unwrap();
    let token = ("KIKET_ADMIN_TOKEN", TOKEN);
    let done = running.run_with("deliveries list", "", &[token]);
    assert_eq!(done.code, Some(2), "{done}");
    assert!(done.stderr.contains("is not sent to"), "{done}");
    let done = running.run_with("deliveries list --token-file -", TOKEN, &[]);
    assert_eq!(done.code, Some(2), "{done}");
    let done = running.run_with("sla list", "", &[("KIKET_WORKSPACE_TOKEN", TOKEN)]);
    assert_eq!(done.code, Some(2), "{done}");
    let done = running.run_with("deliveries list", "", &[token, ("KIKET_URL", &url)]);
    assert_eq!(done.code, Some(0), "{done}");
}

#[test]
fn a_project_file_takes_no_token_and_shows_none() {
    let running = Running::start();
    fs::write(running.folder.path().join("kiket.toml"), "token = \"hush\"").unwrap();
    let done = running.run_with("deliveries list", "", &[]);
    assert_eq!(done.code, Some(2));
    assert!(!done.stderr.contains("hush"), "{done}");
    assert_told!(running.told(&done));
}

#[test]
fn a_dev_that_runs_is_found_from_below_and_one_that_has_ended_is_told() {
    let running = Running::start();
    let folder = running.folder.path().canonicalize().unwrap();
    let dir = folder.join(".kiket/dev/com.example.crm");
    fs::create_dir_all(&dir).unwrap();
    let session = json!({ "url": running.url(), "token": TOKEN, "folder": folder });
    let path = dir.join("session.json");
    fs::write(&path, session.to_string()).unwrap();
    // As `kiket dev` holds it while it runs.
    let held = File::open(&path).unwrap();
    held.lock().unwrap();
    assert_told!(running.told(&running.run_with("auth status", "", &[])));
    drop(held);
    let done = running.run_with("auth status", "", &[]);
    assert_eq!(done.code, Some(2));
    assert_told!(running.told(&done));
}
