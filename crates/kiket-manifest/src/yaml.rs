//! From a text to a tree of values with their places.
//!
//! The parser is `granit-parser`, the event parser under `serde-saphyr`: its events carry exact byte
//! ranges of keys and values, how a value is written, and repeated keys, and what came before a
//! mistake is not lost. `serde-saphyr` itself stops at the first mistake and hides repeated keys;
//! `saphyr` and `marked-yaml` build trees without a budget; `serde_yaml` is archived.
//!
//! Nothing here recurses over the document, and a budget bounds what one can cost: every value
//! counts, those that an alias repeats as often as it repeats them.

mod budget;
mod builder;
mod duplicates;
mod scalar;

use granit_parser::{ErrorKind, Event, Parser, ScanError, options};

use crate::finding::{Finding, Findings};
use crate::source::{Source, Span};
use crate::tree::Node;

use budget::DEEPEST;
use builder::Builder;
pub(crate) use scalar::plain;

/// A text's values, as far as it could be read.
#[derive(Default)]
pub(crate) struct Composed {
    /// The document, null when there is none.
    pub(crate) root: Node,
    /// Whether the whole document could be read, so that what is absent is missing.
    pub(crate) complete: bool,
}

/// Reads the first document of a text.
pub(crate) fn compose(source: &Source, findings: &mut Findings) -> Composed {
    let options = options! {
        emit_comments: false,
        emit_unresolved_aliases: true,
        flow_nesting_limit: DEEPEST + 1,
        block_nesting_limit: DEEPEST + 1,
    };
    let mut builder = Builder::new(source, findings);
    let mut documents = 0;
    for event in Parser::new_from_str_with_options(source.text(), options) {
        let (event, span) = match event {
            Ok((event, span)) => (event, range(span)),
            Err(error) => {
                builder.stop(syntax(source, &error));
                break;
            }
        };
        if matches!(event, Event::DocumentStart(..)) {
            documents += 1;
            if documents > 1 {
                let message = "a second document begins here";
                builder.stop(
                    Finding::error("several-documents", span, message)
                        .help("keep one manifest in the file and take the others out"),
                );
            }
        }
        if !builder.is_stopped() {
            builder.event(event, span);
        }
        if builder.is_stopped() {
            break;
        }
    }
    builder.finish()
}

fn range(span: granit_parser::Span) -> Span {
    let range = span.byte_range().unwrap_or_default();
    Span::new(range.start, range.end)
}

fn syntax(source: &Source, error: &ScanError) -> Finding {
    let at = error.marker().byte_offset().unwrap_or_default().min(source.text().len());
    let end = source.text()[source.text().floor_char_boundary(at)..].chars().next();
    let span = Span::new(at, at + end.map_or(0, char::len_utf8));
    if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
        return budget::too_deep(span);
    }
    let message = error.info();
    Finding::error("syntax", span, message).help("correct the YAML or JSON there")
}
