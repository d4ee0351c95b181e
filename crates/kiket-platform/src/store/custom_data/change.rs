//! Other schemas for the tables of an installation.
//!
//! The change is made, with every record in its new form, and then looked at: a preview takes it
//! back, and so does a refusal. So a preview says exactly what would happen. It needs the writer for
//! as long as the records take that it has to look at.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kiket_contract::api::custom_data::{
    LONGEST_INDEXED, SchemaChange, SchemaChangeKind, Violation,
};
use kiket_contract::id::InstallationId;
use sqlx::{AnyConnection, Row};

use super::tables::{self, TableRow};
use super::{add_keys, data, records, stored};
use crate::custom_data::convert::Conversion;
use crate::custom_data::modules::{Module, Modules};
use crate::custom_data::record::Owner;
use crate::custom_data::table::{Stored, Table};
use crate::store::{Store, StoreError};

const BATCH: i64 = 500;

/// What came of a change.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It is made; what it changed.
    Made(Vec<SchemaChange>),
    /// A seed does not fit its table. What was made must be taken back.
    Seed { module: String, table: String, number: usize, violations: Vec<Violation> },
}

impl Outcome {
    /// Whether the change is possible, and nobody has to consent to a loss or somebody has.
    pub(crate) fn stands(&self, consent: bool) -> bool {
        match self {
            Self::Made(changes) => changes
                .iter()
                .all(|change| change.blocked.is_none() && (consent || change.lost == 0)),
            Self::Seed { .. } => false,
        }
    }
}

impl Store {
    /// What other schemas would change.
    pub(crate) async fn preview_modules(
        &self,
        installation: InstallationId,
        modules: &Modules,
        place: (Owner, Timestamp),
    ) -> Result<Outcome, StoreError> {
        let mut transaction = self.writer.begin().await?;
        let outcome = apply(&mut transaction, installation, modules, place).await?;
        transaction.rollback().await?;
        Ok(outcome)
    }
}

/// Gives an installation these modules and no others.
pub(in crate::store) async fn apply(
    connection: &mut AnyConnection,
    installation: InstallationId,
    modules: &Modules,
    (owner, now): (Owner, Timestamp),
) -> Result<Outcome, StoreError> {
    let mut changes = Vec::new();
    let mut present = BTreeMap::new();
    for row in tables::all(connection, installation).await? {
        let is_wanted =
            modules.get(&row.module).is_some_and(|module| module.tables.contains_key(&row.name));
        if is_wanted {
            present.insert((row.module.clone(), row.name.clone()), row);
        } else {
            changes.push(remove(connection, row).await?);
        }
    }
    for (id, module) in modules {
        for (name, table) in &module.tables {
            if let Some(row) = present.remove(&(id.clone(), name.clone())) {
                changes.extend(convert(connection, row, table.clone(), now).await?);
                continue;
            }
            let added = tables::add(connection, installation, (id, name), table).await?;
            changes.push(change((id, name), SchemaChangeKind::TableAdded, Vec::new()));
            let seeded = seed(connection, (added, name), (module, table), (owner, now)).await?;
            if let Err((number, violations)) = seeded {
                let (module, table) = (id.clone(), name.clone());
                return Ok(Outcome::Seed { module, table, number, violations });
            }
        }
    }
    Ok(Outcome::Made(changes))
}

fn change(
    (module, table): (&str, &str),
    change: SchemaChangeKind,
    columns: Vec<String>,
) -> SchemaChange {
    let (module, table) = (module.to_owned(), table.to_owned());
    SchemaChange { module, table, change, columns, lost: 0, blocked: None }
}

async fn remove(connection: &mut AnyConnection, row: TableRow) -> Result<SchemaChange, StoreError> {
    let removed = sqlx::query("DELETE FROM records WHERE table_id = $1")
        .bind(row.id)
        .execute(&mut *connection)
        .await?;
    sqlx::query("DELETE FROM data_tables WHERE id = $1").bind(row.id).execute(connection).await?;
    let change = change((&row.module, &row.name), SchemaChangeKind::TableRemoved, Vec::new());
    Ok(SchemaChange { lost: removed.rows_affected(), ..change })
}

type Unfit = (usize, Vec<Violation>);

/// Writes what a new table begins with.
async fn seed(
    connection: &mut AnyConnection,
    (table_id, name): (i64, &str),
    (module, table): (&Module, &Table),
    place: (Owner, Timestamp),
) -> Result<Result<(), Unfit>, StoreError> {
    for (at, record) in module.seeds.get(name).into_iter().flatten().enumerate() {
        let number = at + 1;
        let id = records::next(connection, table_id).await?;
        let checked = match table.create(id, record.clone().into(), place) {
            Ok(checked) => checked,
            Err(violations) => return Ok(Err((number, violations))),
        };
        if let Some(taken) = records::insert(connection, table_id, &checked).await? {
            return Ok(Err((number, vec![table.taken(taken)])));
        }
    }
    Ok(Ok(()))
}

