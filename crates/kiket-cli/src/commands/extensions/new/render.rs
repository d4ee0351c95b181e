//! The files of a new extension, from the templates that this program carries.

use std::path::PathBuf;

use anyhow::Context as _;
use include_dir::{Dir, include_dir};
use kiket_contract::event;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};

use super::project::Project;

/// `files/any` and `files/<sdk>` are written as they lie there, `parts/<template>` is included by them.
static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates/extension");
const ANY: &str = "files/any/";
/// How the names of templates end.
const TEMPLATE: &str = ".j2";
/// Where samples of events lie.
const REPLAY: &str = "replay";

/// A file to write.
#[derive(Debug)]
pub(super) struct File {
    /// Its path in the extension's folder.
    pub(super) path: PathBuf,
    pub(super) content: String,
}

/// Every file of the project, in the order of their paths.
///
/// # Errors
/// When a template can not be filled, which is a fault of the template.
pub(super) fn files(project: &Project<'_>) -> anyhow::Result<Vec<File>> {
    let environment = environment()?;
    let of_sdk = format!("files/{}/", project.language.sdk);
    let mut files = samples(project)?;
    for (name, template) in environment.templates() {
        let path = name.strip_prefix(ANY).or_else(|| name.strip_prefix(&of_sdk));
        let Some(path) = path.and_then(|path| path.strip_suffix(TEMPLATE)) else { continue };
        let content = template.render(Serde(project));
        let content = content.with_context(|| format!("can not fill the template {name}"))?;
        files.push(File { path: path.into(), content });
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn environment() -> anyhow::Result<Environment<'static>> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    let mut syntax = SyntaxConfig::builder();
    environment.set_syntax(syntax.trim_blocks(true).keep_trailing_newline(true).build()?);
    let mut open = vec![&TEMPLATES];
    while let Some(folder) = open.pop() {
        open.extend(folder.dirs());
        for file in folder.files() {
            let name = file.path().to_str().context("the name of a template is no text")?;
            let text = file.contents_utf8().with_context(|| format!("{name} is no text"))?;
            environment.add_template(name, text)?;
        }
    }
    Ok(environment)
}

/// The catalogue's sample of every event that is heard.
fn samples(project: &Project<'_>) -> anyhow::Result<Vec<File>> {
    let samples = project.handlers.iter().map(|handler| {
        let (event, version) = (handler.event, handler.version);
        let entry = event::find(event, version)
            .with_context(|| format!("the event catalogue has no {event} {version}"))?;
        let content = serde_json::to_string_pretty(&entry.sample())? + "\n";
        let path = PathBuf::from(REPLAY).join(format!("{event}.{version}.json"));
        Ok(File { path, content })
    });
    samples.collect()
}
