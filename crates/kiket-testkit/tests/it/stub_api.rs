//! The stand-in answers as Kiket would, and as it is told.

use std::time::{Duration, Instant};

use kiket_contract::header;
use kiket_testkit::{StubApi, key_set};
use serde_json::{Value, json};

use crate::caller::{call, call_with_key};

const EVENTS: &str = "/api/v1/extensions/com.example.crm/events";

#[tokio::test]
async fn every_known_call_has_an_answer_and_others_are_404() {
    let api = StubApi::start();
    let any = json!({
        "event": "x", "value": "s", "record": {}, "data": {}, "secret": { "key": "K", "value": "s" },
        "issue": { "title": "a" }, "transition": "done", "body": "b",
    });
    for line in [
        "POST /api/v1/extensions/crm/events",
        "POST /api/v1/extensions/logs",
        "POST /api/v1/extensions/metrics",
        "POST /api/v1/extensions/notifications",
        "GET /api/v1/extensions/crm",
        "POST /api/v1/extensions/crm/secrets/KEY",
        "POST /api/v1/extensions/crm/secrets",
        "GET /api/v1/extensions/crm/secrets",
        "GET /api/v1/extensions/crm/secrets/KEY",
        "DELETE /api/v1/extensions/crm/secrets/KEY",
        "POST /api/v1/ext/custom_data/crm/contacts?project_id=27",
        "GET /api/v1/ext/custom_data/crm/contacts?project_id=27",
        "GET /api/v1/ext/custom_data/crm/contacts/1?project_id=27",
        "PATCH /api/v1/ext/custom_data/crm/contacts/1?project_id=27",
        "DELETE /api/v1/ext/custom_data/crm/contacts/1?project_id=27",
        "POST /api/v1/ext/issues",
        "GET /api/v1/ext/issues?project_id=27",
        "GET /api/v1/ext/issues/2",
        "PATCH /api/v1/ext/issues/2",
        "POST /api/v1/ext/issues/2/transitions",
        "POST /api/v1/ext/issues/2/comments",
        "GET /api/v1/ext/issues/2/comments",
        "GET /api/v1/ext/sla/events?project_id=27",
        "GET /api/v1/ext/rate_limit",
        "GET /api/v1/ext/webhook_url?action_name=hear",
        "POST /api/v1/ext/inbound_emails",
        "GET /api/v1/ext/intake_forms?project_id=27",
        "GET /api/v1/ext/intake_forms/bugs?project_id=27",
        "GET /api/v1/ext/intake_forms/bugs/submissions?project_id=27",
        "GET /api/v1/ext/intake_forms/bugs/submissions/1?project_id=27",
        "POST /api/v1/ext/intake_forms/bugs/submissions",
        "POST /api/v1/ext/intake_forms/bugs/submissions/1/approve",
        "POST /api/v1/ext/intake_forms/bugs/submissions/1/reject",
        "GET /api/v1/ext/intake_forms/bugs/stats",
        "GET /api/v1/audit/anchors",
        "POST /api/v1/audit/verify",
        "POST /api/v1/ext/telemetry",
        "POST /telemetry",
        "GET /ext/rate_limit",
        "POST /extensions/metrics",
    ] {
        let heard = call_with_key(&api.url(), line, any.clone()).await;
        assert!((200..300).contains(&heard.status), "{line}: {heard:?}");
        assert!(heard.json.is_object(), "{line}");
    }
    for line in ["GET /api/v1/none", "PUT /api/v1/ext/rate_limit", "GET /"] {
        let heard = call_with_key(&api.url(), line, Value::Null).await;
        assert_eq!((heard.status, &heard.json["code"]), (404, &json!("no_route")), "{line}");
        let (method, path) = line.split_once(' ').unwrap();
        assert_eq!(api.assert_called(method, path).status(), Some(404));
    }
}

