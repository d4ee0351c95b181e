//! Every header name of the contract, in lower case as HTTP libraries want them.

/// Event name, for example `issue.created`.
pub const EVENT: &str = "x-kiket-event";
/// Event version, for example `v1`. Also sent by the SDK on every call made inside a handler.
pub const EVENT_VERSION: &str = "x-kiket-event-version";
/// Delivery id: the same over all attempts of one delivery.
pub const INVOCATION: &str = "x-kiket-invocation";
/// Number of the project in which the event happened.
pub const PROJECT: &str = "x-kiket-project";
/// Number of the organisation in which the event happened.
pub const ORGANIZATION: &str = "x-kiket-organization";
/// Lower-case hex HMAC-SHA-256, see [`crate::signature`].
pub const SIGNATURE: &str = "x-kiket-signature";
/// Unix seconds; present when the signature covers `timestamp.body`.
pub const TIMESTAMP: &str = "x-kiket-timestamp";
/// Runtime token on a call back into Kiket.
pub const RUNTIME_TOKEN: &str = "x-kiket-runtime-token";
/// [`RUNTIME_TOKEN`] as the payload's `api.runtime_header` spells it.
pub const RUNTIME_TOKEN_DISPLAY: &str = "X-Kiket-Runtime-Token";
/// [`RUNTIME_TOKEN`] as earlier SDKs send it.
pub const RUNTIME_TOKEN_EARLIER: &str = "x-runtime-token";
/// An installation's API key on a call into Kiket, where there is no runtime token.
pub const API_KEY: &str = "x-kiket-api-key";
/// A workspace token, behind `Bearer `, on a call into Kiket.
pub const AUTHORIZATION: &str = "authorization";
/// Id of one HTTP exchange, answered by the platform and named in error bodies.
pub const REQUEST_ID: &str = "x-request-id";
/// Where a request stands in a distributed trace (W3C Trace Context).
pub const TRACEPARENT: &str = "traceparent";
/// A key that makes a repeated request the same request; it lives for 24 hours.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// How many calls a window has, on every answer to a counted call.
pub const RATE_LIMIT: &str = "x-ratelimit-limit";
/// How many calls are left in this window.
pub const RATE_LIMIT_REMAINING: &str = "x-ratelimit-remaining";
/// When the next window begins, in Unix seconds.
pub const RATE_LIMIT_RESET: &str = "x-ratelimit-reset";
