//! Calls of paths that have no method of their own.

use serde_json::{Value, json};

use super::world::{World, answered, lacks_scopes};

const SECRETS: &str = "/api/v1/extensions/com.example.crm/secrets";
const KEY: &str = "/api/v1/extensions/com.example.crm/secrets/RAW_TOKEN";

pub(super) async fn calls(world: &World) {
    let kiket = &world.kiket;
    let limits: Value = kiket.get("/api/v1/ext/rate_limit").await.unwrap();
    assert!(limits["rate_limit"]["remaining"].is_number(), "{limits}");
    let log = json!({"message": "synced", "metadata": {"leads": 2}});
    let _: Value = kiket.post("/api/v1/extensions/logs", &log).await.unwrap();
    let event = json!({"event": "campaign.sent", "data": {"count": 3}});
    let _: Value = kiket.post("/api/v1/ext/analytics/events", &event).await.unwrap();
    let named = json!({"secret": {"key": "RAW_TOKEN", "value": "first"}});
    let _: Value = kiket.post(SECRETS, &named).await.unwrap();
    let _: Value = kiket.put(KEY, &json!({"value": "second"})).await.unwrap();
    let _: Value = kiket.patch(KEY, &json!({"value": "third"})).await.unwrap();
    let stored: Value = kiket.get(KEY).await.unwrap();
    assert_eq!(stored["value"], "third");
    let _: Value = kiket.delete(KEY).await.unwrap();
    let gone = kiket.patch::<Value>(KEY, &json!({"value": "fourth"})).await;
    assert_eq!(answered(gone), (404, "no_secret".to_owned()));
    assert_eq!(
        answered(kiket.get::<Value>("/api/v1/ext/moons").await),
        (404, "no_route".to_owned())
    );
}

pub(super) async fn refusals(world: &World) {
    let kiket = &world.powerless;
    lacks_scopes(kiket.get::<Value>(SECRETS).await);
    lacks_scopes(kiket.post::<Value>(SECRETS, &json!({})).await);
    lacks_scopes(kiket.put::<Value>(KEY, &json!({"value": "x"})).await);
    lacks_scopes(kiket.patch::<Value>(KEY, &json!({"value": "x"})).await);
    lacks_scopes(kiket.delete::<Value>(KEY).await);
}
