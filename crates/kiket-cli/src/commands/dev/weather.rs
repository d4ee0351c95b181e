//! Weather between the platform and the extensions: what can happen to a delivery on its way, by plan.
//!
//! What an attempt meets comes from a hash of the seed, the extension, the event, how many deliveries of
//! that event came before, and the attempt's number: the same seed does the same again, whatever ids
//! there are. From the fourth attempt on the weather is fair, so that what is tried again as it should be
//! arrives. A guard and an action, which nobody tries again, meet only what loses no answer.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use kiket_contract::event::{action_key, asks_first};
use kiket_contract::id::DeliveryId;
use kiket_contract::secret::Secret;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use tokio::sync::Notify;

/// The last attempt that meets anything.
const LAST_DISTURBED: i64 = 3;
/// The shortest delay and what may come on top, in milliseconds.
const DELAY: (u64, u64) = (50, 450);

/// What an attempt meets on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Disturbance {
    /// The same bytes arrive twice, one after the other.
    Twice,
    /// It arrives later, by so many milliseconds.
    Late(u64),
    /// The next delivery arrives first.
    Overtaken,
    /// It does not arrive; this status is answered in its place.
    Refused(u16),
    /// The platform refuses its runtime token as one that has expired.
    ExpiredToken,
    /// The connection is lost before it arrives.
    LostBefore,
    /// The connection is lost after it was handled, before the answer.
    LostAfter,
}

/// An attempt on its way.
pub(super) struct Attempt<'a> {
    pub(super) extension: &'a str,
    pub(super) event: &'a str,
    pub(super) version: &'a str,
    pub(super) delivery: DeliveryId,
    pub(super) number: i64,
}

/// What one attempt met, for the report.
#[derive(Debug, Serialize)]
pub(super) struct Met {
    delivery_id: DeliveryId,
    attempt: i64,
    met: String,
}

/// The weather of one run.
pub(super) struct Weather {
    pub(super) seed: u64,
    memory: Mutex<Memory>,
    /// Told whenever a delivery has arrived.
    pub(super) passed: Notify,
}

#[derive(Default)]
struct Memory {
    /// How many deliveries came of each event of an extension.
    came: HashMap<String, u64>,
    /// Which of them a delivery was.
    ordinals: HashMap<DeliveryId, u64>,
    met: HashMap<(DeliveryId, i64), Disturbance>,
    /// Digests of the tokens that are refused.
    expired: HashSet<[u8; 32]>,
}

