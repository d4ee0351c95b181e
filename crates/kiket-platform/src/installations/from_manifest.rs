//! What an installation takes from its manifest.
//!
//! The platform never reads its own environment for a manifest: a reference without a fallback has
//! to be given with the request, and the error names it.

use std::collections::BTreeMap;

use kiket_contract::api::rate_limit::DEFAULT_LIMIT;
use kiket_contract::credential::DELIVERY_SECRET_PREFIX;
use kiket_contract::scope;
use kiket_contract::secret::Secret;
use kiket_manifest::{Manifest, Text, Unresolved};

use crate::error::Error;
use crate::store::StoreError;
use crate::tokens::random_secret;

/// The most bytes of JSON that a list of names may have which every delivery carries.
const MOST_NAMES: usize = 2 * 1024;

/// Something in a manifest that keeps deliveries from their way.
pub(super) fn problem(member: &str, problem: impl Into<String>) -> Error {
    let findings = Vec::new();
    Error::ManifestMember { member: member.to_owned(), problem: problem.into(), findings }
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
        (None, None) => new_delivery_secret()?,
    };
    if secret.is_empty() { Err(Error::EmptyDeliverySecret) } else { Ok(secret) }
}

/// A new key for signatures.
pub(super) fn new_delivery_secret() -> Result<Secret, Error> {
    random_secret(DELIVERY_SECRET_PREFIX)
}

/// What its runtime tokens grant beside the project.
pub(super) fn scopes(manifest: &Manifest) -> Result<Vec<String>, Error> {
    let permissions = || manifest.permissions.iter().map(|scope| scope.as_str());
    if let Some(scope) = permissions().find(|scope| scope::is_exact(scope)) {
        let text = format!("ask for `{scope}`: tokens are for the installation's project only");
        return Err(problem("permissions", text));
    }
    bounded("permissions", permissions())?;
    let base = scope::BASE.iter().map(|scope| (*scope).to_owned());
    Ok(base.chain(manifest.permissions.iter().map(|scope| scope.value.clone())).collect())
}

/// The calls of one window, if the manifest wants fewer than are usual. Its `burst` is not looked at:
/// a window's calls may come all at once.
pub(super) fn rate_limit(manifest: &Manifest) -> Option<u32> {
    let wanted = manifest.block("rate_limiting")?.get("requests_per_minute")?.as_number()?;
    let wanted = u32::try_from(wanted.as_u64()?).ok()?;
    (1..DEFAULT_LIMIT).contains(&wanted).then_some(wanted)
}

/// The keys of the secrets that its deliveries carry.
pub(super) fn requested_secrets(manifest: &Manifest) -> Result<Vec<String>, Error> {
    bounded("configuration", manifest.secret_keys())?;
    Ok(manifest.secret_keys().map(str::to_owned).collect())
}

/// Refuses a list that would make every delivery of the extension large.
fn bounded<'a>(member: &str, mut names: impl Iterator<Item = &'a str>) -> Result<(), Error> {
    // Each with its quotes and a comma.
    let size = |name: &str| serde_json::Value::from(name).to_string().len() + 1;
    let fits =
        names.try_fold(0, |sum, name| Some(sum + size(name)).filter(|sum| *sum <= MOST_NAMES));
    match fits {
        Some(_) => Ok(()),
        None => Err(problem(
            member,
            format!("names more than {MOST_NAMES} bytes of JSON in all: shorten it"),
        )),
    }
}

/// What the extension may do with modules of custom data, by the module's id.
pub(super) fn operations(manifest: &Manifest) -> BTreeMap<String, Vec<String>> {
    let mut operations: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for permission in &manifest.custom_data {
        let named = operations.entry(permission.module.value.clone()).or_default();
        named.extend(permission.operations.iter().map(|operation| operation.value.clone()));
    }
    operations
}

/// The manifest as it is stored: its literal secrets are left out.
pub(super) fn without_secrets(manifest: &Manifest) -> Result<String, Error> {
    Ok(serde_json::to_string(manifest).map_err(|_| StoreError::Damaged("the manifest"))?)
}
