//! Tests, samples, dependencies, and the archive.

use std::fs;
use std::path::{Path, PathBuf};

use kiket_contract::event;
use kiket_manifest::{Document, Finding};
use serde_json::{Map, Value};

use crate::commands::check::Check;
use crate::commands::extensions::package::{self, Contents};

const REPLAY: &str = "replay";
const UNTESTED: &str = "missing-tests";
/// What lists dependencies, and the files that pin them.
const LOCKS: [(&str, &[&str]); 4] = [
    ("Cargo.toml", &["Cargo.lock"]),
    ("package.json", &["package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml"]),
    ("Gemfile", &["Gemfile.lock"]),
    ("Pipfile", &["Pipfile.lock"]),
];

/// # Errors
/// When a file can not be read, or no archive be written for a try.
pub(super) fn checks(
    folder: &Path,
    document: &Document,
    findings: &[Finding],
) -> anyhow::Result<Vec<Check>> {
    let mut checks = vec![tests(findings), replay(folder), locked(folder)];
    checks.extend(packed(folder, document)?);
    Ok(checks)
}

fn tests(findings: &[Finding]) -> Check {
    match findings.iter().any(|finding| finding.id == UNTESTED) {
        false => Check::pass("tests", "there are tests"),
        true => Check::fail("tests", "there are no tests", "write tests, in a folder `tests`"),
    }
}

fn replay(folder: &Path) -> Check {
    let fix = "write a payload of each event to replay/<event>.<version>.json";
    let entries = fs::read_dir(folder.join(REPLAY)).into_iter().flatten().flatten();
    let is_json = |path: &PathBuf| path.extension().is_some_and(|end| end == "json");
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).filter(is_json).collect();
    paths.sort();
    if paths.is_empty() {
        return Check::fail("replay", "there is no payload in replay", fix);
    }
    let name = |path: &Path| path.strip_prefix(folder).unwrap_or(path).display().to_string();
    let wrong = paths.iter().find_map(|path| Some((name(path), wrong(path)?)));
    match wrong {
        Some((name, why)) => Check::fail("replay", format!("{name} {why}"), fix),
        None => Check::pass("replay", format!("payloads: {}", paths.len())),
    }
}

/// What is wrong with a payload, as what follows its name in a sentence.
fn wrong(path: &Path) -> Option<&'static str> {
    let read = |path| serde_json::from_slice::<Map<String, Value>>(&fs::read(path).ok()?).ok();
    let Some(payload) = read(path) else { return Some("is no JSON object") };
    let text = |name| payload.get(name).and_then(Value::as_str);
    let named = path.file_stem().and_then(|stem| stem.to_str()?.rsplit_once('.'));
    let Some((event, version)) = text("event").zip(text("event_version")).or(named) else {
        return Some("does not say which event it is");
    };
    // An event that the catalogue does not know may have any payload.
    let entry = event::find(event, version)?;
    entry.read(payload.clone()).is_err().then_some("is no payload of its event")
}

fn locked(folder: &Path) -> Check {
    let has = |name: &&str| folder.join(name).is_file();
    let unlocked = LOCKS.iter().find(|(lists, locks)| {
        has(lists) && !locks.iter().any(&has) && depends(&folder.join(lists))
    });
    match unlocked {
        None => Check::pass("dependencies", "their versions are pinned"),
        Some((lists, locks)) => Check::fail(
            "dependencies",
            format!("nothing pins the versions of what {lists} lists"),
            format!("keep {} in the repository", locks.first().unwrap_or(lists)),
        ),
    }
}

/// Whether a package lists anything at all: of those without dependencies nothing makes a lock file.
fn depends(lists: &Path) -> bool {
    let is_node = lists.ends_with("package.json");
    let text = fs::read(lists).unwrap_or_default();
    let package = serde_json::from_slice::<Value>(&text).unwrap_or_default();
    !is_node || ["dependencies", "devDependencies"].iter().any(|name| package.get(name).is_some())
}

/// Packs the extension for a try.
fn packed(folder: &Path, document: &Document) -> anyhow::Result<Vec<Check>> {
    let contents = Contents::of(folder, document, &[])?;
    let fix = "see `kiket extensions package`";
    if let Some(problem) = contents.problems.first() {
        let place = problem.place().map_or_else(String::new, |place| format!("{place}: "));
        let message = format!("{place}{}", problem.message);
        return Ok(vec![Check::fail("package", message, &problem.help)]);
    }
    let place = tempfile::tempdir()?;
    let check = match package::pack(&contents, document, place.path())? {
        Ok(packed) => Check::pass("package", format!("an archive of {} bytes", packed.size())),
        Err(problem) => Check::fail("package", problem.message, fix),
    };
    Ok(vec![check])
}
