//! Why an extension does not start.

use std::fmt;
use std::path::PathBuf;

use crate::registration_fault::RegistrationFault;

/// Why an extension does not start. `Debug`, which is what `main` prints, shows the text and its
/// causes.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no manifest where one was looked for.
    #[error(
        "there is no manifest in `{}`; write `.kiket/manifest.yaml` there, start in the \
         extension's folder, or use `Extension::new`", folder.display()
    )]
    NoManifest {
        /// The folder.
        folder: PathBuf,
    },
    /// The manifest can not be used.
    #[error("the manifest can not be used")]
    Manifest(#[source] kiket_manifest::Error),
    /// A text that can not be an extension's id.
    #[error(
        "`{0}` can not be an extension's id; write 1 to 128 letters, digits, dots, dashes and \
         underscores, the first a letter or digit"
    )]
    ExtensionId(String),
    /// Registrations are wrong: all that are, not only the first.
    #[error("these handlers can not be registered:{}", listed(.0))]
    Registrations(Vec<RegistrationFault>),
    /// Without a delivery secret no request could be verified.
    #[error(
        "there is no webhook secret, so no delivery could be verified; set `{variable}` to the \
         installation's delivery secret"
    )]
    NoWebhookSecret {
        /// The variable to set: the one that the manifest names, or `KIKET_WEBHOOK_SECRET`.
        variable: String,
    },
    /// A workspace token or an API key that no header can carry. It is not shown.
    #[error(
        "the credential of `{variable}`, or what the program gives in its place, can not be sent; \
         it holds a line break or another control character: copy it anew"
    )]
    Credential {
        /// The credential's variable.
        variable: &'static str,
    },
    /// Without verification an extension is served on a loopback address only.
    #[error(
        "without verification nothing is served at {place}, where others could call it; take \
         `unverified_for_development` out, or listen at 127.0.0.1"
    )]
    UnverifiedElsewhere {
        /// Where it would have been served.
        place: String,
    },
    /// Settings that the manifest calls required have no value: all that have none.
    #[error(
        "these required settings have no value: {}; give each with `Extension::setting`, or a \
         `default` in the manifest", .0.join(", ")
    )]
    MissingSettings(Vec<String>),
    /// The address for telemetry can not be used.
    #[error("correct `KIKET_SDK_TELEMETRY_URL`, or what the program gives as `telemetry_url`")]
    TelemetryUrl(#[source] kiket_client::Error),
    /// The address of Kiket's API can not be used.
    #[error("correct `KIKET_BASE_URL`, or what the program gives as `base_url`")]
    BaseUrl(#[source] kiket_client::Error),
    /// The URL of [`EffectivelyOnce::Redis`](crate::EffectivelyOnce::Redis) can not be used. It may
    /// hold a password, so it is not shown.
    #[cfg(feature = "redis")]
    #[error(
        "the URL of Redis can not be used; write `redis://[user:password@]host[:port][/database]`, \
         or `rediss://…` for TLS, with special characters of the password percent-encoded"
    )]
    RedisUrl,
    /// The address to listen at is not one.
    #[error("can not listen at `{0}`; write `host:port`, and in `PORT` a number up to 65535")]
    Address(String),
    /// The address can not be listened at.
    #[error("can not listen at `{address}`: {cause}; set `HOST` and `PORT` to a free place")]
    Bind {
        /// The address.
        address: String,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The signals that end the program can not be heard.
    #[error("can not listen for the signals that end the program")]
    Signals(#[source] std::io::Error),
    /// The program does not run on AWS Lambda.
    #[cfg(feature = "lambda")]
    #[error(
        "this is not AWS Lambda: `{variable}` is not set; run it there, or use `Extension::run`"
    )]
    NotOnLambda {
        /// A variable that Lambda sets.
        variable: &'static str,
    },
    /// Lambda's runtime API can not be used any more.
    #[cfg(feature = "lambda")]
    #[error("lost AWS Lambda's runtime API: {0}")]
    Lambda(Box<dyn std::error::Error + Send + Sync>),
    /// The description of the extension can not be written.
    #[error("can not write the description to the standard output")]
    Describe(#[source] std::io::Error),
    /// The current folder can not be found out.
    #[error("can not find out the current folder; use `Extension::from_manifest_in`")]
    CurrentFolder(#[source] std::io::Error),
}

fn listed(faults: &[RegistrationFault]) -> String {
    faults.iter().map(|fault| format!("\n  {fault}")).collect()
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        let mut next = std::error::Error::source(self);
        while let Some(cause) = next {
            write!(f, ": {cause}")?;
            next = cause.source();
        }
        Ok(())
    }
}
