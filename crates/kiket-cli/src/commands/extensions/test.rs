//! `kiket extensions test`: an extension's own tests, and the delivery contract.

mod contract;
mod own;
mod report;
mod sample;

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;

use super::replay::delivery_secret;
use crate::args::{ReportFormat, Test, TestPart};
use crate::exit::{Exit, Misuse};
use crate::extension::{Alone, Caller, Kiket, start_alone};
use contract::{Check, Outcome, Subject};

/// How long one answer may take; a delivery's own limit is shorter.
const PATIENCE: Duration = Duration::from_secs(15);

/// Runs the tests.
pub(super) async fn run(args: Test) -> anyhow::Result<Exit> {
    let folder = args.path.canonicalize().with_context(|| {
        format!("can not open `{}`; name the extension's folder", args.path.display())
    })?;
    let mut exit = Exit::Ok;
    if args.only != Some(TestPart::Contract) {
        exit = own::run(&folder, args.format == ReportFormat::Text).await?;
    }
    if args.only != Some(TestPart::Own) {
        let checks = checked(&args, &folder).await?;
        report::show(&checks, args.format)?;
        let is_broken = checks.iter().any(|check| check.outcome == Outcome::Failed);
        if is_broken && exit == Exit::Ok {
            exit = Exit::Failed;
        }
    }
    Ok(exit)
}

async fn checked(args: &Test, folder: &Path) -> anyhow::Result<Vec<Check>> {
    let manifest = match kiket_manifest::find(folder)? {
        Some(path) => kiket_manifest::read(&path)?,
        None => {
            let text =
                format!("`{}` has no manifest: name the extension's folder", folder.display());
            return Err(Misuse(text).into());
        }
    };
    let (caller, secret, kiket, started) = match &args.url {
        Some(url) => {
            let secret = delivery_secret(args.secret_file.as_deref())?;
            (Caller::new(url, PATIENCE)?, secret, Kiket::nowhere(), None)
        }
        None => {
            let Alone { started, secret, kiket } = start_alone(folder).await?;
            (Caller::new(started.url(), PATIENCE)?, secret, kiket, Some(started))
        }
    };
    let subject = Subject { caller, secret, kiket, manifest };
    let checks = contract::check(&subject).await;
    if let Some(started) = started {
        started.stop().await?;
    }
    checks
}
