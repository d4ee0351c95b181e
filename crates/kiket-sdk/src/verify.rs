//! Decides whether a request comes from Kiket, by its HMAC signature.
//!
//! With an `X-Kiket-Timestamp` header the signature covers `timestamp.body` and the timestamp may
//! be five minutes off. Without one it covers the bare body, as the delivery contract says, and the
//! request is fresh until the signed `authentication.expires_at`. A signature of the body alone
//! beside a timestamp header is refused: nobody signed that timestamp. During a rotation of the
//! delivery secret the previous one is accepted too.

use std::str::FromStr;

use hyper::HeaderMap;
use jiff::Timestamp;
use kiket_contract::header;
use kiket_contract::secret::Secret;
use kiket_contract::signature::{SignatureError, Signer, is_well_formed};
use serde::Deserialize;

/// How far a timestamp may be from now, in seconds, either way.
const WINDOW: u64 = 5 * 60;

/// Verifies requests with the delivery secret, and with the previous one if there is one.
#[derive(Debug)]
pub(crate) struct Verifier {
    current: Signer,
    previous: Option<Signer>,
}

/// Why a request is not taken for Kiket's. The texts are for the log: the caller learns nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Denial {
    #[error("there is no X-Kiket-Signature header; the sender is not Kiket, or a proxy dropped it")]
    NoSignature,
    #[error("the header `{0}` is there more than once; it must be sent once")]
    Repeated(&'static str),
    #[error("the header `{0}` is not plain text")]
    Unreadable(&'static str),
    #[error("X-Kiket-Signature is not 64 hex digits")]
    Malformed,
    #[error("X-Kiket-Timestamp is neither whole Unix seconds nor an ISO 8601 time with an offset")]
    BadTimestamp,
    #[error(
        "X-Kiket-Timestamp is {0} seconds off, and {WINDOW} are allowed; \
         the request is old, or a clock is wrong"
    )]
    Stale(u64),
    #[error(
        "the signature covers the body alone although X-Kiket-Timestamp is there; \
         the installation's signing form must be `timestamped`, or nothing may add that header"
    )]
    BodyOnly,
    #[error(
        "the signature does not match; KIKET_WEBHOOK_SECRET is not the installation's delivery \
         secret (an old one?), or the body was changed on the way"
    )]
    WrongSecret,
    #[error(
        "the signature does not match and there is no X-Kiket-Timestamp; a proxy dropped that \
         header, or KIKET_WEBHOOK_SECRET is not the installation's delivery secret (an old one?)"
    )]
    WrongSecretOrNoTimestamp,
    #[error(
        "the signature covers the body alone, and the body has no readable \
         `authentication.expires_at` to show that it is fresh"
    )]
    NoExpiry,
    #[error("the signature covers the body alone, and `authentication.expires_at` has passed")]
    Expired,
}

impl Verifier {
    pub(crate) fn new(current: &Secret, previous: Option<&Secret>) -> Self {
        Self { current: Signer::new(current), previous: previous.map(Signer::new) }
    }

    /// Whether the body is Kiket's, by the proof that the headers gave, and fresh.
    pub(crate) fn verify(
        &self,
        proof: Proof<'_>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<(), Denial> {
        self.signed(proof, body)?;
        if proof.timestamp.is_none() { before_expiry(body, now) } else { Ok(()) }
    }

    fn signed(&self, Proof { signature, timestamp }: Proof<'_>, body: &[u8]) -> Result<(), Denial> {
        match self.matches(signature, timestamp, body) {
            Ok(()) => Ok(()),
            Err(SignatureError::Malformed) => Err(Denial::Malformed),
            Err(SignatureError::Mismatch) if timestamp.is_none() => {
                Err(Denial::WrongSecretOrNoTimestamp)
            }
            Err(SignatureError::Mismatch) => match self.matches(signature, None, body) {
                Ok(()) => Err(Denial::BodyOnly),
                Err(_) => Err(Denial::WrongSecret),
            },
        }
    }

