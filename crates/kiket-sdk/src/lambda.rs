//! Answers the invocations of an AWS Lambda function.
//!
//! Moves: an invocation in, its answer out, one at a time. Promises: nothing goes on after the
//! answer, because Lambda freezes the program then; whatever a handler does, there is an answer
//! before the function's time ends. Survives the end of the instance: nothing.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http_body_util::Full;
use hyper::Uri;
use lambda_http::request::RequestContext;
use lambda_http::{Body, RequestExt, service_fn};
use tokio::time::{Instant, timeout_at};

use crate::router::Router;
use crate::{Error, answer, deadline};

/// What Lambda sets, and its runtime can not do without.
const VARIABLES: [&str; 4] = [
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
];
/// The longest that Lambda lets any function run.
const LONGEST_RUN: Duration = Duration::from_mins(15);
/// How long an answer waits for the records of handlers' calls. Those that are not out by then go on
/// with the next invocation.
const RECORDS: Duration = Duration::from_millis(300);
/// The stage that is no part of the path.
const NO_STAGE: &str = "$default";

pub(crate) async fn run(router: Router) -> Result<(), Error> {
    if let Some(variable) = VARIABLES.into_iter().find(|name| std::env::var_os(name).is_none()) {
        return Err(Error::NotOnLambda { variable });
    }
    let router = Arc::new(router);
    let answers = service_fn(move |request: lambda_http::Request| {
        let router = Arc::clone(&router);
        async move {
            let left = time_left(&request);
            Ok::<_, Infallible>(invoke(&router, request, left).await)
        }
    });
    lambda_http::run(answers).await.map_err(Error::Lambda)
}

/// The answer to one invocation, once nothing is under way any more, or time is up.
async fn invoke(
    router: &Router,
    mut request: lambda_http::Request,
    left: Duration,
) -> hyper::Response<Full<Bytes>> {
    if let Some(uri) = without_stage(&request) {
        *request.uri_mut() = uri;
    }
    let request = request.map(|body| match body {
        Body::Text(text) => Full::from(text),
        Body::Binary(bytes) => Full::from(bytes),
        _ => Full::default(),
    });
    let end = Instant::now() + deadline::less_margin(left);
    let answer = timeout_at(end, router.answer(request)).await;
    let answer = answer.unwrap_or_else(|_| {
        tracing::error!("the function's time ended before the handler did; give it more");
        answer::late().map(Full::new)
    });
    match router.settings().background.settle(end).await {
        0 => {}
        unfinished => tracing::error!(
            unfinished,
            "the function's time ended before the background work did, which is dropped; give it \
             more"
        ),
    }
    let left = end.saturating_duration_since(Instant::now());
    router.settings().reporter.settle(left.min(RECORDS)).await;
    answer
}

/// How long the function may still run.
fn time_left(request: &lambda_http::Request) -> Duration {
    let Some(context) = request.lambda_context_ref() else { return LONGEST_RUN };
    let left = context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
    left.min(LONGEST_RUN)
}

/// The request's path and query behind the stage of API Gateway, where they name one.
fn without_stage(request: &lambda_http::Request) -> Option<Uri> {
    let stage = match request.request_context_ref()? {
        RequestContext::ApiGatewayV1(context) => context.stage.as_deref(),
        RequestContext::ApiGatewayV2(context) => context.stage.as_deref(),
        _ => None,
    };
    let stage = stage.filter(|stage| *stage != NO_STAGE)?;
    let whole = request.uri().path_and_query()?.as_str();
    let rest = whole.strip_prefix('/')?.strip_prefix(stage)?;
    rest.starts_with('/').then(|| rest.parse().ok()).flatten()
}
