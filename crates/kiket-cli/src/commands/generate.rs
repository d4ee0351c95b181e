//! `kiket completions` and `kiket man`: what follows from the definition of the command line.

use std::fs;
use std::io::{self, Write as _};

use anyhow::Context as _;
use clap::CommandFactory as _;
use clap_mangen::Man as Page;

use crate::args::{Args, Completions, Man};
use crate::exit::Exit;
use crate::printer;

const NAME: &str = "kiket";

/// Prints the completions for a shell.
pub(crate) fn completions(args: &Completions) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), NAME, &mut script);
    io::stdout().lock().write_all(&script)?;
    Ok(Exit::Ok)
}

/// Prints the manual page, or writes all pages.
pub(crate) fn man(args: &Man) -> anyhow::Result<Exit> {
    let Some(dir) = &args.dir else {
        let mut page = Vec::new();
        Page::new(Args::command()).render(&mut page)?;
        io::stdout().lock().write_all(&page)?;
        return Ok(Exit::Ok);
    };
    fs::create_dir_all(dir)
        .and_then(|()| clap_mangen::generate_to(Args::command(), dir))
        .with_context(|| format!("can not write manual pages to `{}`", dir.display()))?;
    printer::note(format_args!("wrote the manual pages to {}", dir.display()))?;
    Ok(Exit::Ok)
}