    fn matches(
        &self,
        signature: &str,
        timestamp: Option<&str>,
        body: &[u8],
    ) -> Result<(), SignatureError> {
        let current = self.current.verify(signature, timestamp, body);
        match &self.previous {
            Some(previous) if current == Err(SignatureError::Mismatch) => {
                previous.verify(signature, timestamp, body)
            }
            _ => current,
        }
    }
}

/// What the headers give to verify a body with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Proof<'a> {
    signature: &'a str,
    timestamp: Option<&'a str>,
}

impl<'a> Proof<'a> {
    /// Checks what can be checked before a byte of the body is read.
    pub(crate) fn of(headers: &'a HeaderMap, now: Timestamp) -> Result<Self, Denial> {
        let signature = single(headers, header::SIGNATURE)?.ok_or(Denial::NoSignature)?;
        if !is_well_formed(signature) {
            return Err(Denial::Malformed);
        }
        let timestamp = single(headers, header::TIMESTAMP)?;
        timestamp.map_or(Ok(()), |timestamp| within_window(timestamp, now))?;
        Ok(Self { signature, timestamp })
    }
}

fn single<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<Option<&'a str>, Denial> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Denial::Repeated(name));
    }
    value.to_str().map(Some).map_err(|_| Denial::Unreadable(name))
}

fn within_window(timestamp: &str, now: Timestamp) -> Result<(), Denial> {
    let seconds = seconds(timestamp).ok_or(Denial::BadTimestamp)?;
    match now.as_second().abs_diff(seconds) {
        0..=WINDOW => Ok(()),
        off => Err(Denial::Stale(off)),
    }
}

/// Unix seconds: digits, with a minus sign if need be, or an ISO 8601 time with an offset.
fn seconds(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok();
    }
    Timestamp::from_str(text).ok().map(Timestamp::as_second)
}

#[derive(Deserialize)]
struct Signed {
    authentication: Limit,
}

#[derive(Deserialize)]
struct Limit {
    expires_at: Timestamp,
}

fn before_expiry(body: &[u8], now: Timestamp) -> Result<(), Denial> {
    let signed: Signed = serde_json::from_slice(body).map_err(|_| Denial::NoExpiry)?;
    if signed.authentication.expires_at > now { Ok(()) } else { Err(Denial::Expired) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn extreme_seconds_are_stale_and_never_overflow() {
        for (text, now) in [
            ("9223372036854775807", Timestamp::MIN),
            ("-9223372036854775808", Timestamp::MAX),
            ("-9223372036854775808", Timestamp::UNIX_EPOCH),
        ] {
            assert!(matches!(within_window(text, now), Err(Denial::Stale(_))), "{text}");
        }
    }

    #[test]
    fn seconds_are_strict() {
        assert_eq!(seconds("1763719200"), Some(1_763_719_200));
        assert_eq!(seconds("2025-11-21T10:00:00Z"), Some(1_763_719_200));
        assert_eq!(seconds("2025-11-21T11:00:00+01:00"), Some(1_763_719_200));
        for bad in [
            "",
            "-",
            "+1763719200",
            "1763719200s",
            "1763719200.0",
            "0x10",
            "9223372036854775808",
            "2025-11-21T10:00:00",
            "soon",
        ] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_window_is_five_minutes_both_ways() {
        let now = Timestamp::from_second(10_000).unwrap();
        for (seconds, fresh) in [(9_699, false), (9_700, true), (10_300, true), (10_301, false)] {
            assert_eq!(within_window(&format!("{seconds}"), now).is_ok(), fresh, "{seconds}");
        }
    }

    proptest! {
        #[test]
        fn any_timestamp_is_read_or_refused(text in ".*") {
            let _ = within_window(&text, Timestamp::UNIX_EPOCH);
        }
    }
}
