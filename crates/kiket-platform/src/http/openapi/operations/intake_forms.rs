//! Forms, and what people hand in with them.

use kiket_contract::api::Page;
use kiket_contract::api::custom_data::InProject;
use kiket_contract::api::intake_forms::submissions::{
    self, IntakeSubmission, ListSubmissions, NewSubmission, Review,
};
use kiket_contract::api::intake_forms::{self, FormStatsQuery, IntakeForm, IntakeStats, ListForms};
use serde_json::{Value, json};

use super::super::operation::{Operation, extension};
use super::{AT, nothing, page};

pub(super) fn operations() -> Vec<Operation> {
    let form = |method, path, summary| {
        extension(method, path, summary)
            .at("form", "contact")
            .keeps_none("not_found", "there is no intake form `contact`")
    };
    let one = |method, path, summary| form(method, path, summary).at("id", "1");
    let review = json!({"project_id": 27, "notes": "a customer of ours"});
    vec![
        extension("GET", intake_forms::PATH, "List intake forms; in both spellings")
            .queries::<ListForms>(json!({"project_id": 27, "active": true, "limit": 25}))
            .answers::<Page<IntakeForm>>(200, nothing()),
        form("GET", intake_forms::ONE, "Show an intake form; in both spellings")
            .queries::<InProject>(json!({"project_id": 27}))
            .answers::<IntakeForm>(200, intake_form()),
        form("GET", intake_forms::STATS, "How often a form was filled in; in both spellings")
            .queries::<FormStatsQuery>(json!({"project_id": 27, "period": "week"}))
            .answers::<IntakeStats>(200, stats()),
        form("GET", submissions::PATH, "List what was handed in; in both spellings")
            .queries::<ListSubmissions>(json!({"project_id": 27, "status": "pending", "limit": 25}))
            .answers::<Page<IntakeSubmission>>(200, page(&submission("pending"))),
        form("POST", submissions::PATH, "Hand something in; in both spellings")
            .takes::<NewSubmission>(
                json!({"project_id": 27, "data": {"email": "grace@example.com"}}),
            )
            .answers::<IntakeSubmission>(201, submission("pending")),
        one("GET", submissions::ONE, "Show what was handed in; in both spellings")
            .queries::<InProject>(json!({"project_id": 27}))
            .answers::<IntakeSubmission>(200, submission("pending")),
        one("POST", submissions::APPROVE, "Take what was handed in; in both spellings")
            .takes::<Review>(review.clone())
            .answers::<IntakeSubmission>(200, submission("approved")),
        one("POST", submissions::REJECT, "Do not take what was handed in; in both spellings")
            .takes::<Review>(review)
            .answers::<IntakeSubmission>(200, submission("rejected")),
    ]
}

pub(in crate::http::openapi) fn intake_form() -> Value {
    let field = json!({
        "key": "email", "label": "E-mail", "field_type": "email", "fieldType": "email",
        "required": true, "options": null, "placeholder": null, "help_text": null,
        "helpText": null,
    });
    json!({
        "id": 1, "key": "contact", "name": "Contact us", "description": null, "active": true,
        "public": true, "fields": [field], "form_url": "https://kiket.dev/forms/contact",
        "embed_allowed": false, "submissions_count": 1, "created_at": AT, "updated_at": AT,
    })
}

pub(in crate::http::openapi) fn stats() -> Value {
    json!({
        "total_submissions": 1, "pending": 1, "approved": 0, "rejected": 0, "converted": 0,
        "period": "week",
    })
}

pub(in crate::http::openapi) fn submission(status: &str) -> Value {
    json!({
        "id": 1, "intake_form_id": 1, "status": status, "data": {"email": "grace@example.com"},
        "metadata": {}, "submitted_by_email": "grace@example.com", "reviewed_by": null,
        "reviewed_at": null, "notes": null, "created_at": AT, "updated_at": AT,
    })
}
