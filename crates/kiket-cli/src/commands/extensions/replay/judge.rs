//! Whether an answer is what was expected.

use kiket_contract::id::DeliveryId;
use serde_json::{Map, Value};
use similar::TextDiff;

use super::Sent;
use super::case::{Case, Expect};
use crate::args::Replay;

/// What is thought of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Ok,
    Failed,
    /// The file is no case, and nothing was sent.
    Wrong,
}

/// A case, and what came of it.
pub(super) struct Judged {
    pub(super) name: String,
    pub(super) verdict: Verdict,
    pub(super) sent: Option<Sent>,
    /// What is not as it should be, in a line.
    pub(super) problem: Option<String>,
    /// The lines that show it.
    pub(super) shown: Option<String>,
    /// What should be known besides.
    pub(super) note: Option<&'static str>,
}

impl Judged {
    pub(super) fn wrong(name: String, problem: String) -> Self {
        let (verdict, problem) = (Verdict::Wrong, Some(problem));
        Self { name, verdict, sent: None, problem, shown: None, note: None }
    }

    fn new(name: String, sent: Option<Sent>, found: Option<(String, Option<String>)>) -> Self {
        let (verdict, (problem, shown)) = match found {
            None => (Verdict::Ok, (None, None)),
            Some((problem, shown)) => (Verdict::Failed, (Some(problem), shown)),
        };
        Self { name, verdict, sent, problem, shown, note: None }
    }
}

/// A delivery that was sent again: it is well when the extension took it.
pub(super) fn of_delivery(delivery: DeliveryId, sent: Sent) -> Judged {
    let found = refused(&sent);
    Judged::new(delivery.to_string(), Some(sent), found)
}

/// A case that was sent.
pub(super) fn of_case(
    name: String,
    case: Case,
    sent: anyhow::Result<Sent>,
    args: &Replay,
) -> Judged {
    let sent = match sent {
        Ok(sent) => sent,
        Err(error) => return Judged::new(name, None, Some((format!("{error:#}"), None))),
    };
    let found = match case.expect.as_ref().filter(|_| args.expect) {
        Some(expect) => differs(expect, &sent, args.exact),
        None => refused(&sent),
    };
    let note = (args.expect && case.expect.is_none()).then_some("the file expects nothing");
    Judged { note, ..Judged::new(name, Some(sent), found) }
}

/// An answer that is no success.
fn refused(sent: &Sent) -> Option<(String, Option<String>)> {
    match (sent.status, &sent.error) {
        (Some(200..=299), _) => None,
        (Some(_), _) => Some(("the extension refuses it".to_owned(), Some(sent.body.clone()))),
        (None, error) => Some((error.clone().unwrap_or_else(|| "no answer".to_owned()), None)),
    }
}

fn differs(expect: &Expect, sent: &Sent, exact: bool) -> Option<(String, Option<String>)> {
    let Some(status) = sent.status else { return refused(sent) };
    if let Some(expected) = expect.status.filter(|expected| *expected != status) {
        return Some((format!("expected {expected}"), Some(sent.body.clone())));
    }
    let expected = expect.body.as_ref()?;
    let Ok(answered) = serde_json::from_str::<Value>(&sent.body) else {
        return Some(("expected JSON".to_owned(), Some(sent.body.clone())));
    };
    let answered = if exact { answered } else { restricted(&answered, expected) };
    if answered == *expected {
        return None;
    }
    let lines = |value: &Value| format!("{value:#}\n");
    let diff = TextDiff::from_lines(lines(expected), lines(&answered));
    let shown = diff.unified_diff().header("expected", "answered").to_string();
    Some(("the body is not as expected".to_owned(), Some(shown)))
}

/// What is answered, without the members that nobody asked about.
fn restricted(answered: &Value, expected: &Value) -> Value {
    match (answered, expected) {
        (Value::Object(answered), Value::Object(expected)) => {
            let asked = expected.iter().filter_map(|(name, expected)| {
                Some((name.clone(), restricted(answered.get(name)?, expected)))
            });
            Value::Object(asked.collect::<Map<_, _>>())
        }
        (Value::Array(answered), Value::Array(expected)) => {
            let none = &Value::Null;
            let expected = expected.iter().chain(std::iter::repeat(none));
            answered.iter().zip(expected).map(|(one, asked)| restricted(one, asked)).collect()
        }
        (answered, _) => answered.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    fn found(expect: Value, status: u16, body: &str, exact: bool) -> Option<String> {
        let expect: Expect = serde_json::from_value(expect).unwrap();
        let (body, took) = (body.to_owned(), Duration::ZERO);
        let sent = Sent { status: Some(status), body, took, delivery: None, error: None };
        differs(&expect, &sent, exact).map(|(problem, _)| problem)
    }

    #[test]
    fn members_that_are_given_have_to_be_equal_and_others_may_be() {
        let body = r#"{"status":"allow","metadata":{"a":1,"b":[1,{"x":1,"y":2}]}}"#;
        for (expected, is_met) in [
            (json!({}), true),
            (json!({"status": "allow"}), true),
            (json!({"metadata": {"b": [1, {"y": 2}]}}), true),
            (json!({"metadata": {"b": [1]}}), false),
            (json!({"metadata": {"b": [1, {"y": 2}, 3]}}), false),
            (json!({"status": "deny"}), false),
            (json!({"message": null}), false),
            (json!([]), false),
        ] {
            let found = found(json!({"status": 200, "body": expected}), 200, body, false);
            assert_eq!(found.is_none(), is_met, "{expected}: {found:?}");
        }
    }

    #[test]
    fn exactly_means_nothing_more() {
        let expect = || json!({"body": {"ok": true}});
        assert_eq!(found(expect(), 200, r#"{"ok":true}"#, true), None);
        assert!(found(expect(), 200, r#"{"ok":true,"x":1}"#, true).is_some());
    }

    #[test]
    fn a_status_and_a_body_that_is_no_json_are_told() {
        assert_eq!(found(json!({"status": 200}), 404, "", false).unwrap(), "expected 200");
        assert_eq!(found(json!({"body": 1}), 200, "no", false).unwrap(), "expected JSON");
        assert_eq!(found(json!({"status": 404}), 404, "no", false), None, "as expected");
    }
}
