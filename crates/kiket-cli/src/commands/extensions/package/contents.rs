//! The files of an extension that are packed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use ignore::gitignore::Gitignore;
use ignore::{DirEntry, WalkBuilder};
use kiket_manifest::{Document, Folder, Severity, lint};
use sha2::{Digest as _, Sha256};

use super::kind;
use super::problem::Problem;
use super::scan::{SECRET, Scanner};
use crate::args::AllowedSecret;

/// What says what is packed, beside `.gitignore`.
const IGNORE: &str = ".kiketignore";
/// Rules of the linter whose findings are secrets, though they are only warnings.
const SECRET_RULES: [&str; 2] = ["literal-secret", "secret-default"];
/// The most bytes of an archive, and of a file in it.
pub(super) const LARGEST: u64 = 50_000_000;
/// The file in the archive that has the SHA-256 of every other, as `sha256sum -c` reads it.
pub(super) const HASHES: &str = "MANIFEST.sha256";

/// What is packed, and why it can not be.
#[derive(Debug)]
pub(in crate::commands::extensions) struct Contents {
    /// By their paths in the folder, with `/` between the parts.
    pub(super) files: BTreeMap<String, File>,
    /// What is in the folder, is neither ignored nor hidden, and is on no list.
    pub(super) left_out: Vec<String>,
    pub(in crate::commands::extensions) problems: Vec<Problem>,
    /// Exceptions that nothing was excepted by.
    pub(super) unused: Vec<AllowedSecret>,
}

/// A file that is packed.
#[derive(Debug)]
pub(super) struct File {
    /// Where it is read.
    pub(super) source: PathBuf,
    /// In bytes.
    pub(super) size: u64,
    pub(super) sha256: [u8; 32],
}

impl Contents {
    /// Finds, reads and looks through what is to be packed of the extension in this folder.
    ///
    /// # Errors
    /// When the folder or a file in it can not be read.
    pub(in crate::commands::extensions) fn of(
        folder: &Path,
        document: &Document,
        allowed: &[AllowedSecret],
    ) -> anyhow::Result<Self> {
        let (files, links) = (BTreeMap::new(), Vec::new());
        let mut search =
            Search { folder, files, links, left_out: Vec::new(), problems: Vec::new() };
        search.walk()?;
        search.follow();
        let mut problems = search.problems;
        problems.extend(of_manifest(folder, document)?);
        let scanner = Scanner::new()?;
        let mut files = BTreeMap::new();
        for (path, source) in search.files {
            let unreadable = || format!("can not read `{}`", source.display());
            let size = fs::metadata(&source).with_context(unreadable)?.len();
            if size > LARGEST {
                let message = format!("it is larger than {LARGEST} bytes");
                let help = format!("name it in {IGNORE}, or bring it to the extension otherwise");
                problems.push(Problem::new("size", message, help).in_file(&path));
                continue;
            }
            let content = fs::read(&source).with_context(unreadable)?;
            problems.extend(scanner.secrets(&path, &content));
            let size = content.len() as u64;
            files.insert(path, File { source, size, sha256: Sha256::digest(&content).into() });
        }
        let unused = except(&mut problems, allowed);
        problems.sort_by(|a, b| (&a.path, a.line, a.column).cmp(&(&b.path, b.line, b.column)));
        // The linter and the search may see the same secret.
        problems.dedup_by(|a, b| {
            is_secret(a) && is_secret(b) && (&a.path, a.line) == (&b.path, b.line)
        });
        Ok(Self { files, left_out: search.left_out, problems, unused })
    }

    /// How much there is to pack, in bytes.
    pub(super) fn size(&self) -> u64 {
        self.files.values().map(|file| file.size).sum()
    }
}

fn is_secret(problem: &Problem) -> bool {
    problem.id == SECRET || SECRET_RULES.contains(&problem.id)
}

/// Takes out what is allowed. Gives the exceptions that nothing was excepted by.
fn except(problems: &mut Vec<Problem>, allowed: &[AllowedSecret]) -> Vec<AllowedSecret> {
    let is_at = |problem: &Problem, allowed: &AllowedSecret| {
        is_secret(problem)
            && problem.path.as_deref() == Some(allowed.path.trim_start_matches("./"))
            && problem.line == Some(allowed.line)
    };
    let unused = allowed.iter().filter(|allowed| !problems.iter().any(|it| is_at(it, allowed)));
    let unused = unused.cloned().collect();
    problems.retain(|problem| !allowed.iter().any(|allowed| is_at(problem, allowed)));
    unused
}

