//! Requests are what a receiver verifies, and the wrong ones are wrong.

use std::time::Duration;

use http::Request;
use http_body_util::{BodyExt, Full};
use jiff::Timestamp;
use kiket_contract::payload::{Authentication, RESERVED};
use kiket_contract::signature::{SignatureError, Signer, SigningForm};
use kiket_contract::token::{self, ISSUER, TokenError};
use kiket_contract::{header, route};
use kiket_testkit::{DELIVERY_SECRET, Delivery, Fault, create_signed_payload, key_set};
use serde_json::{Value, json};

use crate::caller::body;

type Whole = Request<Full<bytes::Bytes>>;

fn text<'a>(request: &'a Whole, name: &str) -> Option<&'a str> {
    request.headers().get(name).map(|value| value.to_str().unwrap())
}

async fn bytes(request: &Whole) -> bytes::Bytes {
    request.body().clone().collect().await.unwrap().to_bytes()
}

/// What a receiver finds of the signature.
async fn verified(request: &Whole) -> Result<(), SignatureError> {
    let signature = text(request, header::SIGNATURE).unwrap_or_default();
    let signer = Signer::new(&DELIVERY_SECRET.into());
    signer.verify(signature, text(request, header::TIMESTAMP), &bytes(request).await)
}

/// What a receiver finds of the token.
async fn believed(request: &Whole) -> Result<token::Claims, TokenError> {
    let body: Value = serde_json::from_slice(&bytes(request).await).unwrap();
    let token = body["authentication"]["runtime_token"].as_str().unwrap_or_default();
    token::verify(token, &key_set().keys, ISSUER, Timestamp::now())
}

#[tokio::test]
async fn both_signing_forms_verify() {
    let delivery = Delivery::new("issue.created", "v1");
    let timestamped = delivery.request();
    assert!(text(&timestamped, header::TIMESTAMP).is_some());
    assert_eq!(verified(&timestamped).await, Ok(()));

    let body_alone = delivery.clone().signing(SigningForm::Body).request();
    assert_eq!(text(&body_alone, header::TIMESTAMP), None);
    assert_eq!(verified(&body_alone).await, Ok(()));

    assert_eq!(text(&delivery.unsigned().request(), header::SIGNATURE), None);
}

#[tokio::test]
async fn the_token_says_what_the_delivery_is() {
    let delivery = Delivery::new("issue.created", "v1")
        .organization(1)
        .project(2)
        .installation(4)
        .scopes(["issues.read"]);
    let claims = believed(&delivery.request()).await.unwrap();
    assert_eq!(claims.did, Some(delivery.id()));
    assert_eq!(claims.org_id.map(|id| id.get()), Some(1));
    assert_eq!(claims.proj_id.map(|id| id.get()), Some(2));
    assert_eq!(claims.pi_id.map(|id| id.get()), Some(4));
    assert_eq!(claims.scopes, ["issues.read"]);
}

