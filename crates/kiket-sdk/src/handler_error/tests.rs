use std::io;

use super::*;

fn status(status: u16, retry_after: Option<Duration>) -> kiket_client::Error {
    // The one way to an error of another crate's `#[non_exhaustive]` enum is its public variant.
    kiket_client::Error::Status { status, code: None, message: None, request_id: None, retry_after }
}

#[derive(Debug, thiserror::Error)]
#[error("could not sync")]
struct Wrapped(#[source] Cause);

#[test]
fn a_failed_call_keeps_its_meaning_however_deep_it_is_wrapped() {
    for (answered, becomes) in
        [(400, 422), (401, 503), (403, 403), (404, 422), (408, 503), (429, 429), (502, 503)]
    {
        assert_eq!(HandlerError::from(status(answered, None)).status(), becomes, "{answered}");
        let wrapped = Wrapped(Wrapped(status(answered, None).into()).into());
        assert_eq!(HandlerError::from(wrapped).status(), becomes, "{answered}");
    }
    assert_eq!(
        HandlerError::from(kiket_client::Error::Timeout { timeout: kiket_client::TIMEOUT })
            .status(),
        503
    );
    assert_eq!(HandlerError::from(status(307, None)).status(), 500);
    assert_eq!(HandlerError::from(kiket_client::Error::NoRuntimeToken).status(), 500);
}

#[test]
fn a_rate_limit_keeps_its_wait() {
    let wait = Some(Duration::from_secs(7));
    let error = HandlerError::from(status(429, wait));
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
