//! What an answer, or the lack of one, becomes.

use std::time::Duration;

use kiket_client::{Client, Error, LARGEST_ANSWER};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use crate::api::{Api, Reply};
use crate::stub::{Stub, answer};

async fn failure(answer: String) -> Error {
    let stub = Stub::answering([answer]).await;
    stub.session().set_secret("x", "KEY", "secret-value".into()).await.unwrap_err()
}

#[tokio::test]
async fn an_error_keeps_what_the_api_said() {
    let body = r#"{"error":"slow down","code":"rate_limited","request_id":"r-1"}"#;
    let error = failure(answer("429 Too Many Requests", "retry-after: 7\r\n", body)).await;
    let Error::Status { status, code, message, request_id, retry_after, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!((*status, *retry_after), (429, Some(Duration::from_secs(7))));
    assert_eq!(code.as_deref(), Some("rate_limited"));
    assert_eq!(message.as_deref(), Some("slow down"));
    assert_eq!(request_id.as_deref(), Some("r-1"));
    assert_eq!(
        error.to_string(),
        "Kiket's API answered POST /api/v1/extensions/x/secrets/KEY with 429 (slow down), request r-1; \
         wait before the next call"
    );
}

#[tokio::test]
async fn an_error_names_its_call_and_nothing_of_the_query() {
    let api = Api::answering([Reply::status(404), Reply::json(200, &json!([1]))]).await;
    let session = api.session();
    let missing = session.get::<Value>("/api/v1/x?key=sesame").await.unwrap_err();
    let unfit = session.get::<String>("/api/v1/x?key=sesame").await.unwrap_err();
    for error in [missing, unfit] {
        assert!(error.to_string().contains("answered GET /api/v1/x with"), "{error}");
        assert!(!format!("{error} {error:?}").contains("sesame"), "{error:?}");
    }
}

#[tokio::test]
async fn what_the_api_says_for_programs_is_kept() {
    let refused = json!({ "error": "invalid", "errors": { "title": ["is missing"] } });
    let scopes = json!({ "error": "no", "missing_scopes": ["issues.read", "issues.write"] });
    let facts = json!({ "error": "no", "details": { "limit": 3 } });
    let none = json!({ "error": "no" });
    let replies = [(422, refused), (403, scopes), (400, facts), (400, none)];
    let api = Api::answering(replies.map(|(status, body)| Reply::json(status, &body))).await;
    let session = api.session();
    let mut said = Vec::new();
    for _ in 0..4 {
        let error = session.rate_limit().await.unwrap_err();
        let text = error.to_string();
        let Error::Status { status, details, .. } = error else { panic!("{error:?}") };
        let named =
            text.ends_with("ask for `issues.read`, `issues.write` in the manifest's `permissions`");
        assert_eq!(named, status == 403, "{text}");
        said.push(details.map(|facts| json!(facts)));
    }
    let expected = [
        Some(json!({ "errors": { "title": ["is missing"] } })),
        Some(json!({ "missing_scopes": ["issues.read", "issues.write"] })),
        Some(json!({ "details": { "limit": 3 } })),
        None,
    ];
    assert_eq!(said, expected);
}

#[tokio::test]
async fn an_answer_that_does_not_fit_says_where_and_not_what() {
    #[derive(Debug, serde::Deserialize)]
    struct Board {
        #[expect(dead_code, reason = "it is never read")]
        id: u32,
    }
    let api = Api::answering([
        Reply::json(200, &json!([{ "id": 1 }, { "id": "sesame" }])),
        Reply::json(200, &json!("sesame")),
    ])
    .await;
    let session = api.session();
    for place in ["[1].id", "line 1, column 8"] {
        let error = session.get::<Vec<Board>>("/api/v1/boards").await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("sesame"), "{error:?}");
        let Error::UnexpectedAnswer { at, .. } = error else { panic!("{error:?}") };
        assert_eq!(&*at, place);
    }
}

#[tokio::test]
async fn a_404_that_is_not_about_the_thing_is_a_failure() {
    for reply in [
        Reply::status(404),
        Reply { body: "<h1>Not Found</h1>".into(), ..Reply::status(404) },
        Reply::json(404, &json!({ "message": "no such host" })),
        Reply::json(404, &json!({ "error": "there is nothing here", "code": "no_route" })),
    ] {
        let api = Api::answering([reply]).await;
        let session = api.session();
        for error in [
            session.secret("x", "KEY").await.map(drop).unwrap_err(),
            session.delete_secret("x", "KEY").await.unwrap_err(),
        ] {
            assert_eq!((error.status(), error.is_not_found()), (Some(404), false), "{error}");
        }
    }
    let api = Api::answering([Reply::json(404, &json!({ "error": "no such secret" }))]).await;
    assert!(api.session().secret("x", "KEY").await.unwrap().is_none());
}

