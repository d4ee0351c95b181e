//! `POST /api/v1/ext/inbound_emails`: an extension hands over an e-mail that it received.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::AnyId;

/// The path, [`crate::route::API`] included.
pub const PATH: &str = "/api/v1/ext/inbound_emails";

/// The body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NewInboundEmail<T = InboundEmail> {
    /// The e-mail.
    pub inbound_email: T,
}

/// An e-mail that was received. Start from the default, which is empty.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct InboundEmail {
    /// Its `Message-ID`.
    pub message_id: Option<String>,
    /// The `Message-ID` that it answers.
    pub in_reply_to: Option<String>,
    /// The `Message-ID`s of its conversation.
    pub references: Vec<String>,
    /// Who sent it.
    pub from_email: String,
    /// The sender's name.
    pub from_name: Option<String>,
    /// To whom.
    pub to_email: String,
    /// Who else got it.
    pub cc_emails: Vec<String>,
    /// Its subject.
    pub subject: Option<String>,
    /// Its text.
    pub text_body: Option<String>,
    /// Its text as HTML.
    pub html_body: Option<String>,
    /// Its headers.
    pub headers: Map<String, Value>,
    /// Its attachments, as the mail service describes them.
    pub attachments: Vec<Value>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct AcceptedEmail {
    /// The e-mail's id.
    pub id: AnyId,
    /// What becomes of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}
