//! The environment variables by which a program that runs an extension tells it where it is.
//!
//! The names of the documents; `KIKET_DEV` and `KIKET_DESCRIBE` are additions.

/// The installation's delivery secret, with which deliveries are signed. Without one nothing starts,
/// unless runtime tokens alone are to prove where deliveries come from.
pub const WEBHOOK_SECRET: &str = "KIKET_WEBHOOK_SECRET";
/// The delivery secret before the last rotation, accepted beside the current one.
pub const PREVIOUS_WEBHOOK_SECRET: &str = "KIKET_WEBHOOK_SECRET_PREVIOUS";
/// The workspace token: what calls are made with where a delivery brings no runtime token.
pub const WORKSPACE_TOKEN: &str = "KIKET_WORKSPACE_TOKEN";
/// The installation's API key: what calls of the extension's own data are made with where a delivery
/// brings no runtime token.
pub const EXTENSION_API_KEY: &str = "KIKET_EXTENSION_API_KEY";
/// The origin of Kiket's API, `https://kiket.dev` by default.
pub const BASE_URL: &str = "KIKET_BASE_URL";
/// Where telemetry is posted to; `/telemetry` is added unless the address ends in it. None by
/// default, and then no record leaves the program.
pub const TELEMETRY_URL: &str = "KIKET_SDK_TELEMETRY_URL";
/// `1` (or `true`, `yes`, `on`): no telemetry, whatever else is set.
pub const TELEMETRY_OPTOUT: &str = "KIKET_SDK_TELEMETRY_OPTOUT";
/// `1`: the environment comes before builder and manifest.
pub const DEV: &str = "KIKET_DEV";
/// `1`: the extension prints what it handles as JSON and ends.
pub const DESCRIBE: &str = "KIKET_DESCRIBE";
/// What the log shows: a level, or `target=level` pairs; `info` by default.
pub const LOG: &str = "RUST_LOG";
/// The address to listen at, in place of the program's.
pub const HOST: &str = "HOST";
/// The port to listen at, in place of the program's.
pub const PORT: &str = "PORT";
/// What the variable of a secret setting begins with; the rest is the setting's key in upper case,
/// with an underscore for everything that is neither letter nor digit.
pub const SECRET_PREFIX: &str = "KIKET_SECRET_";
