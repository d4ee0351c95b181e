//! What `kiket custom-data` takes.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Subcommand;
use kiket_contract::api::custom_data::operators::Place;
use kiket_contract::api::custom_data::{DEFAULT_LIMIT, MOST_RECORDS};
use kiket_contract::api::projects::ProjectKey;
use kiket_contract::id::ProjectId;
use serde_json::Value;

use super::{Consent, Remote};

/// Read and write the records of extensions' tables.
#[derive(Debug, clap::Args)]
pub(crate) struct CustomData {
    #[command(flatten)]
    pub(crate) remote: Remote,

    #[command(subcommand)]
    pub(crate) command: CustomDataCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CustomDataCommand {
    List(ListRecords),
    /// Show a record.
    Get(OneRecord),
    Create(CreateRecord),
    Update(UpdateRecord),
    Delete(DeleteRecord),
    Import(ImportRecords),
    Export(ExportRecords),
}

/// A table of a project.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Table {
    /// The module's id.
    pub(crate) module: String,

    /// The table's name.
    pub(crate) table: String,

    /// The project, by its number or its key.
    #[arg(long, value_name = "NUMBER|KEY")]
    pub(crate) project: Project,

    /// The extension, where several of the project have the module.
    #[arg(long, value_name = "ID")]
    pub(crate) extension: Option<String>,
}

/// A project as people name it.
#[derive(Debug, Clone)]
pub(crate) enum Project {
    Number(ProjectId),
    Key(ProjectKey),
}

impl FromStr for Project {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(number) = text.parse() {
            return Ok(Self::Number(number));
        }
        let key = ProjectKey::try_from(text.to_owned());
        key.map(Self::Key).map_err(|error| format!("{error}; or give the project's number"))
    }
}

impl Table {
    /// The table's project and extension, as the platform is asked for them.
    pub(crate) fn place(&self) -> Place {
        let (project_id, project_key) = match self.project.clone() {
            Project::Number(id) => (Some(id), None),
            Project::Key(key) => (None, Some(key)),
        };
        Place { project_id, project_key, extension_id: self.extension.clone() }
    }
}

/// Which records, and in which order.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Which {
    /// Only those with this value in a column; may be repeated, and all have to hold.
    ///
    /// COLUMN=TEXT compares with a text, COLUMN:=JSON with a number, true, false or null.
    #[arg(long = "filter", value_name = "COLUMN=VALUE", value_parser = filter)]
    pub(crate) filters: Vec<(String, Value)>,

    /// The column that they are in the order of, with - before it for the largest first.
    #[arg(long, value_name = "COLUMN", allow_hyphen_values = true)]
    pub(crate) order: Option<String>,
}

/// List records.
#[derive(Debug, clap::Args)]
pub(crate) struct ListRecords {
    #[command(flatten)]
    pub(crate) table: Table,

    #[command(flatten)]
    pub(crate) which: Which,

    /// The most records, from 1 to 500.
    #[arg(
        long,
        default_value_t = DEFAULT_LIMIT,
        value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_RECORDS))
    )]
    pub(crate) limit: u32,

    /// Where the last page ended, as it said.
    #[arg(long)]
    pub(crate) cursor: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct OneRecord {
    #[command(flatten)]
    pub(crate) table: Table,

    /// The record's number.
    pub(crate) id: i64,
}

/// Add a record.
#[derive(Debug, clap::Args)]
pub(crate) struct CreateRecord {
    #[command(flatten)]
    pub(crate) table: Table,

    #[command(flatten)]
    pub(crate) columns: Columns,
}

/// Change columns of a record; the others stay as they are.
#[derive(Debug, clap::Args)]
pub(crate) struct UpdateRecord {
    #[command(flatten)]
    pub(crate) record: OneRecord,

    #[command(flatten)]
    pub(crate) columns: Columns,
}

/// What a record holds.
#[derive(Debug, clap::Args)]
pub(crate) struct Columns {
    /// The columns as a JSON object, @FILE to read it from a file, or - for standard input.
    #[arg(long = "record", value_name = "JSON|@FILE|-")]
    pub(crate) text: String,
}

/// Hide a record from everybody; with --hard nothing of it is kept.
#[derive(Debug, clap::Args)]
pub(crate) struct DeleteRecord {
    #[command(flatten)]
    pub(crate) record: OneRecord,

    /// Keep nothing of it.
    #[arg(long)]
    pub(crate) hard: bool,

    #[command(flatten)]
    pub(crate) consent: Consent,
}

/// Add the records of a file with a JSON object on each line.
///
/// A line that is refused is named, the others go on, and the exit code is 1. When an import was
/// broken off, or after bad lines were corrected, run it again: within 24 hours a line that is in the
/// table already is not added a second time. What Kiket sets by itself, such as `id` in a file of
/// `export`, is left out.
#[derive(Debug, clap::Args)]
pub(crate) struct ImportRecords {
    #[command(flatten)]
    pub(crate) table: Table,

    /// The file; - is standard input.
    pub(crate) file: PathBuf,
}

/// Write all records, each as a JSON object on a line of its own.
#[derive(Debug, clap::Args)]
pub(crate) struct ExportRecords {
    #[command(flatten)]
    pub(crate) table: Table,

    #[command(flatten)]
    pub(crate) which: Which,

    /// The file, which appears when it is whole; - is standard output.
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    pub(crate) output: PathBuf,
}

fn filter(text: &str) -> Result<(String, Value), String> {
    let wrong = || "write COLUMN=TEXT, or COLUMN:=JSON".to_owned();
    let (column, value) = text.split_once('=').ok_or_else(wrong)?;
    let (column, value) = match column.strip_suffix(':') {
        Some(column) => {
            let value = serde_json::from_str(value).map_err(|error| format!("no JSON: {error}"))?;
            (column, value)
        }
        None => (column, Value::from(value)),
    };
    if column.is_empty() { Err(wrong()) } else { Ok((column.to_owned(), value)) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_filter_is_a_text_unless_it_says_json() {
        for (text, column, value) in [
            ("name=5", "name", json!("5")),
            ("name=", "name", json!("")),
            ("name=a=b", "name", json!("a=b")),
            ("age:=5", "age", json!(5)),
            ("gone:=null", "gone", json!(null)),
        ] {
            assert_eq!(filter(text), Ok((column.to_owned(), value)), "{text}");
        }
        for wrong in ["name", "=5", ":=5", "age:=five"] {
            assert!(filter(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_project_is_a_number_or_a_key() {
        assert!(matches!("27".parse(), Ok(Project::Number(_))));
        assert!(matches!("SHOP".parse(), Ok(Project::Key(_))));
        assert!("no key".parse::<Project>().is_err());
    }
}
