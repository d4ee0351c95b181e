//! What survives a stop.

use std::time::Duration;

use kiket_contract::api::deliveries::Status;
use kiket_platform::{Error, Platform};

use crate::harness::{Setup, config, until};

#[tokio::test]
async fn what_was_accepted_is_delivered_after_a_restart() {
    let setup = Setup::with(&[(500, ""), (200, "{}")], |config| {
        config.schedule.base = Duration::from_millis(500);
    })
    .await;
    let id = setup.send().await;
    setup.until(id, |delivery| delivery.status == Status::Retrying).await;
    setup.platform.shutdown().await;
    let again = Platform::start(config(&setup.dir)).await.unwrap();
    again.deliver();
    let delivery = until(&again, id, |delivery| delivery.status.is_final()).await;
    assert_eq!(delivery.status, Status::Delivered);
    assert_eq!(delivery.attempts.len(), 2);
}

#[tokio::test]
async fn the_signing_key_and_the_admin_token_stay() {
    let setup = Setup::new(&[]).await;
    let keys = setup.get("/.well-known/jwks.json", &[]).await;
    let token = setup.platform.admin_token().clone();
    setup.platform.shutdown().await;
    let again = Platform::start(config(&setup.dir)).await.unwrap();
    assert_eq!(again.admin_token(), &token);
    let same = crate::harness::call(again.url(), "GET", "/.well-known/jwks.json", &[], "").await;
    assert_eq!(same, keys);
}

#[tokio::test]
async fn a_second_platform_on_the_same_data_is_refused() {
    let setup = Setup::new(&[]).await;
    let second = Platform::start(config(&setup.dir)).await;
    assert!(matches!(second, Err(Error::DataDirInUse { .. })));
}

#[tokio::test]
async fn nothing_is_delivered_before_it_is_asked_to() {
    let setup = Setup::with(&[(500, ""), (200, "{}")], |config| {
        config.schedule.base = Duration::from_millis(1);
    })
    .await;
    setup.platform.stop_delivering().await;
    let id = setup.send().await;
    let (status, _) = setup.get("/healthz", &[]).await;
    assert_eq!(status, 200);
    let waiting = setup.platform.delivery(id).await.unwrap().unwrap();
    assert_eq!((waiting.status, waiting.attempts.len()), (Status::Queued, 0));
    assert!(setup.script.received().is_empty());
}

#[tokio::test]
async fn a_request_that_never_ends_does_not_hold_up_the_stop() {
    let setup = Setup::new(&[]).await;
    let mut stream = tokio::net::TcpStream::connect(setup.platform.address()).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut stream, b"GET / HTTP/1.1\r\n").await.unwrap();
    let stopped = tokio::time::timeout(Duration::from_secs(10), setup.platform.shutdown()).await;
    assert!(stopped.is_ok(), "it waits for a client that may never end");
}

#[tokio::test]
async fn a_relative_data_directory_is_as_good_as_any() {
    let dir = tempfile::tempdir_in(".").unwrap();
    let mut relative = config(&dir);
    relative.data_dir = std::path::Path::new(dir.path().file_name().unwrap()).join("data");
    Platform::start(relative).await.unwrap().shutdown().await;
    assert!(dir.path().join("data/kiket.db").exists());
}

#[tokio::test]
async fn a_delivery_whose_claims_come_to_nothing_is_given_up_and_says_so() {
    let setup = Setup::new(&[]).await;
    setup.platform.stop_delivering().await;
    let id = setup.send().await;
    setup.platform.shutdown().await;
    let database = format!("sqlite://{}", setup.dir.path().join("kiket.db").display());
    let pool = sqlx::AnyPool::connect(&database).await.unwrap();
    sqlx::query("UPDATE deliveries SET claims = 50").execute(&pool).await.unwrap();
    pool.close().await;

    let again = Platform::start(config(&setup.dir)).await.unwrap();
    again.deliver();
    let delivery = until(&again, id, |delivery| delivery.status.is_final()).await;
    assert_eq!(delivery.status, Status::Failed);
    let said = "given up: 50 attempts ended without an outcome";
    assert_eq!(delivery.diagnostics.as_deref(), Some(said));
    assert!(setup.script.received().is_empty());
}
