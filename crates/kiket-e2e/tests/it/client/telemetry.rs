//! Records of handlers' calls, which anyone may report, and an unknown credential may not.

use kiket_contract::api::telemetry::{TelemetryRecord, TelemetryStatus};
use kiket_sdk::client::TelemetrySink;
use serde_json::Map;

use super::world::{EXTENSION, World, answered};

fn record(event: &str) -> TelemetryRecord {
    TelemetryRecord {
        event: event.to_owned(),
        version: "v1".to_owned(),
        status: TelemetryStatus::Ok,
        duration_ms: 12.5,
        timestamp: "2026-01-31T08:00:00Z".parse().unwrap(),
        extension_id: Some(EXTENSION.to_owned()),
        extension_version: None,
        error_message: None,
        error_class: None,
        delivery_id: None,
        metadata: Map::new(),
    }
}

pub(super) async fn calls(world: &World) {
    let sink = TelemetrySink::of(&world.client);
    assert!(sink.belongs_to(&world.client));
    let by_address = TelemetrySink::at(&sink.url()).unwrap();
    sink.send(&record("of.ours"), Some(&world.token)).await.unwrap();
    by_address.send(&record("of.nobodys"), None).await.unwrap();
    let unknown = sink.send(&record("of.a.stranger"), Some(&"unknown".into())).await;
    assert_eq!(answered(unknown).0, 401);
    for (query, events) in
        [("", &["of.ours"][..]), ("&include_unauthenticated=true", &["of.nobodys", "of.ours"])]
    {
        let path = format!("/api/v1/marketplace/telemetry/records?limit=100{query}");
        let page = world.look(&path).await;
        let records = page["data"].as_array().unwrap().iter();
        let found: Vec<_> = records
            .filter_map(|record| record["event"].as_str())
            .filter(|event| event.starts_with("of."))
            .collect();
        assert_eq!(found, events, "{page}");
    }
}
