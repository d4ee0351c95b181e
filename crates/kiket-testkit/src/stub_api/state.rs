//! What the stand-in remembers, and what it decides about each call.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::Method;
use kiket_contract::secret::Secret;
use tokio::sync::watch;

use super::Call;
use super::known::{self, Reply};
use super::records::Records;
use super::script::{End, Rule};
use super::token::Standing;

/// What is behind every handle of one stand-in.
pub(crate) struct State {
    inner: Mutex<Inner>,
    /// Says that something was recorded.
    changed: watch::Sender<()>,
}

#[derive(Default)]
pub(crate) struct Inner {
    pub(super) calls: Vec<Call>,
    pub(super) rules: Vec<Rule>,
    pub(super) stored: Stored,
    /// Answers to calls with an idempotency key.
    remembered: HashMap<String, Reply>,
    pub(super) standing: Standing,
    /// How many more calls with an effect are answered; the one after them hangs.
    pub(crate) answered_effects: Option<usize>,
    /// Whether the first call of all is answered only after [`State::release`].
    pub(crate) holds_the_first: bool,
}

/// What extensions keep on Kiket.
#[derive(Debug, Clone, Default)]
pub(super) struct Stored {
    pub(super) secrets: BTreeMap<String, Secret>,
    pub(super) records: Records,
}

/// What a test has made of the stand-in, to go back to.
pub(crate) struct Snapshot {
    rules: Vec<Rule>,
    stored: Stored,
    remembered: HashMap<String, Reply>,
}

/// What happens to a call, after a while.
pub(super) struct Decision {
    /// It waits for [`State::release`] before all else.
    pub(super) held: bool,
    pub(super) delay: Duration,
    pub(super) end: End,
}

impl Default for State {
    fn default() -> Self {
        Self { inner: Mutex::default(), changed: watch::Sender::new(()) }
    }
}

impl State {
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Inner) -> T) -> T {
        change(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn count(&self) -> usize {
        self.change(|inner| inner.calls.len())
    }

    pub(crate) fn calls_since(&self, index: usize) -> Vec<Call> {
        self.change(|inner| inner.calls.get(index..).unwrap_or_default().to_vec())
    }

    /// Does what the call asks for, records it, and says how it ends.
    pub(super) fn take(&self, call: Call) -> Decision {
        let decision = self.change(|inner| inner.take(call));
        self.changed.send_replace(());
        decision
    }

    /// Waits until this holds for what is recorded.
    pub(crate) async fn until<T>(&self, mut holds: impl FnMut(&Inner) -> Option<T>) -> T {
        let mut changes = self.changed.subscribe();
        loop {
            changes.mark_unchanged();
            if let Some(found) = self.change(|inner| holds(inner)) {
                return found;
            }
            // The sender lives in `self`, so there is always another change to wait for.
            let _ = changes.changed().await;
        }
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        self.change(|inner| Snapshot {
            rules: inner.rules.clone(),
            stored: inner.stored.clone(),
            remembered: inner.remembered.clone(),
        })
    }

    /// Goes back to what was, without the calls.
    pub(crate) fn restore(&self, to: &Snapshot) {
        self.change(|inner| {
            inner.rules.clone_from(&to.rules);
            inner.stored.clone_from(&to.stored);
            inner.remembered.clone_from(&to.remembered);
            inner.calls.clear();
            inner.answered_effects = None;
            inner.holds_the_first = false;
        });
    }

    /// Lets the first call be answered.
    pub(crate) fn release(&self) {
        self.change(|inner| inner.holds_the_first = false);
        self.changed.send_replace(());
    }

    /// Waits for [`State::release`].
    pub(super) async fn released(&self) {
        self.until(|inner| (!inner.holds_the_first).then_some(())).await;
    }
}

impl Inner {
    pub(crate) fn calls(&self) -> &[Call] {
        &self.calls
    }

    fn take(&mut self, mut call: Call) -> Decision {
        let held = self.holds_the_first && self.calls.is_empty();
        let (delay, mut end) = self.asked(&call);
        call.status = end.status();
        if has_effect(&call) {
            if self.answered_effects == Some(0) {
                end = End::Hang;
                call.status = None;
            }
            self.answered_effects = self.answered_effects.map(|left| left.saturating_sub(1));
        }
        self.calls.push(call);
        Decision { held, delay, end }
    }

    /// What the test asked for, else what Kiket would do.
    fn asked(&mut self, call: &Call) -> (Duration, End) {
        let rule = self.rules.iter_mut().rev().find(|rule| rule.is_for(call));
        let (delay, end) = rule.map(Rule::spend).unwrap_or_default();
        (delay, end.unwrap_or_else(|| End::Reply(self.reply(call))))
    }

    /// What Kiket would answer.
    fn reply(&mut self, call: &Call) -> Reply {
        if let Some(refusal) = known::refusal(call, self.standing) {
            return refusal;
        }
        let key = call.idempotency_key().map(|key| format!("{} {} {key}", call.method, call.path));
        if let Some(first) = key.as_ref().and_then(|key| self.remembered.get(key)) {
            return first.clone();
        }
        let reply = known::reply(call, &mut self.stored);
        if let Some(key) = key.filter(|_| (200..300).contains(&reply.status)) {
            self.remembered.insert(key, reply.clone());
        }
        reply
    }
}

/// Whether a recorded call changed anything on Kiket, as far as its caller can know. Records of
/// telemetry are about the extension itself.
pub(crate) fn has_effect(call: &Call) -> bool {
    let reads = matches!(call.method, Method::GET | Method::HEAD);
    let failed = call.status.is_some_and(|status| !(200..300).contains(&status));
    !reads && !failed && !known::is_telemetry(call)
}
