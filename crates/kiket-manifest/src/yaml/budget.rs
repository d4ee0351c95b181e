//! What a document may cost. A manifest is small and flat: the largest known has some 500 values.

use crate::finding::Finding;
use crate::read::LARGEST;
use crate::source::Span;

/// The most values, keys among them.
const MOST_VALUES: usize = 20_000;
/// The most bytes of all texts, with those that aliases repeat.
const MOST_BYTES: usize = 2 * LARGEST;
/// The deepest nesting of lists and mappings.
pub(super) const DEEPEST: usize = 32;

/// What is left.
pub(super) struct Budget {
    values: usize,
    bytes: usize,
}

/// What a value and all in it cost.
#[derive(Clone, Copy, Default)]
pub(super) struct Cost {
    pub(super) values: usize,
    pub(super) bytes: usize,
    /// How many levels of lists and mappings it has.
    pub(super) depth: usize,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self { values: MOST_VALUES, bytes: MOST_BYTES }
    }

    /// Pays for a value at this depth.
    pub(super) fn pay(&mut self, cost: Cost, depth: usize, span: Span) -> Result<(), Box<Finding>> {
        if depth + cost.depth > DEEPEST {
            return Err(Box::new(too_deep(span)));
        }
        let left = |has: usize, cost| has.checked_sub(cost);
        match (left(self.values, cost.values), left(self.bytes, cost.bytes)) {
            (Some(values), Some(bytes)) => {
                *self = Self { values, bytes };
                Ok(())
            }
            _ => {
                let message = "there is more here than is read";
                let finding = Finding::error("too-many-values", span, message);
                let help = "take out what an extension's manifest does not need";
                Err(Box::new(finding.help(help)))
            }
        }
    }
}

pub(super) fn too_deep(span: Span) -> Finding {
    let message = format!("more than {DEEPEST} levels are nested here");
    Finding::error("too-deep", span, message).help("nest less")
}