impl Weather {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, memory: Mutex::default(), passed: Notify::new() }
    }

    /// What this attempt meets.
    pub(super) fn meets(&self, attempt: &Attempt<'_>) -> Option<Disturbance> {
        let Attempt { extension, event, version, delivery, number } = attempt;
        let kind = format!("{extension} {event} {version}");
        let mut memory = self.memory();
        let ordinal = match memory.ordinals.get(delivery) {
            Some(ordinal) => *ordinal,
            None => {
                let came = memory.came.entry(kind.clone()).or_default();
                let ordinal = *came;
                *came += 1;
                memory.ordinals.insert(*delivery, ordinal);
                ordinal
            }
        };
        let is_answered_at_once = asks_first(event) || action_key(event).is_some();
        let planned = planned(&format!("{} {kind} {ordinal} {number}", self.seed));
        let met = planned.filter(|met| {
            let loses = !matches!(met, Disturbance::Twice | Disturbance::Late(_));
            *number <= LAST_DISTURBED && !(is_answered_at_once && loses)
        })?;
        memory.met.insert((*delivery, *number), met);
        Some(met)
    }

    /// What an attempt met.
    pub(super) fn met(&self, delivery: DeliveryId, number: i64) -> Option<Disturbance> {
        self.memory().met.get(&(delivery, number)).copied()
    }

    /// What these deliveries met, attempt by attempt.
    pub(super) fn report(&self, deliveries: &[DeliveryId]) -> Vec<Met> {
        let memory = self.memory();
        let numbered = deliveries.iter().flat_map(|id| (1..=LAST_DISTURBED).map(|n| (*id, n)));
        let met = numbered.filter_map(|(delivery_id, attempt)| {
            let met = memory.met.get(&(delivery_id, attempt))?.to_string();
            Some(Met { delivery_id, attempt, met })
        });
        met.collect()
    }

    /// Refuses a token from now on.
    pub(super) fn expire(&self, token: &Secret) {
        self.memory().expired.insert(digest(token.expose()));
    }

    /// Whether a token is one of those that are refused.
    pub(super) fn has_expired(&self, token: &str) -> bool {
        self.memory().expired.contains(&digest(token))
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        // No change of it is ever left half done.
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Half of all attempts meet something.
fn planned(of: &str) -> Option<Disturbance> {
    let [is_fair, kind, high, low, ..] = digest(of);
    let (shortest, more) = DELAY;
    match kind % 8 {
        _ if is_fair < 128 => None,
        0 => Some(Disturbance::Twice),
        1 => Some(Disturbance::Late(shortest + u64::from(u16::from_be_bytes([high, low])) % more)),
        2 => Some(Disturbance::Overtaken),
        3 => Some(Disturbance::Refused(429)),
        4 => Some(Disturbance::Refused(503)),
        5 => Some(Disturbance::ExpiredToken),
        6 => Some(Disturbance::LostBefore),
        _ => Some(Disturbance::LostAfter),
    }
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

impl fmt::Display for Disturbance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Twice => f.write_str("arrived twice"),
            Self::Late(ms) => write!(f, "arrived {ms} ms late"),
            Self::Overtaken => f.write_str("arrived after the next one"),
            Self::Refused(status) => write!(f, "answered {status} in its place"),
            Self::ExpiredToken => f.write_str("its token has expired"),
            Self::LostBefore => f.write_str("lost on the way"),
            Self::LostAfter => f.write_str("its answer was lost"),
        }
    }
}

impl Met {
    /// For the line of its delivery, if it is of that one.
    pub(super) fn of(&self, delivery: DeliveryId) -> Option<String> {
        let Self { delivery_id, attempt, met } = self;
        (*delivery_id == delivery).then(|| format!("attempt {attempt} {met}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENTS: [&str; 2] = ["issue.created", "workflow.before_transition"];

    /// What 200 deliveries meet in their first four attempts, each with an id of this salt.
    fn run(seed: u64, salt: u8, event: &str) -> Vec<Option<Disturbance>> {
        let weather = Weather::new(seed);
        let meets = |one: u8, number| {
            let delivery = format!("0193a0c0-0000-7000-80{salt:02x}-0000000000{one:02x}");
            let delivery = delivery.parse().unwrap();
            let (extension, version) = ("com.example.x", "v1");
            weather.meets(&Attempt { extension, event, version, delivery, number })
        };
        (0..200)
            .flat_map(|one| (1..=4).map(move |number| (one, number)))
            .map(|(one, n)| meets(one, n))
            .collect()
    }

    #[test]
    fn the_same_seed_does_the_same_whatever_the_ids() {
        assert_eq!(run(7, 1, EVENTS[0]), run(7, 2, EVENTS[0]));
        assert_ne!(run(7, 1, EVENTS[0]), run(8, 1, EVENTS[0]));
    }

    #[test]
    fn everything_happens_and_the_fourth_attempt_is_fair() {
        let met = run(7, 1, EVENTS[0]);
        assert!(met.chunks(4).all(|attempts| attempts[3].is_none()));
        let kinds: HashSet<_> = met.iter().flatten().map(std::mem::discriminant).collect();
        assert_eq!(kinds.len(), 7);
    }

    #[test]
    fn what_nobody_tries_again_loses_no_answer() {
        let met = run(7, 1, EVENTS[1]);
        assert!(met.iter().flatten().count() > 0);
        let is_harmless =
            |met: &Disturbance| matches!(met, Disturbance::Twice | Disturbance::Late(_));
        assert!(met.iter().flatten().all(is_harmless));
    }
}
