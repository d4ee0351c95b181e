//! What survives a stop.

use std::time::Duration;

use kiket_contract::api::deliveries::Status;
use kiket_platform::{Error, Platform};
use serde_json::json;

use crate::harness::{Held, Setup, config, until};

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
    let setup = Setup::not_delivering().await;
    let id = setup.send().await;
    // Time enough for a delivery, if one were made.
    let other = Setup::new(&[]).await;
    for _ in 0..5 {
        other.delivered().await;
    }
    let waiting = setup.platform.delivery(id).await.unwrap().unwrap();
    assert_eq!((waiting.status, waiting.attempts.len()), (Status::Queued, 0));
    assert!(setup.script.received().is_empty());
    setup.platform.deliver();
    assert_eq!(setup.settled(id).await.status, Status::Delivered);
}

#[tokio::test]
async fn nothing_is_delivered_after_it_has_been_stopped() {
    let setup = Setup::new(&[]).await;
    setup.platform.stop_delivering().await;
    let id = setup.send().await;
    let other = Setup::new(&[]).await;
    for _ in 0..5 {
        other.delivered().await;
    }
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

#[tokio::test]
async fn a_question_whose_node_died_has_failed_and_is_not_asked_again() {
    let held = Held::serve().await;
    let setup = Setup::new(&[]).await;
    let manifest = "id: com.example.other\nsdk: rust\nhooks:\n  \
                    - {event: issue.before_create, required: true}\n\
                    actions:\n  - {key: sync, label: Sync}\n";
    let install = json!({"manifest": manifest, "callback_url": held.url()});
    assert_eq!(setup.install(install).await.0, 201);
    let guard = json!({"event": "issue.before_create", "project_id": 27, "payload": {}});
    let action = "/api/v1/extensions/com.example.other/actions/sync";
    tokio::select! {
        _ = setup.admin("POST", "/api/v1/guards", guard) => panic!("the guard was let answer"),
        _ = setup.admin("POST", action, json!({})) => panic!("the action was let answer"),
        () = held.arrived(2) => {}
    }
    let Setup { dir, platform, .. } = setup;
    // Like a crash: what holds the leases never gives them back.
    drop(platform);
    let again = Platform::start(config(&dir)).await.unwrap();
    again.deliver();
    let bearer = format!("Bearer {}", again.admin_token().expose());
    let headers = [("authorization", bearer.as_str())];
    let path = "/api/v1/deliveries";
    let (_, list) = crate::harness::call(again.url(), "GET", path, &headers, "").await;
    assert_eq!(list["data"].as_array().map(Vec::len), Some(2), "{list}");
    for delivery in list["data"].as_array().unwrap() {
        let id = delivery["id"].as_str().unwrap().parse().unwrap();
        let delivery = until(&again, id, |delivery| delivery.status.is_final()).await;
        assert_eq!(delivery.status, Status::Failed);
        let said = "the platform stopped before the answer came";
        assert_eq!(delivery.diagnostics.as_deref(), Some(said));
    }
    assert_eq!(held.arrived.available_permits(), 0);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_directory_that_can_not_be_written_is_refused_by_its_name() {
    let dir = tempfile::tempdir().unwrap();
    // Where not even the superuser can make a file or a directory.
    for (data_dir, named) in [("/proc/self", "/proc/self/lock"), ("/proc/kiket", "/proc/kiket")] {
        let mut config = config(&dir);
        config.data_dir = data_dir.into();
        let refused = Platform::start(config).await.err().unwrap();
        assert!(matches!(&refused, Error::DataDir { .. }), "{refused:?}");
        let said = format!(
            "{named} can not be used: let this user read and write there, or choose another data \
             directory"
        );
        assert_eq!(refused.to_string(), said);
        assert!(std::error::Error::source(&refused).is_some(), "the system's reason follows");
    }
}
