//! What an earlier run left undone.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use kiket_contract::api::deliveries::Status;
use kiket_contract::api::events::NewEvent;
use kiket_contract::api::installations::NewInstallation;
use kiket_contract::event;
use kiket_contract::id::DeliveryId;
use kiket_platform::{Config, Platform};
use tokio::net::TcpListener;

use crate::kiket::{SAMPLE, dev, root};

fn config(home: &std::path::Path) -> Config {
    let mut config = Config::new(home.join("dev/com.example.marketing"));
    config.listen.set_port(0);
    config.allow_networks = vec!["127.0.0.0/8".parse().unwrap()];
    config
}

/// An event that an earlier run accepted and did not deliver, with the extension at this address.
async fn left_undone(home: &std::path::Path, callback_url: String) -> DeliveryId {
    let platform = Platform::start(config(home)).await.unwrap();
    let manifest = std::fs::read_to_string(root().join(SAMPLE).join(".kiket/manifest.yaml"));
    let install = NewInstallation {
        manifest: manifest.unwrap(),
        callback_url: Some(callback_url),
        organization_id: 3.try_into().unwrap(),
        project_id: 27.try_into().unwrap(),
        configuration: serde_json::Map::new(),
        secrets: std::collections::BTreeMap::new(),
        headers: std::collections::BTreeMap::new(),
        delivery_secret: Some("sh_earlier".into()),
        signing: None,
        token_minutes: None,
        modules: std::collections::BTreeMap::new(),
        seeds: std::collections::BTreeMap::new(),
        accept_data_loss: false,
        replace: true,
    };
    platform.install(install).await.unwrap();
    let event = NewEvent {
        event: "issue.created".to_owned().try_into().unwrap(),
        version: Some("v1".to_owned().try_into().unwrap()),
        project_id: 27.try_into().unwrap(),
        organization_id: None,
        payload: event::find("issue.created", "v1").unwrap().sample().into(),
        context: None,
    };
    let delivery = platform.accept(event).await.unwrap().deliveries[0].id;
    platform.shutdown().await;
    delivery
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_delivered_to_the_new_address_and_never_to_the_old_one() {
    let home = tempfile::tempdir().unwrap();
    let old = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let id = left_undone(home.path(), format!("http://{}", old.local_addr().unwrap())).await;
    let knocks = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&knocks);
    tokio::spawn(async move {
        while old.accept().await.is_ok() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });

    let mut command = dev(home.path(), SAMPLE);
    let output = tokio::task::spawn_blocking(move || command.arg("--once").output().unwrap());
    let output = output.await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    assert_eq!(knocks.load(Ordering::SeqCst), 0, "a secret went to whoever has the port now");
    let platform = Platform::start(config(home.path())).await.unwrap();
    let delivery = platform.delivery(id).await.unwrap().unwrap();
    assert_eq!((delivery.status, delivery.attempts.len()), (Status::Delivered, 1));
}
