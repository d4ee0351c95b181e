//! The text of a manifest, and places in it.

use std::fmt;

/// A stretch of a text, in bytes. The end is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The first byte after it.
    pub end: usize,
}

impl Span {
    /// From this byte up to that one.
    #[must_use]
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// Whether the whole of `other` lies in this one.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    pub(crate) fn to(self, end: usize) -> Self {
        Self { start: self.start, end: end.max(self.start) }
    }
}

/// A place in a text, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// A text and where its lines begin. `Debug` does not show the text: it may hold secrets.
pub(crate) struct Source {
    text: String,
    lines: Vec<usize>,
}

impl Source {
    /// The byte order mark is no part of the text.
    pub(crate) fn new(text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
        let bytes = text.as_bytes();
        let ends = (0..bytes.len()).filter(|at| match bytes[*at] {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        });
        let lines = [0].into_iter().chain(ends.map(|at| at + 1)).collect();
        Self { text, lines }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// What stands there, nothing when that is no stretch of this text.
    pub(crate) fn slice(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// The line, from 1.
    pub(crate) fn line_number(&self, offset: usize) -> usize {
        self.line_of(offset) + 1
    }

    pub(crate) fn position(&self, offset: usize) -> Position {
        let line = self.line_of(offset);
        let start = self.lines[line];
        let column = self.slice(Span::new(start, self.text.floor_char_boundary(offset)));
        Position { line: line + 1, column: column.chars().count() + 1 }
    }

    /// The line with this byte, without its break.
    pub(crate) fn line(&self, offset: usize) -> Span {
        let line = self.line_of(offset);
        let start = self.lines[line];
        let next = self.lines.get(line + 1).copied().unwrap_or(self.text.len());
        let text = self.slice(Span::new(start, next));
        Span::new(start, start + text.trim_end_matches(['\r', '\n']).len())
    }

    /// Where the line after the one with this byte begins, or the text ends.
    pub(crate) fn next_line(&self, offset: usize) -> usize {
        self.lines.get(self.line_of(offset) + 1).copied().unwrap_or(self.text.len())
    }

    /// The line break that this text uses.
    pub(crate) fn line_break(&self) -> &'static str {
        if self.text.contains("\r\n") { "\r\n" } else { "\n" }
    }

    fn line_of(&self, offset: usize) -> usize {
        self.lines.partition_point(|start| *start <= offset).saturating_sub(1)
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("bytes", &self.text.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_every_kind_of_line_break_ends_a_line() {
        let source = Source::new("\u{feff}aé: 1\r\nb: 2\rc: 3\n");
        let places = [(0, 1, 1), (3, 1, 3), (8, 2, 1), (13, 3, 1), (18, 4, 1), (99, 4, 1)];
        for (offset, line, column) in places {
            assert_eq!(source.position(offset), Position { line, column }, "{offset}");
        }
        assert_eq!(source.slice(source.line(9)), "b: 2");
    }
}
