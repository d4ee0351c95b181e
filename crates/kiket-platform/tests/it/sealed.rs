//! Everything secret is sealed, and its key is guarded.

use std::path::Path;

use kiket_platform::{Error, MasterKeyError, Platform, SealError};
use serde_json::json;

use crate::harness::{DELIVERY_SECRET, MANIFEST, Setup, config};

/// Every file below a directory.
fn files(dir: &Path) -> Vec<(String, Vec<u8>)> {
    std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.display().to_string(), std::fs::read(&path).unwrap()))
        .collect()
}

fn holds(bytes: &[u8], text: &str) -> bool {
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
