//! Values in the lines of a text that look secret. It errs towards masking.

use std::ops::Range;

use kiket_manifest::names_a_secret;

use super::{DESCRIBING, HOLDERS, VALUES, is_harmless};

const QUOTES: [char; 2] = ['"', '\''];
/// How far the end of a value is looked for; beyond, all of the line counts as the value.
const FARTHEST: usize = 4096;

/// A name and the value behind it, as places in a line.
struct Pair<'a> {
    name: &'a str,
    column: usize,
    value: Range<usize>,
}

/// Every value under a name of a secret, and of defaults that may be one.
pub(super) fn secret(
    text: &str,
    declarations: &[Range<usize>],
    is_complete: bool,
) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    // The column of the name whose value are the lines that are indented further.
    let mut block: Option<usize> = None;
    for line in text.split_inclusive(['\n', '\r']) {
        let is_declared = declarations.iter().any(|range| range.contains(&start))
            || declarations.iter().any(|range| (start..start + line.len()).contains(&range.start));
        let content = line.trim_end();
        let indentation = content.len() - content.trim_start().len();
        if block.is_some_and(|column| !content.is_empty() && indentation <= column) {
            block = None;
        }
        let inside = block.is_some();
        let doubtful = is_declared || !is_complete;
        let mut ranges = in_line(content, doubtful, inside, &mut block);
        ranges.extend(in_addresses(content));
        found.extend(ranges.into_iter().map(|range| start + range.start..start + range.end));
        start += line.len();
    }
    found
}

fn in_line(
    line: &str,
    doubtful: bool,
    inside: bool,
    block: &mut Option<usize>,
) -> Vec<Range<usize>> {
    let pairs = pairs(line);
    let mut found = Vec::new();
    if inside && !begins_with_a_member(line, &pairs) {
        let indentation = line.len() - line.trim_start().len();
        found.push(indentation..line.len());
        return found;
    }
    let (mut declares, mut inside) = (doubtful, inside);
    for Pair { name, column, value } in pairs {
        let text = &line[value.clone()];
        declares |= (name == "secret" && text.trim_matches(QUOTES) == "true")
            || (name == "type" && text.trim_matches(QUOTES) == "secret");
        let is_secret = names_a_secret(name) || (declares && VALUES.contains(&name));
        let is_holder = HOLDERS.contains(&name);
        if (is_secret || is_holder) && block.is_none() {
            *block = Some(column);
        }
        if (is_secret && text.starts_with('[')) || (is_holder && text.starts_with(['{', '['])) {
            found.push(value.start + 1..line.len());
        } else if is_secret && text.starts_with('{') {
            inside = true;
        } else if (is_secret || (inside && !DESCRIBING.contains(&name)))
            && !is_harmless(text.trim_matches(QUOTES))
        {
            found.push(value);
        }
    }
    if declares {
        found.extend(defaults(line));
    }
    found
}

/// Whether a line is `name: value`, and no part of a longer text.
fn begins_with_a_member(line: &str, pairs: &[Pair<'_>]) -> bool {
    let first = line.len() - line.trim_start_matches([' ', '\t', '-', '{', '"', '\'']).len();
    pairs.first().is_some_and(|pair| {
        let behind = line[pair.column + pair.name.len()..].trim_start_matches(QUOTES);
        pair.column == first && behind.trim_start().starts_with(':')
    })
}

fn defaults(line: &str) -> impl Iterator<Item = Range<usize>> {
    let defaults = pairs(line).into_iter().filter(|pair| VALUES.contains(&pair.name));
    let values = defaults.map(|pair| pair.value);
    values.filter(|value| !is_harmless(line[value.clone()].trim_matches(QUOTES)))
}

/// Every `name: value` and `name=value` of a line.
fn pairs(line: &str) -> Vec<Pair<'_>> {
    let mut pairs = Vec::new();
    let mut depth = 0_usize;
    for (at, sign) in line.match_indices(['{', '[', '}', ']', ':', '=']) {
        match sign {
            "{" | "[" => depth += 1,
            "}" | "]" => depth = depth.saturating_sub(1),
            _ => {}
        }
        let before = line[..at].trim_end();
        let quoted = before.trim_end_matches(QUOTES);
        let name = &quoted[quoted.trim_end_matches(is_of_name).len()..];
        let behind = &line[at + 1..];
        let separates = match sign {
            ":" => {
                behind.is_empty()
                    || behind.starts_with([' ', '\t', '"', '\''])
                    || quoted.len() < before.len()
            }
            sign => sign == "=",
        };
        if separates && !name.is_empty() {
            let value = value(line, at + 1, depth > 0);
            pairs.push(Pair { name, column: quoted.len() - name.len(), value });
        }
    }
    pairs
}

fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || "_.-".contains(letter)
}

/// The value that begins there, or behind the blanks there.
fn value(line: &str, from: usize, in_brackets: bool) -> Range<usize> {
    let rest = &line[from..];
    let start = from + rest.len() - rest.trim_start().len();
    let rest = &line[start..];
    let near = &rest[..rest.floor_char_boundary(FARTHEST)];
    let length = match rest.chars().next() {
        Some(quote) if QUOTES.contains(&quote) => quoted(near, quote),
        Some('{' | '[') => None,
        _ if in_brackets => near.find([',', '}', ']']),
        _ => None,
    };
    start..start + rest[..length.unwrap_or(rest.len())].trim_end().len()
}

/// The length of a quoted text, when it is closed.
fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut letters = text.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        let doubled = letters.peek().is_some_and(|(_, next)| letter == '\'' && *next == letter);
        if (letter == quote && doubled) || (letter == '\\' && quote == '"') {
            letters.next();
        } else if letter == quote {
            return Some(at + 1);
        }
    }
    None
}

/// The passwords of addresses such as `https://user:password@host`.
fn in_addresses(line: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (at, sign) in line.match_indices("://") {
        let start = at + sign.len();
        let rest = &line[start..];
        let authority = &rest[..rest.find(['/', '?', '#', ' ', '"', '\'']).unwrap_or(rest.len())];
        let end = authority.rfind('@').unwrap_or(authority.len());
        let password = authority[..end].find(':').map_or(end, |colon| colon + 1)..end;
        let is_port = authority[password.clone()].bytes().all(|byte| byte.is_ascii_digit());
        if end < authority.len() || !(is_port || authority.starts_with(['$', '['])) {
            found.push(start + password.start..start + password.end);
        }
    }
    found
}
