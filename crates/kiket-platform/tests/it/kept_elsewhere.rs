//! What this platform keeps nothing of is asked for in vain, and in the forms that SDKs expect.

use serde_json::{Value, json};

use crate::harness::{MANIFEST, Setup, call};

async fn setup() -> (Setup, String) {
    let setup = Setup::new(&[]).await;
    let manifest = MANIFEST
        .replace("[issues:read]", "[issues:read, issues:write, comments:read, comments:write]");
    let (_, installed) = setup.install(json!({"manifest": manifest})).await;
    (setup, installed["api_key"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn lists_are_empty_and_nothing_is_found() {
    let (setup, key) = setup().await;
    let empty = json!({"data": [], "next_cursor": null});
    let none = |page: u32, per_page: u32| {
        json!({"anchors": [], "pagination":
            {"page": page, "per_page": per_page, "total": 0, "total_pages": 0}})
    };
    for (path, body) in [
        ("/api/v1/ext/issues", empty.clone()),
        ("/ext/issues?project_id=27&limit=5", empty.clone()),
        ("/api/v1/ext/sla/events?project_id=27&issue_id=4&state=imminent&limit=5", empty.clone()),
        ("/ext/sla/events?project_id=27&case_id=4", empty.clone()),
        ("/api/v1/ext/intake_forms?project_id=27&active=true&public=false", empty.clone()),
        ("/ext/intake_forms?project_id=27", empty),
        ("/api/v1/audit/anchors", none(1, 25)),
        ("/api/v1/audit/anchors?page=3&per_page=500&from=2025-11-08T12:31:42+01:00", none(3, 100)),
    ] {
        let answer = setup.get(path, &[("x-kiket-api-key", &key)]).await;
        assert_eq!(answer, (200, body), "{path}");
    }
    for path in [
        "/api/v1/ext/issues/SHOP-1",
        "/ext/issues/1/comments",
        "/api/v1/ext/intake_forms/bug?project_id=27",
        "/api/v1/ext/intake_forms/bug/stats?project_id=27&period=day",
        "/ext/intake_forms/bug/submissions?project_id=27&since=2026-01-01T00:00:00&status=pending",
        "/ext/intake_forms/bug/submissions/1?project_id=27",
        "/api/v1/audit/anchors/0xabc?include_records=true",
        "/api/v1/audit/records/7/proof?record_type=AIAuditLog",
    ] {
        let (status, body) = setup.get(path, &[("x-kiket-api-key", &key)]).await;
        assert_eq!((status, &body["code"]), (404, &json!("not_found")), "{path}: {body}");
        assert!(body["error"].is_string(), "{path}");
    }
}

#[tokio::test]
async fn a_filter_that_is_no_time_is_refused() {
    let (setup, key) = setup().await;
    for path in [
        "/api/v1/audit/anchors?from=yesterday",
        "/api/v1/audit/anchors?to=",
        "/ext/intake_forms/bug/submissions?project_id=27&since=0",
    ] {
        let (status, body) = setup.get(path, &[("x-kiket-api-key", &key)]).await;
        assert_eq!((status, &body["code"]), (400, &json!("invalid_parameter")), "{path}: {body}");
    }
}

#[tokio::test]
async fn writes_say_what_there_is_not_and_refuse_what_does_not_fit() {
    let (setup, key) = setup().await;
    let issue = |project: Value| json!({"issue": {"title": "x", "project_id": project}});
    let form = |project: Value| json!({"project_id": project, "data": {"a": 1}});
    let bug = "/api/v1/ext/intake_forms/bug/submissions";
    let one = &format!("{bug}/1");
    let (approve, reject) = (&format!("{one}/approve"), &format!("{one}/reject"));
    for (method, path, body, status) in [
        ("POST", "/api/v1/ext/issues", issue(json!(27)), 404),
        ("POST", "/ext/issues", issue(json!("27")), 404),
        ("POST", "/api/v1/ext/issues", issue(json!(28)), 403),
        ("POST", "/api/v1/ext/issues", issue(json!("x")), 422),
        ("POST", "/api/v1/ext/issues", json!({}), 422),
        ("PATCH", "/api/v1/ext/issues/1", issue(json!(27)), 404),
        ("PATCH", "/api/v1/ext/issues/1", issue(json!(28)), 403),
        ("POST", "/api/v1/ext/issues/1/transitions", json!({"transition": "done"}), 404),
        ("POST", "/api/v1/ext/issues/1/transitions", json!({}), 422),
        ("POST", "/api/v1/ext/issues/1/comments", json!({"body": "x"}), 404),
        ("POST", "/api/v1/ext/issues/1/comments", json!({"text": "x"}), 422),
        ("POST", bug, form(json!("27")), 404),
        ("POST", bug, form(json!(28)), 403),
        ("POST", bug, json!({"data": {}}), 422),
        ("POST", approve, json!({"project_id": 27, "notes": "ok"}), 404),
        ("POST", reject, json!({"project_id": "27"}), 404),
        ("POST", reject, json!({"project_id": 28}), 403),
    ] {
        let headers = [("x-kiket-api-key", key.as_str())];
        let (got, answer) = call(&setup.origin(), method, path, &headers, &body.to_string()).await;
        assert_eq!(got, status, "{method} {path} {body}: {answer}");
    }
}

#[tokio::test]
async fn a_proof_is_checked_although_nothing_stands_behind_it() {
    let (setup, key) = setup().await;
    let leaf = "ab".repeat(32);
    let check = async |root: &str| {
        let proof = json!({
            "content_hash": leaf, "merkle_root": root, "proof": [], "leaf_index": 0, "tx_hash": null,
        });
        let headers = [("x-kiket-api-key", key.as_str())];
        setup.post("/api/v1/audit/verify", &headers, &proof.to_string()).await
    };
    for (root, valid) in [(leaf.clone(), true), ("cd".repeat(32), false), ("x".to_owned(), false)] {
        let (status, found) = check(&root).await;
        assert_eq!((status, &found["proof_valid"]), (200, &json!(valid)), "{found}");
        assert_eq!((&found["verified"], &found["merkle_root"]), (&json!(false), &json!(root)));
        assert_eq!(found["blockchain_verified"], false);
    }
}
