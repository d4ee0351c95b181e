//! `kiket custom-data list`.

use std::collections::BTreeSet;

use kiket_contract::api::Page;
use kiket_contract::api::custom_data::Record;
use kiket_contract::api::custom_data::operators::{self, ListRecords as Wanted, Place};
use serde_json::{Map, Value};

use crate::args::{ListRecords, Table, Which};
use crate::exit::Misuse;
use crate::operator::Operator;
use crate::output::Output;
use crate::output::table::rows;
use crate::printer;

/// Shows a page of a table.
pub(super) async fn run(
    args: ListRecords,
    operator: &Operator,
    output: Output,
) -> anyhow::Result<()> {
    let path = path(&args.table)?;
    let wanted =
        Wanted { limit: Some(args.limit), cursor: args.cursor, ..wanted(&args.table, args.which) };
    let found = operator.get::<Page<Record>>(&path, &wanted).await?;
    if output.is_json() {
        return output.show(&found, |_| String::new());
    }
    let Page { data, next_cursor } = &found.value;
    if data.is_empty() {
        printer::note("nothing fits")?;
    } else {
        printer::line(shown(data))?;
    }
    if let Some(cursor) = next_cursor {
        printer::note(format_args!("there are more: --cursor {cursor}"))?;
    }
    Ok(())
}

/// The columns of a table, its number first.
fn shown(records: &[Record]) -> String {
    let names: BTreeSet<_> = records.iter().flat_map(Record::keys).map(String::as_str).collect();
    let mut header = vec!["id"];
    header.extend(names.into_iter().filter(|name| *name != "id"));
    let cells = |record: &Record| header.iter().map(|name| cell(record.get(*name))).collect();
    rows(&header, records.iter().map(cells).collect())
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// The path of a table.
pub(super) fn path(table: &Table) -> Result<String, Misuse> {
    operators::path(&table.module, &table.table).map_err(|error| Misuse(error.to_string()))
}

/// What is asked for, from the beginning and without a limit.
pub(super) fn wanted(table: &Table, which: Which) -> Wanted {
    let Place { project_id, project_key, extension_id } = table.place();
    let filters: Map<_, _> = which.filters.into_iter().collect();
    let filters = (!filters.is_empty()).then(|| Value::from(filters).to_string());
    Wanted {
        project_id,
        project_key,
        extension_id,
        filters,
        order: which.order,
        ..Wanted::default()
    }
}
