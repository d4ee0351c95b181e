//! `kiket custom-data import`: a record for each line of a file.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use futures_util::{StreamExt as _, stream};
use indicatif::{ProgressBar, ProgressStyle};
use kiket_contract::api::custom_data::{OneRecord, Record, WriteRecord};
use kiket_manifest::IMPLICIT_COLUMNS;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::table_path;
use crate::args::ImportRecords;
use crate::dotenv::STANDARD_INPUT;
use crate::exit::{Exit, Misuse};
use crate::operator::{Answer, Error, Operator};
use crate::output::Output;
use crate::printer;

/// How many lines are on their way at once.
const AT_ONCE: usize = 8;

/// What came of it.
#[derive(Debug, Default, Serialize)]
struct Imported {
    /// How many lines are records of the table now.
    records: u64,
    failed: Vec<Failed>,
}

#[derive(Debug, Serialize)]
struct Failed {
    line: u64,
    error: String,
}

/// A line of the file.
struct Line {
    number: u64,
    /// With its end.
    length: u64,
    text: String,
    /// What makes it the same line when it is sent again.
    key: String,
}

/// Sends each line.
pub(super) async fn run(
    args: ImportRecords,
    operator: &Operator,
    output: Output,
) -> anyhow::Result<Exit> {
    let path = table_path(&args.table)?;
    let (source, size) = open(&args.file)
        .map_err(|error| Misuse(format!("can not read `{}`: {error}", args.file.display())))?;
    let progress = match size {
        Some(size) => ProgressBar::new(size).with_style(ProgressStyle::with_template(
            "{bar:30} {bytes}/{total_bytes} {msg} lines",
        )?),
        None => ProgressBar::new_spinner()
            .with_style(ProgressStyle::with_template("{spinner} {bytes} {msg} lines")?),
    };
    let mut value = Imported::default();
    let sent = stream::iter(lines(source, &path)).map(async |line| {
        let line = line?;
        let done = send(operator, &path, &line).await;
        anyhow::Ok((line, done))
    });
    let mut sent = std::pin::pin!(sent.buffered(AT_ONCE));
    while let Some(done) = sent.next().await {
        let (line, done) = done?;
        progress.inc(line.length);
        progress.set_message(line.number.to_string());
        match done {
            Ok(()) => value.records += 1,
            Err(Refused::Line(error)) => value.failed.push(Failed { line: line.number, error }),
            Err(Refused::All(error)) => {
                progress.finish_and_clear();
                if !error.is_missing() {
                    printer::note(format_args!(
                        "broken off at line {}, after {} records: run it again within 24 hours, \
                         and it goes on",
                        line.number, value.records
                    ))?;
                }
                return Err(error.into());
            }
        }
    }
    progress.finish_and_clear();
    let is_whole = value.failed.is_empty();
    let text = serde_json::to_string(&value)?;
    output.show(&Answer { value, text }, shown)?;
    Ok(if is_whole { Exit::Ok } else { Exit::Failed })
}

/// Why a line is no record.
enum Refused {
    Line(String),
    /// The next line would not be taken either.
    All(Error),
}

async fn send(operator: &Operator, path: &str, line: &Line) -> Result<(), Refused> {
    let mut record: Record = serde_json::from_str(&line.text)
        .map_err(|error| Refused::Line(format!("this is no JSON object: {error}")))?;
    record.retain(|name, _| !IMPLICIT_COLUMNS.contains(&name.as_str()));
    let done = operator.post_once::<OneRecord>(path, &WriteRecord { record }, &line.key).await;
    match done {
        Ok(_) => Ok(()),
        Err(error) if matches!(error.exit(), Exit::Validation | Exit::Failed) => {
            // No table is the fault of every line.
            match error.is_missing() {
                true => Err(Refused::All(error)),
                false => Err(Refused::Line(error.to_string())),
            }
        }
        Err(error) => Err(Refused::All(error)),
    }
}

/// The file, and its size where it has one.
fn open(path: &Path) -> io::Result<(Box<dyn BufRead>, Option<u64>)> {
    if path == STANDARD_INPUT {
        return Ok((Box::new(BufReader::new(io::stdin())), None));
    }
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    Ok((Box::new(BufReader::new(file)), Some(size)))
}

/// The lines that are not empty. Equal lines are told apart by how many came before, so that a
/// correction of one line makes no other line a new one.
fn lines(source: impl BufRead, path: &str) -> impl Iterator<Item = io::Result<Line>> {
    let mut before: HashMap<[u8; 32], u64> = HashMap::new();
    let numbered = (1..).zip(source.lines());
    let lines = numbered.map(move |(number, text)| {
        let text = text?;
        let mut hash = Sha256::new();
        hash.update(path);
        hash.update(b"\n");
        hash.update(&text);
        let digest: [u8; 32] = hash.finalize().into();
        let earlier = before.entry(digest).or_default();
        let key = format!("import-{}-{earlier}", base16ct::lower::encode_string(&digest));
        *earlier += 1;
        Ok(Line { number, length: text.len() as u64 + 1, text, key })
    });
    lines.filter(|line| !line.as_ref().is_ok_and(|line| line.text.trim().is_empty()))
}

fn shown(imported: &Imported) -> String {
    let mut lines = vec![format!("records: {}", imported.records)];
    let failed = imported.failed.iter();
    lines.extend(failed.map(|Failed { line, error }| format!("line {line}: {error}")));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<(u64, String)> {
        let lines = lines(text.as_bytes(), "/x").map(|line| line.unwrap());
        lines.map(|line| (line.number, line.key)).collect()
    }

    #[test]
    fn a_correction_keeps_the_keys_of_the_other_lines() {
        let before = keys("{\"a\":1}\nwrong\n\n{\"a\":1}\n{\"a\":2}");
        let after = keys("{\"a\":1}\n{\"a\":3}\n\n{\"a\":1}\n{\"a\":2}");
        let changed: Vec<_> =
            before.iter().zip(&after).filter(|(a, b)| a != b).map(|(a, _)| a.0).collect();
        assert_eq!(changed, [2]);
        let mut all: Vec<_> = before.into_iter().map(|(_, key)| key).collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 4);
    }
}
