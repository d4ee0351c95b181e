//! `kiket doctor`.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::folder::Done;
use crate::platform::{MANIFEST, Running, TOKEN, assert_told};

/// The folder of an extension with a secret that it requires, and programs of its own in its PATH.
fn extension() -> Running {
    let running = Running::start();
    let secret = "    api_token: {type: string, secret: true, required: true}\n";
    running.write_manifest(&format!("{MANIFEST}{secret}"));
    let folder = running.folder.path();
    fs::create_dir_all(folder.join("bin")).unwrap();
    let cargo = folder.join("bin/cargo");
    fs::write(&cargo, "#!/bin/sh\necho cargo 1.0.0\n").unwrap();
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
    running
}

/// A port that is free, as far as can be told.
fn port() -> String {
    TcpListener::bind("0.0.0.0:0").unwrap().local_addr().unwrap().port().to_string()
}

fn doctor(running: &Running, arguments: &str, more: &[(&str, &str)]) -> Done {
    let path = running.folder.path().join("bin");
    let mut variables = vec![("PATH", path.to_str().unwrap())];
    variables.extend(more);
    running.run_with(&format!("doctor {arguments}"), "", &variables)
}

fn told(running: &Running, done: &Done, port: &str) -> String {
    running.told(done).replace(&format!(" port: {port} "), " port: [port] ")
}

#[test]
fn everything_in_order_is_said_of_each_part() {
    let running = extension();
    let (url, port) = (running.url(), port());
    let text = format!("KIKET_SECRET_API_TOKEN=hush\nKIKET_WEBHOOK_SECRET=sh_hush\nPORT={port}\n");
    fs::write(running.folder.path().join(".env"), text).unwrap();
    fs::write(running.folder.path().join("README.md"), "# CRM\n").unwrap();
    fs::create_dir(running.folder.path().join("tests")).unwrap();
    fs::write(running.folder.path().join("tests/crm.rs"), "// Tests.\n").unwrap();
    let variables = [("KIKET_URL", url.as_str()), ("KIKET_ADMIN_TOKEN", TOKEN)];
    let done = doctor(&running, "", &variables);
    assert_eq!(done.code, Some(0), "{done}");
    assert!(!done.to_string().contains("hush"), "{done}");
    assert_told!(told(&running, &done, &port));
}

#[test]
fn without_a_platform_and_a_delivery_secret_there_are_warnings() {
    let running = extension();
    let port = port();
    let done = doctor(&running, "", &[("PORT", &port)]);
    assert_eq!(done.code, Some(0), "{done}");
    assert_told!(told(&running, &done, &port));
}

#[test]
fn what_is_wrong_fails_with_what_to_do() {
    let mut running = extension();
    let taken = TcpListener::bind("0.0.0.0:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    running.write_manifest("extension: {id: com.example.crm, sdk: node}\n");
    fs::write(running.folder.path().join(".env"), "this is hush\n").unwrap();
    let url = running.url();
    let variables = [("KIKET_URL", url.as_str()), ("KIKET_ADMIN_TOKEN", "wrong"), ("PORT", &port)];
    let refused = doctor(&running, "", &variables);
    assert_eq!(refused.code, Some(1), "{refused}");
    assert!(!refused.to_string().contains("this is hush"), "{refused}");
    assert_told!(told(&running, &refused, &port));
    fs::write(running.folder.path().join(".env"), "").unwrap();
    running.stop();
    let gone = doctor(&running, "--format json", &variables);
    assert_eq!(gone.code, Some(1), "{gone}");
    let shown: Value = serde_json::from_str(&gone.stdout).unwrap();
    let outcome = |id: &str| {
        let checks = shown["checks"].as_array().unwrap();
        let check = checks.iter().find(|check| check["id"] == id).unwrap();
        check["outcome"].as_str().unwrap().to_owned()
    };
    let outcomes = ["toolchain", "env", "port", "platform"].map(outcome);
    assert_eq!(outcomes, ["fail", "pass", "warn", "fail"]);
}

#[test]
fn a_folder_without_a_manifest_fails() {
    let running = extension();
    fs::create_dir(running.folder.path().join("empty")).unwrap();
    let done = doctor(&running, "empty", &[]);
    assert_eq!(done.code, Some(1), "{done}");
    assert!(done.stdout.contains("there is no manifest"), "{done}");
    assert_eq!(doctor(&running, "missing", &[]).code, Some(1));
}
