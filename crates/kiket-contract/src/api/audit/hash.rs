//! Hashes of audit records, and the check of a [`Proof`] on one's own machine.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Proof, VerifyProof};

const HASH: usize = 32;

/// The hash of a record's content: SHA-256 of its canonical JSON (RFC 8785), in hex behind `0x`.
///
/// The SDKs write JSON in five ways. They agree with this one on flat objects of plain ASCII texts
/// without `<`, `>`, `&`, `'` and `+`, of integers, booleans and nulls, whose keys are no numbers.
///
/// ```
/// use kiket_contract::api::audit::hash::content_hash;
///
/// let hash = content_hash(&serde_json::json!({ "b": 1, "a": "x" }))?;
/// assert_eq!(hash, content_hash(&serde_json::json!({ "a": "x", "b": 1 }))?);
/// assert_eq!(hash, "0xcdab067e9f3beb32d1252cfd63e492592fecbf591b0d08cadb24bb17f3864246");
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Errors
/// When the content can not be written as JSON.
pub fn content_hash(content: &impl Serialize) -> Result<String, serde_json::Error> {
    let text = serde_json_canonicalizer::to_vec(content)?;
    Ok(format!("0x{}", base16ct::lower::encode_string(&Sha256::digest(text))))
}

/// Why a proof shows nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofFault {
    /// A hash is not 32 bytes in hex.
    #[error("a hash of the proof is not 64 hex digits; fetch the proof again")]
    NoHash,
    /// The record's place is outside of the tree.
    #[error("the record's place is outside of the tree; fetch the proof again")]
    OutsideTheTree,
    /// There are more or fewer hashes than the tree has levels.
    #[error("the proof has more or fewer hashes than the tree has levels; fetch the proof again")]
    WrongLength,
    /// The hashes lead to another root.
    #[error("the hashes do not lead to the anchor's root: the record is not the anchored one")]
    OtherRoot,
}

/// Checks that a proof's hashes lead from the record to the anchor's root.
///
/// Each pair is hashed in ascending order, so the record's place does not change the result; it is
/// still checked against the tree's size, and so is the number of hashes, when the proof says the
/// size. The record's hash is taken as it stands: compare it with [`content_hash`] of the record.
///
/// # Errors
/// [`ProofFault`] when they do not.
pub fn verify_proof(proof: &Proof) -> Result<(), ProofFault> {
    if let Some(count) = proof.leaf_count {
        if proof.leaf_index >= count {
            return Err(ProofFault::OutsideTheTree);
        }
        // A record at the edge of a tree that is not full can have a shorter way to the root.
        if proof.proof.len() > levels(count) || (count > 1 && proof.proof.is_empty()) {
            return Err(ProofFault::WrongLength);
        }
    }
    leads_to_root(&proof.into())
}

/// Checks that hashes lead from a record to a root, as [`verify_proof`] does where the size of the
/// tree is not known.
///
/// # Errors
/// [`ProofFault`] when they do not.
pub fn leads_to_root(proof: &VerifyProof) -> Result<(), ProofFault> {
    let root = hash(&proof.merkle_root)?;
    let mut found = hash(&proof.content_hash)?;
    for sibling in &proof.proof {
        let sibling = hash(sibling)?;
        let (low, high) = if found <= sibling { (found, sibling) } else { (sibling, found) };
        found = Sha256::new().chain_update(low).chain_update(high).finalize().into();
    }
    if found == root { Ok(()) } else { Err(ProofFault::OtherRoot) }
}

/// How many levels a tree of so many records has above them.
fn levels(count: u64) -> usize {
    (u64::BITS - (count - 1).leading_zeros()) as usize
}

fn hash(text: &str) -> Result<[u8; HASH], ProofFault> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let mut bytes = [0; HASH];
    match base16ct::mixed::decode(digits, &mut bytes) {
        Ok(decoded) if decoded.len() == HASH => Ok(bytes),
        _ => Err(ProofFault::NoHash),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn leaf(text: &str) -> [u8; HASH] {
        Sha256::digest(text).into()
    }

    fn parent(one: [u8; HASH], two: [u8; HASH]) -> [u8; HASH] {
        let (low, high) = (one.min(two), one.max(two));
        Sha256::digest([low, high].concat()).into()
    }

    fn hex(bytes: [u8; HASH]) -> String {
        base16ct::lower::encode_string(&bytes)
    }

    /// The proof of the third of four records.
    fn proof() -> Proof {
        let [a, b, c, d] = ["a", "b", "c", "d"].map(leaf);
        let root = parent(parent(a, b), parent(c, d));
        serde_json::from_value(json!({
            "record_id": 7, "content_hash": format!("0x{}", hex(c)), "merkle_root": hex(root),
            "leaf_index": 2, "leaf_count": 4, "proof": [hex(d), format!("0x{}", hex(parent(a, b)))],
        }))
        .unwrap()
    }

    #[test]
    fn the_hashes_of_an_anchored_record_lead_to_the_root() {
        assert_eq!(verify_proof(&proof()), Ok(()));
    }

    #[test]
    fn another_record_leads_to_another_root() {
        let other = Proof { content_hash: hex(leaf("x")), ..proof() };
        assert_eq!(verify_proof(&other), Err(ProofFault::OtherRoot));
    }

    #[test]
    fn text_that_is_no_hash_never_verifies() {
        for text in ["", "0x", "zz", "0xabc", "not a hash", &"g".repeat(64), &"a".repeat(63)] {
            let nothing = Proof {
                content_hash: text.to_owned(),
                merkle_root: text.to_owned(),
                leaf_count: None,
                proof: Vec::new(),
                ..proof()
            };
            assert_eq!(verify_proof(&nothing), Err(ProofFault::NoHash), "{text}");
        }
        let odd = Proof { proof: vec![format!("{}a", hex(leaf("d")))], ..proof() };
        assert_eq!(verify_proof(&odd), Err(ProofFault::NoHash));
    }

    #[test]
    fn a_place_outside_of_the_tree_and_a_way_of_another_length_are_refused() {
        let outside = Proof { leaf_index: 4, ..proof() };
        assert_eq!(verify_proof(&outside), Err(ProofFault::OutsideTheTree));
        let long = Proof { leaf_count: Some(3), proof: vec![hex(leaf("d")); 3], ..proof() };
        assert_eq!(verify_proof(&long), Err(ProofFault::WrongLength));
        let [a, b] = ["a", "b"].map(leaf);
        let node = Proof {
            content_hash: hex(parent(a, b)),
            merkle_root: hex(parent(a, b)),
            leaf_index: 0,
            leaf_count: Some(2),
            proof: Vec::new(),
            ..proof()
        };
        assert_eq!(verify_proof(&node), Err(ProofFault::WrongLength), "a root is no record");
    }

    #[test]
    fn content_is_sorted_at_every_level_and_not_escaped_more_than_needed() {
        let one = json!({ "b": { "z": 1, "a": "é<&>" }, "a": 1.0 });
        let hash = content_hash(&one).unwrap();
        let text = r#"{"a":1,"b":{"a":"é<&>","z":1}}"#;
        assert_eq!(hash, format!("0x{}", hex(Sha256::digest(text).into())));
    }
}
