//! The environment variables by which a program that runs an extension tells it where it is.
//!
//! The names of the documents; `KIKET_DEV` and `KIKET_DESCRIBE` are additions.

/// The installation's delivery secret.
pub const WEBHOOK_SECRET: &str = "KIKET_WEBHOOK_SECRET";
/// The delivery secret before the last rotation, accepted beside the current one.
pub const PREVIOUS_WEBHOOK_SECRET: &str = "KIKET_WEBHOOK_SECRET_PREVIOUS";
/// The origin of Kiket's API.
pub const BASE_URL: &str = "KIKET_BASE_URL";
/// Where telemetry is posted to.
pub const TELEMETRY_URL: &str = "KIKET_SDK_TELEMETRY_URL";
/// `1`: the environment comes before builder and manifest.
pub const DEV: &str = "KIKET_DEV";
/// `1`: the extension prints what it handles as JSON and ends.
pub const DESCRIBE: &str = "KIKET_DESCRIBE";
/// What the log shows: a level, or `target=level` pairs.
pub const LOG: &str = "RUST_LOG";
/// The address to listen at.
pub const HOST: &str = "HOST";
/// The port to listen at.
pub const PORT: &str = "PORT";
/// What the variable of a secret setting begins with; the rest is the setting's key.
pub const SECRET_PREFIX: &str = "KIKET_SECRET_";