#[tokio::test]
async fn headers_and_body_are_those_of_the_platform() {
    let delivery = Delivery::new("issue.created", "v1")
        .payload(json!({ "issue": { "id": 1 } }))
        .set("/issue/title", "Slow checkout")
        .context(json!({ "user_id": 91 }))
        .secret("CRM_TOKEN", "crm_1")
        .missing_secret("OTHER")
        .attempt(3)
        .timeout(Duration::from_secs(2))
        .base_url("http://127.0.0.1:1");
    let request = delivery.request();
    assert_eq!(request.method(), "POST");
    assert_eq!(request.uri().path(), route::webhook("issue.created", "v1"));
    let id = delivery.id().to_string();
    for (name, value) in [
        ("content-type", "application/json"),
        (header::EVENT, "issue.created"),
        (header::EVENT_VERSION, "v1"),
        (header::INVOCATION, &id),
        (header::PROJECT, "27"),
        (header::ORGANIZATION, "3"),
    ] {
        assert_eq!(text(&request, name), Some(value), "{name}");
    }
    let traceparent = text(&request, header::TRACEPARENT).unwrap();
    assert_eq!(traceparent.len(), 55, "{traceparent}");

    let mut body = body(&delivery).await;
    let authentication: Authentication =
        serde_json::from_value(body["authentication"].take()).unwrap();
    assert_eq!(authentication.token_type.as_deref(), Some("runtime"));
    assert!(authentication.expires_at.unwrap() > Timestamp::now());
    assert_eq!(
        body,
        json!({
            "event": "issue.created", "event_version": "v1",
            "delivery": { "id": id, "attempt": 3, "timeout_ms": 2000 },
            "issue": { "id": 1, "title": "Slow checkout" },
            "authentication": null,
            "api": {
                "base_url": "http://127.0.0.1:1", "runtime_header": "X-Kiket-Runtime-Token",
            },
            "secrets": { "CRM_TOKEN": "crm_1" },
            "secret_status": { "missing": ["OTHER"] },
            "context": { "user_id": 91 },
        })
    );
}

#[tokio::test]
async fn an_action_is_called_by_its_key() {
    let call = Delivery::action("sync_contacts").payload(json!({ "input": { "all": true } }));
    let body = body(&call).await;
    assert_eq!(body["event"], "action.sync_contacts");
    assert_eq!(body["action_key"], "sync_contacts");
    assert_eq!(body["input"], json!({ "all": true }));
}

#[tokio::test]
async fn each_fault_breaks_what_it_names_and_nothing_else() {
    for (fault, signature, token) in [
        (Fault::WrongSecret, Err(SignatureError::Mismatch), true),
        (Fault::ChangedBody, Err(SignatureError::Mismatch), true),
        (Fault::NoSignature, Err(SignatureError::Malformed), true),
        // Its signature holds: freshness is for the receiver to check.
        (Fault::Old, Ok(()), false),
        (Fault::ForgedToken, Ok(()), false),
        (Fault::NoToken, Ok(()), false),
    ] {
        let request = Delivery::new("issue.created", "v1").with_fault(fault).request();
        assert_eq!(verified(&request).await, signature, "{fault:?}");
        assert_eq!(believed(&request).await.is_ok(), token, "{fault:?}");
    }
    let old = Delivery::new("issue.created", "v1").with_fault(Fault::Old).request();
    let timestamp: i64 = text(&old, header::TIMESTAMP).unwrap().parse().unwrap();
    assert!(Timestamp::now().as_second() - timestamp >= 3600);
    assert_eq!(believed(&old).await, Err(TokenError::Expired));
    let forged = Delivery::new("issue.created", "v1").with_fault(Fault::ForgedToken).request();
    assert_eq!(believed(&forged).await, Err(TokenError::Signature));
}

#[tokio::test]
async fn a_changed_body_is_still_the_same_json() {
    let delivery = Delivery::new("issue.created", "v1").unsigned();
    let mut changed = body(&delivery.clone().with_fault(Fault::ChangedBody)).await;
    let mut right = body(&delivery).await;
    for body in [&mut changed, &mut right] {
        body["authentication"].take();
    }
    assert_eq!(changed, right);
}

#[tokio::test]
async fn time_is_what_the_test_says() {
    let noon: Timestamp = "2025-11-21T12:00:00Z".parse().unwrap();
    let request = Delivery::new("issue.created", "v1").at(noon).request();
    assert_eq!(text(&request, header::TIMESTAMP), Some("1763726400"));
    let body: Value = serde_json::from_slice(&bytes(&request).await).unwrap();
    assert_eq!(body["authentication"]["expires_at"], "2025-11-21T12:15:00Z");
}

