//! Request lines and headers that are extreme or wrong.

use crate::bad_input::{Counting, statuses};
use crate::program::Program;
use crate::wire::{PATH, Request};

/// How many bytes a head may have.
const LARGEST_HEAD: usize = 64 * 1024;
/// How many headers a request may have.
const MOST_HEADERS: usize = 100;

/// A signed request with this line among its headers.
fn with_line(line: &[u8]) -> Vec<u8> {
    let request = Request::signed("{}").bytes();
    let start = request.windows(2).position(|pair| pair == b"\r\n").unwrap() + 2;
    [&request[..start], line, b"\r\n", &request[start..]].concat()
}

async fn are_refused(cases: &[(&str, Vec<u8>, u16)]) {
    let extension = Counting::new().await;
    for (what, request, status) in cases {
        let heard = extension.hear(request).await;
        assert_eq!(statuses(&heard), [*status], "{what}: {heard}");
    }
    extension.is_unharmed().await;
}

#[tokio::test]
async fn a_header_that_is_none_is_refused() {
    are_refused(&[
        ("a lone CR", with_line(b"x-a: b\rc"), 400),
        ("a lone LF", with_line(b"x-a: b\nc"), 400),
        ("a folded line", with_line(b"x-a: b\r\n c"), 400),
        ("a NUL", with_line(b"x-a: b\0c"), 400),
        ("an escape", with_line(b"x-a: b\x1bc"), 400),
        ("no colon", with_line(b"x-a"), 400),
        ("no name", with_line(b": b"), 400),
        ("a blank in the name", with_line(b"x a: b"), 400),
        ("a blank after the name", with_line(b"x-a : b"), 400),
        ("a name that is not ASCII", with_line("é: b".as_bytes()), 400),
    ])
    .await;
}

#[tokio::test]
async fn a_header_that_says_nothing_to_the_extension_may_be_odd() {
    let extension = Counting::new().await;
    for line in [&b"x-a:"[..], b"x-a: \xff\xfe", "x-a: é".as_bytes(), b"x-a: b\tc", b"host: other"]
    {
        let heard = extension.hear(&with_line(line)).await;
        assert_eq!(statuses(&heard), [200], "{heard}");
    }
}

#[tokio::test]
async fn there_may_be_a_hundred_headers_and_no_more() {
    let with = |count: usize| {
        let known = String::from_utf8(Request::signed("{}").head("content-length: 2")).unwrap();
        let missing = count - (known.lines().count() - 2);
        (0..missing).fold(Request::signed("{}"), |request, index| {
            request.header(&format!("x-{index}"), "a")
        })
    };
    are_refused(&[("one more", with(MOST_HEADERS + 1).bytes(), 431)]).await;
    assert_eq!(Program::echoing().await.send(&with(MOST_HEADERS)).await.status, 200);
}

#[tokio::test]
async fn a_head_may_have_64_kibibytes_and_no_more() {
    let with = |length: usize| {
        let without = Request::signed("{}").header("x-a", "").head("content-length: 2").len();
        Request::signed("{}").header("x-a", &"a".repeat(length - without))
    };
    // Just what is read, so that the answer does not meet a closed connection.
    let mut unfinished = with(LARGEST_HEAD + 1000).head("content-length: 2");
    unfinished.truncate(LARGEST_HEAD);
    are_refused(&[
        ("one more", with(LARGEST_HEAD + 1).bytes(), 431),
        ("no end in sight", unfinished, 431),
    ])
    .await;
    assert_eq!(Program::echoing().await.send(&with(LARGEST_HEAD)).await.status, 200);
}

#[tokio::test]
async fn a_request_line_that_is_none_is_refused() {
    let line = |line: &str| {
        let request = String::from_utf8(Request::signed("{}").bytes()).unwrap();
        request.replacen(&format!("POST {PATH} HTTP/1.1"), line, 1).into_bytes()
    };
    are_refused(&[
        ("a NUL", line("POST /v/v1/webhooks/a\0b HTTP/1.1"), 400),
        ("a blank", line("POST /v/v1/webhooks/issue.created x HTTP/1.1"), 400),
        ("no path", line("POST  HTTP/1.1"), 400),
        ("no slash", line("POST webhooks/issue.created HTTP/1.1"), 400),
        ("no method", line("/v/v1/webhooks/issue.created HTTP/1.1"), 400),
        ("a method of symbols", line("P@ST /v/v1/webhooks/issue.created HTTP/1.1"), 400),
        ("another method", line("BREW /v/v1/webhooks/issue.created HTTP/1.1"), 405),
        ("a method in lower case", line("post /v/v1/webhooks/issue.created HTTP/1.1"), 405),
        ("letters that are not ASCII", line("POST /v/v1/webhooks/é HTTP/1.1"), 404),
        ("an asterisk", line("OPTIONS * HTTP/1.1"), 405),
        ("a tunnel", line("CONNECT kiket.dev:443 HTTP/1.1"), 405),
    ])
    .await;
}

#[tokio::test]
async fn a_body_that_says_it_is_no_plain_json_is_refused() {
    let extension = Counting::new().await;
    for (name, value) in [
        ("Content-Type", "text/plain"),
        ("Content-Type", "text/json"),
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Content-Type", "multipart/form-data; boundary=application/json"),
        ("Content-Type", "application/jsonp"),
        ("Content-Type", "application/xml, application/json"),
        ("Content-Type", "+json"),
        ("Content-Type", ""),
        ("Content-Type", "é"),
        ("Content-Encoding", "gzip"),
        ("Content-Encoding", "identity, gzip"),
        ("Content-Encoding", ""),
    ] {
        let request = Request::signed("{}").header(name, value);
        let answer = extension.program.send(&request).await;
        let told = (answer.status, answer.code());
        assert_eq!(told, (415, "unsupported_media_type".to_owned()), "{name}: {value}");
        let unsigned = Request::new("POST", PATH).header(name, value).body("{}");
        assert_eq!(extension.program.send(&unsigned).await.status, 401, "{name}: {value}");
    }
    extension.is_unharmed().await;
}

#[tokio::test]
async fn json_has_many_names() {
    let program = Program::echoing().await;
    for (name, value) in [
        ("X-None", ""),
        ("Content-Type", "application/json"),
        ("Content-Type", "application/json; charset=utf-8"),
        ("Content-Type", "Application/JSON ;charset=UTF-8"),
        ("Content-Type", "application/cloudevents+json"),
        ("Content-Encoding", "identity"),
        ("Content-Encoding", "Identity"),
    ] {
        let answer = program.send(&Request::signed("{}").header(name, value)).await;
        assert_eq!(answer.status, 200, "{name}: {value}");
    }
}
