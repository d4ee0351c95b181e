//! What each call of an extension needs.

use super::{
    ANALYTICS_WRITE, API_READ, API_WRITE, BOARDS_READ, COMMENTS_READ, COMMENTS_WRITE,
    CUSTOM_DATA_READ, CUSTOM_DATA_WRITE, ISSUES_READ, ISSUES_WRITE, SECRETS_READ, SECRETS_WRITE,
    WORKFLOWS_READ,
};
use crate::route::API;

/// The scopes that a call needs, by its method and its path, filled in or with variable segments.
/// A call that nothing is said of needs [`API_READ`] or [`API_WRITE`].
///
/// ```
/// use kiket_contract::scope::{ISSUES_READ, required};
///
/// assert_eq!(required("GET", "/api/v1/ext/issues/{key}"), [ISSUES_READ]);
/// assert_eq!(required("GET", "/api/v1/ext/sla/events"), [ISSUES_READ]);
/// assert!(required("GET", "/api/v1/ext/rate_limit").is_empty());
/// ```
#[must_use]
pub fn required(method: &str, path: &str) -> &'static [&'static str] {
    let path = path.strip_prefix(API).unwrap_or(path);
    let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let reads = matches!(method, "GET" | "HEAD");
    let either = |read, write| if reads { read } else { write };
    match segments[..] {
        ["ext", "rate_limit" | "telemetry"] => &[],
        ["ext", "issues", _, "comments", ..] => either(&[COMMENTS_READ], &[COMMENTS_WRITE]),
        ["ext", "issues" | "sla" | "intake_forms" | "inbound_emails", ..] => {
            either(&[ISSUES_READ], &[ISSUES_WRITE])
        }
        ["ext", "custom_data", ..] => either(&[CUSTOM_DATA_READ], &[CUSTOM_DATA_WRITE]),
        ["ext", "projects", _, "workflows", ..] => &[WORKFLOWS_READ],
        ["ext", "projects", _, "boards", ..] => &[BOARDS_READ],
        ["ext", "analytics", ..] => &[ANALYTICS_WRITE],
        ["extensions", _, "secrets", ..] => either(&[SECRETS_READ], &[SECRETS_WRITE]),
        // A proof is checked there, nothing is written.
        ["audit", ..] => &[API_READ],
        _ => either(&[API_READ], &[API_WRITE]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_needs_what_the_documents_say() {
        for (method, path, scopes) in [
            ("GET", "/api/v1/extensions/com.example.crm/secrets", &[SECRETS_READ][..]),
            ("DELETE", "/api/v1/extensions/com.example.crm/secrets/KEY", &[SECRETS_WRITE]),
            ("POST", "/api/v1/extensions/com.example.crm/events", &[API_WRITE]),
            ("POST", "/api/v1/extensions/logs", &[API_WRITE]),
            ("GET", "/extensions/com.example.crm", &[API_READ]),
            ("POST", "/api/v1/ext/issues/1/transitions", &[ISSUES_WRITE]),
            ("POST", "/api/v1/ext/issues/1/comments", &[COMMENTS_WRITE]),
            ("GET", "/api/v1/ext/intake_forms/a/submissions", &[ISSUES_READ]),
            ("POST", "/api/v1/ext/intake_forms/a/submissions", &[ISSUES_WRITE]),
            ("PATCH", "/api/v1/ext/custom_data/a/b/1", &[CUSTOM_DATA_WRITE]),
            ("POST", "/api/v1/audit/verify", &[API_READ]),
            ("HEAD", "/api/v1/ext/sla/events", &[ISSUES_READ]),
            ("PUT", "/api/v1/ext/what_comes_later", &[API_WRITE]),
        ] {
            assert_eq!(required(method, path), scopes, "{method} {path}");
        }
    }
}
