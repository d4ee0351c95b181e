//! The linter's rules: what is wrong with a manifest beyond what the reader itself notes.
//!
//! ```
//! use kiket_manifest::{Document, lint};
//!
//! let document = Document::parse("id: com.example.crm\nversion: 1.0.0\nhooks: [issue.creatd]\n");
//! let findings = lint::lint(&document);
//! assert_eq!(findings[0].id, "unknown-event");
//! assert_eq!(findings[0].help.as_deref(), Some("did you mean `issue.created`?"));
//! assert!(lint::rule("unknown-event").is_some());
//! assert_eq!(lint::suggest("unknown-evnt"), Some("unknown-event"));
//! ```
//!
//! A rule is its data beside a function, in the file of its family. It says nothing of what the
//! reader has said, and of a text that breaks off it does not say what is missing.

mod actions;
mod callback;
mod check;
mod collect;
mod custom_data;
mod fields;
mod guards;
mod hooks;
mod hosting;
mod identity;
mod nearest;
mod output_fields;
mod permissions;
mod reader;
mod sample;
mod secrets;
mod settings;
mod setup;
mod unknown;

use crate::finding::sorted;
use crate::{Document, Finding, Severity};

use check::Check;

/// One rule of the linter.
#[derive(Debug)]
#[non_exhaustive]
pub struct Rule {
    /// Its name in kebab case, which stays the same over versions.
    pub id: &'static str,
    /// How bad what it finds is.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub summary: &'static str,
    /// What to do about it.
    pub help: &'static str,
    /// A manifest that it finds fault with. Two rules of the reader have only a comment here: no
    /// short text shows them.
    pub bad: &'static str,
    /// The same put right.
    pub good: &'static str,
    check: fn(&mut Check<'_>),
}

/// Every rule by family, the reader's own first.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    let families: [&'static [Rule]; 15] = [
        reader::RULES,
        identity::RULES,
        callback::RULES,
        hooks::RULES,
        guards::RULES,
        permissions::RULES,
        settings::RULES,
        secrets::RULES,
        actions::RULES,
        custom_data::RULES,
        hosting::RULES,
        output_fields::RULES,
        setup::RULES,
        fields::RULES,
        collect::RULES,
    ];
    families.into_iter().flatten().chain(unknown::RULES)
}

/// The rule of this id.
#[must_use]
pub fn rule(id: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.id == id)
}

/// The id that somebody may have meant.
#[must_use]
pub fn suggest(id: &str) -> Option<&'static str> {
    nearest::nearest(id, rules().map(|rule| rule.id))
}

/// The reader's findings and those of every rule, in the order of the text.
///
/// A fix may bring others to light: whoever applies them reads the result again, until nothing is
/// left to fix.
#[must_use]
pub fn lint(document: &Document) -> Vec<Finding> {
    let mut findings = document.findings().to_vec();
    findings.extend(found(document, rules()));
    sorted(findings)
}

fn found<'a>(
    document: &'a Document,
    rules: impl Iterator<Item = &'static Rule> + 'a,
) -> impl Iterator<Item = Finding> + 'a {
    rules.filter(|_| check::applies(document)).flat_map(|rule| {
        let mut check = Check::new(document, rule);
        (rule.check)(&mut check);
        check.found()
    })
}

/// How many errors a document has.
fn errors(document: &Document) -> usize {
    let strict = rules().filter(|rule| rule.severity == Severity::Error);
    let findings = document.findings().iter().cloned().chain(found(document, strict));
    findings.filter(|finding| finding.severity == Severity::Error).count()
}
