//! `comment.*`: comments, told without their issue. With it they are `issue.commented`.

use serde::{Deserialize, Serialize};

use super::Entry;
use super::entry::Payload;
use super::part::User;

/// The family's catalogue entries.
pub(super) const EVENTS: &[Entry] = &[
    Entry {
        event: "comment.created",
        version: "v1",
        summary: "somebody commented on an issue",
        payload: Payload::of::<CommentCreated>(),
        sample: SAMPLE,
    },
    Entry {
        event: "comment.added",
        version: "v1",
        summary: "somebody commented on an issue; the later catalogue's name of `comment.created`",
        payload: Payload::of::<CommentCreated>(),
        sample: SAMPLE,
    },
];

const SAMPLE: &str = r#"{
    "comment_id": 880, "issue_id": 4231, "project_id": 27,
    "author": {"id": 91, "name": "Ada Byron", "email": "ada@example.com"},
    "body": "The gateway answers again since 10:42."
}"#;

/// Payload of `comment.created` and `comment.added`: the members of the documented webhook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct CommentCreated {
    /// The comment.
    pub comment_id: i64,
    /// The issue it belongs to.
    pub issue_id: i64,
    /// The issue's project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<i64>,
    /// Who wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<User>,
    /// Its text.
    pub body: String,
}
