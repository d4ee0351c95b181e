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
pub(crate) mod given;
pub(crate) mod key;
mod list;
pub(crate) mod modules;
pub(crate) mod record;
pub(crate) mod scans;
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
use crate::store::custom_data::{Saved, Written};
use crate::store::idempotency::Idempotency;
use filter::{Filter, Order};
use given::Given;
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
    let found = core.store.data_table(named.installation, (&named.module, &named.table)).await?;
    let Some(found) = found.filter(|found| found.has_module) else {
        let known = core.store.modules_of(named.installation).await?;
        return Err(CustomDataError::NoModule { module: short(&named.module), known }.into());
    };
    let permitted = found.operations.get(&named.module);
    let names = operation.permitted_by();
    if !permitted.is_some_and(|own| own.iter().any(|own| names.contains(&own.as_str()))) {
        return Err(CustomDataError::OperationNotPermitted {
            module: short(&named.module),
            operation: names[0],
        }
        .into());
    }
    let Some((id, table)) = found.table else { return Err(no_table(core, named).await?) };
    let owner = (i64::from(found.organization_id), i64::from(found.project_id));
    Ok(Opened { id, table, owner, now: now(core) })
}

/// That the module has no such table, with those that it has.
async fn no_table(core: &Core, named: &Named) -> Result<Error, Error> {
    let known = core.store.tables_of(named.installation, &named.module).await?;
    let (module, table) = (short(&named.module), short(&named.table));
    Ok(CustomDataError::NoTable { module, table, known }.into())
}

/// A name as an error shows it: it may come from anywhere.
fn short(name: &str) -> String {
    name.chars().take(128).collect()
}

/// The time, as exact as it is stored.
pub(crate) fn now(core: &Core) -> Timestamp {
    Timestamp::from_millisecond(core.now().as_millisecond()).unwrap_or_default()
}

impl Opened {
    fn shown(&self, written: &Written) -> Record {
        written.table.shown(&written.record, self.owner)
    }
}

/// The record that was written, or why none was.
async fn written(
    core: &Core,
    opened: &Opened,
    (named, id): (&Named, Option<&str>),
    saved: Saved,
) -> Result<Option<Record>, Error> {
    match saved {
        Saved::As(written) => Ok(Some(opened.shown(&written))),
        Saved::Before => Ok(None),
        Saved::NoTable => Err(no_table(core, named).await?),
        Saved::Full => Err(CustomDataError::Full.into()),
        Saved::Missing => Err(missing(id.unwrap_or_default())),
        Saved::Taken(table, index) => Err(broken(vec![table.taken(index)])),
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
    let _turn = if wanted.looks_far(table) {
        Some(core.scans.take(named.installation).await.ok_or(Error::Busy)?)
    } else {
        None
    };
    let (records, next) = list::page(core, (opened.id, table, opened.owner), &wanted).await?;
    Ok(Found { records, next })
}

/// One record.
pub(crate) async fn get(core: &Core, named: &Named, id: &str) -> Result<Record, Error> {
    let opened = open(core, named, Operation::Read).await?;
    let record = core.store.record(opened.id, number(id)?).await?;
    let shown = |record| opened.table.shown(&record, opened.owner);
    record.map(shown).ok_or_else(|| missing(id))
}

/// Makes a record; none when the key's request was answered before.
pub(crate) async fn create(
    core: &Core,
    named: &Named,
    given: Given,
    keyed: Keyed<'_>,
) -> Result<Option<Record>, Error> {
    let opened = open(core, named, Operation::Write).await?;
    let place = (opened.owner, opened.now);
    let make = |table: &Table, id| table.create(id, given, place).map_err(broken);
    let body = |written: &Written| one(opened.shown(written));
    let remember =
        keyed.map(|(key, status)| Remember { key, status, body: &body, now: opened.now });
    let saved = core.store.create_record(named, make, remember).await?;
    written(core, &opened, (named, None), saved).await
}

/// The answer's body with a record.
pub(crate) fn one(data: Record) -> String {
    serde_json::to_string(&OneRecord { data }).unwrap_or_default()
}

/// Changes the columns of a record that are named.
pub(crate) async fn update(
    core: &Core,
    named: &Named,
    (id, given): (&str, Given),
) -> Result<Record, Error> {
    let opened = open(core, named, Operation::Write).await?;
    let number = number(id)?;
    let place = (opened.owner, opened.now);
    let make = |table: &Table, before: Stored| -> Result<Checked, Error> {
        table.update(before, given, place).map_err(broken)
    };
    let saved = core.store.update_record((named, number), make).await?;
    written(core, &opened, (named, Some(id)), saved).await?.ok_or_else(|| missing(id))
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
    let saved = core.store.delete_record((named, number), hard, (remember, opened.now)).await?;
    Ok(written(core, &opened, (named, Some(id)), saved).await?.is_some())
}

/// The installation of a project that has a module, of this extension if one is named; for callers
/// that stand for no installation.
pub(crate) async fn holder(
    core: &Core,
    project: kiket_contract::id::ProjectId,
    (module, extension_id): (&str, Option<&str>),
) -> Result<InstallationId, Error> {
    let mut found = core.store.holders_of(project, module, extension_id).await?;
    let module = short(module);
    match found.len() {
        0 => {
            let known = core.store.modules_in(project, extension_id).await?;
            Err(CustomDataError::NoModule { module, known }.into())
        }
        1 => Ok(found.remove(0)),
        _ => Err(CustomDataError::SeveralModules { module, installations: found }.into()),
    }
}