/// What the linter has against packing.
fn of_manifest(folder: &Path, document: &Document) -> anyhow::Result<Vec<Problem>> {
    let beside = Folder::read(folder)?;
    let findings = lint::lint_beside(document, lint::Beside { folder: Some(&beside), code: None });
    let manifest = document.file().unwrap_or(Path::new("manifest"));
    let manifest = manifest.strip_prefix(folder).unwrap_or(manifest);
    let serious = findings.iter().filter(|finding| {
        finding.severity == Severity::Error || SECRET_RULES.contains(&finding.id)
    });
    let problems = serious.map(|finding| {
        let (path, document) = match &finding.file {
            Some(file) => (file.as_path(), beside.document(file).unwrap_or(document)),
            None => (manifest, document),
        };
        Problem::of_finding(finding, path.display().to_string(), document)
    });
    Ok(problems.collect())
}

/// A look through the folder.
struct Search<'a> {
    folder: &'a Path,
    files: BTreeMap<String, PathBuf>,
    /// Links, by their paths in the folder, with whether a list names them.
    links: Vec<(String, bool)>,
    left_out: Vec<String>,
    problems: Vec<Problem>,
}

impl Search<'_> {
    fn walk(&mut self) -> anyhow::Result<()> {
        let never = kind::never(self.folder)?;
        let listed = kind::listed(self.folder)?;
        let (added, broken) = Gitignore::new(self.folder.join(IGNORE));
        if let Some(error) = broken.filter(|error| !is_absence(error)) {
            return Err(error).with_context(|| format!("can not read {IGNORE}"));
        }
        let outside = never;
        let walk = WalkBuilder::new(self.folder)
            .standard_filters(false)
            .git_ignore(true)
            .require_git(false)
            .add_custom_ignore_filename(IGNORE)
            .filter_entry(move |entry| {
                let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
                entry.depth() == 0 || !outside.matched(entry.path(), is_folder).is_ignore()
            })
            .build();
        for entry in walk {
            let entry = entry.context("can not look through the extension's folder")?;
            if entry.file_type().is_some_and(|kind| kind.is_dir()) {
                continue;
            }
            let is_listed = listed.matched_path_or_any_parents(entry.path(), false).is_ignore()
                || added.matched_path_or_any_parents(entry.path(), false).is_whitelist();
            self.take(&entry, is_listed);
        }
        Ok(())
    }

    fn take(&mut self, entry: &DirEntry, is_listed: bool) {
        let path = entry.path().strip_prefix(self.folder).unwrap_or(entry.path());
        let Some(name) = path.to_str() else {
            let help = format!("rename it, or name it in {IGNORE}");
            let problem = Problem::new("name", "its name is no text".to_owned(), help);
            return self.problems.push(problem.in_file(path.display().to_string()));
        };
        let name = name.replace(std::path::MAIN_SEPARATOR, "/");
        match entry.file_type() {
            // Where it leads is looked at whether a list names it or not.
            Some(kind) if kind.is_symlink() => self.links.push((name, is_listed)),
            // Hidden files are those of other programs.
            _ if !is_listed && name.starts_with('.') => {}
            _ if !is_listed => self.left_out.push(name),
            _ if name == HASHES => {
                let help = "rename it";
                let message = "the archive has a file of this name already".to_owned();
                self.problems.push(Problem::new("name", message, help).in_file(name));
            }
            Some(kind) if kind.is_file() => {
                self.files.insert(name, entry.path().to_owned());
            }
            _ => {
                let help = format!("take it away, or name it in {IGNORE}");
                let problem = Problem::new("kind", "it is no file".to_owned(), help);
                self.problems.push(problem.in_file(name));
            }
        }
    }

    /// Takes what links lead to, where that is packed itself.
    fn follow(&mut self) {
        for (name, is_listed) in std::mem::take(&mut self.links) {
            let target = fs::canonicalize(self.folder.join(&name)).ok();
            let message = match target {
                None => "it is a link that leads nowhere",
                Some(target) if !target.starts_with(self.folder) => {
                    "it is a link that leads out of the extension's folder"
                }
                Some(_) if !is_listed => {
                    self.left_out.push(name);
                    continue;
                }
                Some(target) if self.files.values().any(|file| *file == target) => {
                    self.files.insert(name, target);
                    continue;
                }
                Some(_) => "it is a link to what is not packed",
            };
            let help = format!("put the file itself in its place, or name it in {IGNORE}");
            let problem = Problem::new("link", message.to_owned(), help);
            self.problems.push(problem.in_file(name));
        }
        self.left_out.sort();
    }
}

fn is_absence(error: &ignore::Error) -> bool {
    error.io_error().is_some_and(|error| error.kind() == std::io::ErrorKind::NotFound)
}
