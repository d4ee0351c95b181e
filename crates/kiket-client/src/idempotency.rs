//! The idempotency keys of writes.
//!
//! A write that is made again with the same `Idempotency-Key` counts once. The attempts of one call
//! have one key. The `POST`s of a delivery have keys that follow from the delivery, too: a handler
//! that runs again, because its answer was lost or it failed halfway, makes the same writes with the
//! same keys. What replaces a value (`PUT`, `PATCH`, `DELETE`, a secret) ends the same however often
//! it is done, and has a key of its own each time: a later value must never be taken for an earlier
//! one.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use kiket_contract::id::DeliveryId;
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use crate::call::Call;

/// A key for one call that nothing repeats.
pub(crate) fn fresh() -> Uuid {
    Uuid::now_v7()
}

/// The writes of one delivery.
#[derive(Debug)]
pub(crate) struct Writes {
    delivery: DeliveryId,
    /// How often each write was made.
    made: Mutex<BTreeMap<[u8; 32], u64>>,
}

impl Writes {
    pub(crate) fn of(delivery: DeliveryId) -> Self {
        Self { delivery, made: Mutex::default() }
    }

    /// The key of this call: it follows from the delivery, what is called with which body, and how
    /// often the same was called before. A handler may make its calls in any order.
    pub(crate) fn key(&self, call: &Call) -> Uuid {
        let write = call.fingerprint();
        let earlier = {
            let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
            let count = made.entry(write).or_default();
            *count += 1;
            *count
        };
        let key = Sha256::new()
            .chain_update(self.delivery.to_string())
            .chain_update(write)
            .chain_update(earlier.to_be_bytes())
            .finalize();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&key[..16]);
        Builder::from_custom_bytes(bytes).into_uuid()
    }
}