/// Brings a table and its records into another form.
async fn convert(
    connection: &mut AnyConnection,
    row: TableRow,
    after: Table,
    now: Timestamp,
) -> Result<Vec<SchemaChange>, StoreError> {
    let TableRow { id, module, name, table } = row;
    let conversion = Conversion::new(table, after);
    let differences = conversion.differences();
    if differences.is_empty() {
        return Ok(Vec::new());
    }
    tables::redefine(connection, id, conversion.table()).await?;
    for index in conversion.emptied() {
        sqlx::query("DELETE FROM record_keys WHERE table_id = $1 AND index_no = $2")
            .bind(id)
            .bind(index)
            .execute(&mut *connection)
            .await?;
    }
    let mut counts = Counts::default();
    if conversion.concerns_records() {
        records_in(connection, id, (&conversion, now), &mut counts).await?;
    }
    let told = differences.into_iter().map(|(kind, columns)| {
        let mut told = change((&module, &name), kind, columns);
        counts.tell(&mut told);
        told
    });
    Ok(told.collect())
}

/// What was met among the records of a table.
#[derive(Default)]
struct Counts {
    /// By column.
    lost: BTreeMap<String, u64>,
    missing: BTreeMap<String, u64>,
    /// By the columns of an index: other records have the same, or it is too long.
    unfit: BTreeMap<Vec<String>, u64>,
}

impl Counts {
    /// Adds to a change what it does to the records.
    fn tell(&self, told: &mut SchemaChange) {
        let by_column = matches!(
            told.change,
            SchemaChangeKind::ColumnAdded
                | SchemaChangeKind::ColumnRemoved
                | SchemaChangeKind::ColumnChanged
        );
        let is_in = |index: &[String]| match told.change {
            SchemaChangeKind::IndexAdded => index == told.columns,
            _ => by_column && told.columns.iter().all(|column| index.contains(column)),
        };
        let unfit: u64 =
            self.unfit.iter().filter(|(index, _)| is_in(index)).map(|(_, count)| *count).sum();
        if unfit > 0 {
            told.blocked = Some(format!(
                "{unfit} records have the same as another one, or more than an index holds"
            ));
        }
        let Some(column) = told.columns.first().filter(|_| by_column) else { return };
        told.lost = self.lost.get(column).copied().unwrap_or_default();
        if let Some(missing) = self.missing.get(column) {
            let text = format!("{missing} records would have no value: give the column a default");
            told.blocked = Some(text);
        }
    }
}

/// Writes every record of a table in its new form.
async fn records_in(
    connection: &mut AnyConnection,
    table: i64,
    (conversion, now): (&Conversion, Timestamp),
    counts: &mut Counts,
) -> Result<(), StoreError> {
    let mut after = 0;
    loop {
        let rows = sqlx::query(
            "SELECT id, data, created_at, updated_at, deleted_at FROM records \
             WHERE table_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        )
        .bind(table)
        .bind(after)
        .bind(BATCH)
        .fetch_all(&mut *connection)
        .await?;
        for row in &rows {
            let is_removed = row.try_get::<Option<i64>, _>("deleted_at")?.is_some();
            let converted = conversion.record(stored(row)?, now);
            after = converted.record.id;
            for (columns, count) in
                [(converted.lost, &mut counts.lost), (converted.missing, &mut counts.missing)]
            {
                columns.into_iter().for_each(|name| *count.entry(name).or_default() += 1);
            }
            let (record, is_changed) = (&converted.record, converted.is_changed);
            if is_changed {
                rewrite(connection, table, record).await?;
            }
            if !is_removed {
                index(connection, (table, record), conversion, counts).await?;
            }
        }
        if i64::try_from(rows.len()).unwrap_or(i64::MAX) < BATCH {
            return Ok(());
        }
    }
}

async fn rewrite(
    connection: &mut AnyConnection,
    table: i64,
    record: &Stored,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE records SET data = $1 WHERE table_id = $2 AND id = $3")
        .bind(data(record)?)
        .bind(table)
        .bind(record.id)
        .execute(connection)
        .await?;
    Ok(())
}

async fn index(
    connection: &mut AnyConnection,
    (table, record): (i64, &Stored),
    conversion: &Conversion,
    counts: &mut Counts,
) -> Result<(), StoreError> {
    for entry in conversion.entries(record) {
        let number = entry.number;
        let is_unfit = entry.key.len() > LONGEST_INDEXED
            || add_keys(connection, (table, record.id), &[entry]).await?.is_some();
        if is_unfit {
            let columns = conversion.index(number).to_vec();
            *counts.unfit.entry(columns).or_default() += 1;
        }
    }
    Ok(())
}
