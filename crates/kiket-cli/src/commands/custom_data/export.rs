//! `kiket custom-data export`: all records, a line each.

use std::io::{Write, stdout};

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};
use kiket_contract::api::Page;
use kiket_contract::api::custom_data::operators::ListRecords;
use kiket_contract::api::custom_data::{MOST_RECORDS, Record};

use super::line;
use super::list::{path, wanted};
use crate::args::ExportRecords;
use crate::dotenv::STANDARD_INPUT;
use crate::operator::Operator;
use crate::{printer, private_file};

/// Writes a table page by page.
pub(super) async fn run(args: ExportRecords, operator: &Operator) -> anyhow::Result<()> {
    let path = path(&args.table)?;
    let wanted = ListRecords { limit: Some(MOST_RECORDS), ..wanted(&args.table, args.which) };
    // The same sign as for standard input.
    if *args.output == *STANDARD_INPUT {
        let count = copy(operator, (&path, wanted), &mut stdout()).await?;
        return Ok(printer::note(format_args!("records: {count}"))?);
    }
    let place = || format!("can not write `{}`", args.output.display());
    let mut file = private_file::begin(&args.output).with_context(place)?;
    let count = copy(operator, (&path, wanted), &mut file).await?;
    private_file::finish(file, &args.output).with_context(place)?;
    Ok(printer::note(format_args!("records in `{}`: {count}", args.output.display()))?)
}

/// Copies what is asked for, and says how many records that were.
async fn copy(
    operator: &Operator,
    (path, mut wanted): (&str, ListRecords),
    output: &mut impl Write,
) -> anyhow::Result<u64> {
    let progress = ProgressBar::new_spinner()
        .with_style(ProgressStyle::with_template("{spinner} {pos} records, {per_sec}")?);
    let mut count = 0;
    loop {
        let page = operator.get::<Page<Record>>(path, &wanted).await?.value;
        for record in &page.data {
            writeln!(output, "{}", line(record)?)?;
            count += 1;
        }
        progress.set_position(count);
        wanted.cursor = page.next_cursor;
        if wanted.cursor.is_none() {
            output.flush()?;
            progress.finish_and_clear();
            return Ok(count);
        }
    }
}
