//! What the rules found becomes the guard's answer.

use kiket_sdk::prelude::*;

use crate::rules::{Finding, Objection};

/// Deny beats pending, pending beats allow. The user is told of everything that denies, or else of
/// everything that is waited for.
pub(crate) fn answer(findings: &[Finding]) -> Guard {
    let denied = findings.iter().filter(|finding| matches!(finding.objection, Objection::Deny(_)));
    let denied: Vec<_> = denied.collect();
    if !denied.is_empty() {
        return explained(Guard::deny(messages(&denied)), &denied);
    }
    let pending: Vec<_> = findings.iter().collect();
    if pending.is_empty() {
        return Guard::allow();
    }
    explained(Guard::pending(messages(&pending)), &pending)
}

fn messages(findings: &[&Finding]) -> String {
    let messages: Vec<_> = findings.iter().map(|finding| finding.objection.message()).collect();
    messages.join(" ")
}

/// Kiket keeps the names of the rules with the answer.
fn explained(answer: Guard, findings: &[&Finding]) -> Guard {
    let mut rules: Vec<_> = findings.iter().map(|finding| finding.rule).collect();
    rules.dedup();
    answer.metadata("rules", rules)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn deny(rule: &'static str, message: &str) -> Finding {
        Finding { rule, objection: Objection::Deny(message.to_owned()) }
    }

    fn pending(rule: &'static str, message: &str) -> Finding {
        Finding { rule, objection: Objection::Pending(message.to_owned()) }
    }

    fn answered(findings: &[Finding]) -> Value {
        serde_json::to_value(answer(findings)).unwrap()
    }

    #[test]
    fn deny_beats_pending_beats_allow() {
        assert_eq!(answered(&[])["status"], "allow");
        assert_eq!(answered(&[pending("a", "Wait.")])["status"], "pending");
        for both in
            [[pending("a", "Wait."), deny("b", "No.")], [deny("b", "No."), pending("a", "Wait.")]]
        {
            let expected =
                json!({ "status": "deny", "message": "No.", "metadata": { "rules": ["b"] } });
            assert_eq!(answered(&both), expected);
        }
    }

    #[test]
    fn all_reasons_are_told_at_once_and_each_rule_is_named_once() {
        let two = answered(&[deny("a", "One."), deny("a", "Two."), deny("b", "Three.")]);
        assert_eq!(two["message"], "One. Two. Three.");
        assert_eq!(two["metadata"], json!({ "rules": ["a", "b"] }));
    }
}
