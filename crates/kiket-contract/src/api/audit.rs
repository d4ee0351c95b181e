//! `/api/v1/audit`: proofs that an audit record is what it was when it was anchored.
//!
//! - `GET …/anchors`, filtered as [`ListAnchors`] says, and `GET …/anchors/{merkle_root}`;
//! - `GET …/records/{id}/proof`: a [`Proof`], which [`hash::verify_proof`] checks without a call;
//! - `POST …/verify` with a [`VerifyProof`]: Kiket checks it, also on the blockchain.

pub mod hash;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{AnyId, Pagination, time};
use crate::route::{InvalidSegment, api};

/// The path of the anchors, [`crate::route::API`] included.
pub const ANCHORS: &str = "/api/v1/audit/anchors";
/// The path of an anchor, with its variable segment; [`anchor_path`] fills it in.
pub const ANCHOR: &str = "/api/v1/audit/anchors/{merkle_root}";
/// The path of a record's proof, with its variable segment.
pub const PROOF: &str = "/api/v1/audit/records/{record_id}/proof";
/// The path of a check, [`crate::route::API`] included.
pub const VERIFY: &str = "/api/v1/audit/verify";

/// The path of an anchor.
///
/// # Errors
/// When the root can not stand in a path.
pub fn anchor_path(merkle_root: &str) -> Result<String, InvalidSegment> {
    api(&["audit", "anchors", merkle_root])
}

/// The path of a record's proof.
///
/// # Errors
/// When the id can not stand in a path.
pub fn proof_path(record: &AnyId) -> Result<String, InvalidSegment> {
    api(&["audit", "records", &record.to_string(), "proof"])
}

/// The query of the anchors.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ListAnchors {
    /// Only those that stand so: `pending`, `submitted`, `confirmed` or `failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Only of this network, for example `polygon_mainnet`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
    /// Only those made at this time or later.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "time::wanted")]
    pub from: Option<Timestamp>,
    /// Only those made before this time.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "time::wanted")]
    pub to: Option<Timestamp>,
    /// Which page, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// The most anchors of a page, 25 when nothing is said and 100 at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_page: Option<u32>,
}

/// The query of one anchor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FindAnchor {
    /// Whether to list its records too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub include_records: bool,
}

/// The query of a proof.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FindProof {
    /// The kind of record.
    #[serde(default, skip_serializing_if = "RecordType::is_usual")]
    pub record_type: RecordType,
}

/// A kind of audit record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum RecordType {
    /// What somebody did.
    #[default]
    AuditLog,
    /// What an AI agent did.
    AIAuditLog,
}

impl RecordType {
    fn is_usual(&self) -> bool {
        *self == Self::AuditLog
    }
}

/// A page of anchors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Anchors {
    /// The anchors.
    pub anchors: Vec<Anchor>,
    /// Where in the list this page is.
    pub pagination: Pagination,
}

impl Anchors {
    /// A page of a list that has nothing.
    #[must_use]
    pub fn none(page: u32, per_page: u32) -> Self {
        Self {
            anchors: Vec::new(),
            pagination: Pagination { page, per_page, ..Pagination::default() },
        }
    }
}

/// A Merkle tree of records whose root was written to a blockchain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Anchor {
    /// Its id.
    pub id: AnyId,
    /// The tree's root, in hex.
    pub merkle_root: String,
    /// How many records it has.
    #[serde(default)]
    pub leaf_count: u64,
    /// When its first record was made.
    #[serde(default, deserialize_with = "time::lenient")]
    pub first_record_at: Option<Timestamp>,
    /// When its last record was made.
    #[serde(default, deserialize_with = "time::lenient")]
    pub last_record_at: Option<Timestamp>,
    /// The blockchain.
    #[serde(default)]
    pub network: Option<String>,
    /// `pending`, `submitted`, `confirmed` or `failed`.
    pub status: String,
    /// The blockchain's transaction.
    #[serde(default)]
    pub tx_hash: Option<String>,
    /// The blockchain's block.
    #[serde(default)]
    pub block_number: Option<u64>,
    /// When the block was made.
    #[serde(default, deserialize_with = "time::lenient")]
    pub block_timestamp: Option<Timestamp>,
    /// When the blockchain had confirmed it.
    #[serde(default, deserialize_with = "time::lenient")]
    pub confirmed_at: Option<Timestamp>,
    /// Where to look at the transaction.
    #[serde(default)]
    pub explorer_url: Option<String>,
    /// When it was made.
    #[serde(default, deserialize_with = "time::lenient")]
    pub created_at: Option<Timestamp>,
    /// Its records, when they were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<Vec<AnchoredRecord>>,
}

