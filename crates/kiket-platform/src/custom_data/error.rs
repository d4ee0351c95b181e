//! What can go wrong with custom data.

use kiket_contract::api::custom_data::{LARGEST_STORED, MOST_STORED, SchemaChange, Violation};
use kiket_contract::id::InstallationId;

/// What can go wrong with custom data, beside the database.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CustomDataError {
    /// Another schema has no place for what is stored.
    #[error(
        "records would be lost: {}; send `accept_data_loss: true` to consent", places(.changes)
    )]
    DataLossNotAccepted {
        /// What loses something.
        changes: Vec<SchemaChange>,
    },
    /// The records do not allow another schema.
    #[error("the records do not allow it: {}", places(.changes))]
    SchemaBlocked {
        /// What is not possible.
        changes: Vec<SchemaChange>,
    },
    /// The installation has no such module of custom data.
    #[error(
        "there is no module `{module}` here{}: send its schema with the installation or its upgrade",
        only(.known)
    )]
    NoModule {
        /// The module's id.
        module: String,
        /// The modules that there are.
        known: Vec<String>,
    },
    /// The module has no such table.
    #[error(
        "the module `{module}` has no table `{table}`{}: send a schema that declares it with an \
         upgrade",
        only(.known)
    )]
    NoTable {
        /// The module's id.
        module: String,
        /// The name.
        table: String,
        /// The tables that it has.
        known: Vec<String>,
    },
    /// Several extensions of the project have a module of this id.
    #[error(
        "several extensions have a module `{module}`: call with the API key of the one meant, or as \
         the operator with its `extension_id`"
    )]
    SeveralModules {
        /// The module's id.
        module: String,
        /// The installations that have it.
        installations: Vec<InstallationId>,
    },
    /// There is no such record.
    #[error("there is no record `{record}`")]
    NoRecord {
        /// Its id.
        record: String,
    },
    /// The installation has as many records, or as much in them, as it may.
    #[error(
        "an installation has at most {MOST_STORED} records, of {LARGEST_STORED} bytes together, and \
         what was removed counts while it is kept: remove records with `hard=true`, or have a \
         schema with less"
    )]
    Full,
    /// The manifest does not permit it.
    #[error(
        "the manifest's `custom_data` does not permit `{operation}` of `{module}`: name it under \
         `custom_data.permissions` among the module's `operations`, and upgrade"
    )]
    OperationNotPermitted {
        /// The module's id.
        module: String,
        /// The operation.
        operation: &'static str,
    },
    /// A record does not keep the rules of its table.
    #[error("the record does not fit: {}", told(.violations))]
    Record {
        /// Each broken rule.
        violations: Vec<Violation>,
    },
    /// A list is asked for by what its table has not.
    #[error("the query does not fit: {}", told(.violations))]
    Query {
        /// Each broken rule.
        violations: Vec<Violation>,
    },
}

/// The names that there are, in the middle of a sentence.
fn only(names: &[String]) -> String {
    match names {
        [] => ", and no other".to_owned(),
        names => format!(", only `{}`", names.join("`, `")),
    }
}

/// What violations say, one after the other.
fn told(violations: &[Violation]) -> String {
    let told: Vec<_> = violations.iter().map(|violation| violation.message.as_str()).collect();
    told.join("; ")
}

/// Where schemas change, one after the other.
fn places(changes: &[SchemaChange]) -> String {
    let place = |change: &SchemaChange| {
        let SchemaChange { module, table, columns, lost, blocked, .. } = change;
        let place = [&[module.clone(), table.clone()], columns.as_slice()].concat().join(".");
        blocked
            .as_ref()
            .map_or_else(|| format!("{lost} of {place}"), |why| format!("{place}: {why}"))
    };
    changes.iter().map(place).collect::<Vec<_>>().join("; ")
}
