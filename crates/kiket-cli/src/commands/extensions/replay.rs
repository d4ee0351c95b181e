//! `kiket extensions replay`: recorded payloads, sent again, and their answers compared.

mod case;
mod judge;
mod report;
mod target;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use kiket_contract::id::DeliveryId;

use crate::args::{Replay, ReportFormat};
use crate::exit::{Exit, Misuse};
use crate::printer;
use case::Case;
use judge::{Judged, Verdict};
pub(super) use target::delivery_secret;
use target::{Sent, Target};

/// The folder of an extension's cases.
const REPLAY: &str = "replay";

/// Sends each case and shows how it went.
pub(super) async fn run(args: Replay) -> anyhow::Result<Exit> {
    if let Some(delivery) = named(&args.what) {
        if args.expect {
            let text = "a delivery has nothing to expect: write its payload into a file";
            return Err(Misuse(text.to_owned()).into());
        }
        let sent = target::again(&args, delivery).await?;
        return shown(&[judge::of_delivery(delivery, sent)], args.format);
    }
    let place = Path::new(&args.what);
    let files = files(place)?;
    let target = Target::of(&args, place).await?;
    let mut judged = Vec::new();
    for file in files {
        let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned();
        judged.push(match Case::read(&file) {
            Ok(case) => {
                let sent = target.send(&case).await;
                judge::of_case(name, case, sent, &args)
            }
            Err(problem) => Judged::wrong(name, format!("{problem:#}")),
        });
    }
    target.end().await?;
    shown(&judged, args.format)
}

/// The delivery that is meant, unless there is a file of that name.
fn named(what: &str) -> Option<DeliveryId> {
    what.parse().ok().filter(|_| !Path::new(what).exists())
}

/// The files of a folder, by name: those of its folder of cases when it has one.
fn files(place: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if place.is_file() {
        return Ok(vec![place.to_owned()]);
    }
    let below = place.join(REPLAY);
    let folder = if below.is_dir() { below.as_path() } else { place };
    let entries =
        fs::read_dir(folder).with_context(|| format!("can not open `{}`", folder.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.is_file() && path.extension().is_some_and(|end| end == "json") {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() {
        let text = format!(
            "`{}` has no payloads: write them to {REPLAY}/<name>.json, \
             `kiket events show EVENT --sample` prints one",
            folder.display()
        );
        return Err(Misuse(text).into());
    }
    Ok(files)
}

fn shown(judged: &[Judged], format: ReportFormat) -> anyhow::Result<Exit> {
    match format {
        ReportFormat::Text => report::text(judged)?,
        ReportFormat::Json => printer::line(report::json(judged))?,
        ReportFormat::Junit => printer::exactly(&report::junit(judged)?)?,
    }
    let any = |wanted: Verdict| judged.iter().any(|it| it.verdict == wanted);
    Ok(match (any(Verdict::Wrong), any(Verdict::Failed)) {
        (true, _) => Exit::Validation,
        (false, true) => Exit::Failed,
        (false, false) => Exit::Ok,
    })
}
