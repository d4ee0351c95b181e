//! The client's calls about custom data, against the platform.

use std::collections::BTreeMap;

use kiket_contract::api::installations::NewInstallation;
use kiket_platform::{Config, Platform};
use kiket_sdk::client::{Client, Session};
use serde_json::json;

const MODULE: &str = "com.example.crm.contacts";
const TABLE: &str = "automation_records";
const MANIFEST: &str = "id: com.example.crm
version: 1.0.0
permissions: [custom_data.read, custom_data.write]
custom_data:
  permissions: [{module: com.example.crm.contacts, operations: [read, write]}]
";
const SCHEMA: &str = "module: com.example.crm.contacts
tables:
  automation_records:
    columns:
      - {name: email, type: string, \"null\": false, unique: true}
      - {name: status, type: string, default: active, indexed: true}
      - {name: metadata, type: json}
";

async fn start(dir: &tempfile::TempDir) -> (Platform, Session) {
    let mut config = Config::new(dir.path());
    config.listen.set_port(0);
    config.allow_networks = vec!["127.0.0.0/8".parse().unwrap()];
    let platform = Platform::start(config).await.unwrap();
    let new = NewInstallation {
        manifest: MANIFEST.to_owned(),
        callback_url: Some("http://127.0.0.1:9".to_owned()),
        organization_id: 3.try_into().unwrap(),
        project_id: 27.try_into().unwrap(),
        configuration: serde_json::Map::new(),
        headers: BTreeMap::new(),
        secrets: BTreeMap::new(),
        delivery_secret: None,
        signing: None,
        token_minutes: None,
        modules: BTreeMap::from([(MODULE.to_owned(), SCHEMA.to_owned())]),
        seeds: BTreeMap::new(),
        accept_data_loss: false,
        replace: false,
    };
    let installed = platform.install(new).await.unwrap();
    let client = Client::new(platform.url()).unwrap().with_api_key(installed.api_key);
    (platform, client.standalone())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_of_the_client_is_answered_as_it_reads_it() {
    let dir = tempfile::tempdir().unwrap();
    let (platform, kiket) = start(&dir).await;
    let records = kiket.custom_data(27);
    let lead = json!({"email": "lead@example.com", "metadata": {"source": "webhook"}});
    let made = records.create(MODULE, TABLE, &lead).await.unwrap();
    assert_eq!((&made["id"], &made["status"]), (&json!(1), &json!("active")));
    for number in 2..=6 {
        let record = json!({"email": format!("{number}@example.com")});
        records.create(MODULE, TABLE, record).await.unwrap();
    }
    assert_eq!(records.get(MODULE, TABLE, 1).await.unwrap(), made);
    let changed = records.update(MODULE, TABLE, 1, json!({"status": "idle"})).await.unwrap();
    assert_eq!((&changed["status"], &changed["email"]), (&json!("idle"), &lead["email"]));

    let active = records.list(MODULE, TABLE).filter("status", "active").order("-email").limit(2);
    let mut pages = active.pages();
    let mut found = Vec::new();
    while let Some(page) = pages.next_page().await.unwrap() {
        assert!(page.len() <= 2);
        found.extend(page.into_iter().map(|record| record["id"].as_i64().unwrap()));
    }
    assert_eq!(found, [6, 5, 4, 3, 2]);

    records.delete(MODULE, TABLE, 1).await.unwrap();
    assert!(records.get(MODULE, TABLE, 1).await.unwrap_err().is_not_found());
    assert!(records.delete(MODULE, TABLE, 1).await.unwrap_err().is_not_found());
    assert!(records.list("com.example.other", TABLE).await.unwrap_err().is_not_found());
    let unfit = records.create(MODULE, TABLE, json!({"email": 7})).await.unwrap_err();
    assert_eq!(unfit.status(), Some(422));
    assert!(unfit.to_string().contains("`email` is a number"), "{unfit}");
    platform.shutdown().await;
}
