//! Remembers finished deliveries, because Kiket delivers at least once.
//!
//! Moves: the keys of a delivery in, the answer of its first run out. Promises: while a delivery is
//! remembered its handler does not run a second time; a repeat that comes while the first still
//! runs waits for it. What failed for now is forgotten, so that a retry runs. Survives a crash: what
//! Redis holds; nothing of the memory of this process.

mod kept;
mod key;
mod local;
#[cfg(feature = "redis")]
mod redis;

use std::sync::Arc;

pub(crate) use kept::Kept;
pub(crate) use key::{Keys, Source};
#[cfg(feature = "redis")]
pub(crate) use redis::Unreachable;

use crate::answer::Response;
use crate::settings::Settings;
use crate::{Context, Error};
use local::Local;
#[cfg(feature = "redis")]
use redis::Redis;

/// Whether finished deliveries are remembered, so that a repeated one is answered and not handled
/// again.
///
/// Remembered are answers with 2xx and permanent failures, for 24 hours; in this process at most
/// 10 000 and 8 MiB of them. A delivery is known by the id in its signed body; one without an id by
/// its signed bytes, and by `X-Kiket-Invocation` together with its body apart from
/// `authentication`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum EffectivelyOnce {
    /// In this process. Another process, and this one after a restart, knows nothing of it.
    #[default]
    Memory,
    /// In the Redis at this URL (feature `redis`): `redis://[user:password@]host[:port][/database]`,
    /// with TLS `rediss://…`. All processes of the extension that name the same Redis share the
    /// memory, also on AWS Lambda.
    ///
    /// The first delivery connects, so an extension starts while Redis is down, and it connects
    /// again by itself. Without Redis deliveries are answered with 503, and Kiket delivers again;
    /// guards, which can not wait, run without memory. `GET /readyz` says whether Redis answers. A
    /// process that dies in the middle of a delivery keeps others from it until that delivery's
    /// deadline and the [overrun](crate::Extension::overrun) have passed.
    ///
    /// All keys begin with `kiket:{<the extension's id>}:`. The user needs the commands `GET`,
    /// `SET`, `DEL`, `PING`, `EVALSHA` and `SCRIPT LOAD`. A Redis that evicts keys when its memory
    /// is full (`maxmemory-policy`) may forget early.
    ///
    /// ```
    /// use kiket_sdk::EffectivelyOnce;
    /// use kiket_sdk::prelude::*;
    ///
    /// let url = std::env::var("REDIS_URL").unwrap_or("redis://127.0.0.1".into());
    /// let extension =
    ///     Extension::new("com.example.crm").effectively_once(EffectivelyOnce::Redis(url.into()));
    /// ```
    #[cfg(feature = "redis")]
    Redis(kiket_contract::secret::Secret),
    /// Not at all: every repeat is handled again, also while the first run still goes on.
    Off,
}

/// The memory of one extension.
#[derive(Debug)]
pub(crate) enum Memory {
    Off,
    Local(Arc<Local>),
    #[cfg(feature = "redis")]
    Redis(Arc<Redis>),
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
    /// Whether it runs or has run can not be found out.
    #[cfg(feature = "redis")]
    Unknown(Unreachable),
}

/// The right to run a delivery. Dropped without [`Mark::keep`], the delivery is forgotten.
#[derive(Debug)]
pub(crate) enum Mark {
    Nothing,
    Local(local::Mark),
    #[cfg(feature = "redis")]
    Redis(redis::Mark),
}

impl Memory {
    /// The memory that the program chose. Nothing is connected yet.
    pub(crate) fn new(settings: &Settings) -> Result<Self, Error> {
        Ok(match &settings.options.effectively_once {
            EffectivelyOnce::Memory => Self::Local(Arc::default()),
            #[cfg(feature = "redis")]
            EffectivelyOnce::Redis(url) => Self::Redis(Arc::new(Redis::new(url, settings)?)),
            EffectivelyOnce::Off => Self::Off,
        })
    }

    /// Asks for a delivery, and waits for a first run until the delivery's deadline.
    pub(crate) async fn claim(&self, keys: Keys, context: &Context) -> Claim {
        match self {
            Self::Off => Claim::First(Mark::Nothing),
            Self::Local(local) => {
                local.claim(keys, context.now(), context.deadline_instant()).await
            }
            #[cfg(feature = "redis")]
            Self::Redis(redis) => {
                redis.claim(&keys, context.kind(), context.deadline_instant()).await
            }
        }
    }

    /// What keeps deliveries from being taken, in words.
    pub(crate) async fn fault(&self) -> Option<&'static str> {
        match self {
            Self::Off | Self::Local(_) => None,
            #[cfg(feature = "redis")]
            Self::Redis(redis) => redis.fault().await,
        }
    }
}

impl Mark {
    /// Remembers the answer, unless it asks for a retry.
    pub(crate) async fn keep(self, answer: &Response, context: &Context) {
        let kept = || Kept::of(context.kind(), answer);
        match self {
            Self::Nothing => {}
            Self::Local(mark) => {
                if let Some(kept) = kept() {
                    mark.keep(kept, context.now());
                }
            }
            #[cfg(feature = "redis")]
            Self::Redis(mark) => {
                if let Some(kept) = kept() {
                    mark.keep(kept).await;
                }
            }
        }
    }
}
