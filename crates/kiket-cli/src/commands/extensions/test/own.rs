//! An extension's own tests: what runs them is told by its files.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::Context as _;
use serde_json::Value;
use tokio::process::Command;

use crate::exit::{Exit, Misuse};
use crate::printer;

/// What is looked at to tell which runner Python's tests are for.
const PYTHON: [&str; 7] = [
    "pyproject.toml",
    "requirements.txt",
    "requirements-dev.txt",
    "setup.cfg",
    "tox.ini",
    "pytest.ini",
    "conftest.py",
];
/// Loads each file of tests that is named.
const MINITEST: &str = "ARGV.each { |file| require File.expand_path(file) }";

/// Runs all tests that are found. Their output goes where this program's goes, or all of it to
/// standard error when that is for something else.
///
/// # Errors
/// When there are none, or what runs them can not be started.
pub(super) async fn run(folder: &Path, is_stdout_theirs: bool) -> anyhow::Result<Exit> {
    let found = found(folder);
    if found.is_empty() {
        let text = format!(
            "`{}` has no tests that are known: Cargo.toml, package.json with a test script, \
             test_*.py, *_spec.rb, go.mod, pom.xml, build.gradle or a .NET project; --only contract \
             does without them",
            folder.display()
        );
        return Err(Misuse(text).into());
    }
    let mut exit = Exit::Ok;
    for argv in found {
        let shown = argv.join(" ".as_ref());
        printer::note(format_args!("running {}", shown.to_string_lossy()))?;
        let Some((program, arguments)) = argv.split_first() else { continue };
        let mut command = Command::new(program);
        command.args(arguments).current_dir(folder);
        if !is_stdout_theirs {
            command.stdout(Stdio::from(std::io::stderr()));
        }
        let status = command.status().await.with_context(|| {
            let program = program.to_string_lossy();
            format!("can not run `{program}`: install it, or leave this out by --only contract")
        })?;
        if !status.success() && exit == Exit::Ok {
            let code = status.code().and_then(|code| u8::try_from(code).ok());
            exit = code.map_or(Exit::Failed, Exit::Program);
        }
    }
    Ok(exit)
}

/// What runs the tests of each language that is there.
fn found(folder: &Path) -> Vec<Vec<OsString>> {
    let has = |name: &str| folder.join(name).is_file();
    let mut found: Vec<Vec<OsString>> = Vec::new();
    let mut add = |argv: &[&str]| found.push(argv.iter().map(OsString::from).collect());
    if has("Cargo.toml") {
        add(&["cargo", "test"]);
    }
    if node_tests(folder) {
        let pnpm = has("pnpm-lock.yaml");
        add(&[
            if pnpm {
                "pnpm"
            } else if has("yarn.lock") {
                "yarn"
            } else {
                "npm"
            },
            "test",
        ]);
    }
    if has("go.mod") {
        add(&["go", "test", "./..."]);
    }
    if has("pom.xml") {
        add(&["mvn", "--batch-mode", "test"]);
    }
    if has("build.gradle") || has("build.gradle.kts") {
        add(&[if has("gradlew") { "./gradlew" } else { "gradle" }, "test"]);
    }
    let of_dotnet = |path: &PathBuf| ["csproj", "sln", "slnx"].iter().any(|end| ends(path, end));
    if files(folder).iter().any(of_dotnet) {
        add(&["dotnet", "test"]);
    }
    found.extend(python(folder));
    found.extend(ruby(folder));
    found
}

fn node_tests(folder: &Path) -> bool {
    let text = fs::read(folder.join("package.json")).unwrap_or_default();
    let package = serde_json::from_slice::<Value>(&text).unwrap_or_default();
    package.pointer("/scripts/test").is_some()
}

