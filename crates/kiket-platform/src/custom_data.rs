//! Records of an extension's own tables.
//!
//! A module's schema says what a table holds: [`schema`] reads it into a [`table::Table`], [`record`]
//! checks and completes what is written, [`filter`] reads what a list asks for, [`list`] finds it.
//! [`convert`] brings a table to another schema. What may be done with a module says the manifest of
//! its extension, whoever calls. `store::custom_data` says how records are kept.

pub(crate) mod convert;
mod decimal;
mod error;
pub(crate) mod filter;
pub(crate) mod key;
mod list;
pub(crate) mod modules;
pub(crate) mod record;
pub(crate) mod schema;
pub(crate) mod table;
mod upgrade;
mod value;

pub use error::CustomDataError;
pub(crate) use list::Position;
pub(crate) use upgrade::{outcome, refused};

use jiff::Timestamp;
use kiket_contract::api::Done;
use kiket_contract::api::custom_data::{
    DEFAULT_LIMIT, MOST_RECORDS, OneRecord, Record, Rule, Violation,
};
use kiket_contract::id::InstallationId;

use crate::core::Core;
use crate::error::Error;
use crate::store::answers::Remember;
use crate::store::custom_data::Saved;
use crate::store::idempotency::Idempotency;
use filter::{Filter, Order};
use list::Wanted;
use record::{Checked, Owner};
use table::{Stored, Table};

/// A table as a call names it.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) installation: InstallationId,
    pub(crate) module: String,
    pub(crate) table: String,
}

/// What a manifest may permit an extension to do with a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Read,
    Write,
    /// Removing what stays behind; `write` permits it too.
    Delete,
    /// Removing for ever.
    Admin,
}

impl Operation {
    /// The names in a manifest that permit it; the first is its own.
    fn permitted_by(self) -> &'static [&'static str] {
        match self {
            Self::Read => &["read"],
            Self::Write => &["write"],
            Self::Delete => &["delete", "write"],
            Self::Admin => &["admin"],
        }
    }
}

/// What a list asks for, as it came.
#[derive(Debug)]
pub(crate) struct Query {
    pub(crate) filters: Option<String>,
    pub(crate) order: Option<String>,
    pub(crate) limit: Option<u32>,
    pub(crate) after: Option<Position>,
}

/// A page, and the position that the next one starts after.
pub(crate) struct Found {
    pub(crate) records: Vec<Record>,
    pub(crate) next: Option<Position>,
}

/// A key to be remembered with an answer of this status.
pub(crate) type Keyed<'a> = Option<(&'a Idempotency, u16)>;

/// A table that the extension may use so.
struct Opened {
    id: i64,
    table: Table,
    owner: Owner,
    now: Timestamp,
}

/// Finds the table, if the operation is permitted.
async fn open(core: &Core, named: &Named, operation: Operation) -> Result<Opened, Error> {
    let module = || named.module.chars().take(128).collect::<String>();
    let found = core.store.data_table(named.installation, (&named.module, &named.table)).await?;
    let found = found.ok_or_else(|| CustomDataError::NoModule { module: module() })?;
    let permitted = found.operations.get(&named.module);
    if !found.has_module {
        return Err(CustomDataError::NoModule { module: module() }.into());
    }
    let names = operation.permitted_by();
    if !permitted.is_some_and(|own| own.iter().any(|own| names.contains(&own.as_str()))) {
        return Err(CustomDataError::OperationNotPermitted {
            module: module(),
            operation: names[0],
        }
        .into());
    }
    let (id, table) = found.table.ok_or_else(|| CustomDataError::NoTable {
        module: module(),
        table: named.table.chars().take(128).collect(),
    })?;
    let owner = (i64::from(found.organization_id), i64::from(found.project_id));
    Ok(Opened { id, table, owner, now: now(core) })
}

/// The time, as exact as it is stored.
pub(crate) fn now(core: &Core) -> Timestamp {
    Timestamp::from_millisecond(core.now().as_millisecond()).unwrap_or_default()
}

impl Opened {
    fn shown(&self, record: &Stored) -> Record {
        self.table.shown(record, self.owner)
    }

    /// The record that was written, or why none was.
    fn written(&self, saved: Saved, id: i64) -> Result<Option<Record>, Error> {
        match saved {
            Saved::As(record) => Ok(Some(self.shown(&record))),
            Saved::Before => Ok(None),
            Saved::Missing => Err(missing(&id.to_string())),
            Saved::Taken(index) => Err(broken(vec![self.table.taken(index)])),
        }
    }
}