#[tokio::test]
async fn a_body_that_is_no_error_object_leaves_the_status_and_the_header_id() {
    let reply = Reply { body: "<html>".into(), ..Reply::status(500) }.with("x-request-id", "r-2");
    let api = Api::answering([reply]).await;
    let error = api.session().rate_limit().await.unwrap_err();
    assert_eq!(error.status(), Some(500));
    assert!(error.to_string().contains("r-2"), "{error}");
}

#[tokio::test]
async fn what_went_wrong_is_read_from_every_form_of_error() {
    for (body, said) in [
        (json!({ "error": "no such record", "message": "other" }), Some("no such record")),
        (json!({ "error": { "message": "nested" } }), Some("nested")),
        (json!({ "message": "plain" }), Some("plain")),
        (json!({ "type": "about:blank", "title": "Gone", "detail": "moved" }), Some("moved")),
        (json!({ "title": "Gone", "status": 410 }), Some("Gone")),
        (json!({ "error": 5 }), None),
        (json!([1]), None),
    ] {
        let api = Api::answering([Reply::json(410, &body)]).await;
        let error = api.session().rate_limit().await.unwrap_err();
        let Error::Status { message, .. } = error else { panic!("{error:?}") };
        assert_eq!(message.as_deref(), said, "{body}");
    }
}

#[tokio::test]
async fn the_wait_is_read_from_the_body_where_no_header_says_it() {
    let body = json!({ "error": "Rate limit exceeded", "retry_after": 31 });
    let api = Api::answering([Reply::json(429, &body)]).await;
    let error = api.session().rate_limit().await.unwrap_err();
    let Error::Status { retry_after, .. } = error else { panic!("{error:?}") };
    assert_eq!(retry_after, Some(Duration::from_secs(31)));
}

#[tokio::test]
async fn no_failed_call_passes_for_a_success() {
    for (status, again) in [(400, false), (403, false), (404, false), (408, true), (500, true)] {
        let body = json!({ "rate_limit": { "limit": 1, "remaining": 1 } });
        let api = Api::answering([Reply::json(status, &body)]).await;
        let error = api.session().rate_limit().await.unwrap_err();
        assert_eq!((error.status(), error.is_retryable()), (Some(status), again));
    }
}

#[tokio::test]
async fn an_answer_over_the_bound_is_refused() {
    let error = failure(answer("200 OK", "", &"x".repeat(LARGEST_ANSWER + 1))).await;
    assert!(matches!(error, Error::TooLarge { largest: LARGEST_ANSWER }), "{error:?}");
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn an_answer_that_hides_its_length_is_cut_at_the_bound() {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    let error = failure(format!("{head}{}", chunk.repeat(17))).await;
    assert!(matches!(error, Error::TooLarge { largest: LARGEST_ANSWER }), "{error:?}");
}

#[tokio::test]
async fn a_broken_connection_can_be_tried_again() {
    for broken in ["", "nonsense\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab"] {
        let error = failure(broken.to_owned()).await;
        assert!(matches!(error, Error::Transport(_)), "{error:?}");
        assert!(error.is_retryable());
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_never_comes_is_a_timeout() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::new(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let session = client.session(Some("rt_secret".into()), "v1");
    let error = session.set_secret("x", "KEY", "abc".into()).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
    assert!(error.is_retryable());
}

#[tokio::test]
async fn https_begins_with_a_handshake_and_shows_no_token() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::new(&format!("https://{}", listener.local_addr().unwrap())).unwrap();
    let session = client.session(Some("rt_secret".into()), "v1");
    let call = tokio::spawn(async move { session.set_secret("x", "KEY", "abc".into()).await });
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut first = [0; 3];
    stream.read_exact(&mut first).await.unwrap();
    drop((stream, listener));
    assert_eq!(first[0], 22, "a TLS record of type handshake");
    assert!(matches!(call.await.unwrap(), Err(Error::Transport(_))));
}
