//! What a test says about an answer.

use http::header::RETRY_AFTER;
use kiket_contract::response::{ActionAnswer, ActionStatus, ErrorBody, GuardAnswer, GuardStatus};
use kiket_contract::retry::Meaning;
use serde_json::Value;

use super::Answer;

impl Answer {
    /// It has this status.
    ///
    /// # Panics
    /// When it has another.
    #[track_caller]
    pub fn assert_status(&self, status: u16) -> &Self {
        assert!(self.status == status, "the status should be {status}\n{self}");
        self
    }

    /// It is a success: Kiket takes the event for delivered.
    ///
    /// # Panics
    /// When the status is not 2xx.
    #[track_caller]
    pub fn assert_delivered(&self) -> &Self {
        self.assert_means(Meaning::Delivered, "the event should be delivered")
    }

    /// It is a failure for now: Kiket delivers again.
    ///
    /// # Panics
    /// When the status is neither 5xx nor 429.
    #[track_caller]
    pub fn assert_retryable(&self) -> &Self {
        self.assert_means(Meaning::Retryable, "the failure should be one that is tried again")
    }

    /// It is a failure for good: Kiket does not deliver again.
    ///
    /// # Panics
    /// When the status is a success or one that is tried again.
    #[track_caller]
    pub fn assert_permanent(&self) -> &Self {
        self.assert_means(Meaning::Permanent, "the failure should be one for good")
    }

    #[track_caller]
    fn assert_means(&self, meaning: Meaning, wanted: &str) -> &Self {
        assert!(self.meaning() == meaning, "{wanted}\n{self}");
        self
    }

    /// It asks to wait this many seconds before the next attempt.
    ///
    /// # Panics
    /// When the header `Retry-After` is missing or says something else.
    #[track_caller]
    pub fn assert_retry_after(&self, seconds: u64) -> &Self {
        let said =
            self.headers.get(RETRY_AFTER).map(|value| String::from_utf8_lossy(value.as_bytes()));
        assert!(
            said.as_deref() == Some(seconds.to_string().as_str()),
            "`Retry-After` should be {seconds}, and is {}\n{self}",
            said.as_deref().unwrap_or("not there")
        );
        self
    }

    /// It is an error with this status and this `code`, such as 401 and `invalid_signature`.
    ///
    /// # Panics
    /// When it is not.
    #[track_caller]
    pub fn assert_refused(&self, status: u16, code: &str) -> &Self {
        let said = serde_json::from_slice::<ErrorBody>(&self.body).ok().and_then(|body| body.code);
        assert!(
            self.status == status && said.as_deref() == Some(code),
            "the request should be refused with {status} `{code}`\n{self}"
        );
        self
    }

    /// Its body has these members, and may have more.
    ///
    /// # Panics
    /// When one is missing or different.
    #[track_caller]
    pub fn assert_json(&self, expected: &Value) -> &Self {
        assert!(includes(&self.json(), expected), "the body should have {expected}\n{self}");
        self
    }

    /// A guard allowed it.
    ///
    /// # Panics
    /// When the answer is another.
    #[track_caller]
    pub fn assert_allowed(&self) -> GuardAnswer {
        self.assert_guard(GuardStatus::Allow)
    }

    /// A guard denied it.
    ///
    /// # Panics
    /// When the answer is another.
    #[track_caller]
    pub fn assert_denied(&self) -> GuardAnswer {
        self.assert_guard(GuardStatus::Deny)
    }

    /// A guard holds it until approvals resolve.
    ///
    /// # Panics
    /// When the answer is another.
    #[track_caller]
    pub fn assert_pending(&self) -> GuardAnswer {
        self.assert_guard(GuardStatus::Pending)
    }

    #[track_caller]
    fn assert_guard(&self, wanted: GuardStatus) -> GuardAnswer {
        let answer = serde_json::from_slice::<GuardAnswer>(&self.body).ok();
        match answer.filter(|answer| answer.status == wanted) {
            Some(answer) if self.meaning() == Meaning::Delivered => answer,
            _ => panic!("the guard should answer `{}`\n{self}", wanted.as_str()),
        }
    }

    /// An action did what it is for.
    ///
    /// # Panics
    /// When the answer is another.
    #[track_caller]
    pub fn assert_action_succeeded(&self) -> ActionAnswer {
        self.assert_action(ActionStatus::Success, "succeed")
    }

    /// An action told the user that it failed.
    ///
    /// # Panics
    /// When the answer is another.
    #[track_caller]
    pub fn assert_action_failed(&self) -> ActionAnswer {
        self.assert_action(ActionStatus::Error, "tell that it failed")
    }

    #[track_caller]
    fn assert_action(&self, wanted: ActionStatus, word: &str) -> ActionAnswer {
        let answer = serde_json::from_slice::<ActionAnswer>(&self.body).ok();
        match answer.filter(|answer| answer.status == wanted) {
            Some(answer) if self.meaning() == Meaning::Delivered => answer,
            _ => panic!("the action should {word}\n{self}"),
        }
    }
}

/// Whether a value has everything of another: an object may have more members, all else is equal.
pub(crate) fn includes(found: &Value, expected: &Value) -> bool {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => expected
            .iter()
            .all(|(name, value)| found.get(name).is_some_and(|found| includes(found, value))),
        _ => found == expected,
    }
}
