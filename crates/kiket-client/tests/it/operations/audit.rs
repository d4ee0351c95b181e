//! Audit.

use kiket_contract::api::audit::{ListAnchors, RecordType};
use serde_json::{Value, json};

use crate::api::Api;

fn anchor() -> Value {
    json!({
        "id": 1, "merkle_root": "0xab", "leaf_count": 4, "network": "polygon_mainnet",
        "status": "confirmed", "block_number": 7, "confirmed_at": "2025-11-08T11:31:42.1234567Z",
        "records": [{ "id": 7, "type": "AuditLog", "leaf_index": 2, "content_hash": "0xcd" }],
    })
}

#[tokio::test]
async fn anchors_are_listed_between_times_whose_signs_survive_the_query() {
    let pagination = json!({ "page": 2, "per_page": 10, "total": 11, "total_pages": 2 });
    let mut api = Api::saying(json!({ "anchors": [anchor()], "pagination": pagination })).await;
    let query = ListAnchors {
        status: Some("confirmed".into()),
        network: Some("polygon_mainnet".into()),
        from: Some("2025-11-08T12:31:42.5+01:00".parse().unwrap()),
        to: Some("2025-11-09T00:00:00Z".parse().unwrap()),
        page: Some(2),
        per_page: Some(10),
    };
    let found = api.session().audit().anchors(&query).await.unwrap();
    assert_eq!((found.anchors.len(), found.pagination.total), (1, 11));
    assert!(found.anchors[0].confirmed_at.is_some());
    let call = api.call().await;
    assert_eq!(call.line(), "GET /api/v1/audit/anchors");
    assert_eq!(
        call.query(),
        [
            "from=2025-11-08T11:31:42.5Z",
            "network=polygon_mainnet",
            "page=2",
            "per_page=10",
            "status=confirmed",
            "to=2025-11-09T00:00:00Z",
        ]
    );
    api.session().audit().anchors(&ListAnchors::default()).await.unwrap();
    assert!(api.call().await.query().is_empty());
}

#[tokio::test]
async fn an_anchor_is_read_with_its_records_when_they_are_asked_for() {
    let mut api = Api::saying(anchor()).await;
    let session = api.session();
    session.audit().anchor("0xab").await.unwrap();
    let call = api.call().await;
    assert_eq!((call.line(), call.query().len()), ("GET /api/v1/audit/anchors/0xab".into(), 0));
    let records = session.audit().anchor_with_records("0xab").await.unwrap().records.unwrap();
    assert_eq!((records[0].record_type.as_str(), records[0].leaf_index), ("AuditLog", 2));
    assert_eq!(api.call().await.query(), ["include_records=true"]);
    assert!(session.audit().anchor("..").await.is_err());
}

#[tokio::test]
async fn a_proof_is_read_and_given_back_to_be_verified() {
    let proof = json!({
        "record_id": 7, "record_type": "AuditLog", "content_hash": "0xcd", "merkle_root": "0xab",
        "leaf_index": 2, "leaf_count": 4, "proof": ["0x01", "0x02"], "verified": true,
    });
    let mut api = Api::saying(proof).await;
    let session = api.session();
    let proof = session.audit().proof(7).await.unwrap();
    let call = api.call().await;
    assert_eq!(call.line(), "GET /api/v1/audit/records/7/proof");
    assert!(call.query().is_empty(), "the usual kind is not named");
    session.audit().proof_of(7, RecordType::AIAuditLog).await.unwrap();
    assert_eq!(api.call().await.query(), ["record_type=AIAuditLog"]);

    let verdict = json!({ "verified": true, "proof_valid": true, "blockchain_verified": false });
    let mut api = Api::saying(verdict).await;
    let found = api.session().audit().verify(&(&proof).into()).await.unwrap();
    assert!(found.verified && found.proof_valid && !found.blockchain_verified);
    let call = api.call().await;
    assert_eq!(call.line(), "POST /api/v1/audit/verify");
    assert_eq!(
        call.body,
        json!({
            "content_hash": "0xcd", "merkle_root": "0xab", "proof": ["0x01", "0x02"],
            "leaf_index": 2, "tx_hash": null,
        })
    );
}
