//! What a guard's answer decides.
//!
//! An answer of 2xx that was read whole and says nothing clear is an allow, which is recorded as
//! assumed. Everything else that is not a clear answer denies, and names the cause.

use std::collections::BTreeMap;

use kiket_contract::response::{GuardAnswer, GuardStatus};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::attempt::{Answer, Attempted, KEPT_BYTES};
use super::policy::Outcome;

/// A guard's decision.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) decision: GuardStatus,
    /// Why an allow was assumed.
    pub(crate) assumed: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) metadata: Map<String, Value>,
}

impl Verdict {
    pub(crate) fn deny(message: impl Into<String>) -> Self {
        Self {
            decision: GuardStatus::Deny,
            assumed: None,
            message: Some(message.into()),
            metadata: Map::new(),
        }
    }

    /// What follows from an answer that says nothing clear.
    fn unclear(answer: &Answer, reason: &str) -> Self {
        if !answer.framed {
            return Self::deny(format!(
                "{reason}, and does not say where it ends: it may be cut off"
            ));
        }
        Self {
            decision: GuardStatus::Allow,
            assumed: Some(reason.to_owned()),
            message: None,
            metadata: Map::new(),
        }
    }

    /// What an attempt decides.
    pub(crate) fn of(attempted: &Attempted) -> Self {
        if let Some(error) = attempted.outcome.error() {
            return Self::deny(error);
        }
        match (&attempted.outcome, &attempted.answer) {
            (Outcome::Answered { body, .. }, Some(answer)) => Self::read(answer, body),
            _ => Self::deny("there was no answer"),
        }
    }

    /// Reads an answer of 2xx. What decides is read from the body as it came; what is kept and
    /// shown, from the `text` that holds no secret.
    fn read(answer: &Answer, text: &str) -> Self {
        if answer.encoded {
            return Self::deny("the answer has a content encoding that nobody asked for");
        }
        if !answer.whole {
            return Self::deny(format!("the answer is larger than {KEPT_BYTES} bytes"));
        }
        if answer.body.trim_ascii().is_empty() {
            return Self::unclear(answer, "the answer is empty");
        }
        // What is not UTF-8 in a message changes nothing about the status beside it.
        let said = String::from_utf8_lossy(&answer.body);
        let said = said.trim_start_matches('\u{feff}');
        let Ok(members) = serde_json::from_str::<BTreeMap<String, &RawValue>>(said) else {
            return Self::unclear(answer, "the answer is no JSON object");
        };
        let status = members.get("status").and_then(|raw| serde_json::from_str(raw.get()).ok());
        let Some(decision) = status else {
            let reason = "the answer has no status of `allow`, `pending` or `deny`";
            return Self::unclear(answer, reason);
        };
        let text = text.trim_start_matches('\u{feff}');
        let shown = serde_json::from_str::<Value>(text).and_then(serde_json::from_value);
        let (message, metadata) = match shown {
            Ok(GuardAnswer { message, metadata, .. }) => (message, metadata),
            Err(_) => (None, Map::new()),
        };
        Self { decision, assumed: None, message, metadata }
    }
}

