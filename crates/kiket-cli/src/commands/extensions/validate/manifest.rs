//! What the listing takes from the manifest.

use kiket_manifest::{Document, Finding, Manifest, Severity, Text};

use crate::commands::check::Check;

/// The delivery of extensions that Kiket does not call.
const INTERNAL: &str = "internal";
/// The block of extensions that Kiket runs.
const HOSTING: &str = "hosting";

pub(super) fn checks(document: &Document, findings: &[Finding]) -> Vec<Check> {
    let manifest = document.manifest();
    vec![
        linted(findings),
        said("name", manifest.name.as_ref().map(|name| name.value.as_str())),
        said("description", manifest.description.as_ref().map(|text| text.value.as_str())),
        version(manifest),
        host(manifest),
    ]
}

fn linted(findings: &[Finding]) -> Check {
    let is_error = |finding: &&Finding| finding.severity == Severity::Error;
    let errors = findings.iter().filter(is_error).count();
    let warnings = findings.len() - errors;
    let fix = "correct what `kiket extensions lint` shows";
    match (errors, warnings) {
        (0, 0) => Check::pass("manifest", "the linter finds nothing"),
        (0, count) => Check::warn("manifest", format!("warnings of the linter: {count}"), fix),
        (count, _) => Check::fail("manifest", format!("errors of the linter: {count}"), fix),
    }
}

fn said(member: &'static str, value: Option<&str>) -> Check {
    match value.map(str::trim).filter(|value| !value.is_empty()) {
        Some(value) => Check::pass(member, value),
        None => Check::fail(
            member,
            format!("the manifest has no `{member}`"),
            format!("write `{member}` for the people who read the listing"),
        ),
    }
}

fn version(manifest: &Manifest) -> Check {
    let fix = "write three numbers, such as 1.0.0: installations are pinned to one version, and see \
               from it whether the next needs attention";
    let Some(version) = &manifest.version else {
        return Check::fail("version", "the manifest has no `version`", fix);
    };
    match semver::Version::parse(version) {
        Ok(version) => Check::pass("version", version.to_string()),
        Err(error) => Check::fail("version", format!("`{}`: {error}", version.value), fix),
    }
}

fn host(manifest: &Manifest) -> Check {
    let fix = "write `callback.url` with the public address, or `hosting` to be run by Kiket";
    if manifest.delivery.as_ref().is_some_and(|delivery| delivery.value == INTERNAL) {
        return Check::pass("host", "it is delivered to internally");
    }
    if manifest.others.iter().any(|entry| *entry.key == HOSTING) {
        return Check::pass("host", "Kiket runs it");
    }
    match manifest.callback.url.as_ref().map(|url| &url.value) {
        None => Check::fail("host", "nothing says where it is reached", fix),
        Some(Text::Literal(url)) => match url.starts_with("https://") {
            true => Check::pass("host", "it is reached at the address in the manifest"),
            false => Check::fail("host", "its address is not https", fix),
        },
        Some(Text::Reference(_)) => Check::pass("host", "each installation gives its address"),
    }
}
