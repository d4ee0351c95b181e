//! A delivery that comes more than once must do no more than one that comes once.

use std::collections::BTreeSet;
use std::fmt::{self, Debug};
use std::panic::Location;
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body::Body;
use http_body_util::Full;
use serde_json::Value;
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tower_service::Service;

use crate::stub_api::{Inner, has_effect, is_upsert};
use crate::{Answer, Call, Delivery, StubApi};

/// How long the second of two deliveries has to make its first call.
const MEETING: Duration = Duration::from_millis(100);

/// Delivers in each way in which a delivery can come more than once, and compares what was called
/// with what one delivery calls:
///
/// - twice in a row;
/// - twice at the same time;
/// - after a crash, once for each call that changes something: Kiket does what was asked, and the
///   extension is gone before it hears so. Then the next attempt comes to a fresh extension, whose
///   memory is empty.
///
/// `make` makes the extension with the stand-in as its API, as the program does when it starts. It
/// is called for each way, each time on a runtime of its own that ends like a killed program.
///
/// The stand-in is set back before each way, and in the end, to what the test has made of it,
/// without its calls. These calls of one way count once: those with the same `Idempotency-Key`; equal
/// `PUT`, `PATCH` and `DELETE`, which leave the same behind however often they come; and the same
/// value stored under the same secret's key. Reading and telemetry do not count, nor does the member
/// `timestamp` of a body. Calls that work in the background makes after the answer are seen only if
/// they come in time; leave such a handler to a test of its own.
///
/// # Panics
/// When the first delivery fails or calls nothing that could come twice; when a way leads to other
/// calls. The text names the way and both lists of calls.
#[track_caller]
pub fn assert_idempotent<S, R>(
    api: &StubApi,
    make: impl Fn() -> S + Send + 'static,
    delivery: &Delivery,
) -> impl Future<Output = ()>
where
    S: Service<Request<Full<Bytes>>, Response = Response<R>, Error: Debug> + Clone,
    R: Body<Error: Debug>,
{
    let (asked_at, api, delivery) = (Location::caller(), api.clone(), delivery.clone());
    let (tell, told) = oneshot::channel();
    async move {
        let check = move || {
            let verdict = Check { api: &api, make: &make, delivery: &delivery }.all_ways();
            // Whoever asked may have given up.
            let _ = tell.send(verdict);
        };
        let thread = thread::spawn(check);
        match told.await {
            Ok(Ok(())) => {}
            Ok(Err(problem)) => panic!("{problem}\nasked at {asked_at}"),
            Err(_) => match thread.join() {
                Err(panicked) => std::panic::resume_unwind(panicked),
                Ok(()) => unreachable!("a thread that ends well has told"),
            },
        }
    }
}

/// How a delivery comes more than once.
#[derive(Debug, Clone, Copy)]
enum Way {
    TwiceInARow,
    AtTheSameTime,
    /// After so many calls with an effect, the last of which was never answered.
    AfterACrash(usize),
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TwiceInARow => f.write_str("delivered twice in a row"),
            Self::AtTheSameTime => f.write_str("delivered twice at the same time"),
            Self::AfterACrash(call) => {
                write!(f, "delivered again after a crash before the answer to call {call}")
            }
        }
    }
}

struct Check<'a, F> {
    api: &'a StubApi,
    make: &'a F,
    delivery: &'a Delivery,
}

