//! The documentation that people of the marketplace read.

use std::fs;
use std::path::{Path, PathBuf};

use kiket_manifest::Document;

use crate::commands::check::Check;

/// A readme with less says nothing.
const LEAST: usize = 200;
const CHANGELOG: [&str; 2] = ["docs/CHANGELOG.md", "CHANGELOG.md"];
const README: [&str; 2] = ["docs/README.md", "README.md"];
const START: [&str; 2] = ["docs/getting-started.md", "docs/quickstart.md"];
const SUPPORT: [&str; 3] = ["docs/SUPPORT.md", "docs/support.md", "SUPPORT.md"];
const EXAMPLES: &str = "docs/examples";

pub(super) fn checks(folder: &Path, document: &Document) -> Vec<Check> {
    let version = document.manifest().version.as_ref().map_or("", |version| version.value.as_str());
    let mut checks =
        vec![readme(folder), changelog(folder, version), start(folder), support(folder)];
    checks.push(examples(folder));
    checks
}

/// The first of these files that is there, with its text.
fn first(folder: &Path, names: &[&'static str]) -> Option<(&'static str, String)> {
    names.iter().find_map(|name| Some((*name, fs::read_to_string(folder.join(name)).ok()?)))
}

fn readme(folder: &Path) -> Check {
    let fix = "write README.md: what the extension does, what it needs, and how it is set up";
    match first(folder, &README) {
        None => Check::fail("readme", "there is no README.md", fix),
        Some((name, text)) if text.trim().len() < LEAST => {
            Check::fail("readme", format!("{name} says next to nothing"), fix)
        }
        Some((name, _)) => Check::pass("readme", name),
    }
}

fn changelog(folder: &Path, version: &str) -> Check {
    let fix = format!(
        "write CHANGELOG.md with what is new in {version}: administrators see it before they upgrade"
    );
    match first(folder, &CHANGELOG) {
        None => Check::fail("changelog", "there is no CHANGELOG.md", fix),
        Some((name, text)) if !text.contains(version) => {
            Check::fail("changelog", format!("{name} does not say what is new in {version}"), fix)
        }
        Some((name, _)) => Check::pass("changelog", name),
    }
}

fn start(folder: &Path) -> Check {
    match first(folder, &START).filter(|(_, text)| !text.trim().is_empty()) {
        Some((name, _)) => Check::pass("getting-started", name),
        None => Check::fail(
            "getting-started",
            "nothing says how to begin",
            "write docs/getting-started.md: from the installation to the first result",
        ),
    }
}

fn support(folder: &Path) -> Check {
    let is_heading = |line: &str| {
        line.starts_with('#') && line.to_ascii_lowercase().split(' ').any(|word| word == "support")
    };
    if let Some((name, _)) = first(folder, &SUPPORT) {
        return Check::pass("support", name);
    }
    match first(folder, &README).filter(|(_, text)| text.lines().any(is_heading)) {
        Some((name, _)) => Check::pass("support", format!("a part of {name}")),
        None => Check::fail(
            "support",
            "nothing says whom to ask",
            "write a part `## Support` of README.md: an address, and how soon it answers",
        ),
    }
}

fn examples(folder: &Path) -> Check {
    let fix = "write YAML files into docs/examples, each with `title` and `description`";
    let entries = fs::read_dir(folder.join(EXAMPLES)).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|path| is_yaml(path)).collect();
    paths.sort();
    let is_lacking = |path: &&PathBuf| !is_described(path);
    match paths.iter().find(is_lacking) {
        _ if paths.is_empty() => Check::warn("examples", "there are no examples", fix),
        Some(path) => {
            let name = path.strip_prefix(folder).unwrap_or(path).display();
            Check::fail("examples", format!("{name} has no `title` and `description`"), fix)
        }
        None => Check::pass("examples", format!("examples: {}", paths.len())),
    }
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "yaml" || end == "yml")
}

fn is_described(path: &Path) -> bool {
    let Ok(bytes) = fs::read(path) else { return false };
    let document = Document::from_bytes(&bytes);
    let has = |name| {
        document
            .root()
            .get(name)
            .and_then(|node| node.as_text())
            .is_some_and(|text| !text.is_empty())
    };
    has("title") && has("description")
}