fn missing(id: &str) -> Error {
    CustomDataError::NoRecord { record: id.chars().take(64).collect() }.into()
}

fn number(id: &str) -> Result<i64, Error> {
    id.parse().map_err(|_| missing(id))
}

fn broken(violations: Vec<Violation>) -> Error {
    CustomDataError::Record { violations }.into()
}

/// A page of the records that fit.
pub(crate) async fn list(core: &Core, named: &Named, query: Query) -> Result<Found, Error> {
    let opened = open(core, named, Operation::Read).await?;
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MOST_RECORDS).contains(&limit) {
        let what = format!("is no number from 1 to {MOST_RECORDS}");
        let violation = value::violation("limit", (Rule::Range, what));
        return Err(CustomDataError::Query { violations: vec![violation] }.into());
    }
    let unfit = |violations| CustomDataError::Query { violations };
    let table = &opened.table;
    let filter = Filter::read(table, query.filters.as_deref(), opened.owner).map_err(unfit)?;
    let order = Order::read(table, query.order.as_deref()).map_err(unfit)?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let wanted = Wanted { filter, order, after: query.after, limit };
    let (records, follow) = list::page(core, (opened.id, table), &wanted).await?;
    let next = records.last().filter(|_| follow).map(|last| wanted.position(last));
    Ok(Found { records: records.iter().map(|record| opened.shown(record)).collect(), next })
}

/// One record.
pub(crate) async fn get(core: &Core, named: &Named, id: &str) -> Result<Record, Error> {
    let opened = open(core, named, Operation::Read).await?;
    let record = core.store.record(opened.id, number(id)?).await?;
    record.map(|record| opened.shown(&record)).ok_or_else(|| missing(id))
}

/// Makes a record; none when the key's request was answered before.
pub(crate) async fn create(
    core: &Core,
    named: &Named,
    given: Record,
    keyed: Keyed<'_>,
) -> Result<Option<Record>, Error> {
    let opened = open(core, named, Operation::Write).await?;
    let (table, place) = (&opened.table, (opened.owner, opened.now));
    let make = |id| table.create(id, given, place).map_err(broken);
    let body = |record: &Stored| one(opened.shown(record));
    let remember =
        keyed.map(|(key, status)| Remember { key, status, body: &body, now: opened.now });
    let saved = core.store.create_record(opened.id, make, remember).await?;
    opened.written(saved, 0)
}

/// The answer's body with a record.
pub(crate) fn one(data: Record) -> String {
    serde_json::to_string(&OneRecord { data }).unwrap_or_default()
}

/// Changes the columns of a record that are named.
pub(crate) async fn update(
    core: &Core,
    named: &Named,
    (id, given): (&str, Record),
) -> Result<Record, Error> {
    let opened = open(core, named, Operation::Write).await?;
    let number = number(id)?;
    let (table, place) = (&opened.table, (opened.owner, opened.now));
    let make = |before: Stored| -> Result<Checked, Error> {
        table.update(before, given, place).map_err(broken)
    };
    let saved = core.store.update_record((opened.id, number), make).await?;
    opened.written(saved, number)?.ok_or_else(|| missing(id))
}

/// Removes a record: `hard` keeps nothing of it. Says whether this call did.
pub(crate) async fn delete(
    core: &Core,
    named: &Named,
    (id, hard): (&str, bool),
    keyed: Keyed<'_>,
) -> Result<bool, Error> {
    let operation = if hard { Operation::Admin } else { Operation::Delete };
    let opened = open(core, named, operation).await?;
    let number = number(id)?;
    let body = |(): &()| serde_json::to_string(&Done::OK).unwrap_or_default();
    let remember =
        keyed.map(|(key, status)| Remember { key, status, body: &body, now: opened.now });
    let keep = opened.table.soft_delete && !hard;
    let saved = core.store.delete_record((opened.id, number), keep, (remember, opened.now)).await?;
    Ok(opened.written(saved, number)?.is_some())
}

/// The installation of a project that has a module, of this extension if one is named; for callers
/// that stand for no installation.
pub(crate) async fn holder(
    core: &Core,
    project: kiket_contract::id::ProjectId,
    (module, extension_id): (&str, Option<&str>),
) -> Result<InstallationId, Error> {
    let mut found = core.store.holders_of(project, module, extension_id).await?;
    let module: String = module.chars().take(128).collect();
    match found.len() {
        0 => Err(CustomDataError::NoModule { module }.into()),
        1 => Ok(found.remove(0)),
        _ => Err(CustomDataError::SeveralModules { module, installations: found }.into()),
    }
}
