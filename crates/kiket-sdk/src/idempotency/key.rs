//! What a delivery is known by.

use hyper::HeaderMap;
use kiket_contract::event::plain_version;
use kiket_contract::header;
use kiket_contract::id::DeliveryId;
use sha2::{Digest, Sha256};

use crate::body::around_authentication;

/// The keys of one delivery: each of them makes it a repeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Keys {
    first: Key,
    second: Option<Key>,
}

/// One key of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    /// The id in the signed body.
    Id(DeliveryId),
    /// The signed bytes, for this event.
    Signed([u8; 32]),
    /// The header's id, together with the event and the body apart from the proof, which every
    /// attempt renews.
    Invocation([u8; 32]),
}

/// What keys are made of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a str,
    pub(crate) id: Option<DeliveryId>,
    /// Named by the path, where the body does not repeat it: two events may have the same body.
    pub(crate) event: &'a str,
    pub(crate) version: &'a str,
}

impl Keys {
    pub(crate) fn of(source: Source<'_>) -> Self {
        if let Some(id) = source.id {
            return Self { first: Key::Id(id), second: None };
        }
        let Source { headers, body, event, version, .. } = source;
        let of_event = Sha256::new().chain_update(format!("{event}\n{}\n", plain_version(version)));
        let mut signed = of_event.clone();
        if let Some(timestamp) = headers.get(header::TIMESTAMP) {
            signed.update(timestamp);
            signed.update(".");
        }
        signed.update(body);
        let invocation = headers.get(header::INVOCATION).map(|id| {
            let (before, after) = around_authentication(body);
            let parts = [id.as_bytes(), b"\n", before.as_bytes(), b"\n", after.as_bytes()];
            let mut hash = of_event;
            parts.iter().for_each(|part| hash.update(part));
            Key::Invocation(hash.finalize().into())
        });
        Self { first: Key::Signed(signed.finalize().into()), second: invocation }
    }

    /// The keys as texts, each behind this prefix.
    #[cfg(feature = "redis")]
    pub(super) fn texts(&self, prefix: &str) -> Vec<String> {
        self.iter().map(|key| format!("{prefix}{key}")).collect()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Key> + use<> {
        [Some(self.first), self.second].into_iter().flatten()
    }
}

#[cfg(feature = "redis")]
impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (kind, hash) = match self {
            Self::Id(id) => return write!(f, "id:{id}"),
            Self::Signed(hash) => ("signed", hash),
            Self::Invocation(hash) => ("invocation", hash),
        };
        write!(f, "{kind}:")?;
        hash.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
