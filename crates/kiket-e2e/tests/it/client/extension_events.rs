//! Events that the extension logs.

use kiket_contract::api::extension_events::LogEvent;
use serde_json::json;

use super::world::{EXTENSION, World, answered, lacks_scopes};

fn event() -> LogEvent {
    LogEvent {
        event: "crm.synced".to_owned(),
        version: Some("v1".to_owned()),
        data: json!({"leads": 2}),
        timestamp: None,
    }
}

pub(super) async fn calls(world: &World) {
    world.kiket.log_event(EXTENSION, &event()).await.unwrap();
    let other = world.kiket.log_event("com.example.other", &event()).await;
    assert_eq!(answered(other), (403, "other_extension".to_owned()));
    let told = world.look("/api/v1/extension_events?project_id=27&event=crm.synced").await;
    assert_eq!(told["data"][0]["data"], json!({"leads": 2}), "{told}");
}

pub(super) async fn refusals(world: &World) {
    lacks_scopes(world.powerless.log_event(EXTENSION, &event()).await);
}
