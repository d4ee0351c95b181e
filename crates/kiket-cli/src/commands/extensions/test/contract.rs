//! The delivery contract, checked by calls: what holds for an extension in any language.
//!
//! Where the SDKs answer differently to the same call, the answers that they agree on are well, and
//! those of some are a warning.

mod refusals;

use std::time::{Duration, Instant};

use hyper::HeaderMap;
use jiff::Timestamp;
use kiket_contract::health::Health;
use kiket_contract::id::DeliveryId;
use kiket_contract::payload::DEFAULT_TIMEOUT_MS;
use kiket_contract::route;
use kiket_contract::secret::Secret;
use kiket_contract::signature::SigningForm;
use kiket_manifest::Manifest;

use super::sample::{Sample, sample};
use crate::extension::{Caller, Kiket, Made, Proof, Said};

/// How soon `/health` should answer.
const FAST: Duration = Duration::from_secs(1);

/// What is checked.
pub(super) struct Subject {
    pub(super) caller: Caller,
    pub(super) secret: Secret,
    pub(super) kiket: Kiket,
    pub(super) manifest: Manifest,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Passed,
    /// Some SDKs do so; better is otherwise.
    Warning,
    Failed,
}

/// One check.
pub(super) struct Check {
    pub(super) id: &'static str,
    pub(super) outcome: Outcome,
    pub(super) took: Duration,
    /// What was seen.
    pub(super) message: String,
    /// What to do when it is not passed.
    pub(super) fix: &'static str,
}

/// What is thought of something that was seen.
type Verdict = (Outcome, String);

impl Check {
    fn of(
        id: &'static str,
        fix: &'static str,
        took: Duration,
        (outcome, message): Verdict,
    ) -> Self {
        Self { id, outcome, took, message, fix }
    }
}

/// Makes all checks.
///
/// # Errors
/// When nothing can be called: the extension hears no event.
pub(super) async fn check(subject: &Subject) -> anyhow::Result<Vec<Check>> {
    let (mut checks, health) = health(subject).await;
    let Some(sample) = sample(health.as_ref(), &subject.manifest) else {
        anyhow::bail!("the extension hears no event: register a handler, or list `hooks`");
    };
    checks.extend(accepted(subject, &sample).await?);
    checks.extend(refusals::checks(subject, &sample).await?);
    Ok(checks)
}

async fn health(subject: &Subject) -> (Vec<Check>, Option<Health>) {
    let begun = Instant::now();
    let said = subject.caller.get(&subject.caller.below(route::HEALTH)).await;
    let took = begun.elapsed();
    let read = |said: &Said| serde_json::from_str::<Health>(&said.body).ok();
    let health = said.as_ref().ok().filter(|said| said.status == 200).and_then(read);
    let verdict = match (&said, &health) {
        (_, Some(health)) => (Outcome::Passed, format!("says `{}`", health.status)),
        // Not every SDK has it.
        (Ok(said), None) if said.status == 404 => (Outcome::Warning, "answered 404".to_owned()),
        (Ok(said), None) => (Outcome::Failed, format!("answered {}, no health", said.status)),
        (Err(error), None) => (Outcome::Failed, format!("{error:#}")),
    };
    let fix = "answer GET /health with 200 and {\"status\": \"ok\"}";
    let fast = match took <= FAST {
        true => (Outcome::Passed, format!("answered in {} ms", took.as_millis())),
        false => (Outcome::Failed, format!("took {} ms", took.as_millis())),
    };
    let fix_slow = "let /health look at nothing that may be slow";
    let checks = vec![
        Check::of("health", fix, took, verdict),
        Check::of("health-fast", fix_slow, took, fast),
    ];
    (checks, health)
}

impl Subject {
    /// A good delivery of the sample: its headers without a proof, and its body.
    fn made(&self, sample: &Sample, at: Timestamp) -> anyhow::Result<(HeaderMap, Vec<u8>)> {
        let made = Made {
            id: DeliveryId::new(),
            event: &sample.event,
            version: &sample.version,
            payload: &sample.payload,
            context: None,
            kiket: &self.kiket,
            at,
        };
        Ok((made.headers()?, made.body()?))
    }

