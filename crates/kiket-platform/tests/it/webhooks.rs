//! Webhooks of third parties.

use kiket_contract::payload::LARGEST_PAYLOAD;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::harness::{MANIFEST, Setup};
use crate::log;

const URL: &str = "/api/v1/ext/webhook_url?action_name=inbound";

fn listening(extension: &str) -> Value {
    let manifest = MANIFEST
        .replace("com.example.crm", extension)
        .replace("issue.created", "external.webhook.inbound");
    json!({"manifest": manifest})
}

async fn url(setup: &Setup, installed: &Value, path: &str) -> (u16, Value) {
    setup.get(path, &[("x-kiket-api-key", installed["api_key"].as_str().unwrap())]).await
}

/// Where a third party posts to.
fn path(setup: &Setup, found: &Value) -> String {
    found["webhook_url"].as_str().unwrap().strip_prefix(setup.platform.url()).unwrap().to_owned()
}

#[tokio::test]
async fn an_installation_has_one_address_of_its_own() {
    let setup = Setup::new(&[]).await;
    let (_, crm) = setup.install(listening("com.example.crm")).await;
    let (_, other) = setup.install(listening("com.example.other")).await;
    let (status, found) = url(&setup, &crm, URL).await;
    assert_eq!(status, 200, "{found}");
    assert_eq!(url(&setup, &crm, URL).await.1, found, "it stays the same");
    let token = found["webhook_token"].as_str().unwrap();
    let base = format!("{}/webhooks/ext/{token}", setup.platform.url());
    assert_eq!(found["webhook_base_url"], base);
    assert_eq!(found["webhook_url"], format!("{base}/inbound"));
    assert_ne!(url(&setup, &other, URL).await.1["webhook_token"], found["webhook_token"]);
    for unfit in ["/ext/webhook_url", "/ext/webhook_url?action_name=a%2Fb"] {
        let (status, body) = url(&setup, &crm, unfit).await;
        assert_eq!((status, &body["code"]), (400, &json!("invalid_parameter")), "{unfit}");
    }
    let database = std::fs::read(setup.dir.path().join("kiket.db")).unwrap();
    let log = std::fs::read(setup.dir.path().join("kiket.db-wal")).unwrap_or_default();
    for bytes in [database, log] {
        assert!(!bytes.windows(token.len()).any(|part| part == token.as_bytes()), "it is sealed");
    }
}

#[tokio::test]
async fn what_is_posted_reaches_the_one_installation_as_it_came() {
    let setup = Setup::new(&[]).await;
    let (_, crm) = setup.install(listening("com.example.crm")).await;
    setup.install(listening("com.example.other")).await;
    let log = log::listen();
    let found = url(&setup, &crm, URL).await.1;
    let path = format!("{}?source=parse", path(&setup, &found));
    let headers =
        [("content-type", "text/plain"), ("x-their-signature", "v1=abc"), ("cookie", "a=b")];
    let answer = setup.post(&path, &headers, "From=ada%40example.com\n").await;
    assert_eq!(answer, (202, json!({"ok": true})));
    let heard = String::from_utf8_lossy(&log.heard()).into_owned();
    assert!(heard.contains("/webhooks/ext"), "the search works");
    assert!(!heard.contains(found["webhook_token"].as_str().unwrap()), "no log has the token");
    let heard = setup.script.until(|sent| sent.path.ends_with("external.webhook.inbound")).await;
    let heard = heard.json();
    let forwarded = &heard["external_webhook"];
    assert_eq!((&heard["action"], &forwarded["method"]), (&json!("inbound"), &json!("POST")));
    assert_eq!(forwarded["body"], "From=ada%40example.com\n");
    assert_eq!(forwarded["content_type"], "text/plain");
    assert_eq!(forwarded["headers"]["x-their-signature"], "v1=abc");
    assert_eq!(forwarded["headers"].get("cookie"), None);
    assert_eq!(forwarded["query_params"], json!({"source": "parse"}));
    assert_eq!(forwarded["original_url"], format!("{}{path}", setup.platform.url()));
    let (_, deliveries) = setup.look("/api/v1/deliveries").await;
    let deliveries = deliveries["data"].as_array().unwrap();
    assert_eq!((deliveries.len(), &deliveries[0]["extension_id"]), (1, &json!("com.example.crm")));
}

#[tokio::test]
async fn nobody_is_reached_by_another_address() {
    let setup = Setup::new(&[]).await;
    let (_, crm) = setup.install(listening("com.example.crm")).await;
    let found = url(&setup, &crm, URL).await.1;
    let path = path(&setup, &found);
    let large = "x".repeat(LARGEST_PAYLOAD);
    assert_eq!(setup.post(&path, &[], &large).await.0, 413);
    // Whoever knows no token is not listened to: the body that was announced never comes.
    let mut stranger = TcpStream::connect(setup.platform.address()).await.unwrap();
    let head =
        "POST /webhooks/ext/wht_x/inbound HTTP/1.1\r\nhost: x\r\ncontent-length: 60000\r\n\r\n";
    stranger.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    stranger.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 404");
    let unheard = path.replace("inbound", "outbound");
    for path in ["/webhooks/ext/wht_x/inbound", &unheard] {
        let (status, body) = setup.post(path, &[], "x").await;
        assert_eq!((status, &body["code"]), (404, &json!("nobody_there")), "{path}");
    }
    let id = crm["id"].to_string();
    assert_eq!(
        setup.admin("DELETE", &format!("/api/v1/installations/{id}"), Value::Null).await.0,
        200
    );
    assert_eq!(setup.post(&path, &[], "x").await.0, 404, "with the installation it goes");
}
