//! `/api/v1/ext/intake_forms`: forms by which people outside of a project hand something in.
//!
//! - `GET` the list, filtered as [`ListForms`] says; `GET …/{form}` one; `GET …/{form}/stats`;
//! - [`submissions`]: what was handed in.
//!
//! Forms, fields, submissions and figures are written and read in both spellings, see
//! [`super::spelling::Both`].

pub mod submissions;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AnyId, spelling, time};
use crate::route::{InvalidSegment, api};

/// The path of the collection, [`crate::route::API`] included.
pub const PATH: &str = "/api/v1/ext/intake_forms";

/// The path of a form, with its variable segment; [`path`] fills it in.
pub const ONE: &str = "/api/v1/ext/intake_forms/{form}";
/// The path of a form's figures, with its variable segment.
pub const STATS: &str = "/api/v1/ext/intake_forms/{form}/stats";

/// The path of a form.
///
/// # Errors
/// When the key can not stand in a path.
pub fn path(form: &str) -> Result<String, InvalidSegment> {
    api(&["ext", "intake_forms", form])
}

/// The path of a form's figures.
///
/// # Errors
/// When the key can not stand in a path.
pub fn stats_path(form: &str) -> Result<String, InvalidSegment> {
    api(&["ext", "intake_forms", form, "stats"])
}

/// The query of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ListForms {
    /// The project.
    pub project_id: AnyId,
    /// Only those that take submissions, or only those that do not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// Only those that everybody may fill in, or only those that not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public: Option<bool>,
    /// The most forms of the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Where the last page ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// The query of a form's figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FormStatsQuery {
    /// The project.
    pub project_id: AnyId,
    /// Only of the last `day`, `week` or `month`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
}

/// The time that figures are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Period {
    /// The last day.
    Day,
    /// The last week.
    Week,
    /// The last month.
    Month,
}

/// An intake form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct IntakeForm {
    /// Its number.
    pub id: AnyId,
    /// Its key, by which calls name it.
    pub key: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: Option<String>,
    /// Whether it takes submissions.
    #[serde(default)]
    pub active: bool,
    /// Whether everybody may fill it in.
    #[serde(default)]
    pub public: bool,
    /// What it asks for.
    #[serde(default, with = "spelling::each")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<IntakeField>"))]
    pub fields: Vec<IntakeField>,
    /// Where it can be filled in, see [`IntakeForm::public_url`].
    #[serde(default)]
    pub form_url: Option<String>,
    /// Whether it may be shown inside another page.
    #[serde(default)]
    pub embed_allowed: bool,
    /// How often it was filled in.
    #[serde(default)]
    pub submissions_count: u64,
    /// When it was made.
    #[serde(default, deserialize_with = "time::lenient")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, deserialize_with = "time::lenient")]
    pub updated_at: Option<Timestamp>,
}

impl IntakeForm {
    /// Where everybody can fill it in; none when it is not public.
    #[must_use]
    pub fn public_url(&self) -> Option<&str> {
        self.form_url.as_deref().filter(|_| self.public)
    }
}

/// What a form asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct IntakeField {
    /// Its key in a submission's data.
    pub key: String,
    /// What it is called.
    #[serde(default)]
    pub label: String,
    /// Its kind, for example `text` or `select`.
    #[serde(default)]
    pub field_type: String,
    /// Whether it has to be filled in.
    #[serde(default)]
    pub required: bool,
    /// What can be chosen.
    #[serde(default)]
    pub options: Option<Vec<String>>,
    /// What stands in it while it is empty.
    #[serde(default)]
    pub placeholder: Option<String>,
    /// What helps to fill it in.
    #[serde(default)]
    pub help_text: Option<String>,
}

/// How often a form was filled in, and what became of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
#[non_exhaustive]
pub struct IntakeStats {
    /// All submissions.
    pub total_submissions: u64,
    /// Those that wait for a decision.
    pub pending: u64,
    /// Those that were approved.
    pub approved: u64,
    /// Those that were rejected.
    pub rejected: u64,
    /// Those that became an issue.
    pub converted: u64,
    /// The time that was asked for.
    pub period: Option<Period>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::spelling::Both;
    use super::*;

    #[test]
    fn a_form_reads_the_same_in_every_dialect() {
        let snake = json!({
            "id": 4, "key": "bug", "name": "Bug", "active": true, "public": true,
            "fields": [{ "key": "t", "label": "T", "field_type": "text", "help_text": "short" }],
            "form_url": "https://kiket.dev/f/bug", "submissions_count": 3,
        });
        let camel = json!({
            "id": 4, "key": "bug", "name": "Bug", "active": true, "public": true,
            "fields": [{ "key": "t", "label": "T", "fieldType": "text", "helpText": "short" }],
            "formUrl": "https://kiket.dev/f/bug", "submissionsCount": 3,
        });
        let read = |value| serde_json::from_value::<Both<IntakeForm>>(value).unwrap().0;
        let form = read(snake);
        assert_eq!(form, read(camel));
        assert_eq!(form, read(serde_json::to_value(Both(form.clone())).unwrap()));
        assert_eq!(form.fields[0].help_text.as_deref(), Some("short"));
        assert_eq!(form.public_url(), Some("https://kiket.dev/f/bug"));
        assert_eq!(IntakeForm { public: false, ..form }.public_url(), None);
    }
}
