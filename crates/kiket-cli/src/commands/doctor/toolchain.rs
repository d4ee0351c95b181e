//! What the extension is written in, and whether that is installed.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use kiket_manifest::Manifest;
use tokio::process::Command;
use tokio::time::timeout;

use crate::commands::check::Check;
use crate::printer::printable;

const SDK: &str = "sdk";
const TOOLCHAIN: &str = "toolchain";
/// How long a program may take to say its version.
const PATIENCE: Duration = Duration::from_secs(10);

/// A language that extensions are written in.
struct Language {
    /// As the manifest calls its SDK.
    sdk: &'static str,
    /// Files that only a project in it has.
    marks: &'static [&'static str],
    /// What says its version; the first that is there counts.
    programs: &'static [&'static [&'static str]],
}

const LANGUAGES: [Language; 7] = [
    Language { sdk: "rust", marks: &["Cargo.toml"], programs: &[&["cargo", "--version"]] },
    Language { sdk: "node", marks: &["package.json"], programs: &[&["node", "--version"]] },
    Language {
        sdk: "python",
        marks: &["pyproject.toml", "requirements.txt", "setup.py", "Pipfile"],
        programs: &[&["python3", "--version"], &["python", "--version"]],
    },
    Language { sdk: "ruby", marks: &["Gemfile"], programs: &[&["ruby", "--version"]] },
    Language { sdk: "go", marks: &["go.mod"], programs: &[&["go", "version"]] },
    Language {
        sdk: "java",
        marks: &["pom.xml", "build.gradle", "build.gradle.kts"],
        programs: &[&["java", "-version"]],
    },
    Language {
        sdk: "dotnet",
        marks: &["global.json", "Extension.csproj"],
        programs: &[&["dotnet", "--version"]],
    },
];

/// Looks at both.
pub(super) async fn checks(folder: &Path, manifest: Option<&Manifest>) -> Vec<Check> {
    let named = manifest.and_then(|manifest| manifest.sdk.as_ref()).map(|sdk| sdk.value.as_str());
    let is_marked = |it: &&Language| it.marks.iter().any(|mark| folder.join(mark).is_file());
    let marked = LANGUAGES.iter().find(is_marked);
    let known = LANGUAGES.iter().find(|language| named == Some(language.sdk));
    let fix = "write `sdk` into the manifest: rust, node, python, ruby, go, java or dotnet";
    let Some(language) = known.or(marked) else {
        return vec![Check::warn(SDK, "nothing tells what the extension is written in", fix)];
    };
    let sdk = match (named, marked) {
        (Some(named), _) if known.is_none() => {
            Check::warn(SDK, format!("`{named}` is no SDK; the files are of {}", language.sdk), fix)
        }
        (Some(named), Some(marked)) if marked.sdk != named && !is_marked(&language) => Check::warn(
            SDK,
            format!("the manifest says {named}, the files are of {}", marked.sdk),
            "correct `sdk` in the manifest",
        ),
        _ => Check::pass(SDK, language.sdk),
    };
    vec![sdk, installed(language).await]
}

async fn installed(language: &Language) -> Check {
    for words in language.programs {
        if let Some(version) = version(words).await {
            return Check::pass(TOOLCHAIN, version);
        }
    }
    let names: Vec<_> = language.programs.iter().filter_map(|words| words.first()).collect();
    let names = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ");
    Check::fail(
        TOOLCHAIN,
        format!("{names} can not be run"),
        format!("install what {} needs, and put it into PATH", language.sdk),
    )
}

/// What a program says its version is.
async fn version(words: &[&str]) -> Option<String> {
    let (program, arguments) = words.split_first()?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).kill_on_drop(true);
    let done = timeout(PATIENCE, command.output()).await.ok()?.ok()?;
    // One of them says it to standard error.
    let said = if done.stdout.is_empty() { done.stderr } else { done.stdout };
    let said = String::from_utf8_lossy(&said);
    let first = said.lines().next()?.trim();
    done.status.success().then(|| printable(first))
}
