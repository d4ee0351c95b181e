//! Remembers finished deliveries, because Kiket delivers at least once.
//!
//! Moves: the keys of a delivery in, the answer of its first run out. Promises: while a delivery is
//! remembered its handler does not run a second time; a repeat that comes while the first still
//! runs waits for it. What failed for now is forgotten, so that a retry runs. Survives a crash: what
//! Redis holds; nothing of the memory of this process.

mod kept;
mod key;
mod local;

use std::sync::Arc;

use jiff::Timestamp;
use tokio::time::Instant;

pub(crate) use kept::Kept;
pub(crate) use key::{Keys, Source};

use local::Local;

/// Whether finished deliveries are remembered, so that a repeated one is answered and not handled
/// again.
///
/// Remembered are answers with 2xx and permanent failures, for 24 hours, at most 10 000 and 8 MiB
/// of them. A delivery is known by the id in its signed body; one without an id by its signed
/// bytes, and by `X-Kiket-Invocation` together with its body apart from `authentication`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum EffectivelyOnce {
    /// In this process. Another process, and this one after a restart, knows nothing of it.
    #[default]
    Memory,
    /// Not at all: every repeat is handled again.
    Off,
}

/// The memory of one extension.
#[derive(Debug)]
pub(crate) enum Memory {
    Off,
    Local(Arc<Local>),
}

/// What the memory knows of a delivery.
#[derive(Debug)]
pub(crate) enum Claim {
    /// Nothing: it may run. The mark tells the memory what came of it.
    First(Mark),
    /// It has run, with this answer.
    Repeat(Kept),
    /// It runs, and did not end in time.
    Running,
}

/// The right to run a delivery. Dropped without [`Mark::keep`], the delivery is forgotten.
#[derive(Debug)]
pub(crate) enum Mark {
    Nothing,
    Local(local::Mark),
}

impl Memory {
    pub(crate) fn new(choice: EffectivelyOnce) -> Self {
        match choice {
            EffectivelyOnce::Memory => Self::Local(Arc::default()),
            EffectivelyOnce::Off => Self::Off,
        }
    }

    /// Asks for a delivery, and waits for a first run until `deadline`.
    pub(crate) async fn claim(
        &self,
        keys: Keys,
        now: Timestamp,
        deadline: Option<Instant>,
    ) -> Claim {
        match self {
            Self::Off => Claim::First(Mark::Nothing),
            Self::Local(local) => local.claim(keys, now, deadline).await,
        }
    }
}

impl Mark {
    /// Remembers the answer.
    pub(crate) async fn keep(self, answer: Kept, now: Timestamp) {
        match self {
            Self::Nothing => {}
            Self::Local(mark) => mark.keep(answer, now),
        }
    }
}
