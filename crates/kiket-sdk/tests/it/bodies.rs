//! How a body is read, and which are refused.

use kiket_contract::header;
use kiket_sdk::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::log::Log;
use crate::program::{Program, extension};
use crate::wire::{PATH, Request, answer, exchange};

const LIMIT: usize = 1024 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Strict {
    issue: Issue,
}

#[derive(Deserialize)]
struct Issue {
    title: String,
}

async fn strict(payload: Strict, _context: Context) -> Result<String> {
    Ok(payload.issue.title)
}

async fn strictly() -> Program {
    Program::serving(extension().webhook("issue.created", "v1", strict)).await
}

fn enveloped() -> Value {
    json!({
        "event": "issue.created",
        "event_version": "v1",
        "delivery": { "id": "01936f5e-0000-7000-8000-000000000000", "attempt": 1, "timeout_ms": 1 },
        "issue": { "title": "a" },
        "authentication": { "runtime_token": "rt_1", "scopes": [] },
        "api": { "base_url": "https://kiket.dev", "runtime_header": "X-Kiket-Runtime-Token" },
        "secrets": { "KEY": "hidden" },
        "secret_status": { "missing": [] },
        "context": { "user_id": 91 },
    })
}

#[tokio::test]
async fn a_strict_type_does_not_see_the_envelope() {
    let answer = strictly().await.deliver(&enveloped()).await;
    assert_eq!((answer.status, answer.json()), (200, json!("a")));
}

#[tokio::test]
async fn a_value_sees_everything_but_token_and_secrets() {
    let mut shown = enveloped();
    let answer = Program::echoing().await.deliver(&shown).await;
    shown.as_object_mut().unwrap().retain(|key, _| key != "authentication" && key != "secrets");
    assert_eq!(answer.json(), shown);
}