#[test]
fn a_payload_is_signed_as_the_other_sdks_do() {
    let signed = create_signed_payload("test-secret", &json!({ "issue": { "id": "123" } }));
    let text = |name: &str| signed.headers[name].to_str().unwrap();
    assert_eq!(text("content-type"), "application/json");
    let signer = Signer::new(&"test-secret".into());
    let (signature, timestamp) = (text(header::SIGNATURE), text(header::TIMESTAMP));
    signer.verify(signature, Some(timestamp), signed.body.as_bytes()).unwrap();
    assert!(signature.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase()));
    assert_eq!(signed.request("/v/1/webhooks/issue.created").headers(), &signed.headers);
}

#[tokio::test]
async fn every_documented_event_has_a_sample() {
    let samples: Vec<_> = Delivery::samples().collect();
    assert_eq!(samples.len(), kiket_contract::event::catalogue().count());
    for sample in samples {
        let body = body(&sample).await;
        let own = body.as_object().unwrap().keys().filter(|key| !RESERVED.contains(&key.as_str()));
        assert!(own.count() > 0, "{} {}", sample.event(), sample.version());
    }
}

#[tokio::test]
async fn a_vector_is_replayed_by_its_files_name() {
    let vectors = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/events");
    let replayed = Delivery::replay(format!("{vectors}/issue.created.v1.json")).unwrap();
    assert_eq!((replayed.event(), replayed.version()), ("issue.created", "v1"));
    assert_eq!(body(&replayed).await["issue"]["title"], "Restore checkout webhooks");
}

#[tokio::test]
async fn a_recorded_body_is_replayed_with_a_new_proof() {
    let recorded = Delivery::new("issue.created", "v2")
        .context(json!({ "user_id": 91 }))
        .secret("CRM_TOKEN", "crm_1")
        .missing_secret("OTHER")
        .timeout(Duration::from_secs(2))
        .scopes(["project:12", "issues.write"])
        .organization(4)
        .project(12)
        .installation(9)
        .attempt(2);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("yesterday.json");
    std::fs::write(&file, body(&recorded).await.to_string()).unwrap();

    let replayed = Delivery::replay(file).unwrap();
    assert_eq!(replayed.id(), recorded.id());
    assert_eq!(verified(&replayed.request()).await, Ok(()));
    let claims = believed(&replayed.request()).await.unwrap();
    assert_eq!(claims.scopes, ["project:12", "issues.write"]);
    assert_eq!(claims.org_id.map(|id| id.get()), Some(4));
    assert_eq!(claims.proj_id.map(|id| id.get()), Some(12));
    assert_eq!(claims.pi_id.map(|id| id.get()), Some(9));
    let (mut again, mut first) = (body(&replayed).await, body(&recorded).await);
    assert_ne!(again["authentication"].take(), first["authentication"].take());
    assert_eq!(again, first);
}

/// A recording may have its token cut out.
#[tokio::test]
async fn without_a_token_the_scopes_of_a_recorded_body_name_its_project() {
    let mut recorded = body(&Delivery::new("issue.created", "v1").project(12)).await;
    recorded["authentication"]["runtime_token"] = "[secret]".into();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("yesterday.json");
    std::fs::write(&file, recorded.to_string()).unwrap();
    let replayed = Delivery::replay(file).unwrap();
    let claims = believed(&replayed.request()).await.unwrap();
    assert_eq!(claims.proj_id.map(|id| id.get()), Some(12));
    assert_eq!(claims.org_id.map(|id| id.get()), Some(3));
}

#[test]
fn a_file_that_can_not_be_replayed_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let replayed = |name: &str, content: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, content).unwrap();
        Delivery::replay(file).unwrap_err().to_string()
    };
    assert!(replayed("issue.created.v1.json", "[]").contains("no JSON object"));
    assert!(replayed("issue.txt", "{}").contains("<event>.<version>.json"));
    let missing = Delivery::replay(folder.path().join("none.v1.json")).unwrap_err();
    assert!(missing.to_string().contains("can not read"), "{missing}");
}
