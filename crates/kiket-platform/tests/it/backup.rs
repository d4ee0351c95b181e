//! A backup is made while the platform runs, and what it holds goes on elsewhere.

use std::path::Path;

use kiket_contract::api::deliveries::Status;
use kiket_platform::{Error, MasterKeyError, Platform, backup};
use tempfile::TempDir;

use crate::harness::{DELIVERY_SECRET, Setup, config, until};

/// A new data directory with the backup in it, as the documentation says.
fn restored(backup: &Path) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::copy(backup, dir.path().join("kiket.db")).unwrap();
    dir
}

#[tokio::test]
async fn a_restored_backup_delivers_what_was_pending() {
    let setup = Setup::new(&[]).await;
    let delivered = setup.send().await;
    setup.settled(delivered).await;
    setup.platform.stop_delivering().await;
    let pending = setup.send().await;
    let file = setup.dir.path().join("copy.db");
    backup(setup.dir.path(), &file).await.unwrap();
    let later = setup.send().await;
    assert_eq!(setup.script.received().len(), 1);

    let dir = restored(&file);
    let without_key = Platform::start(config(&dir)).await;
    assert!(matches!(without_key, Err(Error::MasterKey(MasterKeyError::Missing { .. }))));
    let key = "master.key";
    std::fs::copy(setup.dir.path().join(key), dir.path().join(key)).unwrap();
    let platform = Platform::start(config(&dir)).await.unwrap();
    platform.deliver();
    let delivery = until(&platform, pending, |delivery| delivery.status.is_final()).await;
    assert_eq!(delivery.status, Status::Delivered, "{delivery:?}");
    let before = platform.delivery(delivered).await.unwrap().unwrap();
    assert_eq!((before.status, before.attempts.len()), (Status::Delivered, 1));
    assert_eq!(platform.delivery(later).await.unwrap(), None, "it came after the backup");
    assert_eq!(setup.script.received().len(), 2);
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_read_a_backup_and_no_key_is_in_it() {
    use std::os::unix::fs::PermissionsExt;
    let setup = Setup::new(&[]).await;
    setup.send().await;
    let file = setup.dir.path().join("copy.db");
    backup(setup.dir.path(), &file).await.unwrap();
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let copy = std::fs::read(&file).unwrap();
    let holds = |text: &str| copy.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("com.example.crm"), "the search works");
    let key = std::fs::read_to_string(setup.dir.path().join("master.key")).unwrap();
    let admin = setup.platform.admin_token();
    for secret in [key.trim(), admin.expose(), DELIVERY_SECRET] {
        assert!(!holds(secret));
    }
    assert!(!setup.dir.path().join("copy.db.unfinished").exists());
}

#[tokio::test]
async fn a_backup_that_can_not_be_made_leaves_nothing_behind() {
    let setup = Setup::new(&[]).await;
    let file = setup.dir.path().join("copy.db");
    std::fs::write(&file, "mine").unwrap();
    let exists = backup(setup.dir.path(), &file).await.unwrap_err();
    assert!(matches!(exists, Error::Backup { .. }), "{exists}");
    assert_eq!(std::fs::read(&file).unwrap(), b"mine");

    let empty = tempfile::tempdir().unwrap();
    let nothing = backup(empty.path(), &empty.path().join("copy.db")).await.unwrap_err();
    assert!(matches!(nothing, Error::DataDir { .. }), "{nothing}");
    assert_eq!(std::fs::read_dir(empty.path()).unwrap().count(), 0);
}
