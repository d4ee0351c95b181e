//! Whether an extension has tests, in the places where its language keeps them.

use std::path::Path;

use super::walk::Walk;

const FOLDERS: [&str; 5] = ["test", "tests", "spec", "specs", "__tests__"];
/// How the folders of .NET's test projects end.
const PROJECTS: [&str; 2] = [".test", ".tests"];
const ENDINGS: [&str; 6] = ["_test.go", "_test.py", ".test.js", ".test.ts", ".spec.js", ".spec.ts"];
const SOURCES: &str = "src";
/// In how many files tests are looked for.
const SEARCHED: usize = 50;
/// What stands above the tests of a file in Rust.
const IN_RUST: &str = "#[cfg(test)]";

/// Whether the folder with these names has any.
pub(super) fn is_tested(walk: &mut Walk, names: &[String]) -> bool {
    let sources = walk.names(Path::new(SOURCES));
    names.iter().any(|name| is_folder_of_tests(walk, Path::new(name)))
        || sources.iter().any(|name| is_folder_of_tests(walk, &Path::new(SOURCES).join(name)))
        || names.iter().chain(&sources).any(|name| is_test(name))
        || sources.iter().take(SEARCHED).any(|name| holds_tests(walk, name))
}

fn is_folder_of_tests(walk: &mut Walk, path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let is_named =
        FOLDERS.contains(&name.as_str()) || PROJECTS.iter().any(|end| name.ends_with(end));
    is_named && walk.is_folder(path)
}

fn is_test(name: &str) -> bool {
    ENDINGS.iter().any(|end| name.ends_with(end))
        || (name.starts_with("test_") && name.ends_with(".py"))
}

fn holds_tests(walk: &mut Walk, name: &str) -> bool {
    let path = Path::new(SOURCES).join(name);
    let bytes = if name.ends_with(".rs") { walk.bytes(&path) } else { None };
    bytes.is_some_and(|bytes| String::from_utf8_lossy(&bytes).contains(IN_RUST))
}
