//! What a test asks the stand-in to do with a call.

use std::time::Duration;

use http::Method;
use serde_json::Value;

use super::Call;
use super::known::{Reply, error_of};
use super::state::State;

/// A test's wish for calls with one method and path.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    number: usize,
    method: Method,
    path: String,
    /// For how many calls it counts; for all without a number.
    left: Option<usize>,
    delay: Duration,
    /// Without one the call is answered as Kiket would.
    end: Option<End>,
}

/// How a call ends.
#[derive(Debug, Clone)]
pub(super) enum End {
    /// With an answer.
    Reply(Reply),
    /// The connection is closed.
    HangUp,
    /// Never: the caller waits until it gives up.
    Hang,
}

impl Rule {
    pub(super) fn is_for(&self, call: &Call) -> bool {
        self.left != Some(0) && self.method == call.method && fits(&self.path, &call.path)
    }

    /// What it asks for, which counts as one of its calls.
    pub(super) fn spend(&mut self) -> (Duration, Option<End>) {
        self.left = self.left.map(|left| left.saturating_sub(1));
        (self.delay, self.end.clone())
    }
}

impl End {
    /// The answer's status, if there is an answer.
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Self::Reply(reply) => Some(reply.status),
            Self::HangUp | Self::Hang => None,
        }
    }
}

/// Whether a path is of this form. A part in braces stands for any.
pub(crate) fn fits(form: &str, path: &str) -> bool {
    let any = |part: &str| part.starts_with('{') && part.ends_with('}');
    let (form, path) = (form.split('/'), path.split('/'));
    form.clone().count() == path.clone().count()
        && form.zip(path).all(|(form, part)| form == part || any(form))
}

/// How calls with one method and path are to be answered, from [`StubApi::on`](crate::StubApi::on).
///
/// Without another word they are answered as Kiket would; so `.delay(…)` alone makes Kiket slow.
#[derive(Clone, Copy)]
pub struct On<'a> {
    state: &'a State,
    number: usize,
}

impl<'a> On<'a> {
    #[track_caller]
    pub(super) fn new(state: &'a State, method: &str, path: &str) -> Self {
        let method = Method::from_bytes(method.as_bytes())
            .unwrap_or_else(|_| panic!("`{method}` is no HTTP method"));
        let number = state.change(|inner| {
            let (number, path) = (inner.rules.len(), path.to_owned());
            let (left, delay, end) = (None, Duration::ZERO, None);
            inner.rules.push(Rule { number, method, path, left, delay, end });
            number
        });
        Self { state, number }
    }

    fn change(self, change: impl FnOnce(&mut Rule)) -> Self {
        self.state.change(|inner| {
            let rule = inner.rules.iter_mut().find(|rule| rule.number == self.number);
            rule.map(change)
        });
        self
    }

    /// Answers with this status and JSON.
    pub fn answer(self, status: u16, body: Value) -> Self {
        self.change(|rule| rule.end = Some(End::Reply(Reply::new(status, body))))
    }

    /// Fails with this status, and an error body as Kiket sends it.
    pub fn fail(self, status: u16) -> Self {
        self.change(|rule| rule.end = Some(End::Reply(error_of(status))))
    }

    /// Refuses with 429 and asks to wait this many seconds.
    pub fn rate_limit(self, retry_after: u64) -> Self {
        let mut reply = Reply { retry_after: Some(retry_after), ..error_of(429) };
        reply.body["retry_after"] = retry_after.into();
        self.change(|rule| rule.end = Some(End::Reply(reply)))
    }

    /// Closes the connection instead of answering.
    pub fn hang_up(self) -> Self {
        self.change(|rule| rule.end = Some(End::HangUp))
    }

    /// Never answers, and keeps the connection.
    pub fn hang(self) -> Self {
        self.change(|rule| rule.end = Some(End::Hang))
    }

    /// Waits this long before the answer.
    pub fn delay(self, delay: Duration) -> Self {
        self.change(|rule| rule.delay = delay)
    }

    /// Counts for this many calls only; after them, what was asked for before counts again.
    pub fn times(self, calls: usize) -> Self {
        self.change(|rule| rule.left = Some(calls))
    }
}
