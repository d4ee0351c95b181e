//! Whether a change of schemas may be made.

use kiket_contract::api::custom_data::SchemaChange;

use super::CustomDataError;
use crate::error::Error;
use crate::store::custom_data::Outcome;

/// The changes, unless a seed does not fit.
pub(crate) fn outcome(outcome: Outcome) -> Result<Vec<SchemaChange>, Error> {
    match outcome {
        Outcome::Made(changes) => Ok(changes),
        Outcome::Seed { module, table, number, violations } => {
            let told = violations.first().map_or("", |violation| violation.message.as_str());
            let problem =
                format!("has a seed that does not fit: record {number} of `{table}`: {told}");
            Err(Error::Module { name: module, problem, findings: Vec::new() })
        }
    }
}

/// Why a change does not stand.
pub(crate) fn refused(made: Outcome) -> Error {
    let changes = match outcome(made) {
        Ok(changes) => changes,
        Err(error) => return error,
    };
    let these = |which: fn(&SchemaChange) -> bool| -> Vec<_> {
        changes.iter().filter(|change| which(change)).cloned().collect()
    };
    let blocked = these(|change| change.blocked.is_some());
    if blocked.is_empty() {
        CustomDataError::DataLossNotAccepted { changes: these(|change| change.lost > 0) }.into()
    } else {
        CustomDataError::SchemaBlocked { changes: blocked }.into()
    }
}