#[tokio::test]
async fn what_is_stored_is_found_again() {
    let api = StubApi::start();
    let url = api.url();
    api.put_secret("GIVEN", "g");
    let path = "/api/v1/extensions/crm/secrets";
    assert_eq!(call_with_key(&url, &format!("GET {path}/NEW"), Value::Null).await.status, 404);
    call_with_key(&url, &format!("POST {path}/NEW"), json!({ "value": "n" })).await;
    let heard = call_with_key(&url, &format!("GET {path}/NEW"), Value::Null).await;
    assert_eq!(heard.json["value"], "n");
    let heard = call_with_key(&url, &format!("GET {path}"), Value::Null).await;
    assert_eq!(heard.json, json!({ "keys": ["GIVEN", "NEW"] }));

    let path = "/api/v1/ext/custom_data/crm/contacts";
    let ada = json!({ "name": "Ada", "city": "London" });
    let id = api.put_record("crm", "contacts", ada.as_object().unwrap().clone());
    let bob = json!({ "record": { "name": "Bob", "city": "Paris" } });
    let heard = call_with_key(&url, &format!("POST {path}?project_id=27"), bob).await;
    assert_eq!(heard.status, 201);
    let one = format!("{path}/{id}?project_id=27");
    let changed = json!({ "record": { "city": "Turin" } });
    call_with_key(&url, &format!("PATCH {one}"), changed).await;
    let filtered = format!("GET {path}?project_id=27&filters=%7B%22city%22%3A%22Turin%22%7D");
    let heard = call_with_key(&url, &filtered, Value::Null).await;
    let ada = json!({ "id": id, "project_id": 27, "name": "Ada", "city": "Turin" });
    assert_eq!(heard.json, json!({ "data": [ada], "next_cursor": null }));
    call_with_key(&url, &format!("DELETE {one}"), Value::Null).await;
    let heard = call_with_key(&url, &format!("GET {one}"), Value::Null).await;
    assert_eq!(heard.status, 404);
}

/// Rules out that a program which asks about the wrong project passes its tests.
#[tokio::test]
async fn a_record_is_there_for_its_own_project_only() {
    let api = StubApi::start();
    let url = api.url();
    let path = "/api/v1/ext/custom_data/crm/contacts";
    let ada = json!({ "name": "Ada", "project_id": 28 });
    let id = api.put_record("crm", "contacts", ada.as_object().unwrap().clone());
    let ask = async |line: String, body: Value| call_with_key(&url, &line, body).await;
    let changed = json!({ "record": { "name": "Bob", "project_id": 27 } });
    for (line, body) in [
        (format!("GET {path}/{id}?project_id=27"), Value::Null),
        (format!("PATCH {path}/{id}?project_id=27"), changed.clone()),
        (format!("DELETE {path}/{id}?project_id=27"), Value::Null),
    ] {
        assert_eq!(ask(line.clone(), body).await.status, 404, "{line}");
    }
    let heard = ask(format!("GET {path}?project_id=27"), Value::Null).await;
    assert_eq!(heard.json["data"], json!([]));
    let heard = ask(format!("PATCH {path}/{id}?project_id=28"), changed).await;
    assert_eq!(heard.json["data"], json!({ "id": id, "name": "Bob", "project_id": 28 }));
    let heard = ask(format!("GET {path}?project_id=28"), Value::Null).await;
    assert_eq!(heard.json["data"][0]["id"], id);
    let heard = ask(format!("GET {path}"), Value::Null).await;
    assert_eq!((heard.status, &heard.json["code"]), (400, &json!("invalid_parameter")));
}

/// Rules out that a program which reads the first page only passes its tests.
#[tokio::test]
async fn a_list_that_is_cut_says_where_it_goes_on() {
    let api = StubApi::start();
    for number in 0..5 {
        let record = json!({ "number": number, "title": "a", "project_id": 27 });
        let record = record.as_object().unwrap();
        api.put_record("crm", "contacts", record.clone());
        api.put_issue(record.clone());
    }
    for path in ["custom_data/crm/contacts", "issues"] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        for size in [2, 2, 1] {
            let line = format!("GET /api/v1/ext/{path}?project_id=27&limit=2{cursor}");
            let page = call_with_key(&api.url(), &line, Value::Null).await.json;
            let data = page["data"].as_array().unwrap();
            assert_eq!(data.len(), size);
            seen.extend(data.iter().map(|entry| entry["number"].as_i64().unwrap()));
            let next = page["next_cursor"].as_str();
            assert_eq!(next.is_none(), size == 1);
            cursor = next.map(|next| format!("&cursor={next}")).unwrap_or_default();
        }
        assert_eq!(seen, [0, 1, 2, 3, 4]);
        let all = format!("GET /api/v1/ext/{path}?project_id=27&limit=5");
        let page = call_with_key(&api.url(), &all, Value::Null).await.json;
        assert_eq!(page["next_cursor"], Value::Null);
        for wrong in ["limit=0", "limit=many", "cursor=none"] {
            let line = format!("GET /api/v1/ext/{path}?project_id=27&{wrong}");
            let heard = call_with_key(&api.url(), &line, Value::Null).await;
            assert_eq!((heard.status, &heard.json["code"]), (400, &json!("invalid_parameter")));
        }
    }
}

