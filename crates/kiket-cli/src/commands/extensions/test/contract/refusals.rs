//! What an extension has to refuse.

use std::time::Duration;

use hyper::HeaderMap;
use hyper::header::HeaderValue;
use jiff::{SignedDuration, Timestamp};
use kiket_contract::header;
use kiket_contract::payload::Members;
use kiket_contract::secret::Secret;
use kiket_contract::signature::SigningForm;

use super::{Check, Outcome, Sample, Subject, Verdict};
use crate::extension::{Proof, Said};

/// Far outside of the window of five minutes.
const FAR: SignedDuration = SignedDuration::from_hours(1);
/// More than any delivery has, in bytes.
const OVERSIZED: usize = 2 * 1024 * 1024;
/// What no extension hears.
const UNKNOWN_EVENT: &str = "kiket.nobody_hears_this";
const UNKNOWN_VERSION: &str = "v9999";
const ANOTHER_SECRET: &str = "sh_of_somebody_else";

/// A call that is wrong in one way.
struct Wrong {
    id: &'static str,
    fix: &'static str,
    event: String,
    version: String,
    headers: HeaderMap,
    body: Vec<u8>,
    judge: fn(u16) -> Outcome,
}

pub(super) async fn checks(subject: &Subject, sample: &Sample) -> anyhow::Result<Vec<Check>> {
    let mut checks = Vec::new();
    for wrong in unproved(subject, sample)?.into_iter().chain(unfit(subject, sample)?) {
        let url = subject.caller.webhook(&wrong.event, &wrong.version);
        let is_oversized = wrong.body.len() >= OVERSIZED;
        let said = subject.caller.post(&url, wrong.headers, wrong.body).await;
        let took = said.as_ref().map_or(Duration::ZERO, |said| said.took);
        let verdict = verdict(said, is_oversized, wrong.judge);
        checks.push(Check::of(wrong.id, wrong.fix, took, verdict));
    }
    Ok(checks)
}

fn verdict(said: anyhow::Result<Said>, is_oversized: bool, judge: fn(u16) -> Outcome) -> Verdict {
    match said {
        Ok(said) => (judge(said.status), format!("answered {}", said.status)),
        // Whoever will not read a body to its end hangs up.
        Err(_) if is_oversized => (Outcome::Passed, "ended the connection".to_owned()),
        Err(error) => (Outcome::Failed, format!("{error:#}")),
    }
}

fn unauthorized(status: u16) -> Outcome {
    if status == 401 { Outcome::Passed } else { Outcome::Failed }
}

/// Some SDKs answer 500 to what they can not read.
fn refused(status: u16) -> Outcome {
    match status {
        400..=499 => Outcome::Passed,
        500 => Outcome::Warning,
        _ => Outcome::Failed,
    }
}

/// Some SDKs know no such answer.
fn not_found(status: u16) -> Outcome {
    match status {
        404 | 400 | 405 | 410 => Outcome::Passed,
        500 => Outcome::Warning,
        _ => Outcome::Failed,
    }
}

/// Some SDKs take bodies of any size.
fn too_large(status: u16) -> Outcome {
    match status {
        400..=499 | 503 => Outcome::Passed,
        200..=299 | 500 => Outcome::Warning,
        _ => Outcome::Failed,
    }
}

/// Calls that do not prove where they come from.
fn unproved(subject: &Subject, sample: &Sample) -> anyhow::Result<Vec<Wrong>> {
    let now = Timestamp::now();
    let timestamped = SigningForm::Timestamped;
    let wrong = |id, fix, (headers, body): (HeaderMap, Vec<u8>)| Wrong {
        id,
        fix,
        event: sample.event.clone(),
        version: sample.version.clone(),
        headers,
        body,
        judge: unauthorized,
    };
    let unsigned = subject.made(sample, now)?;
    let mut of_another = subject.made(sample, now)?;
    let secret = Secret::from(ANOTHER_SECRET);
    Proof { secret: &secret, form: timestamped }.sign(&mut of_another.0, now, &of_another.1)?;
    let mut no_hex = subject.signed(sample, timestamped, now)?;
    no_hex.0.insert(header::SIGNATURE, HeaderValue::from_static("nonsense"));
    let mut changed = subject.signed(sample, timestamped, now)?;
    changed.1.push(b' ');
    let compare = "compare the signature with the HMAC of the raw body, before anything is parsed";
    let window = "refuse a timestamp that is more than five minutes away";
    Ok(vec![
        wrong("no-signature", "refuse what is not signed with 401", unsigned),
        wrong("signature-of-another-secret", compare, of_another),
        wrong("signature-that-is-none", compare, no_hex),
        wrong("changed-body", compare, changed),
        wrong("old-timestamp", window, subject.signed(sample, timestamped, now.checked_sub(FAR)?)?),
        wrong(
            "timestamp-of-the-future",
            window,
            subject.signed(sample, timestamped, now.checked_add(FAR)?)?,
        ),
    ])
}

/// Calls that are signed, and that nobody can do anything with.
fn unfit(subject: &Subject, sample: &Sample) -> anyhow::Result<Vec<Wrong>> {
    let now = Timestamp::now();
    let (headers, whole) = subject.made(sample, now)?;
    let no_json = whole[..whole.len() / 2].to_vec();
    let huge = serde_json::Map::from_iter([("padding".to_owned(), "x".repeat(OVERSIZED).into())]);
    let of = |event: &str, version: &str, payload: &Members| Sample {
        event: event.to_owned(),
        version: version.to_owned(),
        payload: payload.clone(),
    };
    let huge = of(&sample.event, &sample.version, &Members::from(huge));
    let unknown = of(UNKNOWN_EVENT, &sample.version, &sample.payload);
    let unheard = of(&sample.event, UNKNOWN_VERSION, &sample.payload);
    let signed = |sample: &Sample| subject.signed(sample, SigningForm::Timestamped, now);
    let mut broken = (headers, no_json);
    subject.proof(SigningForm::Timestamped).sign(&mut broken.0, now, &broken.1)?;
    let wrong = |id, fix, sample: &Sample, (headers, body): (HeaderMap, Vec<u8>), judge| Wrong {
        id,
        fix,
        event: sample.event.clone(),
        version: sample.version.clone(),
        headers,
        body,
        judge,
    };
    let bad = "answer 400 to a body that is no JSON: 5xx would be tried again";
    let absent = "answer 404 to what no handler is for: 5xx would be tried again";
    let bound = "read no more than 1 MiB of a body, and answer 413";
    Ok(vec![
        wrong("bad-json", bad, sample, broken, refused),
        wrong("unknown-event", absent, &unknown, signed(&unknown)?, not_found),
        wrong("unknown-version", absent, &unheard, signed(&unheard)?, not_found),
        wrong("oversized-body", bound, &huge, signed(&huge)?, too_large),
    ])
}