/// What several guards decide together: deny beats pending, pending beats allow. The message is
/// that of those whose decision it is.
pub(crate) fn together<'a>(
    verdicts: impl Iterator<Item = (GuardStatus, Option<&'a str>)> + Clone,
) -> (GuardStatus, Option<String>) {
    let rank = |decision: &GuardStatus| match decision {
        GuardStatus::Allow => 0,
        GuardStatus::Pending => 1,
        GuardStatus::Deny => 2,
    };
    let decisions = verdicts.clone().map(|(decision, _)| decision);
    let decision = decisions.max_by_key(rank).unwrap_or(GuardStatus::Allow);
    let theirs = verdicts.filter(|(theirs, _)| *theirs == decision);
    let messages: Vec<_> = theirs.filter_map(|(_, message)| message).collect();
    (decision, (!messages.is_empty()).then(|| messages.join("\n")))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;
    use zeroize::Zeroizing;

    use super::*;

    fn attempted(status: u16, body: &str, whole: bool, encoded: bool) -> Attempted {
        Attempted {
            started_at: Timestamp::UNIX_EPOCH,
            duration: Duration::ZERO,
            outcome: Outcome::Answered { status, retry_after: None, body: body.to_owned() },
            answer: Some(Answer {
                body: Zeroizing::new(body.as_bytes().to_vec()),
                whole,
                framed: true,
                encoded,
            }),
        }
    }

    fn of(status: u16, body: &str) -> Verdict {
        Verdict::of(&attempted(status, body, true, false))
    }

    #[test]
    fn a_clear_answer_decides() {
        for (word, decision) in [
            ("allow", GuardStatus::Allow),
            ("pending", GuardStatus::Pending),
            ("deny", GuardStatus::Deny),
        ] {
            let body = format!(r#"{{"status":"{word}","message":"m","metadata":{{"a":1}}}}"#);
            let verdict = of(200, &body);
            assert_eq!((verdict.decision, verdict.assumed), (decision, None));
            assert_eq!(verdict.message.as_deref(), Some("m"));
            assert_eq!(verdict.metadata["a"], 1);
        }
    }

    #[test]
    fn an_unclear_answer_that_was_read_whole_is_an_assumed_allow() {
        for body in
            ["", " \n", "ok", "[]", "3", "{}", r#"{"ok":true}"#, r#"{"status":"DENY"}"#, "{"]
        {
            let verdict = of(200, body);
            assert_eq!(verdict.decision, GuardStatus::Allow, "{body}");
            assert!(verdict.assumed.is_some(), "{body}");
        }
    }

    #[test]
    fn everything_else_denies_and_names_the_cause() {
        for status in [301, 400, 404, 410, 429, 500, 503] {
            let verdict = of(status, r#"{"status":"allow"}"#);
            assert_eq!(verdict.decision, GuardStatus::Deny);
            assert!(verdict.message.unwrap().contains(&status.to_string()));
        }
        for (whole, encoded) in [(false, false), (true, true)] {
            let verdict = Verdict::of(&attempted(200, r#"{"status":"allow"}"#, whole, encoded));
            assert_eq!(verdict.decision, GuardStatus::Deny);
        }
    }

    #[test]
    fn a_deny_is_found_whatever_stands_around_it() {
        let deep =
            format!(r#"{{"metadata":{}{},"status":"deny"}}"#, "[".repeat(900), "]".repeat(900));
        assert_eq!(of(200, &deep).decision, GuardStatus::Deny);
        let mut odd = attempted(200, "", true, false);
        for body in [
            &b"\xEF\xBB\xBF{\"status\":\"deny\"}"[..],
            b"{\"status\":\"deny\",\"message\":\"\xDF\"}",
        ] {
            odd.answer.as_mut().unwrap().body = Zeroizing::new(body.to_vec());
            assert_eq!(Verdict::of(&odd).decision, GuardStatus::Deny);
        }
        let twice = r#"{"status":"allow","status":"deny"}"#;
        assert_eq!(of(200, twice).decision, GuardStatus::Deny);
    }

    #[test]
    fn an_answer_that_may_be_cut_off_is_no_assumed_allow() {
        for (body, decision) in [
            ("", GuardStatus::Deny),
            (r#"{"sta"#, GuardStatus::Deny),
            ("{}", GuardStatus::Deny),
            (r#"{"status":"allow"}"#, GuardStatus::Allow),
        ] {
            let mut attempted = attempted(200, body, true, false);
            attempted.answer.as_mut().unwrap().framed = false;
            assert_eq!(Verdict::of(&attempted).decision, decision, "{body}");
        }
    }

    #[test]
    fn a_secret_that_is_cut_out_of_the_text_changes_no_decision() {
        let mut attempted = attempted(200, r#"{"status":"deny"}"#, true, false);
        attempted.outcome = Outcome::Answered {
            status: 200,
            retry_after: None,
            body: r#"{"status":"[redacted]"}"#.to_owned(),
        };
        assert_eq!(Verdict::of(&attempted).decision, GuardStatus::Deny);
    }

    #[test]
    fn deny_beats_pending_beats_allow() {
        use GuardStatus::{Allow, Deny, Pending};
        let said = [(Allow, Some("a")), (Deny, Some("d")), (Pending, Some("p")), (Deny, Some("e"))];
        assert_eq!(together(said.into_iter()), (Deny, Some("d\ne".to_owned())));
        assert_eq!(together(said[..1].iter().copied()), (Allow, Some("a".to_owned())));
        assert_eq!(together(std::iter::empty()), (Allow, None));
    }
}
