//! The HMAC signature: what the headers give, the secrets that it may be made with, how fresh it is.
//!
//! With an `X-Kiket-Timestamp` header the signature covers `timestamp.body` and the timestamp may
//! be five minutes off. Without one it covers the bare body, as the delivery contract says, and the
//! request is fresh until the signed `authentication.expires_at`. A signature of the body alone
//! beside a timestamp header is refused: nobody signed that timestamp. During a rotation of the
//! delivery secret the previous one is accepted too.

use std::str::FromStr;

use hyper::HeaderMap;
use hyper::header::HeaderName;
use jiff::Timestamp;
use kiket_contract::clock::Clock;
use kiket_contract::header;
use kiket_contract::secret::Secret;
use kiket_contract::signature::{Signature, Signer};
use serde::Deserialize;

use super::denial::{Denial, Hint, WINDOW};
use super::doctor::Doctor;

static SIGNATURE: HeaderName = HeaderName::from_static(header::SIGNATURE);
static TIMESTAMP: HeaderName = HeaderName::from_static(header::TIMESTAMP);

/// Checks signatures with the delivery secret, and with the previous one if there is one.
#[derive(Debug)]
pub(crate) struct Signatures {
    current: Signer,
    previous: Option<Signer>,
    doctor: Doctor,
}

impl Signatures {
    pub(crate) fn new(current: &Secret, previous: Option<&Secret>, doctor: Doctor) -> Self {
        Self { current: Signer::new(current), previous: previous.map(Signer::new), doctor }
    }

    /// Whether the body is Kiket's, by the proof that the headers gave, and fresh.
    pub(crate) fn verify(
        &self,
        proof: Proof<'_>,
        body: &[u8],
        clock: &Clock,
    ) -> Result<(), Denial> {
        if !self.made(proof, body) {
            return Err(self.mismatch(proof, body, clock.now()));
        }
        if proof.timestamp.is_none() { before_expiry(body, clock.now()) } else { Ok(()) }
    }

    /// Whether the signature holds, however old it is.
    pub(super) fn made(&self, proof: Proof<'_>, body: &[u8]) -> bool {
        let Proof { signature, timestamp } = proof;
        let made = |signer: &Signer| signer.made(&signature, timestamp, body);
        made(&self.current) || self.previous.as_ref().is_some_and(made)
    }

    fn mismatch(&self, proof: Proof<'_>, body: &[u8], now: Timestamp) -> Denial {
        if proof.timestamp.is_some() && self.made(proof.of_the_body(), body) {
            return Denial::BodyOnly;
        }
        let hint = self.doctor.examine(self, proof, body, now);
        if proof.timestamp.is_none() && matches!(hint, Hint::None | Hint::NotExamined) {
            return Denial::WrongSecretOrNoTimestamp;
        }
        Denial::Mismatch(hint)
    }
}

/// What the headers give to verify a body with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Proof<'a> {
    pub(super) signature: Signature,
    pub(super) timestamp: Option<&'a str>,
}

impl<'a> Proof<'a> {
    /// Checks what can be checked before a byte of the body is read. `None` without a signature.
    pub(crate) fn of(headers: &'a HeaderMap, now: Timestamp) -> Result<Option<Self>, Denial> {
        let Some(signature) = single(headers, &SIGNATURE)? else { return Ok(None) };
        let signature = signature.parse().map_err(|_| Denial::Malformed)?;
        let timestamp = single(headers, &TIMESTAMP)?;
        timestamp.map_or(Ok(()), |timestamp| within_window(timestamp, now))?;
        Ok(Some(Self { signature, timestamp }))
    }

    /// The same as a signature of the body alone.
    fn of_the_body(self) -> Self {
        Self { timestamp: None, ..self }
    }
}

fn single<'a>(
    headers: &'a HeaderMap,
    name: &'static HeaderName,
) -> Result<Option<&'a str>, Denial> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Denial::Repeated(name.as_str()));
    }
    value.to_str().map(Some).map_err(|_| Denial::Unreadable(name.as_str()))
}

fn within_window(timestamp: &str, now: Timestamp) -> Result<(), Denial> {
    let seconds = seconds(timestamp).ok_or(Denial::BadTimestamp)?;
    match now.as_second().abs_diff(seconds) {
        0..=WINDOW => Ok(()),
        off if seconds < now.as_second() => Err(Denial::Old(off)),
        off => Err(Denial::FromTheFuture(off)),
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
            let denial = within_window(text, now);
            assert!(matches!(denial, Err(Denial::Old(_) | Denial::FromTheFuture(_))), "{text}");
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