    fn proof(&self, form: SigningForm) -> Proof<'_> {
        Proof { secret: &self.secret, form }
    }

    /// The same with a proof of this form and time.
    fn signed(
        &self,
        sample: &Sample,
        form: SigningForm,
        at: Timestamp,
    ) -> anyhow::Result<(HeaderMap, Vec<u8>)> {
        let (mut headers, body) = self.made(sample, at)?;
        self.proof(form).sign(&mut headers, at, &body)?;
        Ok((headers, body))
    }

    async fn post(
        &self,
        sample: &Sample,
        (headers, body): (HeaderMap, Vec<u8>),
    ) -> anyhow::Result<Said> {
        let url = self.caller.webhook(&sample.event, &sample.version);
        self.caller.post(&url, headers, body).await
    }
}

/// What a good delivery is answered, in time and each time the same.
async fn accepted(subject: &Subject, sample: &Sample) -> anyhow::Result<Vec<Check>> {
    let now = Timestamp::now();
    let secret = "check the signature with KIKET_WEBHOOK_SECRET, over the raw body, and with a \
                  timestamp over `timestamp.body`";
    let mut checks = Vec::new();
    let first = subject.signed(sample, SigningForm::Timestamped, now)?;
    let said = subject.post(sample, first.clone()).await;
    checks.push(reaches("signature-with-timestamp", secret, &said));
    let took = said.as_ref().map_or(Duration::ZERO, |said| said.took);
    let in_time = match &said {
        Ok(said) if said.took < Duration::from_millis(DEFAULT_TIMEOUT_MS) => {
            (Outcome::Passed, format!("answered in {} ms", said.took.as_millis()))
        }
        Ok(said) => (Outcome::Failed, format!("took {} ms", said.took.as_millis())),
        Err(error) => (Outcome::Failed, format!("{error:#}")),
    };
    let fix = "answer within 10 seconds, and do what takes longer in the background";
    checks.push(Check::of("in-time", fix, took, in_time));
    let again = subject.post(sample, first).await;
    checks.push(same(&said, &again));
    let of_body = subject.signed(sample, SigningForm::Body, now)?;
    let said = subject.post(sample, of_body).await;
    checks.push(reaches("signature-of-body", secret, &said));
    Ok(checks)
}

/// Whether a delivery came to its handler. What that makes of a sample is its own business.
fn reaches(id: &'static str, fix: &'static str, said: &anyhow::Result<Said>) -> Check {
    let (took, verdict) = match said {
        Ok(said) => {
            let outcome = match said.status {
                200..=299 => Outcome::Passed,
                401 | 403 | 404 | 405 | 413 | 415 => Outcome::Failed,
                // Kiket's API may not be there for the handler.
                _ => Outcome::Warning,
            };
            (said.took, (outcome, format!("answered {}", said.status)))
        }
        Err(error) => (Duration::ZERO, (Outcome::Failed, format!("{error:#}"))),
    };
    let fix = match verdict.0 {
        Outcome::Warning => "it came to the handler, which fails: see what it says",
        _ => fix,
    };
    Check::of(id, fix, took, verdict)
}

fn same(first: &anyhow::Result<Said>, again: &anyhow::Result<Said>) -> Check {
    let fix = "remember finished deliveries by `delivery.id` of the body, and answer a repetition \
               with the first answer";
    let (took, verdict) = match (first, again) {
        (Ok(first), Ok(again)) => {
            let is_same = (first.status, &first.body) == (again.status, &again.body);
            let outcome = if is_same { Outcome::Passed } else { Outcome::Failed };
            let (before, after) = (first.status, again.status);
            let message = match is_same {
                true => format!("answered {after} again"),
                false => format!("answered {before}, then {after}, or another body"),
            };
            (again.took, (outcome, message))
        }
        (_, Err(error)) | (Err(error), _) => {
            (Duration::ZERO, (Outcome::Failed, format!("{error:#}")))
        }
    };
    Check::of("repeated", fix, took, verdict)
}
