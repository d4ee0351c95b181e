//! `kiket custom-data`: the records of extensions' tables.

mod export;
mod import;
mod list;

use std::path::Path;

use anyhow::Context as _;
use kiket_contract::api::Done;
use kiket_contract::api::custom_data::operators::{self, DeleteRecord as Removal, Place};
use kiket_contract::api::custom_data::{OneRecord as Answered, Record, WriteRecord};

use crate::args::{
    Columns, CreateRecord, CustomData, CustomDataCommand, DeleteRecord, OneRecord, Table,
    UpdateRecord,
};
use crate::ask::consent;
use crate::dotenv::{STANDARD_INPUT, text};
use crate::exit::{Exit, Invalid, Misuse};
use crate::operator::{Operator, with_query};
use crate::output::Output;

/// Stands before the name of a file with a record.
const FILE: char = '@';

/// Runs one of the commands.
pub(crate) async fn run(args: CustomData) -> anyhow::Result<Exit> {
    let operator = Operator::of(&args.remote)?;
    let output = Output(args.remote.format);
    match args.command {
        CustomDataCommand::List(args) => list::run(args, &operator, output).await?,
        CustomDataCommand::Get(OneRecord { table, id }) => {
            let path = record_path(&table, id)?;
            let found = operator.get::<Answered>(&path, &table.place()).await?;
            output.show(&found, shown)?;
        }
        CustomDataCommand::Create(CreateRecord { table, columns }) => {
            let path = table_path(&table)?;
            let made = operator.post::<Answered>(&path, &columns.read()?).await?;
            output.show(&made, shown)?;
        }
        CustomDataCommand::Update(UpdateRecord { record: OneRecord { table, id }, columns }) => {
            let path = with_query(&record_path(&table, id)?, &table.place())?;
            let changed = operator.patch::<Answered>(&path, &columns.read()?).await?;
            output.show(&changed, shown)?;
        }
        CustomDataCommand::Delete(args) => return delete(args, &operator, output).await,
        CustomDataCommand::Import(args) => return import::run(args, &operator, output).await,
        CustomDataCommand::Export(args) => export::run(args, &operator).await?,
    }
    Ok(Exit::Ok)
}

async fn delete(args: DeleteRecord, operator: &Operator, output: Output) -> anyhow::Result<Exit> {
    let OneRecord { table, id } = args.record;
    let what = if args.hard { "for good" } else { "from what anybody sees" };
    let question = format!("Remove record {id} of {}.{} {what}?", table.module, table.table);
    if !consent(&question, args.consent.yes)? {
        return Ok(Exit::Cancelled);
    }
    let Place { project_id, project_key, extension_id } = table.place();
    let removal = Removal { project_id, project_key, extension_id, hard: args.hard };
    let path = with_query(&record_path(&table, id)?, &removal)?;
    let done = operator.delete::<Done>(&path).await?;
    output.show(&done, |_| format!("record {id} is removed"))?;
    Ok(Exit::Ok)
}

impl Columns {
    /// The record that is to be written.
    fn read(&self) -> anyhow::Result<WriteRecord> {
        let text = match self.text.strip_prefix(FILE) {
            Some(path) => text(Path::new(path)),
            None if self.text == STANDARD_INPUT => text(Path::new(STANDARD_INPUT)),
            None => Ok(self.text.clone()),
        };
        let text = text.map_err(|error| Misuse(format!("can not read the record: {error}")))?;
        let record: Record = serde_json::from_str(&text)
            .map_err(|error| Invalid(format!("--record is no JSON object: {error}")))?;
        Ok(WriteRecord { record })
    }
}

/// The path of a table, with the project that it is of.
fn table_path(table: &Table) -> anyhow::Result<String> {
    let path =
        operators::path(&table.module, &table.table).map_err(|error| Misuse(error.to_string()))?;
    Ok(with_query(&path, &table.place())?)
}

fn record_path(table: &Table, id: i64) -> Result<String, Misuse> {
    operators::record_path(&table.module, &table.table, id)
        .map_err(|error| Misuse(error.to_string()))
}

fn shown(answered: &Answered) -> String {
    serde_json::to_string_pretty(&answered.data).unwrap_or_default()
}

/// A record on one line.
fn line(record: &Record) -> anyhow::Result<String> {
    serde_json::to_string(record).context("a record can not be written as JSON")
}
