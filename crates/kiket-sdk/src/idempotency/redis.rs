//! Finished deliveries in a Redis that several processes share.
//!
//! Holds, for each key of a delivery, either the mark of the process that runs its handler or the
//! answer. Promises: a mark is set on all keys at once or on none, and only its owner replaces or
//! removes it. Survives a crash: answers for 24 hours; a mark until it expires, so that a process
//! that dies does not keep a delivery for longer than its handler might have run.

mod connection;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ::redis::{Script, ScriptInvocation};
use bytes::Bytes;
use kiket_contract::health::HandlerKind;
use kiket_contract::payload::DEFAULT_TIMEOUT_MS;
use kiket_contract::secret::Secret;
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

pub(crate) use connection::Unreachable;

use super::key::Keys;
use super::{Claim, Kept};
use crate::Error;
use crate::background::Background;
use crate::settings::Settings;
use connection::{Connection, LONGEST_ANSWER};

/// How long a finished delivery is remembered, and the longest that any mark stays.
const REMEMBERED: Duration = Duration::from_hours(24);
/// How often a delivery that waits for another process asks whether that is finished.
const PAUSE: Duration = Duration::from_millis(75);
/// How often at most the log says that guards run without memory.
const WARN_EVERY: Duration = Duration::from_secs(30);

/// What the value of a running delivery begins with; the rest tells marks apart.
const RUNNING: &str = "running ";
/// What the value of a finished delivery begins with; status, line break and body follow.
const FINISHED: &str = "finished ";

/// Gives what is known under the first key that has something, or sets the mark on all keys. A mark
/// that is there already was set by the same claim, whose answer got lost.
const CLAIM: &str = "
    for _, key in ipairs(KEYS) do
        local known = redis.call('GET', key)
        if known and known ~= ARGV[1] then return known end
    end
    for _, key in ipairs(KEYS) do
        redis.call('SET', key, ARGV[1], 'PX', ARGV[2])
    end
    return false";

/// Puts the answer in the place of the mark, where that still stands.
const FINISH: &str = "
    local kept = 0
    for _, key in ipairs(KEYS) do
        local known = redis.call('GET', key)
        if known == ARGV[1] or known == ARGV[2] then
            redis.call('SET', key, ARGV[2], 'PX', ARGV[3])
            kept = kept + 1
        end
    end
    return kept";

/// Removes the mark, where it still stands.
const FORGET: &str = "
    for _, key in ipairs(KEYS) do
        if redis.call('GET', key) == ARGV[1] then redis.call('DEL', key) end
    end";

/// The memory.
pub(crate) struct Redis {
    connection: Connection,
    /// What all keys begin with. The braces put the keys of an extension into one slot.
    prefix: String,
    overrun: Duration,
    background: Background,
    claim: Script,
    finish: Script,
    forget: Script,
    /// When the log last said that guards run without memory.
    warned: Mutex<Option<Instant>>,
}

/// The right to run a delivery.
pub(crate) struct Mark {
    memory: Arc<Redis>,
    keys: Vec<String>,
    value: String,
    /// Whether it may stand in Redis.
    is_set: bool,
}

/// What is known of a delivery that is not new.
enum Known {
    Running,
    Finished(Kept),
}

impl Redis {
    pub(super) fn new(url: &Secret, settings: &Settings) -> Result<Self, Error> {
        Ok(Self {
            connection: Connection::new(url).ok_or(Error::RedisUrl)?,
            prefix: format!("kiket:{{{}}}:", settings.extension_id),
            overrun: settings.options.overrun,
            background: settings.background.clone(),
            claim: Script::new(CLAIM),
            finish: Script::new(FINISH),
            forget: Script::new(FORGET),
            warned: Mutex::new(None),
        })
    }

    pub(super) async fn claim(
        self: &Arc<Self>,
        keys: &Keys,
        kind: HandlerKind,
        deadline: Option<Instant>,
    ) -> Claim {
        match self.claimed(keys, deadline).await {
            Ok(claim) => claim,
            Err(cause) if kind == HandlerKind::Guard => {
                self.warn(&cause);
                Claim::First(super::Mark::Nothing)
            }
            Err(cause) => Claim::Unknown(cause),
        }
    }

    async fn claimed(
        self: &Arc<Self>,
        keys: &Keys,
        deadline: Option<Instant>,
    ) -> Result<Claim, Unreachable> {
        let mut mark = Mark::new(Arc::clone(self), keys.texts(&self.prefix));
        let mut runs_elsewhere = false;
        loop {
            // A request that ends before the answer is here leaves the mark to its `drop`.
            mark.is_set = true;
            let known = match self.ask(&mark, deadline).await {
                Ok(Some(known)) => known,
                Ok(None) => return Ok(Claim::First(super::Mark::Redis(mark))),
                // What the deadline cut off is no sign that Redis is away: it said so a moment ago.
                Err(_) if runs_elsewhere && deadline.is_some_and(|at| at <= Instant::now()) => {
                    return Ok(Claim::Running);
                }
                Err(cause) => return Err(cause),
            };
            runs_elsewhere = true;
            mark.is_set = false;
            if let Known::Finished(kept) = known {
                return Ok(Claim::Repeat(kept));
            }
            let next = Instant::now() + PAUSE;
            match deadline {
                Some(deadline) if deadline <= next => {
                    sleep_until(deadline).await;
                    return Ok(Claim::Running);
                }
                _ => sleep_until(next).await,
            }
        }
    }