impl<F, S, R> Check<'_, F>
where
    F: Fn() -> S,
    S: Service<Request<Full<Bytes>>, Response = Response<R>, Error: Debug> + Clone,
    R: Body<Error: Debug>,
{
    fn all_ways(&self) -> Result<(), String> {
        let before = self.api.state().snapshot();
        let name = format!("`{}` {}", self.delivery.event(), self.delivery.version());
        self.api.state().restore(&before);
        let answer = on_a_runtime(async { self.deliver(&(self.make)(), self.delivery).await });
        let once = effects(&self.api.calls());
        if !(200..300).contains(&answer.status()) {
            return Err(format!("{name} should be delivered before it comes again\n{answer}"));
        }
        if once.is_empty() {
            return Err(format!(
                "{name} changes nothing that could be done twice: the stand-in was not called\n\
                 {answer}"
            ));
        }
        let crashes = (1..=self.effects_made()).map(Way::AfterACrash);
        for way in [Way::TwiceInARow, Way::AtTheSameTime].into_iter().chain(crashes) {
            self.api.state().restore(&before);
            self.go(way);
            let often = effects(&self.api.calls());
            if often != once {
                return Err(format!(
                    "{name} is not idempotent: {way}, it did not do the same as once\n\
                     once:{}\n{way}:{}",
                    Lines(&once),
                    Lines(&often)
                ));
            }
        }
        self.api.state().restore(&before);
        Ok(())
    }

    fn effects_made(&self) -> usize {
        self.api.calls().iter().filter(|call| has_effect(call)).count()
    }

    async fn deliver(&self, service: &S, delivery: &Delivery) -> Answer {
        self.api.deliver(service, delivery).await
    }

    fn go(&self, way: Way) {
        let again = self.delivery.clone().attempt(self.delivery.attempt_number() + 1);
        match way {
            Way::TwiceInARow => on_a_runtime(async {
                let service = (self.make)();
                self.deliver(&service, self.delivery).await;
                self.deliver(&service, &again).await;
            }),
            Way::AtTheSameTime => on_a_runtime(self.at_the_same_time(&again)),
            Way::AfterACrash(call) => {
                self.crash_after(call);
                on_a_runtime(async {
                    self.deliver(&(self.make)(), &again).await;
                });
            }
        }
    }

    /// Delivers, and again while the first call waits for its answer. That comes when the second
    /// delivery has called too, or has had the time to: it may well wait for the first.
    async fn at_the_same_time(&self, again: &Delivery) {
        let state = self.api.state();
        state.change(|inner| inner.holds_the_first = true);
        let called = |times| {
            let enough = move |inner: &Inner| (inner.calls().len() >= times).then_some(());
            tokio::time::timeout(MEETING, state.until(enough))
        };
        let service = (self.make)();
        let second = async {
            // Without a call the second comes after the first, which is as good.
            let _ = called(1).await;
            self.deliver(&service, again).await
        };
        let release = async {
            let _ = called(1).await;
            let _ = called(2).await;
            state.release();
        };
        tokio::join!(self.deliver(&service, self.delivery), second, release);
    }

    /// Delivers until the stand-in has done what the call asks for, and ends the runtime then.
    fn crash_after(&self, call: usize) {
        let state = self.api.state();
        state.change(|inner| inner.answered_effects = Some(call - 1));
        on_a_runtime(async {
            let service = (self.make)();
            let done = state.until(|inner| {
                let made = inner.calls().iter().filter(|call| has_effect(call)).count();
                (made >= call).then_some(())
            });
            tokio::select! {
                // A handler that does not wait for its call may answer all the same.
                _ = self.deliver(&service, self.delivery) => {}
                () = done => {}
            }
        });
        state.change(|inner| inner.answered_effects = None);
    }
}

/// Runs on a runtime of its own, which then ends with everything that runs on it.
fn on_a_runtime<T>(work: impl Future<Output = T>) -> T {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(work)
}

/// A call that changed something.
struct Effect {
    /// All that has to be the same.
    compared: String,
    /// The call in one line, without values of secrets.
    shown: String,
}

impl PartialEq for Effect {
    fn eq(&self, other: &Self) -> bool {
        self.compared == other.compared
    }
}

/// What was done, in one order: each call that changes something, and those that count once only
/// once.
fn effects(calls: &[Call]) -> Vec<Effect> {
    let mut seen = BTreeSet::new();
    let mut effects = Vec::new();
    for call in calls.iter().filter(|call| has_effect(call)) {
        let effect = effect(call);
        let same = match call.idempotency_key() {
            // Whatever key each of them carries.
            _ if is_repeatable(call) => Some(effect.compared.clone()),
            Some(key) => Some(format!("{} {} {key}", call.method(), call.path())),
            None => None,
        };
        if same.is_none_or(|same| seen.insert(same)) {
            effects.push(effect);
        }
    }
    effects.sort_by(|one, other| one.compared.cmp(&other.compared));
    effects
}

fn effect(call: &Call) -> Effect {
    let mut body = call.json();
    if let Some(members) = body.as_object_mut() {
        members.remove("timestamp");
    }
    let query = call.query().unwrap_or_default();
    let compared = match body {
        Value::Null => String::from_utf8_lossy(call.body()).into_owned(),
        json => json.to_string(),
    };
    let compared = format!("{} {}?{query} {compared}", call.method(), call.path());
    Effect { compared, shown: call.to_string() }
}

/// Whether a repeat of the very same call changes nothing more.
fn is_repeatable(call: &Call) -> bool {
    matches!(*call.method(), Method::PUT | Method::PATCH | Method::DELETE) || is_upsert(call)
}

struct Lines<'a>(&'a [Effect]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str(" nothing");
        }
        self.0.iter().try_for_each(|effect| write!(f, "\n  {}", effect.shown))
    }
}