fn python(folder: &Path) -> Option<Vec<OsString>> {
    let is_test = |path: &PathBuf| {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        ends(path, "py") && (stem.starts_with("test_") || stem.ends_with("_test"))
    };
    let place = ["tests", "test", "."]
        .into_iter()
        .find(|place| files(&folder.join(place)).iter().any(is_test))?;
    let is_pytest = PYTHON.iter().any(|name| {
        let text = fs::read_to_string(folder.join(name)).unwrap_or_default();
        text.contains("pytest") || *name == "conftest.py" && folder.join(name).is_file()
    });
    let argv: &[&str] = match is_pytest {
        true => &["python3", "-m", "pytest"],
        false => &["python3", "-m", "unittest", "discover", place],
    };
    Some(argv.iter().map(OsString::from).collect())
}

fn ruby(folder: &Path) -> Option<Vec<OsString>> {
    let is = |end: &'static str, begin: &'static str| {
        move |path: &PathBuf| {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            ends(path, "rb")
                && (stem.ends_with(end) || !begin.is_empty() && stem.starts_with(begin))
        }
    };
    let bundled = folder.join("Gemfile").is_file();
    let mut argv: Vec<OsString> = Vec::new();
    if bundled {
        argv.extend(["bundle", "exec"].map(OsString::from));
    }
    if folder.join(".rspec").is_file() || files(&folder.join("spec")).iter().any(is("_spec", "")) {
        argv.push("rspec".into());
        return Some(argv);
    }
    let mut tests = files(&folder.join("test"));
    tests.retain(is("_test", "test_"));
    if tests.is_empty() {
        return None;
    }
    argv.extend(["ruby", "-Itest", "-Ilib", "-e", MINITEST].map(OsString::from));
    argv.extend(tests.into_iter().map(OsString::from));
    Some(argv)
}

fn ends(path: &Path, end: &str) -> bool {
    path.extension().is_some_and(|extension| extension == end)
}

/// The files of a folder, by name; none when there is no such folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<_> =
        entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What runs the tests of a folder with these files.
    fn runs(given: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in given {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let shown = |argv: Vec<OsString>| argv.join(" ".as_ref()).to_string_lossy().into_owned();
        let place = format!("{}/", folder.path().display());
        found(folder.path()).into_iter().map(|it| shown(it).replace(&place, "")).collect()
    }

    #[test]
    fn the_runner_is_told_by_the_files() {
        let package = r#"{"scripts": {"test": "node --test"}}"#;
        for (files, runner) in [
            (&[("Cargo.toml", "")][..], "cargo test"),
            (&[("package.json", package)], "npm test"),
            (&[("package.json", package), ("pnpm-lock.yaml", "")], "pnpm test"),
            (&[("package.json", package), ("yarn.lock", "")], "yarn test"),
            (&[("tests/test_a.py", "")], "python3 -m unittest discover tests"),
            (&[("a_test.py", ""), ("requirements.txt", "pytest")], "python3 -m pytest"),
            (&[("tests/test_a.py", ""), ("conftest.py", "")], "python3 -m pytest"),
            (&[("spec/a_spec.rb", ""), ("Gemfile", "")], "bundle exec rspec"),
            (&[(".rspec", "")], "rspec"),
            (&[("go.mod", "")], "go test ./..."),
            (&[("pom.xml", "")], "mvn --batch-mode test"),
            (&[("build.gradle", ""), ("gradlew", "")], "./gradlew test"),
            (&[("build.gradle.kts", "")], "gradle test"),
            (&[("My.csproj", "")], "dotnet test"),
        ] {
            assert_eq!(runs(files), [runner], "{files:?}");
        }
        let [minitest] = &runs(&[("test/test_a.rb", ""), ("test/helper.rb", "")])[..] else {
            unreachable!("one runner")
        };
        assert!(minitest.starts_with("ruby -Itest -Ilib -e ARGV"), "{minitest}");
        assert!(minitest.ends_with("} test/test_a.rb"), "{minitest}");
    }

    #[test]
    fn what_has_no_tests_runs_nothing_and_two_languages_run_both() {
        assert!(runs(&[("package.json", "{}"), ("main.py", ""), ("lib/a.rb", "")]).is_empty());
        assert_eq!(runs(&[("Cargo.toml", ""), ("go.mod", "")]).len(), 2);
    }
}
