//! From a file or a text to a manifest.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use serde_saphyr::{
    Budget, DuplicateKeyPolicy, MessageFormatter as _, NonFiniteFloatPolicy, Options,
    UserMessageFormatter,
};

use crate::document::{Member, Node};
use crate::error::Position;
use crate::{Error, Manifest, shape};

/// The largest manifest that is read, in bytes.
pub const LARGEST: usize = 256 * 1024;

/// Reads a manifest's file.
///
/// # Errors
/// Every error names the file: it can not be read, is larger than [`LARGEST`], is not UTF-8, or
/// [`parse`] refuses its text.
pub fn read(path: &Path) -> Result<Manifest, Error> {
    let bytes =
        bounded(path).map_err(|cause| Error::Unreadable { path: path.to_owned(), cause })?;
    from_bytes(&bytes)
        .map_err(|cause| Error::InFile { path: path.to_owned(), cause: Box::new(cause) })
}

/// The file's bytes, and one more than [`LARGEST`] when it is too large.
fn bounded(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn from_bytes(bytes: &[u8]) -> Result<Manifest, Error> {
    if bytes.len() > LARGEST {
        return Err(Error::TooLarge);
    }
    let text =
        str::from_utf8(bytes).map_err(|error| Error::NotUtf8 { offset: error.valid_up_to() })?;
    parse(text)
}

/// Reads a manifest's text, YAML or JSON, with or without a byte order mark.
///
/// Only `true` and `false` are booleans. Of a repeated key the last value counts, because manifests
/// in use have them. Members that the model does not know are ignored.
///
/// # Errors
/// When the text is longer than [`LARGEST`], is not one YAML or JSON mapping, costs more to read
/// than a manifest has reason to, has no `id`, or has a known member of a wrong type.
pub fn parse(text: &str) -> Result<Manifest, Error> {
    if text.len() > LARGEST {
        return Err(Error::TooLarge);
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let node: Node = serde_saphyr::from_str_with_options(text, options()).map_err(syntax)?;
    shape::manifest(&Member::root(&node, text))
}

/// A manifest is small and flat: what asks for more is refused before it costs anything.
fn options() -> Options {
    serde_saphyr::options! {
        budget: budget(),
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 10_000,
            max_replay_stack_depth: 8,
        },
        duplicate_keys: DuplicateKeyPolicy::LastWins,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        strict_booleans: true,
        with_snippet: false,
    }
}

fn budget() -> Option<Budget> {
    serde_saphyr::budget! {
        max_events: 50_000,
        max_nodes: 20_000,
        max_depth: 32,
        flow_nesting_limit: 32,
        max_documents: 2,
        max_aliases: 256,
        max_anchors: 256,
        max_recorded_anchor_events: 20_000,
        max_recorded_anchor_bytes: LARGEST,
        max_merge_keys: 256,
        max_total_scalar_bytes: LARGEST,
    }
}

fn syntax(error: serde_saphyr::Error) -> Error {
    let start = Position { line: 1, column: 1 };
    Error::Syntax {
        position: error.location().map_or(start, Position::of),
        problem: UserMessageFormatter.format_message(&error).into_owned(),
    }
}
