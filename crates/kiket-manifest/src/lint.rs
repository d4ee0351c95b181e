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
mod billing;
mod callback;
mod check;
mod code;
mod collect;
mod columns;
mod companions;
mod compatibility;
mod custom_data;
mod dbt;
mod fields;
mod guards;
mod hooks;
mod hosting;
mod identity;
mod modules;
mod nearest;
mod output_fields;
mod permissions;
mod pricing;
mod provides;
mod reader;
mod references;
mod requires;
mod sample;
mod secrets;
mod settings;
mod setup;
mod unknown;

use kiket_contract::description::Description;

use crate::finding::sorted;
use crate::{Document, Finding, Folder, Severity};

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
    /// short text shows them. A sample of several files has a line `--- path` before each, see
    /// [`files`].
    pub bad: &'static str,
    /// The same put right.
    pub good: &'static str,
    check: fn(&mut Check<'_>),
}

/// What is known of an extension beside its manifest's text.
#[derive(Debug, Clone, Copy, Default)]
pub struct Beside<'a> {
    /// What stands in its folder; without it no rule looks at files.
    pub folder: Option<&'a Folder>,
    /// What its code says that it handles; without it no rule looks at code.
    pub code: Option<&'a Description>,
}

/// Every rule by family, the reader's own first.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    let families: [&'static [Rule]; 26] = [
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
        companions::RULES,
        modules::RULES,
        columns::RULES,
        references::RULES,
        dbt::RULES,
        code::RULES,
        pricing::RULES,
        billing::RULES,
        compatibility::RULES,
        requires::RULES,
        provides::RULES,
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
    lint_beside(document, Beside::default())
}

/// The same with what is wrong in the files beside the manifest, and with what these and the code
/// say otherwise than it. [`Finding::file`] names the file. Only the manifest's findings have fixes.
#[must_use]
pub fn lint_beside(document: &Document, beside: Beside<'_>) -> Vec<Finding> {
    let mut findings = document.findings().to_vec();
    for file in beside.folder.into_iter().flat_map(Folder::files) {
        let of_file = file.document.findings().iter().cloned();
        findings
            .extend(of_file.map(|finding| Finding { file: Some(file.path.clone()), ..finding }));
    }
    findings.extend(found(document, beside, rules()));
    sorted(findings)
}

/// What stands in place of a path, in a sample of several files, before what the code prints about
/// itself.
pub const DESCRIPTION: &str = "KIKET_DESCRIBE=1";

/// The files of a sample, each with its path: one manifest, or what stands behind every line
/// `--- path`.
///
/// ```
/// use kiket_manifest::lint;
///
/// let sample = "--- .kiket/manifest.yaml\nid: a\n--- README.md\n# A\n";
/// let files: Vec<_> = lint::files(sample).collect();
/// assert_eq!(files, [(".kiket/manifest.yaml", "id: a"), ("README.md", "# A")]);
/// assert_eq!(lint::files("id: a\n").next(), Some((".kiket/manifest.yaml", "id: a\n")));
/// ```
pub fn files(sample: &str) -> impl Iterator<Item = (&str, &str)> {
    let is_plain = !sample.starts_with(sample::FILE);
    let plain = is_plain.then_some((sample::MANIFEST, sample));
    let rest = if is_plain { "" } else { &sample[sample::FILE.len()..] };
    let several = rest.trim_end().split(sample::NEXT_FILE);
    let several = several.filter_map(|file| file.split_once('\n'));
    plain.into_iter().chain(several)
}

fn found<'a>(
    document: &'a Document,
    beside: Beside<'a>,
    rules: impl Iterator<Item = &'static Rule> + 'a,
) -> impl Iterator<Item = Finding> + 'a {
    rules.filter(|_| check::applies(document)).flat_map(move |rule| {
        let mut check = Check::new(document, beside, rule);
        (rule.check)(&mut check);
        check.found()
    })
}

/// How many errors a document's text has. That its file was not UTF-8 is none of them.
fn errors(document: &Document) -> usize {
    let strict = rules().filter(|rule| rule.severity == Severity::Error);
    let found = found(document, Beside::default(), strict);
    let findings = document.findings().iter().cloned().chain(found);
    let errors = findings.filter(|finding| finding.severity == Severity::Error);
    errors.filter(|finding| finding.id != "encoding").count()
}
