//! `kiket extensions`: works on an extension's manifest, and installs extensions on a platform.

mod code;
mod input;
mod install;
pub(crate) mod lint;
mod list;
mod mask;
mod migrate;
mod new;
mod package;
mod replace;
mod replay;
mod sources;
mod test;
mod uninstall;
mod upgrade;
mod validate;

use crate::args::Extensions;
use crate::exit::Exit;
use crate::{in_runtime, printer};

/// Runs one of the commands.
pub(crate) fn run(command: Extensions) -> anyhow::Result<Exit> {
    match command {
        Extensions::Install(args) => in_runtime(install::run(*args)),
        Extensions::Lint(args) => Ok(usable(lint::run(&args))),
        Extensions::List(args) => in_runtime(list::run(args)),
        Extensions::Migrate(args) => Ok(usable(migrate::run(&args))),
        Extensions::New(args) => new::run(&args),
        Extensions::Package(args) => package::run(&args),
        Extensions::Replay(args) => in_runtime(replay::run(*args)),
        Extensions::Schema => Ok(usable(schema())),
        Extensions::Test(args) => in_runtime(test::run(*args)),
        Extensions::Uninstall(args) => in_runtime(uninstall::run(args)),
        Extensions::Upgrade(args) => in_runtime(upgrade::run(*args)),
        Extensions::Validate(args) => validate::run(&args),
    }
}

/// A manifest that can not be read or written is one that can not be used.
fn usable(done: anyhow::Result<Exit>) -> Exit {
    done.unwrap_or_else(|error| {
        printer::error(&error);
        Exit::Validation
    })
}

fn schema() -> anyhow::Result<Exit> {
    printer::exactly(&format!("{:#}\n", kiket_manifest::schema()))?;
    Ok(Exit::Ok)
}
