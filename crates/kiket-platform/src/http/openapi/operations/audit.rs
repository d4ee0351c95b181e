//! What proves audit records.

use kiket_contract::api::audit::{
    self, Anchor, Anchors, FindAnchor, FindProof, ListAnchors, Proof, Verification, VerifyProof,
};
use serde_json::{Value, json};

use super::super::operation::{Operation, extension};
use super::AT;

/// A record's hash, its sibling's, and the root that both lead to.
const CONTENT: &str = "0xca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb";
const SIBLING: &str = "0x3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d";
const ROOT: &str = "0x18d79cb747ea174c59f3a3b41768672526d56fecc58360a99d283d0f9b0a3cc0";

pub(super) fn operations() -> Vec<Operation> {
    let none = format!("there is no anchor `{ROOT}`");
    vec![
        extension("GET", audit::ANCHORS, "List anchors of audit records")
            .queries::<ListAnchors>(json!({"status": "confirmed", "page": 1, "per_page": 25}))
            .answers::<Anchors>(
                200,
                json!({
                    "anchors": [],
                    "pagination": {"page": 1, "per_page": 25, "total": 0, "total_pages": 0},
                }),
            ),
        extension("GET", audit::ANCHOR, "Show an anchor")
            .at("merkle_root", ROOT)
            .queries::<FindAnchor>(json!({"include_records": true}))
            .answers::<Anchor>(200, anchor())
            .keeps_none("not_found", &none),
        extension("GET", audit::PROOF, "Show what proves an audit record")
            .at("record_id", "7")
            .queries::<FindProof>(json!({"record_type": "AuditLog"}))
            .answers::<Proof>(200, proof())
            .keeps_none("not_found", "there is no audit record `7`"),
        extension("POST", audit::VERIFY, "Check what proves an audit record")
            .takes::<VerifyProof>(json!({
                "content_hash": CONTENT, "merkle_root": ROOT, "proof": [SIBLING], "leaf_index": 0,
                "tx_hash": null,
            }))
            .answers::<Verification>(
                200,
                json!({
                    "verified": false, "proof_valid": true, "blockchain_verified": false,
                    "block_number": null, "block_timestamp": null, "network": null,
                    "explorer_url": null, "error": "there is no anchor with this root",
                    "content_hash": CONTENT, "merkle_root": ROOT, "leaf_index": 0,
                }),
            ),
    ]
}

pub(in crate::http::openapi) fn anchor() -> Value {
    json!({
        "id": 1, "merkle_root": ROOT, "leaf_count": 2, "first_record_at": AT,
        "last_record_at": AT, "network": "polygon", "status": "confirmed", "tx_hash": "0x1f",
        "block_number": 1001, "block_timestamp": AT, "confirmed_at": AT, "explorer_url": null,
        "created_at": AT,
        "records": [{"id": 7, "type": "AuditLog", "leaf_index": 0, "content_hash": CONTENT}],
    })
}

pub(in crate::http::openapi) fn proof() -> Value {
    json!({
        "record_id": 7, "record_type": "AuditLog", "content_hash": CONTENT, "anchor_id": 1,
        "merkle_root": ROOT, "leaf_index": 0, "leaf_count": 2, "proof": [SIBLING],
        "network": "polygon", "tx_hash": "0x1f", "block_number": 1001, "block_timestamp": AT,
        "verified": true, "verification_url": null,
    })
}
