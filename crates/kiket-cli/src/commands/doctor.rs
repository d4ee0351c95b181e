//! `kiket doctor`: what keeps an extension from running here.

mod environment;
mod manifest;
mod platform;
mod toolchain;

use anyhow::Context as _;

use crate::args::Doctor;
use crate::commands::check::{self, Count, count};
use crate::exit::Exit;

/// Runs every check and shows them.
pub(crate) async fn run(args: Doctor) -> anyhow::Result<Exit> {
    let folder = args.path.canonicalize().with_context(|| {
        format!("can not open `{}`; name the extension's folder", args.path.display())
    })?;
    let (document, mut checks) = manifest::checks(&folder)?;
    let manifest = document.as_ref().map(|document| document.manifest());
    checks.extend(toolchain::checks(&folder, manifest).await);
    checks.extend(environment::checks(&folder, manifest));
    checks.extend(platform::checks(&args.remote).await);
    let Count { failed, warned } = count(&checks);
    let verdict = match (failed, warned) {
        (0, 0) => "everything is in order".to_owned(),
        (0, warned) => format!("it can run; look at the warnings: {warned}"),
        (failed, _) => format!("it can not run as it should: {failed} of {} failed", checks.len()),
    };
    check::show(&checks, args.remote.format, &verdict)?;
    Ok(if failed == 0 { Exit::Ok } else { Exit::Failed })
}