#[tokio::test]
async fn names_in_a_path_are_decoded() {
    let api = StubApi::start();
    let record = json!({ "name": "Ada" });
    api.put_record("crm", "new contacts/é", record.as_object().unwrap().clone());
    let line = "GET /api/v1/ext/custom_data/crm/new%20contacts%2F%C3%A9?project_id=27";
    let heard = call_with_key(&api.url(), line, Value::Null).await;
    assert_eq!(heard.json["data"][0]["name"], "Ada");
}

#[tokio::test]
async fn an_issue_is_reached_by_its_key_too() {
    let api = StubApi::start();
    let issue = json!({ "key": "SHOP-231", "title": "Slow" });
    let id = api.put_issue(issue.as_object().unwrap().clone());
    let path = "/api/v1/ext/issues/SHOP-231";
    let heard = call_with_key(&api.url(), &format!("GET {path}"), Value::Null).await;
    assert_eq!(heard.json["id"], id);
    let done = json!({ "transition": "done" });
    call_with_key(&api.url(), &format!("POST {path}/transitions"), done).await;
    let said = json!({ "body": "Fixed." });
    call_with_key(&api.url(), &format!("POST {path}/comments"), said).await;
    let heard = call_with_key(&api.url(), &format!("GET /ext/issues/{id}"), Value::Null).await;
    assert_eq!(heard.json["status"], "done");
    let line = format!("GET /ext/issues/{id}/comments");
    let heard = call_with_key(&api.url(), &line, Value::Null).await;
    assert_eq!(heard.json["data"][0]["body"], "Fixed.");
    for path in ["SHOP-232", "SHOP-232/comments"] {
        let line = format!("GET /api/v1/ext/issues/{path}");
        assert_eq!(call_with_key(&api.url(), &line, Value::Null).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn an_issue_changes_as_it_is_told() {
    let api = StubApi::start();
    let url = api.url();
    let slow = json!({ "title": "Slow", "custom_fields": { "a": 1 }, "project_id": 27 });
    let id = api.put_issue(slow.as_object().unwrap().clone());
    let path = format!("/api/v1/ext/issues/{id}");
    let changed = json!({ "issue": { "custom_fields": { "b": 2 } } });
    call_with_key(&url, &format!("PATCH {path}"), changed).await;
    let moved = json!({ "transition": { "state": "done" } });
    call_with_key(&url, &format!("POST {path}/transitions"), moved).await;
    let said = json!({ "comment": { "body": "Fixed." } });
    call_with_key(&url, &format!("POST {path}/comments"), said).await;

    let heard = call_with_key(&url, "GET /api/v1/ext/issues?project_id=27", Value::Null).await;
    let issue = json!({
        "id": id, "title": "Slow", "project_id": 27, "status": "done",
        "custom_fields": { "a": 1, "b": 2 },
    });
    assert_eq!(heard.json, json!({ "data": [issue], "next_cursor": null }));
    let heard = call_with_key(&url, "GET /api/v1/ext/issues?project_id=28", Value::Null).await;
    assert_eq!(heard.json["data"], json!([]));
    let heard = call_with_key(&url, &format!("GET {path}/comments"), Value::Null).await;
    assert_eq!(heard.json["data"], json!([{ "id": 2, "body": "Fixed." }]));
    for line in ["GET /api/v1/ext/issues/9", "GET /api/v1/ext/issues/9/comments"] {
        assert_eq!(call_with_key(&url, line, Value::Null).await.status, 404, "{line}");
    }
}

#[tokio::test]
async fn a_repeat_with_the_same_key_gets_the_first_answer() {
    let api = StubApi::start();
    let line = "POST /api/v1/ext/custom_data/crm/contacts?project_id=27";
    let ask = async |key: &str| {
        let headers = [(header::API_KEY, "key"), (header::IDEMPOTENCY_KEY, key)];
        let record = json!({ "record": { "name": "Ada" } });
        call(&api.url(), line, &headers, &record).await.unwrap().json["data"]["id"].clone()
    };
    assert_eq!(ask("a").await, 1);
    assert_eq!(ask("a").await, 1);
    assert_eq!(ask("b").await, 2);
    assert_eq!(api.calls().len(), 3);
    let stranger = [(header::IDEMPOTENCY_KEY, "a")];
    assert_eq!(call(&api.url(), line, &stranger, &json!({})).await.unwrap().status, 401);
}

#[tokio::test]
async fn it_does_what_it_is_told_last_and_as_often_as_told() {
    let api = StubApi::start();
    let log = json!({ "event": "x" });
    let line = format!("POST {EVENTS}");
    let of_any = "/api/v1/extensions/{extension_id}/events";
    api.on("POST", of_any).answer(202, json!({ "later": true }));
    api.on("POST", EVENTS).rate_limit(7).times(1);
    api.on("POST", of_any).fail(503).times(2);
    let mut heard = Vec::new();
    for _ in 0..4 {
        heard.push(call_with_key(&api.url(), &line, log.clone()).await);
    }
    let statuses: Vec<_> = heard.iter().map(|heard| heard.status).collect();
    assert_eq!(statuses, [503, 503, 429, 202]);
    assert_eq!(heard[0].json["code"], "unavailable");
    assert_eq!(heard[2].retry_after.as_deref(), Some("7"));
    assert_eq!(heard[2].json["code"], "rate_limit_exceeded");
    assert_eq!(heard[2].json["retry_after"], 7);
    assert_eq!(heard[3].json, json!({ "later": true }));
}

#[tokio::test]
async fn it_hangs_up_without_an_answer() {
    let api = StubApi::start();
    api.on("GET", "/api/v1/ext/rate_limit").hang_up();
    let line = "GET /api/v1/ext/rate_limit";
    let heard = call(&api.url(), line, &[(header::API_KEY, "key")], &Value::Null).await;
    assert!(heard.is_err(), "{heard:?}");
    assert_eq!(api.assert_called("GET", "/api/v1/ext/rate_limit").status(), None);
}

#[tokio::test]
async fn a_delay_comes_before_the_answer_and_after_the_record() {
    let api = StubApi::start();
    let delay = Duration::from_millis(40);
    api.on("GET", "/api/v1/ext/rate_limit").delay(delay);
    let begun = Instant::now();
    let url = api.url();
    let asking = tokio::spawn(async move {
        call_with_key(&url, "GET /api/v1/ext/rate_limit", Value::Null).await
    });
    api.called("GET", "/api/v1/ext/rate_limit").await;
    assert_eq!(asking.await.unwrap().status, 200);
    assert!(begun.elapsed() >= delay);
}

#[tokio::test]
async fn a_call_that_never_ends_is_recorded() {
    let api = StubApi::start();
    api.on("GET", "/api/v1/ext/rate_limit").hang();
    let url = api.url();
    let asking = tokio::spawn(async move {
        call_with_key(&url, "GET /api/v1/ext/rate_limit", Value::Null).await
    });
    let recorded = api.called("GET", "/api/v1/ext/rate_limit").await;
    assert_eq!(recorded.status(), None);
    assert!(!asking.is_finished());
    asking.abort();
}

#[tokio::test]
async fn it_serves_the_keys_of_the_runtime_tokens() {
    let api = StubApi::start();
    let path = "GET /.well-known/jwks.json";
    let heard = call(&api.url(), path, &[], &Value::Null).await.unwrap();
    assert_eq!(heard.json, json!(key_set()));
}

#[tokio::test]
async fn queries_are_read_as_they_were_meant() {
    let api = StubApi::start();
    let line = "GET /api/v1/ext/sla/events?project_id=27&state=near%20breach";
    call_with_key(&api.url(), line, Value::Null).await;
    let call = api.assert_called("GET", "/api/v1/ext/sla/events");
    assert_eq!(call.parameter("state").as_deref(), Some("near breach"));
    assert_eq!(call.parameter("limit"), None);
}
