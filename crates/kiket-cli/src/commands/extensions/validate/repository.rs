//! The repository that an extension is published from.

use std::path::Path;
use std::process::{Command, Output};

use crate::commands::check::Check;

pub(super) fn checks(folder: &Path) -> Vec<Check> {
    let fix =
        "put the extension into a repository of git, and push it to where it is published from";
    let Some(origin) = said(folder, &["remote", "get-url", "origin"]) else {
        let message = "it is in no repository of git with a remote `origin`";
        return vec![Check::fail("repository", message, fix)];
    };
    let repository = Check::pass("repository", without_credentials(&origin));
    vec![repository, committed(folder), pushed(folder)]
}

fn committed(folder: &Path) -> Check {
    match said(folder, &["status", "--porcelain", "--", "."]).as_deref() {
        Some("") => Check::pass("committed", "everything is committed"),
        _ => Check::fail(
            "committed",
            "there are changes that are not committed",
            "commit them: what is published is a commit",
        ),
    }
}

fn pushed(folder: &Path) -> Check {
    match said(folder, &["branch", "--remotes", "--contains", "HEAD"]).as_deref() {
        Some("") | None => Check::fail(
            "pushed",
            "the commit is on no branch of the remote",
            "push it: what is published is fetched from there",
        ),
        Some(_) => Check::pass("pushed", "the commit is on the remote"),
    }
}

/// What git answers, or nothing when it is missing or refuses.
fn said(folder: &Path, arguments: &[&str]) -> Option<String> {
    // A repository's own settings can name a program that git runs.
    let safe = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"];
    let asked = Command::new("git").args(safe).arg("-C").arg(folder).args(arguments).output();
    let Output { status, stdout, .. } = asked.ok()?;
    status.success().then(|| String::from_utf8_lossy(&stdout).trim().to_owned())
}

/// The address without a user and a password in it.
fn without_credentials(origin: &str) -> String {
    match origin.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
            let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
            format!("{scheme}://{host}/{path}")
        }
        None => origin.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        for (origin, shown) in [
            ("https://ada:hush@git.example.com/a/b.git", "https://git.example.com/a/b.git"),
            ("https://git.example.com/a@b", "https://git.example.com/a@b"),
            ("git@git.example.com:a/b.git", "git@git.example.com:a/b.git"),
        ] {
            assert_eq!(without_credentials(origin), shown);
        }
    }
}
