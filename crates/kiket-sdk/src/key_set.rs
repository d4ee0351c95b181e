//! The platform's key set, as the extension holds it.
//!
//! Cast: `Held` is the one entry: the keys and when they came. `KeySet` checks tokens with it and
//! has it fetched: the first time when the first token comes, again once it is an hour old, and when
//! a token names a key that it lacks. `fetch` is the one flight, in a task of its own, so that a
//! caller who hangs up does not end it; everybody else who needs it waits for the same one.
//!
//! A token whose key is not there is refused for good only if keys have come since the token did; before
//! that its key may be a new one, and the answer asks for a retry.
//!
//! It promises that nobody can make it fetch more often than once in 30 seconds, whether the last
//! fetch failed or not, and that a token of a known key waits for no fetch while the keys are
//! fresh. Keys that are older go on being used when they can not be fetched anew; each try is waited
//! for, so that a key which was taken out is refused as soon as that can be known. Nothing survives a
//! crash; the next program fetches again.

use std::sync::Arc;

use jiff::Timestamp;
use kiket_client::Client;
use kiket_contract::clock::Clock;
use kiket_contract::token::{Claims, TokenError, VerifyingKeys};
use tokio::sync::watch;

/// How long keys are used before they are fetched anew, in seconds.
const FRESH: i64 = 60 * 60;
/// The least time from one fetch to the next, in seconds.
pub(crate) const COOL_DOWN: i64 = 30;

/// Checks tokens with the key set of one address.
#[derive(Debug)]
pub(crate) struct KeySet {
    client: Client,
    issuer: String,
    clock: Clock,
    held: Arc<watch::Sender<Held>>,
}

/// Why a token is not accepted.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The token is at fault.
    Token(TokenError),
    /// There are no keys to tell.
    Unavailable,
}

#[derive(Debug, Clone, Default)]
struct Held {
    keys: Arc<VerifyingKeys>,
    /// When the keys came.
    came: Option<Timestamp>,
    /// When a fetch last ended, and whether it brought keys.
    ended: Option<(Timestamp, bool)>,
    /// Whether a fetch is on its way.
    running: bool,
}

impl Held {
    fn is_fresh(&self, now: Timestamp) -> bool {
        self.came.is_some_and(|came| is_within(FRESH, came, now))
    }

    fn may_start(&self, now: Timestamp) -> bool {
        !self.running && !self.ended.is_some_and(|(ended, _)| is_within(COOL_DOWN, ended, now))
    }

    /// Whether keys have been fetched since `then`, so that a key which is not there does not exist.
    /// Before that it may be a new one.
    fn is_sure(&self, then: Timestamp) -> bool {
        matches!(self.ended, Some((ended, true)) if ended >= then)
    }
}

/// Whether `then` is at most this long ago. A clock that was set back makes it long ago.
fn is_within(seconds: i64, then: Timestamp, now: Timestamp) -> bool {
    (0..seconds).contains(&(now.as_second() - then.as_second()))
}

impl KeySet {
    /// Nothing is fetched before the first token comes.
    pub(crate) fn new(client: Client, issuer: String, clock: Clock) -> Self {
        Self { client, issuer, clock, held: Arc::default() }
    }

    pub(crate) async fn verify(&self, token: &str) -> Result<Claims, Fault> {
        let now = self.clock.now();
        let held = self.held.borrow().clone();
        let checked = held.keys.verify(token, &self.issuer, now);
        match &checked {
            Ok(_) if !held.is_fresh(now) => {}
            Err(TokenError::UnknownKey) => {}
            _ => return checked.map_err(Fault::Token),
        }
        let refreshed = self.refresh(now).await;
        let checked = if Arc::ptr_eq(&refreshed.keys, &held.keys) {
            checked
        } else {
            refreshed.keys.verify(token, &self.issuer, now)
        };
        checked.map_err(|error| match error {
            TokenError::UnknownKey if !refreshed.is_sure(now) => Fault::Unavailable,
            error => Fault::Token(error),
        })
    }

    /// What is held after a fetch that is on its way, or that may begin now.
    async fn refresh(&self, now: Timestamp) -> Held {
        let starts = self.held.send_if_modified(|held| {
            let starts = held.may_start(now);
            held.running |= starts;
            starts
        });
        if starts {
            let (held, clock) = (Arc::clone(&self.held), self.clock.clone());
            let flight = Flight { held, clock, brought: None };
            tokio::spawn(fetch(self.client.clone(), flight));
        }
        let mut held = self.held.subscribe();
        // The channel can not close: this key set has its other end.
        let ended = held.wait_for(|held| !held.running).await.map(|held| held.clone());
        ended.unwrap_or_default()
    }
}

async fn fetch(client: Client, mut flight: Flight) {
    match client.key_set().await {
        Ok(set) => {
            let keys = VerifyingKeys::new(&set.keys);
            if keys.is_empty() {
                tracing::warn!(
                    address = client.base_url(),
                    "the key set has no key for ES256; runtime tokens can not be checked"
                );
            }
            flight.brought = Some(keys);
        }
        Err(error) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
            tracing::warn!(
                address = client.base_url(),
                "can not fetch the keys of the runtime tokens: {error}{}",
                cause.unwrap_or_default()
            );
        }
    }
}

/// A fetch on its way. What it brought is shown to all when it ends, in whatever way it ends.
struct Flight {
    held: Arc<watch::Sender<Held>>,
    clock: Clock,
    brought: Option<VerifyingKeys>,
}

impl Drop for Flight {
    fn drop(&mut self) {
        let (now, brought) = (self.clock.now(), self.brought.take());
        self.held.send_modify(|held| {
            held.running = false;
            held.ended = Some((now, brought.as_ref().is_some_and(|keys| !keys.is_empty())));
            if let Some(keys) = brought {
                held.keys = Arc::new(keys);
                held.came = Some(now);
            }
        });
    }
}
