//! Puts right what can be put right without a person.

use kiket_manifest::{Document, Edit, Finding, apply, lint};

use crate::commands::extensions::input::Input;
use crate::printer;

/// How often a fix may make another one possible.
const ROUNDS: usize = 10;

/// Fixes a manifest, writes it, says what was fixed, and reads the result.
pub(super) fn fixed(mut input: Input, allow: &[&str]) -> anyhow::Result<Input> {
    if !input.is_whole() {
        printer::note(format_args!("{} is not text that can be fixed", input.name()))?;
        return Ok(input);
    }
    let (text, done) = rounds(input.document.text(), allow);
    if !done.is_empty() || input.path().is_none() {
        input.write(&text)?;
    }
    for line in done {
        printer::note(format_args!("fixed {}:{line}", input.name()))?;
    }
    input.document = Document::parse(&text);
    Ok(input)
}

/// The text after every fix, and what was fixed: place, rule and message.
fn rounds(text: &str, allow: &[&str]) -> (String, Vec<String>) {
    let mut text = text.to_owned();
    let mut done = Vec::new();
    for _ in 0..ROUNDS {
        let document = Document::parse(&text);
        let findings = lint::lint(&document);
        let fixable = findings.iter().filter(|finding| !allow.contains(&finding.id));
        let chosen = compatible(&text, fixable.filter(|finding| !finding.fix.is_empty()));
        let (next, _) = apply(&text, edits(&chosen));
        if next == text {
            break;
        }
        done.extend(chosen.iter().map(|finding| {
            let place = document.position(finding.span);
            let message = finding.message.replace(char::is_control, " ");
            format!("{}:{}: {}: {message}", place.line, place.column, finding.id)
        }));
        text = next;
    }
    (text, done)
}

/// Those whose fixes can be applied together.
fn compatible<'a>(text: &str, findings: impl Iterator<Item = &'a Finding>) -> Vec<&'a Finding> {
    let mut chosen = Vec::new();
    for finding in findings {
        chosen.push(finding);
        if apply(text, edits(&chosen)).1 > 0 {
            chosen.pop();
        }
    }
    chosen
}

fn edits<'a>(findings: &[&'a Finding]) -> impl Iterator<Item = &'a [Edit]> {
    findings.iter().map(|finding| finding.fix.as_slice())
}
