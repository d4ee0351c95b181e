use std::io;
use std::time::Instant;

use kiket_client::Client;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

/// How a call fails that is answered so.
async fn status(status: u16, retry_after: Option<Duration>) -> kiket_client::Error {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::new(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let answer = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        assert!(stream.read(&mut [0; 1024]).await.unwrap() > 0);
        let wait = retry_after.map(|wait| format!("retry-after: {}\r\n", wait.as_secs()));
        let wait = wait.unwrap_or_default();
        let answer = format!("HTTP/1.1 {status} No\r\n{wait}content-length: 0\r\n\r\n");
        stream.write_all(answer.as_bytes()).await.unwrap();
        // Kept open until the answer is read.
        stream
    };
    // The one call that is never made again.
    let (called, _stream) = tokio::join!(client.key_set(), answer);
    called.unwrap_err()
}

#[derive(Debug, thiserror::Error)]
#[error("could not sync")]
struct Wrapped(#[source] Cause);

#[tokio::test]
async fn a_failed_call_keeps_its_meaning_however_deep_it_is_wrapped() {
    for (answered, becomes) in
        [(400, 422), (401, 503), (403, 403), (404, 422), (408, 503), (429, 429), (502, 503)]
    {
        assert_eq!(
            HandlerError::from(status(answered, None).await).status(),
            becomes,
            "{answered}"
        );
        let wrapped = Wrapped(Wrapped(status(answered, None).await.into()).into());
        assert_eq!(HandlerError::from(wrapped).status(), becomes, "{answered}");
    }
    assert_eq!(HandlerError::from(status(307, None).await).status(), 500);
    assert_eq!(HandlerError::from(kiket_client::Error::NoRuntimeToken).status(), 500);
}

#[tokio::test]
async fn a_call_past_the_handlers_time_is_tried_again() {
    let client = Client::new("http://127.0.0.1:1").unwrap();
    let session = client.session(Some("rt_1".into()), "v1").until(Instant::now());
    let error = HandlerError::from(session.rate_limit().await.unwrap_err());
    assert_eq!(error.status(), 503);
    assert!(error.to_string().contains("the handler's time was over"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_nobody_answers_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::new(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let error = client.key_set().await.unwrap_err();
    assert!(matches!(error, kiket_client::Error::Timeout { .. }), "{error:?}");
    assert_eq!(HandlerError::from(error).status(), 503);
}

#[tokio::test]
async fn a_rate_limit_keeps_its_wait() {
    let wait = Some(Duration::from_secs(7));
    let error = HandlerError::from(status(429, wait).await);
    assert!(matches!(error.kind(), Kind::Retryable { retry_after, .. } if *retry_after == wait));
}

#[test]
fn any_other_error_is_internal_and_its_chain_is_for_the_log() {
    let error = HandlerError::from(Wrapped(io::Error::other("disk full").into()));
    assert_eq!(error.status(), 500);
    assert_eq!(error.to_string(), "could not sync: disk full");
}

#[test]
fn a_status_that_would_be_retried_is_not_permanent() {
    for status in [200, 301, 429, 500, 503] {
        assert_eq!(HandlerError::permanent(status, "no").status(), 422, "{status}");
    }
    assert_eq!(HandlerError::permanent(410, "gone").status(), 410);
}

#[test]
fn results_and_options_say_what_their_failure_means() {
    let error = "x".parse::<u32>().or_permanent(400, "no number").unwrap_err();
    assert_eq!(error.to_string(), "no number: invalid digit found in string");
    assert_eq!(error.status(), 400);
    let error = None::<u32>.or_retryable("not there yet").unwrap_err();
    assert_eq!(error.retry_after(Duration::from_secs(2)).status(), 503);
}
