//! Every row of the results: what serves it, and what it is compared with.

use anyhow::Context as _;

use crate::delivery::Proof;
use crate::floor;
use crate::sdk;
use crate::serve::Serves;

/// One row of the results.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) serves: Serves,
    pub(crate) proof: Proof,
    pub(crate) against: &'static [Against],
}

/// A row to compare with, and the least that the ratio shall be.
pub(crate) struct Against {
    pub(crate) row: &'static str,
    pub(crate) target: Option<f64>,
}

pub(crate) const FLOOR_A: &str = "floor-a";
pub(crate) const SHIPPED: &str = "shipped";

pub(crate) static ROWS: [Row; 14] = [
    Row::new(FLOOR_A, Serves::Axum(floor::typed), &[]),
    Row::new("floor-a-value", Serves::Axum(floor::value), &[]),
    Row::new("floor-b", Serves::Hyper, &[]),
    Row::new("floor-token", Serves::HyperToken, &[]).with_tokens(),
    Row::new(
        "bare",
        Serves::Bound(sdk::bare),
        &[at_least(0.95, FLOOR_A), at_least(0.85, "floor-b")],
    ),
    Row::new("bare-value", Serves::Bound(sdk::bare_value), &[at_least(0.95, "floor-a-value")]),
    Row::new("bare-memory", Serves::Bound(sdk::bare_memory), &[beside("bare")]),
    Row::new("bare-deadline", Serves::Bound(sdk::bare_deadline), &[beside("bare")]),
    Row::new("bare-feedback", Serves::Bound(sdk::bare_feedback), &[beside("bare")]),
    Row::new("bare-tracing", Serves::Bound(sdk::bare_tracing), &[beside("bare")]),
    Row::new("callback-by-hand", Serves::Bound(sdk::callback_by_hand), &[]),
    Row::new("callback", Serves::Bound(sdk::callback), &[at_least(0.90, "callback-by-hand")]),
    Row::new("token", Serves::Bound(sdk::token), &[at_least(0.97, "floor-token")]).with_tokens(),
    Row::new(SHIPPED, Serves::Run(sdk::shipped), &[at_least(0.80, FLOOR_A), beside("bare")]),
];

impl Row {
    const fn new(name: &'static str, serves: Serves, against: &'static [Against]) -> Self {
        Self { name, serves, proof: Proof::Signature, against }
    }

    const fn with_tokens(self) -> Self {
        Self { proof: Proof::Token, ..self }
    }
}

const fn at_least(target: f64, row: &'static str) -> Against {
    Against { row, target: Some(target) }
}

const fn beside(row: &'static str) -> Against {
    Against { row, target: None }
}

pub(crate) fn named(name: &str) -> anyhow::Result<&'static Row> {
    ROWS.iter().find(|row| row.name == name).with_context(|| format!("no row `{name}`"))
}

/// The rows with one of these texts in their names, with those that they are compared with.
pub(crate) fn matching(texts: &[String]) -> anyhow::Result<Vec<&'static Row>> {
    let asked = |row: &Row| texts.is_empty() || texts.iter().any(|text| row.name.contains(text));
    let compared = |row: &Row| {
        let mut all = ROWS.iter().filter(|other| asked(other)).flat_map(|other| other.against);
        all.any(|against| against.row == row.name)
    };
    let rows: Vec<_> = ROWS.iter().filter(|row| asked(row) || compared(row)).collect();
    let names = || ROWS.iter().map(|row| row.name).collect::<Vec<_>>().join(", ");
    rows.first().with_context(|| format!("no such row; there are {}", names()))?;
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_compared_with_one_that_exists() {
        for against in ROWS.iter().flat_map(|row| row.against) {
            named(against.row).unwrap();
        }
    }

    #[test]
    fn a_row_brings_those_that_it_is_compared_with() {
        let names = |text: &str| {
            let rows = matching(&[text.to_owned()]).unwrap();
            rows.iter().map(|row| row.name).collect::<Vec<_>>()
        };
        assert_eq!(names("bare-value"), ["floor-a-value", "bare-value"]);
        assert_eq!(names("shipped"), ["floor-a", "bare", "shipped"]);
        assert_eq!(matching(&[]).unwrap().len(), ROWS.len());
        assert!(matching(&["nothing".to_owned()]).is_err());
    }
}
