//! What an installation takes from its manifest.
//!
//! The platform never reads its own environment for a manifest: a reference without a fallback has
//! to be given with the request, and the error names it.

use kiket_contract::event::asks_first;
use kiket_contract::payload::DEFAULT_TIMEOUT_MS;
use kiket_contract::scope;
use kiket_contract::secret::Secret;
use kiket_manifest::{Manifest, Text, Unresolved};
use url::Url;

use crate::error::Error;
use crate::store::StoreError;
use crate::store::hooks::Hook;
use crate::tokens::random_secret;

const TIMEOUT_MS: std::ops::RangeInclusive<u64> = 100..=60_000;
const TOKEN_MINUTES: std::ops::RangeInclusive<u32> = 1..=60;
const MOST_RETRIES: u32 = 10;
/// The most bytes of names that a list may have which every delivery carries.
const MOST_NAMES: usize = 2 * 1024;
const ELSEWHERE: &str = "does not lead to the callback's own host: write a path";
const DELIVERY_SECRET_PREFIX: &str = "sh_";

fn problem(member: &str, problem: impl Into<String>) -> Error {
    Error::ManifestMember { member: member.to_owned(), problem: problem.into() }
}

fn resolve<T: Clone + From<String>>(
    text: &Text<T>,
    member: &str,
    request: &str,
) -> Result<T, Error> {
    text.resolve(|_| None).map_err(|Unresolved { variable }| {
        problem(member, format!("refers to `{variable}`: send its value as `{request}`"))
    })
}

/// Where deliveries go: the request's address, else the manifest's.
pub(super) fn callback_url(manifest: &Manifest, given: Option<String>) -> Result<String, Error> {
    match (given, &manifest.callback.url) {
        (Some(url), _) => Ok(url),
        (None, Some(text)) => resolve(text, "callback.url", "callback_url"),
        (None, None) => Err(problem("callback.url", "is missing: send `callback_url`")),
    }
}

/// The key of the signatures: the request's, else the manifest's, else a new one.
pub(super) fn delivery_secret(manifest: &Manifest, given: Option<Secret>) -> Result<Secret, Error> {
    let secret = match (given, &manifest.delivery_secret) {
        (Some(secret), _) => secret,
        (None, Some(text)) => resolve(text, "callback.secret", "delivery_secret")?,
        (None, None) => random_secret(DELIVERY_SECRET_PREFIX)?,
    };
    if secret.is_empty() { Err(Error::EmptyDeliverySecret) } else { Ok(secret) }
}

/// What its runtime tokens grant beside the project.
pub(super) fn scopes(manifest: &Manifest) -> Result<Vec<String>, Error> {
    bounded("permissions", manifest.permissions.iter().map(|scope| scope.as_str()))?;
    let base = scope::BASE.iter().map(|scope| (*scope).to_owned());
    Ok(base.chain(manifest.permissions.iter().map(|scope| scope.value.clone())).collect())
}

/// The keys of the secrets that its deliveries carry.
pub(super) fn requested_secrets(manifest: &Manifest) -> Result<Vec<String>, Error> {
    bounded("configuration", manifest.secret_keys())?;
    Ok(manifest.secret_keys().map(str::to_owned).collect())
}

/// Refuses a list that would make every delivery of the extension large.
fn bounded<'a>(member: &str, mut names: impl Iterator<Item = &'a str>) -> Result<(), Error> {
    let fits =
        names.try_fold(0, |sum, name| Some(sum + name.len()).filter(|sum| *sum <= MOST_NAMES));
    match fits {
        Some(_) => Ok(()),
        None => {
            Err(problem(member, format!("names more than {MOST_NAMES} bytes in all: shorten it")))
        }
    }
}

/// Its hooks, with what they leave open filled in from the callback and the defaults.
pub(super) fn hooks(
    manifest: &Manifest,
    callback_url: &Url,
    default_retries: u32,
) -> Result<Vec<Hook>, Error> {
    let callback = manifest.callback.timeout_ms.map_or(DEFAULT_TIMEOUT_MS, |timeout| *timeout);
    let hooks = manifest.hooks.iter().enumerate().map(|(at, hook)| {
        let timeout_ms = hook.timeout_ms.map_or(callback, |timeout| *timeout);
        if !TIMEOUT_MS.contains(&timeout_ms) {
            let member = format!("hooks[{at}].timeout");
            return Err(problem(&member, format!("is {timeout_ms} ms: 100 to 60000 are possible")));
        }
        let retries = hook.retries.map_or(default_retries, |retries| *retries);
        if retries > MOST_RETRIES {
            let member = format!("hooks[{at}].retries");
            return Err(problem(&member, format!("is {retries}: 0 to 10 are possible")));
        }
        if let Some(endpoint) = &hook.endpoint {
            stays(endpoint, callback_url)
                .then_some(())
                .ok_or_else(|| problem(&format!("hooks[{at}].endpoint"), ELSEWHERE))?;
        }
        Ok(Hook {
            event: hook.event.as_str().to_owned(),
            version: hook.version.as_ref().map(|version| version.as_str().to_owned()),
            endpoint: hook.endpoint.as_ref().map(|endpoint| endpoint.value.clone()),
            timeout_ms: i64::try_from(timeout_ms).unwrap_or(i64::MAX),
            retries: i64::from(retries),
            required: required(manifest, hook),
            token_minutes: token_minutes(hook, at)?,
        })
    });
    hooks.collect()
}

/// Whether what happens waits for a hook: as it says itself, else as the callback says, else true
/// for halting and false for guarding.
fn required(manifest: &Manifest, hook: &kiket_manifest::Hook) -> bool {
    let said = hook.required.or(manifest.callback.required).map(|required| *required);
    said.unwrap_or(!asks_first(hook.event.as_str()))
}

/// How long the runtime tokens of a hook's deliveries live, when it says so.
fn token_minutes(hook: &kiket_manifest::Hook, at: usize) -> Result<Option<i64>, Error> {
    match hook.token_minutes.map(|minutes| *minutes) {
        Some(minutes) if !TOKEN_MINUTES.contains(&minutes) => {
            let member = format!("hooks[{at}].token_minutes");
            Err(problem(&member, format!("is {minutes}: 1 to 60 are possible")))
        }
        minutes => Ok(minutes.map(i64::from)),
    }
}

/// Whether an endpoint leads to the callback's own origin.
fn stays(endpoint: &str, callback_url: &Url) -> bool {
    callback_url.join(endpoint).is_ok_and(|url| url.origin() == callback_url.origin())
}

/// The manifest as it is stored: its literal secrets are left out.
pub(super) fn without_secrets(manifest: &Manifest) -> Result<String, Error> {
    Ok(serde_json::to_string(manifest).map_err(|_| StoreError::Damaged("the manifest"))?)
}
