//! Requests whose end is said wrongly, and other versions of HTTP.

use crate::bad_input::{Counting, rest, statuses};
use crate::wire::{PATH, Request};
use tokio::io::AsyncWriteExt;

/// A signed request for the body `{}` with these header lines, and then these bytes.
fn framed(lines: &str, body: &str) -> Vec<u8> {
    let mut request = Request::signed("{}").head(lines);
    request.extend_from_slice(body.as_bytes());
    request
}

fn as_version(request: &[u8], version: &str) -> Vec<u8> {
    let request = String::from_utf8(request.to_vec()).unwrap();
    request.replacen("HTTP/1.1", version, 1).into_bytes()
}

/// Sends them all, and then a good one.
async fn are_refused(cases: &[(&str, Vec<u8>, &[u16])]) {
    let extension = Counting::new().await;
    for (what, request, expected) in cases {
        let heard = extension.hear(request).await;
        assert_eq!(statuses(&heard), *expected, "{what}: {heard}");
    }
    extension.is_unharmed().await;
}

#[tokio::test]
async fn a_length_that_is_none_is_refused() {
    are_refused(&[
        ("negative", framed("content-length: -2", "{}"), &[400]),
        ("with a sign", framed("content-length: +2", "{}"), &[400]),
        ("two numbers", framed("content-length: 2, 3", "{}"), &[400]),
        ("two that differ", framed("content-length: 2\r\ncontent-length: 3", "{}"), &[400]),
        ("too large for any number", framed("content-length: 99999999999999999999", "{}"), &[400]),
        ("larger than any body", framed("content-length: 4000000000", "{}"), &[413]),
    ])
    .await;
}

#[tokio::test]
async fn a_body_that_is_shorter_than_it_says_is_the_networks_fault() {
    let extension = Counting::new().await;
    for request in [
        framed("content-length: 3", "{}"),
        framed("content-length: 2", ""),
        framed("transfer-encoding: chunked", "2\r\n{}\r\n"),
        framed("transfer-encoding: chunked", "5\r\n{}"),
    ] {
        let mut stream = extension.connect().await;
        stream.write_all(&request).await.unwrap();
        stream.shutdown().await.unwrap();
        let heard = rest(&mut stream).await;
        assert_eq!(statuses(&heard), [503], "{heard}");
        assert!(heard.contains("broken_body") && heard.contains("retry-after: 1"), "{heard}");
    }
    extension.is_unharmed().await;
}

#[tokio::test]
async fn a_body_that_is_longer_than_it_says_is_not_the_signed_one() {
    let request = |length: &str| {
        let request = String::from_utf8(framed(length, "{}")).unwrap();
        request.replace("connection: close\r\n", "").into_bytes()
    };
    are_refused(&[
        // What is left over is no request.
        ("one byte", request("content-length: 1"), &[401, 400]),
        ("no length", framed("x-length: none", "{}"), &[401]),
    ])
    .await;
}

#[tokio::test]
async fn chunks_that_are_malformed_are_refused() {
    let chunked = |body: &str| framed("transfer-encoding: chunked", body);
    let long = format!("2;a={}\r\n{{}}\r\n0\r\n\r\n", "x".repeat(20_000));
    are_refused(&[
        ("no hex", chunked("zz\r\n{}\r\n0\r\n\r\n"), &[503]),
        ("negative", chunked("-2\r\n{}\r\n0\r\n\r\n"), &[503]),
        ("too large for any number", chunked("fffffffffffffffff\r\n{}\r\n0\r\n\r\n"), &[503]),
        ("longer than it says", chunked("1\r\n{}\r\n0\r\n\r\n"), &[503]),
        ("a long extension", chunked(&long), &[503]),
        ("another encoding", framed("transfer-encoding: gzip", "{}"), &[400]),
        ("no such encoding", framed("transfer-encoding: xchunked", "{}"), &[400]),
        ("chunks inside", framed("transfer-encoding: chunked, gzip", "2\r\n{}\r\n"), &[400]),
    ])
    .await;
}

#[tokio::test]
async fn of_two_framings_the_chunks_count_and_nothing_is_smuggled_behind_them() {
    let extension = Counting::new().await;
    let two = "content-length: 4\r\ntransfer-encoding: chunked";
    let smuggled = "2\r\n{}\r\n0\r\n\r\nGET /health HTTP/1.1\r\nhost: x\r\n\r\n";
    let request = String::from_utf8(framed(two, smuggled)).unwrap();
    let heard = extension.hear(request.replace("connection: close\r\n", "").as_bytes()).await;
    assert_eq!(statuses(&heard), [200], "{heard}");
    assert!(heard.contains("connection: close"), "{heard}");
}

#[tokio::test]
async fn trailers_are_no_headers() {
    let unsigned = Request::new("POST", PATH).head("transfer-encoding: chunked");
    let trailers = "2\r\n{}\r\n0\r\nx-kiket-signature: 00\r\n\r\n";
    are_refused(&[("a proof", [unsigned, trailers.into()].concat(), &[401])]).await;
    let extension = Counting::new().await;
    let heard = extension.hear(&framed("transfer-encoding: chunked", trailers)).await;
    assert_eq!(statuses(&heard), [200], "{heard}");
}

#[tokio::test]
async fn http_1_0_is_answered_and_other_versions_are_not() {
    let good = framed("content-length: 2", "{}");
    let chunked = framed("transfer-encoding: chunked", "2\r\n{}\r\n0\r\n\r\n");
    are_refused(&[
        ("chunks before their time", as_version(&chunked, "HTTP/1.0"), &[400]),
        ("1.2", as_version(&good, "HTTP/1.2"), &[400]),
        ("2.0", as_version(&good, "HTTP/2.0"), &[400]),
        ("0.9", b"GET /health\r\n\r\n".to_vec(), &[400]),
        ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec(), &[]),
        ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 and more".to_vec(), &[400]),
        ("no HTTP", b"EHLO mail.example.com\r\n".to_vec(), &[400]),
    ])
    .await;
    let extension = Counting::new().await;
    let heard = extension.hear(&as_version(&good, "HTTP/1.0")).await;
    assert_eq!(statuses(&heard), [200], "{heard}");
}

#[tokio::test]
async fn a_body_is_asked_for_only_after_a_proof() {
    let extension = Counting::new().await;
    let expecting = "content-length: 2\r\nexpect: 100-continue";
    let heard = extension.hear(&Request::new("POST", PATH).head(expecting)).await;
    assert_eq!(statuses(&heard), [401], "{heard}");
    extension.is_unharmed().await;
    let heard = extension.hear(&framed(expecting, "{}")).await;
    assert_eq!(statuses(&heard), [100, 200], "{heard}");
}

#[tokio::test]
async fn pipelined_requests_are_answered_one_by_one_in_their_order() {
    let extension = Counting::new().await;
    let open = |request: Request| {
        let request = String::from_utf8(request.bytes()).unwrap();
        request.replace("connection: close\r\n", "").into_bytes()
    };
    let requests = [
        open(Request::signed("{}")),
        open(Request::new("POST", PATH).body("unsigned")),
        open(Request::signed("not JSON")),
        open(Request::new("GET", "/health")),
        Request::signed(r#"{"a":1}"#).bytes(),
        Request::signed("{}").bytes(),
    ];
    let heard = extension.hear(&requests.concat()).await;
    assert_eq!(statuses(&heard), [200, 401, 400, 200, 200], "{heard}");
    assert!(heard.contains(r#"{"call":1}"#) && heard.contains(r#"{"call":2}"#), "{heard}");
}
