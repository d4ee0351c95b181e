//! Reading a manifest, and what an installation takes from it.
//!
//! The linter's errors are shown with every refusal, and with an installation that goes well. By
//! themselves they refuse nothing: some are about what a marketplace or a wizard shows, and a
//! manifest that delivers well is not to be turned away for them. Refused is what the reader can not
//! read, and what would make deliveries impossible or wrong, which [`super::from_manifest`] and
//! [`super::headers`] check on the very values that are used.

use kiket_contract::api::installations::ManifestFinding;
use kiket_manifest::{Document, Manifest, Severity, lint};

use super::from_manifest;
use crate::core::Core;
use crate::error::Error;
use crate::store::StoreError;
use crate::store::installations::Content;

/// The rule on an address that a request may give instead.
const MISSING_URL: &str = "missing-callback-url";

/// A manifest that can be read, with the linter's errors.
pub(super) struct Read {
    pub(super) manifest: Manifest,
    pub(super) findings: Vec<ManifestFinding>,
}

/// Reads a manifest's text.
pub(super) fn read(text: &str, url_is_given: bool) -> Result<Read, Error> {
    let document = Document::parse(text);
    let findings = lint::lint(&document)
        .into_iter()
        .filter(|finding| finding.severity == Severity::Error)
        .filter(|finding| !(url_is_given && finding.id == MISSING_URL))
        .map(|finding| {
            let position = document.position(finding.span);
            ManifestFinding {
                id: finding.id.to_owned(),
                path: document.path(finding.span),
                message: finding.message,
                help: finding.help,
                line: position.line,
                column: position.column,
            }
        })
        .collect();
    match document.into_manifest() {
        Ok(manifest) => Ok(Read { manifest, findings }),
        Err(source) => Err(Error::Manifest { source, findings }),
    }
}

/// The same error with what the linter found, when it is about the manifest.
pub(super) fn with_findings(error: Error, findings: &[ManifestFinding]) -> Error {
    match error {
        Error::ManifestMember { member, problem, .. } => {
            Error::ManifestMember { member, problem, findings: findings.to_vec() }
        }
        other => other,
    }
}

/// What an installation takes from a manifest, once deliveries may go to this address.
pub(super) fn content(
    core: &Core,
    manifest: &Manifest,
    callback_url: String,
) -> Result<Content, Error> {
    let origin = core.outbound.check(&callback_url)?;
    Ok(Content {
        extension_version: manifest.version.as_ref().map(|version| version.value.clone()),
        manifest: from_manifest::without_secrets(manifest)?,
        callback_url,
        requested_secrets: from_manifest::requested_secrets(manifest)?,
        scopes: from_manifest::scopes(manifest)?,
        rate_limit: from_manifest::rate_limit(manifest),
        operations: from_manifest::operations(manifest),
        hooks: super::listening::hooks(manifest, &origin, core.schedule.retries)?,
    })
}

/// A manifest as it was stored.
pub(crate) fn stored(text: &str) -> Result<Manifest, Error> {
    Ok(kiket_manifest::parse(text).map_err(|_| StoreError::Damaged("manifest"))?)
}
