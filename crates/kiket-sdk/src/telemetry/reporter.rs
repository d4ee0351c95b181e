//! Tells records to whoever wants them.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use kiket_client::{Client, Error, TelemetrySink};
use kiket_contract::retry::Schedule;
use kiket_contract::secret::Secret;
use tokio::time::Instant;

use super::TelemetryRecord;
use super::courier::Courier;
use super::feedback::{Feedback, FeedbackHook};

/// How long records may take to get out when the program ends.
const LONGEST_FLUSH: Duration = Duration::from_secs(5);
/// Three tries of each record.
const RETRIES: Schedule = Schedule { base: Duration::from_millis(500), retries: 2 };
/// The longest wait before another try, whatever the address asks for: meanwhile others pile up.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// How many records are posted at once. With 20 ms for each that makes 400 a second.
const AT_ONCE: usize = 8;

/// The feedback hook and the address for telemetry, where there are any.
#[derive(Debug, Default)]
pub(crate) struct Reporter {
    feedback: Option<Feedback>,
    posts: Option<Posts>,
}

#[derive(Debug)]
struct Posts {
    courier: Courier<Post>,
    /// Whether the address is Kiket's, so that it may see runtime tokens.
    with_token: bool,
}

struct Post {
    record: TelemetryRecord,
    token: Option<Secret>,
}

impl Reporter {
    pub(crate) fn new(
        hook: Option<FeedbackHook>,
        sink: Option<TelemetrySink>,
        client: &Client,
    ) -> Self {
        let posts = sink.map(|sink| Posts {
            with_token: sink.belongs_to(client),
            courier: Courier::new("telemetry", AT_ONCE, move |post: Post| {
                let sink = sink.clone();
                async move { post.send(&sink).await.map_err(|error| in_words(&error)) }
            }),
        });
        Self { feedback: hook.map(Feedback::new), posts }
    }

    /// Whether anybody wants records.
    pub(crate) fn is_wanted(&self) -> bool {
        self.feedback.is_some() || self.posts.is_some()
    }

    /// Tells a record, and waits for nobody.
    pub(crate) fn tell(&self, record: TelemetryRecord, token: Option<&Secret>) {
        if let Some(feedback) = &self.feedback {
            feedback.tell(&record);
        }
        if let Some(posts) = &self.posts {
            let token = token.filter(|_| posts.with_token).cloned();
            posts.courier.take(Post { record, token });
        }
    }

    /// Waits until all records are out, for at most a few seconds, and logs how many are not.
    pub(crate) async fn finish(&self, limit: Duration) {
        let unfinished = self.settle(limit.min(LONGEST_FLUSH)).await;
        let lost = self.lost();
        if unfinished > 0 || lost > 0 {
            tracing::warn!(unfinished, lost, "stopped without all records of handlers' calls");
        }
    }

    /// Waits until all records are out, at most this long, and tells how many then still are not.
    pub(crate) async fn settle(&self, limit: Duration) -> usize {
        let end = Instant::now() + limit;
        let left = || end.saturating_duration_since(Instant::now());
        let mut unfinished = 0;
        if let Some(Feedback::Async(courier)) = &self.feedback {
            unfinished += courier.finish(left()).await;
        }
        if let Some(posts) = &self.posts {
            unfinished += posts.courier.finish(left()).await;
        }
        unfinished
    }

    fn lost(&self) -> u64 {
        let feedback = match &self.feedback {
            Some(Feedback::Async(courier)) => courier.lost(),
            _ => 0,
        };
        feedback + self.posts.as_ref().map_or(0, |posts| posts.courier.lost())
    }
}

impl Post {
    /// Posts the record, again if that may help.
    async fn send(&self, sink: &TelemetrySink) -> Result<(), Error> {
        let mut failed = 0;
        loop {
            let error = match sink.send(&self.record, self.token.as_ref()).await {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            failed += 1;
            let wait = RETRIES.delay(failed, jitter(), asked_wait(&error));
            let Some(wait) = wait.filter(|_| error.is_retryable()) else { return Err(error) };
            tokio::time::sleep(wait).await;
        }
    }
}

fn asked_wait(error: &Error) -> Option<Duration> {
    match error {
        Error::Status { retry_after, .. } => retry_after.map(|wait| wait.min(LONGEST_WAIT)),
        _ => None,
    }
}

/// From 0 to 1, so that many programs do not try again at one moment.
fn jitter() -> f64 {
    RandomState::new().hash_one(()) as f64 / u64::MAX as f64
}

/// The failure with its causes.
fn in_words(error: &Error) -> String {
    let mut text = error.to_string();
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}
