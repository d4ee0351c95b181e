//! Calls about audit records and the blockchain anchors that prove them.

use hyper::Method;
use kiket_contract::api::AnyId;
use kiket_contract::api::audit::{
    ANCHORS, Anchor, Anchors, FindAnchor, FindProof, ListAnchors, Proof, RecordType, VERIFY,
    Verification, VerifyProof, anchor_path, proof_path,
};

use crate::call::Call;
use crate::{Error, Session};

/// Audit records and what proves them, from [`Session::audit`].
#[derive(Debug, Clone, Copy)]
pub struct Audit<'a> {
    session: &'a Session,
}

impl Session {
    /// Audit records and what proves them.
    ///
    /// ```no_run
    /// use kiket_contract::api::audit::hash::{content_hash, verify_proof};
    ///
    /// # async fn example(
    /// #     kiket: kiket_client::Session,
    /// #     record: serde_json::Value,
    /// # ) -> Result<(), Box<dyn std::error::Error>> {
    /// let proof = kiket.audit().proof(7).await?;
    /// assert_eq!(content_hash(&record)?, proof.content_hash);
    /// verify_proof(&proof)?;
    /// assert!(kiket.audit().verify(&(&proof).into()).await?.verified);
    /// # Ok(()) }
    /// ```
    pub fn audit(&self) -> Audit<'_> {
        Audit { session: self }
    }
}

impl Audit<'_> {
    /// The anchors, a page at a time: `GET /api/v1/audit/anchors`.
    ///
    /// # Errors
    /// When the call can not be made, or the answer is no page of anchors.
    pub async fn anchors(&self, query: &ListAnchors) -> Result<Anchors, Error> {
        self.session.read(Call::new(Method::GET, ANCHORS.to_owned()).query(query)).await
    }

    /// One anchor by its root: `GET /api/v1/audit/anchors/{merkle_root}`.
    ///
    /// # Errors
    /// When the call can not be made, or the answer is no anchor.
    pub async fn anchor(&self, merkle_root: &str) -> Result<Anchor, Error> {
        self.find(merkle_root, FindAnchor { include_records: false }).await
    }

    /// One anchor with its records: `GET /api/v1/audit/anchors/{merkle_root}?include_records=true`.
    ///
    /// # Errors
    /// When the call can not be made, or the answer is no anchor.
    pub async fn anchor_with_records(&self, merkle_root: &str) -> Result<Anchor, Error> {
        self.find(merkle_root, FindAnchor { include_records: true }).await
    }

    /// The proof of an audit record: `GET /api/v1/audit/records/{id}/proof`.
    ///
    /// # Errors
    /// When the call can not be made, or the answer is no proof.
    pub async fn proof(&self, record: impl Into<AnyId>) -> Result<Proof, Error> {
        self.proof_of(record, RecordType::AuditLog).await
    }

    /// The proof of an audit record of this kind: `GET /api/v1/audit/records/{id}/proof`.
    ///
    /// # Errors
    /// When the call can not be made, or the answer is no proof.
    pub async fn proof_of(
        &self,
        record: impl Into<AnyId>,
        record_type: RecordType,
    ) -> Result<Proof, Error> {
        let call = Call::to(Method::GET, proof_path(&record.into()));
        self.session.read(call.and_then(|call| call.query(&FindProof { record_type }))).await
    }

    /// Has Kiket check a proof, also on the blockchain: `POST /api/v1/audit/verify`.
    ///
    /// # Errors
    /// When the call can not be made, or the answer says nothing about the proof.
    pub async fn verify(&self, proof: &VerifyProof) -> Result<Verification, Error> {
        self.session.read(Call::new(Method::POST, VERIFY.to_owned()).json(proof)).await
    }

    async fn find(&self, merkle_root: &str, query: FindAnchor) -> Result<Anchor, Error> {
        let call = Call::to(Method::GET, anchor_path(merkle_root));
        self.session.read(call.and_then(|call| call.query(&query))).await
    }
}
