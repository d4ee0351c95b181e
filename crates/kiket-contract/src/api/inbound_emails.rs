//! E-mails that extensions received and hand over.
//!
//! - `POST /api/v1/ext/inbound_emails` with a [`NewInboundEmail`];
//! - `GET /api/v1/inbound_emails`, filtered as [`ListInboundEmails`] says, newest first, and
//!   `GET …/{id}` one of them whole: for operators.
//!
//! An installation has [`MOST_KEPT`] of them at most; the oldest goes for a new one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{AnyId, Limit};
use crate::id::{InstallationId, ProjectId};

/// The path, [`crate::route::API`] included.
pub const PATH: &str = "/api/v1/ext/inbound_emails";

/// The path of those that were handed over, for operators, [`crate::route::API`] included.
pub const RECEIVED: &str = "/api/v1/inbound_emails";

/// The most bytes of an e-mail, as JSON.
pub const LARGEST: usize = 256 * 1024;
/// The most e-mails that are kept of an installation.
pub const MOST_KEPT: i64 = 1_000;

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

impl AcceptedEmail {
    /// An e-mail that is kept under this number.
    #[must_use]
    pub fn received(id: i64) -> Self {
        Self { id: id.into(), status: Some("received".to_owned()) }
    }
}

/// The query of what was handed over. All that is given has to hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ListInboundEmails {
    /// Only of this project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Only of this installation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installation_id: Option<InstallationId>,
    /// The most e-mails of the page.
    #[serde(default)]
    pub limit: Limit,
    /// Where the last page ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// An e-mail that was handed over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReceivedEmail {
    /// Its number.
    pub id: i64,
    /// When it was handed over.
    pub received_at: Timestamp,
    /// Who handed it over.
    pub installation_id: InstallationId,
    /// The installation's project.
    pub project_id: ProjectId,
    /// The manifest's id of the extension.
    pub extension_id: String,
    /// The e-mail; lists leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inbound_email: Option<InboundEmail>,
}