    /// Sets the mark, unless something is known of the delivery.
    async fn ask(
        &self,
        mark: &Mark,
        deadline: Option<Instant>,
    ) -> Result<Option<Known>, Unreachable> {
        let now = Instant::now();
        let mut script = mark.script(&self.claim);
        script.arg(milliseconds(self.longest_run(now, deadline)));
        let latest = now + LONGEST_ANSWER;
        let until = deadline.map_or(latest, |deadline| deadline.min(latest));
        let known: Option<Vec<u8>> = self.connection.run(&script, until).await?;
        known.map(|value| Known::read(value).ok_or(Unreachable::Unreadable)).transpose()
    }

    /// How long the handler may still run, and what it needs to tell its end.
    fn longest_run(&self, now: Instant, deadline: Option<Instant>) -> Duration {
        let left = match deadline {
            Some(deadline) => deadline.saturating_duration_since(now),
            None => Duration::from_millis(DEFAULT_TIMEOUT_MS),
        };
        left.saturating_add(self.overrun).saturating_add(LONGEST_ANSWER).min(REMEMBERED)
    }

    pub(super) async fn fault(&self) -> Option<&'static str> {
        let answer = self.connection.ping(Instant::now() + LONGEST_ANSWER).await;
        let cause = answer.err()?;
        tracing::debug!("not ready: {cause}");
        Some("Redis, the memory of finished deliveries, does not answer")
    }

    fn warn(&self, cause: &Unreachable) {
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        if warned.is_none_or(|at| at.elapsed() >= WARN_EVERY) {
            *warned = Some(Instant::now());
            tracing::warn!("guards run without memory: {cause}");
        }
    }
}

impl Known {
    fn read(value: Vec<u8>) -> Option<Self> {
        if value.starts_with(RUNNING.as_bytes()) {
            return Some(Self::Running);
        }
        let rest = value.strip_prefix(FINISHED.as_bytes())?;
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let status = str::from_utf8(&rest[..end]).ok()?.parse().ok()?;
        let body = Bytes::from(value).slice(FINISHED.len() + end + 1..);
        Some(Self::Finished(Kept { status, body }))
    }
}

impl Mark {
    fn new(memory: Arc<Redis>, keys: Vec<String>) -> Self {
        Self { memory, keys, value: format!("{RUNNING}{}", Uuid::now_v7()), is_set: false }
    }

    /// A call of this script with the keys and the mark.
    fn script<'s>(&self, script: &'s Script) -> ScriptInvocation<'s> {
        let mut call = script.prepare_invoke();
        call.key(&self.keys).arg(&self.value);
        call
    }

    /// Stores the answer, also when whoever waits for it is dropped.
    pub(super) async fn keep(self, kept: Kept) {
        let background = self.memory.background.clone();
        if let Some(stored) = background.spawn(self.store(kept)) {
            // It only fails together with the runtime.
            let _ = stored.await;
        }
    }

    async fn store(mut self, kept: Kept) {
        let mut value = format!("{FINISHED}{}\n", kept.status).into_bytes();
        value.extend_from_slice(&kept.body);
        let mut call = self.script(&self.memory.finish);
        call.arg(value).arg(milliseconds(REMEMBERED));
        let until = Instant::now() + LONGEST_ANSWER;
        match self.memory.connection.run::<usize>(&call, until).await {
            Ok(0) => {
                self.is_set = false;
                tracing::warn!("an answer is not remembered: its time had run out");
            }
            Ok(_) => self.is_set = false,
            Err(cause) => tracing::warn!("an answer is not remembered: {cause}"),
        }
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        if !self.is_set {
            return;
        }
        let mark = Self {
            memory: Arc::clone(&self.memory),
            keys: std::mem::take(&mut self.keys),
            value: std::mem::take(&mut self.value),
            is_set: false,
        };
        self.memory.background.spawn(async move {
            let call = mark.script(&mark.memory.forget);
            let until = Instant::now() + LONGEST_ANSWER;
            if let Err(cause) = mark.memory.connection.run::<()>(&call, until).await {
                tracing::debug!("the mark of a delivery stays until it expires: {cause}");
            }
        });
    }
}

/// Shows no address, which may hold a password.
impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

impl fmt::Debug for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mark").field("keys", &self.keys).finish_non_exhaustive()
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_a_mark_or_an_answer_or_not_ours() {
        let read = |text: &str| match Known::read(text.into()) {
            Some(Known::Running) => "running".to_owned(),
            Some(Known::Finished(kept)) => {
                format!("{} {}", kept.status, String::from_utf8_lossy(&kept.body))
            }
            None => "nothing".to_owned(),
        };
        assert_eq!(read("running 1"), "running");
        assert_eq!(read("finished 422\n{\"a\":\n1}"), "422 {\"a\":\n1}");
        assert_eq!(read("finished 204\n"), "204 ");
        for other in ["", "finished", "finished 200", "finished x\n{}", "finished 99999\n{}", "x"] {
            assert_eq!(read(other), "nothing", "{other}");
        }
    }
}
