//! What was handed in by intake forms.

use kiket_contract::api::intake_forms::submissions::SubmissionStatus;
use serde_json::json;

use crate::client::world::{World, answered, is_missing, lacks_scopes};

pub(super) async fn calls(world: &World) {
    let forms = world.kiket.intake_forms(27);
    let since = "2026-01-31T08:00:00Z".parse().unwrap();
    let list = forms.submissions("bug").status(SubmissionStatus::Pending).since(since).limit(5);
    is_missing(list.cursor("3").await);
    is_missing(forms.submission("bug", 1).await);
    is_missing(forms.create_submission("bug", json!({"title": "It is down"})).await);
    is_missing(forms.approve("bug", 1, Some("ok")).await);
    is_missing(forms.reject("bug", 1, None).await);
    let elsewhere = world.kiket.intake_forms(28).create_submission("bug", json!({})).await;
    assert_eq!(answered(elsewhere), (403, "other_project".to_owned()));
}

pub(super) async fn refusals(world: &World) {
    let forms = world.powerless.intake_forms(27);
    lacks_scopes(forms.submissions("bug").await);
    lacks_scopes(forms.submission("bug", 1).await);
    lacks_scopes(forms.create_submission("bug", json!({})).await);
    lacks_scopes(forms.approve("bug", 1, None).await);
    lacks_scopes(forms.reject("bug", 1, None).await);
}