#[tokio::test]
async fn an_escaped_key_does_not_leak_secrets() {
    let body = r#"{"secr\u0065ts":{"KEY":"hidden"},"\u0061uthentication":{},"a":1}"#;
    let answer = Program::echoing().await.send(&Request::signed(body)).await;
    assert_eq!(answer.text(), r#"{"a":1}"#);
}

#[tokio::test]
async fn what_is_no_json_object_is_refused() {
    let program = Program::echoing().await;
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let bodies: [&[u8]; 14] = [
        b"",
        b" ",
        b"null",
        b"[]",
        b"\"text\"",
        b"7",
        b"{",
        b"{} {}",
        b"{\"a\":}",
        b"{\"a\":1,}",
        b"\xef\xbb\xbf{}",
        b"{\"a\":\"\xff\"}",
        b"{\"a\":\"\\ud800\"}",
        deep.as_bytes(),
    ];
    for body in bodies {
        let answer = program.send(&Request::signed(body)).await;
        let shown = String::from_utf8_lossy(&body[..body.len().min(30)]).into_owned();
        assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_body"), "{shown}");
    }
}

#[tokio::test]
async fn repeated_members_of_the_envelope_are_refused() {
    let program = strictly().await;
    for member in ["event", "authentication", "secrets", "api", "context", "delivery"] {
        let body = format!(r#"{{"{member}":{{}},"issue":{{"title":"a"}},"{member}":{{}}}}"#);
        let answer = program.send(&Request::signed(body)).await;
        assert_eq!(answer.status, 400, "{member}");
        assert!(answer.text().contains("more than once"), "{}", answer.text());
    }
}

#[tokio::test]
async fn malformed_members_of_the_envelope_are_refused_without_their_values() {
    let program = Program::echoing().await;
    for (member, value) in [
        ("authentication", json!("hidden")),
        ("authentication", json!(null)),
        ("authentication", json!(7)),
        ("authentication", json!([["hidden"]])),
        ("authentication", json!({ "runtime_token": ["hidden"] })),
        ("authentication", json!({ "token_type": { "hidden": 1 } })),
        ("authentication", json!({ "expires_at": 1_763_719_200 })),
        ("authentication", json!({ "scopes": ["hidden", 7] })),
        ("authentication", json!({ "scopes": null })),
        ("authentication", json!({ "expires_at": "hidden" })),
        ("authentication", json!({ "scopes": "hidden" })),
        ("secrets", json!(["hidden"])),
        ("secrets", json!("hidden")),
        ("secrets", json!({ "KEY": { "value": "hidden" } })),
        ("secrets", json!({ "KEY": 7, "OTHER": "hidden" })),
        ("secrets", json!({ "KEY": null, "OTHER": "hidden" })),
        ("secrets", json!(null)),
    ] {
        let log = Log::collect();
        let answer = program.deliver(&json!({ member: value })).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_body"), "{member}");
        assert!(answer.text().contains(member), "{}", answer.text());
        let told = format!("{}{}", answer.text(), log.text());
        assert!(!told.contains("hidden"), "{told}");
    }
}

#[tokio::test]
async fn members_that_only_inform_may_have_any_form() {
    let program = Program::echoing().await;
    for body in [
        json!({ "delivery": { "address": "12 Main Street" } }),
        json!({ "api": { "base_url": "https://kiket.dev" } }),
        json!({ "api": null, "secret_status": [], "context": "text" }),
    ] {
        assert_eq!(program.deliver(&body).await.json(), body);
    }
}

#[tokio::test]
async fn a_body_for_another_event_is_refused() {
    let program = Program::echoing().await;
    for (body, status) in [
        (json!({ "event": "issue.created", "event_version": "1" }), 200),
        (json!({ "event": "issue.deleted" }), 400),
        (json!({ "event": 7 }), 400),
        (json!({ "event_version": "v2" }), 400),
    ] {
        let answer = program.deliver(&body).await;
        assert_eq!(answer.status, status, "{body}");
        if status == 400 {
            assert_eq!(answer.code(), "other_event");
        }
    }
}

#[tokio::test]
async fn a_body_that_does_not_fit_is_refused_with_its_path_and_no_value() {
    let program = strictly().await;
    for (body, said) in [
        (json!({}), "`issue` is missing"),
        (json!({ "issue": {} }), "`issue.title` is missing"),
        (json!({ "issue": { "title": ["hidden"] } }), "`issue.title` has another form"),
        (json!({ "issue": "hidden" }), "`issue` has another form"),
        (json!({ "issue": { "title": "a" }, "other": "hidden" }), "knows no member `other`"),
    ] {
        let log = Log::collect();
        let answer = program.deliver(&body).await;
        assert_eq!((answer.status, answer.code().as_str()), (422, "invalid_payload"), "{body}");
        assert!(answer.text().contains(said), "{said} in {}", answer.text());
        let told = format!("{}{}", answer.text(), log.text());
        assert!(!told.contains("hidden"), "{told}");
    }
}

#[tokio::test]
async fn a_body_may_have_a_mebibyte_and_no_more() {
    let program = Program::echoing().await;
    let filled = |length: usize| format!(r#"{{"a":"{}"}}"#, "x".repeat(length - 8));
    let answer = program.send(&Request::signed(filled(LIMIT))).await;
    assert_eq!(answer.status, 200);
    let announced =
        Request::signed(filled(LIMIT + 1)).head(&format!("content-length: {}", LIMIT + 1));
    let answer = exchange(program.address, &announced).await;
    assert_eq!((answer.status, answer.code().as_str()), (413, "too_large"));
}

#[tokio::test]
async fn a_body_without_a_length_is_bounded_too() {
    let program = Program::echoing().await;
    let mut stream = TcpStream::connect(program.address).await.unwrap();
    let mut request = Request::signed("").head("transfer-encoding: chunked");
    request.extend_from_slice(format!("{:x}\r\n", LIMIT + 1).as_bytes());
    request.extend_from_slice(&vec![b' '; LIMIT + 1]);
    stream.write_all(&request).await.unwrap();
    let answer = answer(&mut stream).await;
    assert_eq!((answer.status, answer.code().as_str()), (413, "too_large"));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_ends_is_given_up() {
    let program = Program::echoing().await;
    let head = Request::signed("{}").head("content-length: 2");
    let mut stream = TcpStream::connect(program.address).await.unwrap();
    stream.write_all(&head).await.unwrap();
    stream.write_all(b"{").await.unwrap();
    let answer = answer(&mut stream).await;
    assert_eq!((answer.status, answer.code().as_str()), (503, "slow_body"));
    assert_eq!(program.send(&Request::new("GET", "/health")).await.status, 200);
}

#[tokio::test]
async fn the_path_is_cut_in_the_log() {
    let log = Log::collect();
    let program = Program::echoing().await;
    let long = format!("{PATH}{}", "x".repeat(1000));
    assert_eq!(program.send(&Request::signed("{}").path(&long)).await.status, 404);
    assert!(!log.text().contains(&"x".repeat(300)));
}

#[tokio::test]
async fn without_a_proof_in_the_headers_no_body_is_read() {
    let program = Program::echoing().await;
    let unsigned = Request::signed("{}").without(header::SIGNATURE);
    let stale = Request::stamped("1", "{}");
    for request in [unsigned, stale] {
        let mut stream = TcpStream::connect(program.address).await.unwrap();
        stream.write_all(&request.head("content-length: 1000000")).await.unwrap();
        assert_eq!(answer(&mut stream).await.status, 401);
    }
}

#[tokio::test]
async fn unfinished_bodies_have_a_bounded_room_together() {
    let program = Program::echoing().await;
    let head = Request::signed("{}").head(&format!("content-length: {LIMIT}"));
    let most = vec![b' '; LIMIT - 1];
    let mut unfinished = JoinSet::new();
    for _ in 0..20 {
        let mut stream = TcpStream::connect(program.address).await.unwrap();
        let (head, most) = (head.clone(), most.clone());
        unfinished.spawn(async move {
            stream.write_all(&head).await.unwrap();
            // A connection that is refused in the middle may be closed before all is written.
            let _ = stream.write_all(&most).await;
            answer(&mut stream).await
        });
    }
    let first = unfinished.join_next().await.unwrap().unwrap();
    assert_eq!((first.status, first.code().as_str()), (503, "busy"));
    for length in [2, 60_000, 99_000] {
        let usual = format!(r#"{{"a":"{}"}}"#, "x".repeat(length - 2));
        assert_eq!(
            program.send(&Request::signed(&*usual)).await.status,
            200,
            "usual ones have room"
        );
    }
}
