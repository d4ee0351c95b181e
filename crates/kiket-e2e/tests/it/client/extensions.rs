//! The extension itself and its installation.

use kiket_contract::api::extension_metrics::Metric;
use kiket_contract::api::inbound_emails::InboundEmail;
use kiket_contract::api::notifications::Notification;
use kiket_sdk::client::Error;
use serde_json::json;

use super::world::{EXTENSION, World, answered, lacks_scopes};

fn metric(value: f64) -> Metric {
    Metric { name: "synced".to_owned(), value, unit: "leads".to_owned() }
}

fn notification() -> Notification {
    Notification {
        title: "Synced".to_owned(),
        body: "2 leads".to_owned(),
        level: "info".to_owned(),
    }
}

pub(super) async fn calls(world: &World) {
    let kiket = &world.kiket;
    assert_eq!(kiket.get_metadata(EXTENSION).await.unwrap()["id"], EXTENSION);
    let other = kiket.get_metadata("com.example.other").await;
    assert_eq!(answered(other), (403, "other_extension".to_owned()));
    let limits = kiket.rate_limit().await.unwrap();
    assert!(limits.remaining < limits.limit, "{limits:?}");
    kiket.notify(&notification()).await.unwrap();
    kiket.emit_metric(&metric(2.5)).await.unwrap();
    let endless = kiket.emit_metric(&metric(f64::INFINITY)).await;
    assert!(matches!(endless, Err(Error::NotFinite)), "{endless:?}");
    let there = kiket.webhook_url("synced").await.unwrap();
    assert!(there.webhook_url.contains(&there.webhook_token), "the address has the token");
    assert_eq!(answered(kiket.webhook_url("no action").await).0, 400);
    let email = InboundEmail { subject: Some("Down".to_owned()), ..InboundEmail::default() };
    let accepted = kiket.hand_over_email(&email).await.unwrap();
    let kept = world.look(&format!("/api/v1/inbound_emails/{}", accepted.id)).await;
    assert_eq!(kept["inbound_email"]["subject"], json!("Down"), "{kept}");
}

pub(super) async fn refusals(world: &World) {
    let kiket = &world.powerless;
    lacks_scopes(kiket.get_metadata(EXTENSION).await);
    lacks_scopes(kiket.notify(&notification()).await);
    lacks_scopes(kiket.emit_metric(&metric(1.0)).await);
    lacks_scopes(kiket.webhook_url("synced").await);
    lacks_scopes(kiket.hand_over_email(&InboundEmail::default()).await);
    // It needs no scope, but it needs a credential.
    let nobody = world.client.session(Some("unknown".into()), "v1");
    assert_eq!(answered(nobody.rate_limit().await).0, 401);
}
