//! What should stand beside a manifest.

use super::sample::{folder_sample, sample};
use super::{Check, Rule, Severity};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "missing-readme",
        severity: Severity::Warning,
        summary: "the extension's folder has no readme",
        help: "Write `README.md`: what the extension does, and what it needs.",
        bad: concat!("--- .kiket/manifest.yaml\n", sample!(), "--- tests/crm.rs\n// Tests.\n"),
        good: folder_sample!(;),
        check: missing_readme,
    },
    Rule {
        id: "missing-tests",
        severity: Severity::Warning,
        summary: "the extension's folder has no tests",
        help: "Write tests in `tests`, `test` or `spec`, or where your language keeps them.",
        bad: concat!("--- .kiket/manifest.yaml\n", sample!(), "--- README.md\n# CRM\n"),
        good: folder_sample!(;),
        check: missing_tests,
    },
    Rule {
        id: "unread-file",
        severity: Severity::Warning,
        summary: "a file beside the manifest could not be read, so nothing is known of it",
        help: "Make it a file of the extension's folder that may be read.",
        bad: folder_sample!(; ".kiket/analytics/dbt/profiles.yml/in.yml": "a: b";),
        good: folder_sample!(; ".kiket/analytics/dbt/profiles.yml": "a: b";),
        check: unread_file,
    },
];

fn missing_readme(check: &mut Check<'_>) {
    if check.beside.folder.is_some_and(|folder| !folder.has_readme) {
        check.report(check.place(), "there is no `README.md` in the extension's folder");
    }
}

fn missing_tests(check: &mut Check<'_>) {
    if check.beside.folder.is_some_and(|folder| !folder.has_tests) {
        check.report(check.place(), "there are no tests in the extension's folder");
    }
}

fn unread_file(check: &mut Check<'_>) {
    for unread in check.beside.folder.into_iter().flat_map(|folder| &folder.unread) {
        check.report(check.place(), format!("`{}` {}", unread.path.display(), unread.why));
    }
}
