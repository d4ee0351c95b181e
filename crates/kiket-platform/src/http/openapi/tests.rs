//! The document and the router say the same.

use std::collections::BTreeSet;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use kiket_contract::api::audit::{Anchor, Proof};
use kiket_contract::api::intake_forms::submissions::IntakeSubmission;
use kiket_contract::api::intake_forms::{IntakeForm, IntakeStats};
use kiket_contract::api::issues::{Issue, IssueComment};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tower_service::Service;

use super::*;
use crate::{Config, Platform};

/// `METHOD /path` of each operation.
fn described() -> BTreeSet<String> {
    operations::all().iter().map(|one| format!("{} {}", one.method, one.path)).collect()
}

/// The paths of a router, which it tells nowhere but in its debug form.
fn paths(router: &Router) -> BTreeSet<String> {
    let shown = format!("{router:?}");
    let (_, listed) = shown.split_once("paths: {").unwrap();
    let (listed, _) = listed.split_once("} }").unwrap();
    listed.split('"').filter(|text| text.starts_with('/')).map(str::to_owned).collect()
}

/// The methods that a path takes, as it answers to one that none takes.
async fn methods(router: &mut Router, path: &str) -> Vec<String> {
    let request = Request::builder().method("TRACE").uri(path.replace(['{', '}'], ""));
    let request = request.body(Body::empty()).unwrap();
    let answer = router.call(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{path}");
    let allowed = answer.headers()[header::ALLOW].to_str().unwrap().split(',');
    allowed.filter(|method| *method != "HEAD").map(str::to_owned).collect()
}

#[tokio::test]
async fn every_route_is_described_and_nothing_else_is() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = Config::new(dir.path());
    config.listen.set_port(0);
    let platform = Platform::start(config).await.unwrap();
    let mut router = crate::http::routes(platform.core.clone());
    let mut routed = BTreeSet::new();
    for path in paths(&router) {
        for method in methods(&mut router, &path).await {
            routed.insert(format!("{method} {path}"));
        }
    }
    assert_eq!(routed, described());
}

#[test]
fn no_operation_is_described_twice() {
    assert_eq!(described().len(), operations::all().len());
}

/// An example as its type reads and writes it.
fn through<T: DeserializeOwned + Serialize>(example: Value) -> (Value, Value) {
    let read: T = serde_json::from_value(example.clone()).unwrap();
    (example, serde_json::to_value(read).unwrap())
}

/// What this platform keeps nothing of it never answers, so that no call shows whether the examples
/// are right.
#[test]
fn examples_of_what_is_not_kept_here_are_what_their_types_write() {
    use operations::{audit, intake_forms, issues};
    for (example, written) in [
        through::<Issue>(issues::issue("open")),
        through::<IssueComment>(issues::comment()),
        through::<IntakeForm>(intake_forms::intake_form()),
        through::<IntakeStats>(intake_forms::stats()),
        through::<IntakeSubmission>(intake_forms::submission("pending")),
        through::<Anchor>(audit::anchor()),
        through::<Proof>(audit::proof()),
    ] {
        assert_eq!(example, written);
    }
}

#[test]
fn links_of_the_source_do_not_reach_the_document() {
    let text = serde_json::to_string_pretty(&*DOCUMENT).unwrap();
    assert!(!text.contains("[`") && !text.contains("::"), "{text}");
    assert!(text.contains("`LARGEST_PAYLOAD` bytes"), "the search works:\n{text}");
}