/// A record of an anchor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct AnchoredRecord {
    /// The record.
    pub id: AnyId,
    /// Its kind.
    #[serde(rename = "type")]
    pub record_type: String,
    /// Its place in the tree, from 0.
    pub leaf_index: u64,
    /// Its hash, in hex.
    pub content_hash: String,
}

/// What it takes to show that a record is in an anchor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Proof {
    /// The record.
    pub record_id: AnyId,
    /// Its kind.
    #[serde(default)]
    pub record_type: Option<String>,
    /// Its hash, in hex.
    pub content_hash: String,
    /// The anchor.
    #[serde(default)]
    pub anchor_id: Option<AnyId>,
    /// The anchor's root, in hex.
    pub merkle_root: String,
    /// The record's place in the tree, from 0.
    pub leaf_index: u64,
    /// How many records the tree has.
    #[serde(default)]
    pub leaf_count: Option<u64>,
    /// The hashes beside the way from the record to the root, in hex.
    pub proof: Vec<String>,
    /// The blockchain.
    #[serde(default)]
    pub network: Option<String>,
    /// The blockchain's transaction.
    #[serde(default)]
    pub tx_hash: Option<String>,
    /// The blockchain's block.
    #[serde(default)]
    pub block_number: Option<u64>,
    /// When the block was made.
    #[serde(default, deserialize_with = "time::lenient")]
    pub block_timestamp: Option<Timestamp>,
    /// Whether Kiket has checked it.
    #[serde(default)]
    pub verified: bool,
    /// Where people can check it.
    #[serde(default)]
    pub verification_url: Option<String>,
}

/// The body of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VerifyProof {
    /// The record's hash, in hex.
    pub content_hash: String,
    /// The anchor's root, in hex.
    pub merkle_root: String,
    /// The hashes beside the way from the record to the root, in hex.
    pub proof: Vec<String>,
    /// The record's place in the tree, from 0.
    pub leaf_index: u64,
    /// The blockchain's transaction; `null` when there is none.
    pub tx_hash: Option<String>,
}

impl From<&Proof> for VerifyProof {
    fn from(proof: &Proof) -> Self {
        Self {
            content_hash: proof.content_hash.clone(),
            merkle_root: proof.merkle_root.clone(),
            proof: proof.proof.clone(),
            leaf_index: proof.leaf_index,
            tx_hash: proof.tx_hash.clone(),
        }
    }
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Verification {
    /// Whether all is as it should be.
    pub verified: bool,
    /// Whether the hashes lead to the root.
    #[serde(default)]
    pub proof_valid: bool,
    /// Whether the blockchain has the root.
    #[serde(default)]
    pub blockchain_verified: bool,
    /// The blockchain's block.
    #[serde(default)]
    pub block_number: Option<u64>,
    /// When the block was made.
    #[serde(default, deserialize_with = "time::lenient")]
    pub block_timestamp: Option<Timestamp>,
    /// The blockchain.
    #[serde(default)]
    pub network: Option<String>,
    /// Where to look at the transaction.
    #[serde(default)]
    pub explorer_url: Option<String>,
    /// What is wrong.
    #[serde(default)]
    pub error: Option<Value>,
    /// The record's hash, as it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_hash: Option<String>,
    /// The anchor's root, as it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merkle_root: Option<String>,
    /// The record's place, as it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaf_index: Option<u64>,
}

impl Verification {
    /// The outcome for a proof that no anchor stands behind. `proof_valid` says whether its hashes
    /// lead to its root, as [`hash`] finds.
    #[must_use]
    pub fn without_anchor(proof: &VerifyProof, proof_valid: bool) -> Self {
        Self {
            verified: false,
            proof_valid,
            blockchain_verified: false,
            block_number: None,
            block_timestamp: None,
            network: None,
            explorer_url: None,
            error: Some("there is no anchor with this root".into()),
            content_hash: Some(proof.content_hash.clone()),
            merkle_root: Some(proof.merkle_root.clone()),
            leaf_index: Some(proof.leaf_index),
        }
    }
}
