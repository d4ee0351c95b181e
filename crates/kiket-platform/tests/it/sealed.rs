//! Everything secret is sealed, and its key is guarded.

use std::path::Path;

use kiket_platform::{Error, MasterKeyError, Platform, SealError};
use serde_json::json;

use crate::harness::{DELIVERY_SECRET, MANIFEST, Setup, config};
use crate::log;

/// Every file below a directory.
pub(crate) fn files(dir: &Path) -> Vec<(String, Vec<u8>)> {
    std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.display().to_string(), std::fs::read(&path).unwrap()))
        .collect()
}

pub(crate) fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn no_file_holds_a_secret() {
    let setup = Setup::new(&[(200, r#"{"echo":"given-hush"}"#)]).await;
    let literal = MANIFEST.replace("delivery: http", "callback: {secret: literal-hush}");
    let given = json!({
        "manifest": literal, "secrets": {"CRM_TOKEN": "given-hush"}, "delivery_secret": null,
    });
    assert_eq!(setup.install(given).await.0, 201);
    let token = setup.delivered().await.token();
    let path = "/api/v1/extensions/com.example.crm/secrets/OTHER_TOKEN";
    assert_eq!(setup.call_back(path, &token, json!({"value": "called-hush"})).await.0, 200);
    let listed = files(setup.dir.path());
    assert!(listed.iter().any(|(_, bytes)| holds(bytes, "com.example.crm")), "the search works");
    for (name, bytes) in listed {
        for secret in ["literal-hush", "given-hush", "called-hush", DELIVERY_SECRET, &token] {
            assert!(!holds(&bytes, secret), "{secret} in {name}");
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_read_the_key_and_the_admin_token() {
    use std::os::unix::fs::PermissionsExt;
    let setup = Setup::new(&[]).await;
    let nested = tempfile::tempdir().unwrap();
    let mut elsewhere = config(&setup.dir);
    elsewhere.data_dir = nested.path().join("new/data");
    let _platform = Platform::start(elsewhere.clone()).await.unwrap();
    let mode = elsewhere.data_dir.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    for file in ["master.key", "admin.token"] {
        let mode = setup.dir.path().join(file).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[tokio::test]
async fn sealed_data_is_not_opened_without_its_key_and_gets_no_new_one() {
    let setup = Setup::new(&[]).await;
    setup.platform.shutdown().await;
    let file = setup.dir.path().join("master.key");
    let key = std::fs::read(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    let missing = Platform::start(config(&setup.dir)).await;
    assert!(matches!(missing, Err(Error::MasterKey(MasterKeyError::Missing { .. }))));
    assert!(!file.exists());

    let mut other = config(&setup.dir);
    other.master_key = Some("07".repeat(32).into());
    let refused = Platform::start(other).await;
    assert!(matches!(refused, Err(Error::Seal(SealError::OtherKey { .. }))));

    let mut given = config(&setup.dir);
    given.master_key = Some(String::from_utf8(key).unwrap().into());
    Platform::start(given).await.unwrap();
}

#[tokio::test]
async fn nothing_of_an_installations_life_shows_a_secret() {
    let log = log::listen();
    let setup = Setup::new(&[]).await;
    let manifest = MANIFEST.replace(
        "delivery: http",
        "delivery: http\n  callback: {headers: {X-Written: written-hush, X-Given: env.GIVEN}}",
    );
    let given = json!({
        "manifest": manifest, "headers": {"X-Given": "header-hush"},
        "configuration": {"CRM_TOKEN": "setting-hush"}, "secrets": {"OTHER_TOKEN": "secret-hush"},
        "delivery_secret": "delivery-hush",
    });
    let (status, installed) = setup.install(given).await;
    assert_eq!(status, 201, "{installed}");
    let one = "/api/v1/installations/1";
    let upgrade = json!({
        "manifest": manifest.replace("1.2.3", "2.0.0"), "secrets": {"CRM_TOKEN": "newer-hush"},
    });
    let mut answers = vec![
        setup.admin("PATCH", one, json!({"secrets": {"OTHER_TOKEN": "patched-hush"}})).await,
        setup.admin("POST", &format!("{one}/upgrade"), upgrade).await,
    ];
    setup.delivered().await;
    let rotate = json!({"delivery_secret": "rotated-hush"});
    setup.admin("POST", &format!("{one}/delivery_secret/rotate"), rotate).await;
    for (method, below) in [
        ("POST", "/delivery_secret/rotate/commit"),
        ("POST", "/rollback"),
        ("POST", "/disable"),
        ("GET", ""),
        ("DELETE", ""),
    ] {
        answers.push(setup.admin(method, &format!("{one}{below}"), serde_json::Value::Null).await);
    }
    for (status, body) in answers {
        assert_eq!(status, 200, "{body}");
        assert!(!body.to_string().contains("hush"), "{body}");
    }
    let api_key = installed["api_key"].as_str().unwrap();
    let mut written = files(setup.dir.path());
    written.push(("the log".to_owned(), log.heard()));
    assert!(holds(&written.last().unwrap().1, "request"), "the log is caught");
    for (name, bytes) in written {
        assert!(!holds(&bytes, "-hush"), "a secret in {name}");
        assert!(!holds(&bytes, api_key), "the API key in {name}");
    }
}
