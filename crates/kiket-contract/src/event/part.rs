//! What the events of several families mention: people, projects, transitions, comments.

use serde::{Deserialize, Serialize};

/// A person, as the comments and actors of the documented webhooks name them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct User {
    /// Its number.
    pub id: i64,
    /// The full name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// Who did something. The documents name the member `performed_by` without its type, so every form
/// is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
#[non_exhaustive]
pub enum Performer {
    /// A user's number.
    Id(i64),
    /// A name or an e-mail address.
    Name(String),
    /// A user.
    User(User),
}

/// A project, as the documented platform webhooks and set-up calls name it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Project {
    /// Its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<i64>,
    /// Its short key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Its name in addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// Its full name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// The way from one workflow status to another, as the replay templates of Kiket's command line
/// have it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Transition {
    /// The status before.
    pub from: String,
    /// The status after.
    pub to: String,
    /// Who asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub performed_by: Option<Performer>,
}

/// The `context` of a payload, as the extension delivery contract shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Context {
    /// The user on whose behalf the event was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<i64>,
    /// The workspace's name in addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn whoever_performed_a_transition_is_read_in_every_form() {
        for performer in [json!(91), json!("ada@example.com"), json!({"id": 91, "name": "Ada"})] {
            let written = json!({"from": "open", "to": "done", "performed_by": performer});
            let transition: Transition = from_value(written.clone()).unwrap();
            assert_eq!(json!(transition), written);
        }
    }
}
