//! Audit records. The platform anchors none.

use kiket_contract::api::audit::{ListAnchors, RecordType, VerifyProof};

use super::world::{World, is_missing, lacks_scopes};

fn proof() -> VerifyProof {
    let leaf = "ab".repeat(32);
    VerifyProof {
        content_hash: leaf.clone(),
        merkle_root: leaf,
        proof: Vec::new(),
        leaf_index: 0,
        tx_hash: None,
    }
}

pub(super) async fn calls(world: &World) {
    let audit = world.kiket.audit();
    let page = audit.anchors(&ListAnchors { page: Some(2), ..ListAnchors::default() }).await;
    let page = page.unwrap();
    assert_eq!((page.anchors.len(), page.pagination.page), (0, 2));
    is_missing(audit.anchor("0xabc").await);
    is_missing(audit.anchor_with_records("0xabc").await);
    is_missing(audit.proof(7).await);
    is_missing(audit.proof_of(7, RecordType::AIAuditLog).await);
    let found = audit.verify(&proof()).await.unwrap();
    assert!(found.proof_valid && !found.verified, "{found:?}");
}

pub(super) async fn refusals(world: &World) {
    let audit = world.powerless.audit();
    lacks_scopes(audit.anchors(&ListAnchors::default()).await);
    lacks_scopes(audit.anchor("0xabc").await);
    lacks_scopes(audit.anchor_with_records("0xabc").await);
    lacks_scopes(audit.proof(7).await);
    lacks_scopes(audit.proof_of(7, RecordType::AuditLog).await);
    lacks_scopes(audit.verify(&proof()).await);
}
