//! `kiket extensions new`: an extension to begin with.

mod project;
mod render;
mod sdk_source;
mod template;
mod write;

use self::project::Project;
use self::sdk_source::SdkSource;
use crate::args::{New, SdkName};
use crate::commands::extensions::input::plain;
use crate::exit::Exit;
use crate::printer;

/// Writes the extension, and says what to do with it.
pub(super) fn run(args: &New) -> anyhow::Result<Exit> {
    write::check(&args.folder)?;
    let source = match args.sdk {
        SdkName::Rust => Some(SdkSource::of(args.sdk_path.as_deref())?),
        _ => None,
    };
    let project = Project::new(args, source.as_ref());
    let files = render::files(&project)?;
    write::write(&args.folder, &files)?;
    for file in &files {
        printer::line(plain(args.folder.join(&file.path)).display())?;
    }
    if let Some(source) = &source {
        printer::note(source.said())?;
    }
    printer::note(format_args!(
        "next:\n  cd {}\n  {}\n  kiket extensions lint",
        plain(args.folder.clone()).display(),
        project.next,
    ))?;
    Ok(Exit::Ok)
}
