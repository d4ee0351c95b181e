//! Edits of a manifest's text that leave everything else as it is: comments, order, blank lines.
//!
//! An edit belongs to the text that it was made for. To put a whole manifest right, read it, apply
//! the fixes of its findings, and read the result again.

use serde_json::Value as Json;

use crate::source::{Source, Span};
use crate::tree::{Entry, Node, Value};
use crate::yaml::plain;

/// A text in place of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; an empty stretch for an insertion.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

/// The text with the fixes applied, and how many of them were left out.
///
/// A fix is applied whole or not at all: it is left out when one of its edits overlaps an edit of
/// an earlier fix, or is no stretch of this text. An edit that several fixes have is applied once.
///
/// ```
/// use kiket_manifest::{Document, apply};
///
/// let text = "id: com.example.crm # ours\nname: Old\nname: CRM\n";
/// let document = Document::parse(text);
/// let fixes = document.findings().iter().map(|finding| finding.fix.as_slice());
/// let (fixed, left_out) = apply(text, fixes);
/// assert_eq!(fixed, "id: com.example.crm # ours\nname: CRM\n");
/// assert_eq!(left_out, 0);
/// ```
pub fn apply<'a>(text: &str, fixes: impl IntoIterator<Item = &'a [Edit]>) -> (String, usize) {
    let mut chosen: Vec<&Edit> = Vec::new();
    let mut left_out = 0;
    for fix in fixes {
        let new: Vec<_> = fix.iter().filter(|edit| !chosen.contains(edit)).collect();
        let fits = |edit: &&Edit| {
            text.get(edit.span.start..edit.span.end).is_some()
                && chosen.iter().all(|other| is_apart(edit.span, other.span))
        };
        if new.iter().all(fits) {
            chosen.extend(new);
        } else {
            left_out += 1;
        }
    }
    chosen.sort_by_key(|edit| edit.span);
    let mut result = String::with_capacity(text.len());
    let mut at = 0;
    for edit in chosen {
        result.push_str(text.get(at..edit.span.start).unwrap_or_default());
        result.push_str(&edit.text);
        at = edit.span.end;
    }
    result.push_str(&text[at..]);
    (result, left_out)
}

fn is_apart(one: Span, other: Span) -> bool {
    one.end <= other.start || other.end <= one.start
}

pub(crate) fn replace(source: &Source, span: Span, value: &Json) -> Edit {
    Edit { span, text: written(value, is_json(source)) }
}

/// Puts the member behind the first one that is a line by itself, else before the first one.
pub(crate) fn insert(source: &Source, mapping: &Node, key: &str, value: &Json) -> Option<Edit> {
    let Value::Mapping(entries) = &mapping.value else { return None };
    if entries.iter().any(|entry| *entry.key == key) {
        return None;
    }
    let json = is_json(source);
    let member = format!("{}: {}", written(&key.into(), json), written(value, json));
    let mut own = entries.iter().filter(|entry| mapping.span.contains(entry.key.span));
    let is_flow = source.slice(mapping.span).starts_with('{');
    let Some(first) = own.next() else {
        let at = mapping.span.start + 1;
        return is_flow.then(|| Edit { span: Span::new(at, at), text: member });
    };
    let first_start = first.key.span.start;
    let line_break = source.line_break();
    let indentation = indentation(source, first_start);
    if is_flow {
        let same_line = source.line(first_start).start <= mapping.span.start;
        let gap = if same_line { " ".to_owned() } else { format!("{line_break}{indentation}") };
        return Some(Edit {
            span: Span::new(first_start, first_start),
            text: format!("{member},{gap}"),
        });
    }
    let (at, text) = match [first].into_iter().chain(own).find(|entry| is_line(source, entry)) {
        Some(entry) => {
            (source.line(entry.key.span.start).end, format!("{line_break}{indentation}{member}"))
        }
        None if is_behind_question_mark(source, first) => return None,
        None => (first_start, format!("{member}{line_break}{indentation}")),
    };
    Some(Edit { span: Span::new(at, at), text })
}

/// Takes a member out that another follows; none when aliases may need what is in it, or when
/// either is written with a question mark, whose place is not known.
pub(crate) fn remove_before(source: &Source, entry: &Entry, next: &Entry) -> Option<Edit> {
    let start = entry.key.span.start;
    let end = entry.value.span.end.max(entry.key.span.end);
    let line = source.line(start);
    let behind = source.slice(Span::new(end, source.line(end).end)).trim_start_matches(':');
    let is_alone = source.slice(Span::new(line.start, start)).trim().is_empty()
        && (behind.trim().is_empty() || behind.trim_start().starts_with('#'));
    let span = if is_alone && source.next_line(end) <= next.key.span.start {
        Span::new(line.start, source.next_line(end))
    } else {
        Span::new(start, next.key.span.start)
    };
    let may_be_needed = source.slice(span).contains('&') && source.text().contains('*');
    let asks = is_behind_question_mark(source, entry)
        || (span.end > end && source.slice(Span::new(end, span.end)).contains('?'));
    (!may_be_needed && !asks).then(|| Edit { span, text: String::new() })
}

/// Whether the key has a question mark before it, for its colon is not on its line.
fn is_behind_question_mark(source: &Source, entry: &Entry) -> bool {
    let behind = source.slice(Span::new(entry.key.span.end, source.text().len()));
    !behind.trim_start_matches([' ', '\t']).starts_with(':')
}

/// Whether the member begins and ends on one line.
fn is_line(source: &Source, entry: &Entry) -> bool {
    let line = source.line(entry.key.span.start);
    line.contains(entry.key.span)
        && line.contains(entry.value.span)
        && !matches!(entry.value.value, Value::Null)
}

/// What stands before a key, as blanks.
fn indentation(source: &Source, key: usize) -> String {
    let before = source.slice(Span::new(source.line(key).start, key));
    before.chars().map(|letter| if letter.is_whitespace() { letter } else { ' ' }).collect()
}

fn is_json(source: &Source) -> bool {
    source.text().trim_start().starts_with('{')
}

/// A value as YAML that is also right inside brackets, or as JSON, which YAML contains.
fn written(value: &Json, json: bool) -> String {
    match value {
        Json::String(text) if !json && is_plain(text) => text.clone(),
        _ => value.to_string(),
    }
}

/// Whether a text needs no quotes, for readers of older YAML too.
fn is_plain(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"_./:-".contains(&byte);
    let older = ["y", "n", "yes", "no", "on", "off"];
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && !text.ends_with(':')
        && text.bytes().all(is_word)
        && matches!(plain(text), Value::Text(_))
        && !older.iter().any(|word| text.eq_ignore_ascii_case(word))
}
