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
