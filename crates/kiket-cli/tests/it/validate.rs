//! `kiket extensions validate`: each check, passed and failed.

use std::process::Command;

use insta::assert_snapshot;

use crate::folder::Folder;

fn git(folder: &Folder, arguments: &str) {
    let done = Command::new("git")
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"])
        .args(["-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main"])
        .args(arguments.split(' '))
        .current_dir(folder.path("crm"))
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(done.status.success(), "{arguments}: {}", String::from_utf8_lossy(&done.stderr));
}

/// With the program of git, which is looked for in the path.
fn validate(folder: &Folder, more: &str) -> crate::folder::Done {
    let path = std::env::var("PATH").unwrap();
    folder.run_with(&format!("validate crm {more}"), "", &[("PATH", &path)])
}

/// An extension with all that publishing needs.
fn published() -> Folder {
    let folder = Folder::with("origin/README.md", "The other side.\n");
    assert_eq!(folder.run("new crm --sdk node").code, Some(0));
    let readme = folder.content("crm/README.md") + "\n## Support\n\nhelp@example.com, in a day.\n";
    folder.write("crm/README.md", &readme);
    folder.write("crm/CHANGELOG.md", "# Changes\n\n## 0.1.0\n\nThe first.\n");
    folder.write("crm/docs/getting-started.md", "# Begin\n\nInstall it.\n");
    folder.write("crm/docs/examples/log.yaml", "title: Log\ndescription: Logs new issues\n");
    git(&folder, "init --quiet");
    git(&folder, "add --all");
    git(&folder, "commit --quiet --message all");
    git(&folder, "clone --quiet --bare . ../origin.git");
    git(&folder, &format!("remote add origin {}", folder.path("origin.git").display()));
    git(&folder, "fetch --quiet origin +refs/heads/*:refs/remotes/origin/*");
    folder
}

fn shown(folder: &Folder, more: &str) -> String {
    let place = folder.path("origin.git").display().to_string();
    validate(folder, more).to_string().replace(&place, "[origin]")
}

#[test]
fn what_has_everything_can_be_published() {
    let folder = published();
    let shown = shown(&folder, "");
    // The size follows the templates.
    let shown: Vec<_> = shown.lines().filter(|line| !line.contains("an archive of")).collect();
    assert_snapshot!(shown.join("\n"));
}

#[test]
fn whatever_is_missing_is_told_with_what_to_do() {
    let folder = Folder::with("crm/.kiket/manifest.yaml", "id: com.example.crm\nversion: 1.0\n");
    folder.write("crm/package.json", "{\"dependencies\": {\"left\": \"1\"}}\n");
    folder.write("crm/README.md", "# CRM\n");
    assert_snapshot!(shown(&folder, ""));
    assert_snapshot!(shown(&folder, "--format json"));
}

#[test]
fn what_is_not_committed_or_not_pushed_can_not_be_published() {
    let folder = published();
    let failed = |id: &str| {
        let done = validate(&folder, "");
        assert_eq!(done.code, Some(4), "{done}");
        assert!(done.stdout.contains(&format!("fail  {id}: ")), "{done}");
    };
    folder.write("crm/CHANGELOG.md", "# Changes\n\n## 0.1.0\n\nThe very first.\n");
    failed("committed");
    git(&folder, "commit --quiet --all --message more");
    failed("pushed");
    git(&folder, "push --quiet origin HEAD:main");
    assert_eq!(validate(&folder, "").code, Some(0));
}

#[test]
fn each_document_and_payload_is_looked_into() {
    let folder = published();
    for (path, content, id) in [
        ("crm/CHANGELOG.md", "# Changes\n\n## 0.0.9\n", "changelog"),
        ("crm/docs/examples/log.yaml", "title: Log\n", "examples"),
        ("crm/replay/issue.created.v1.json", "{\"issue\": 1}\n", "replay"),
        ("crm/replay/issue.created.v1.json", "[]\n", "replay"),
        ("crm/replay/payload.json", "{}\n", "replay"),
        ("crm/README.md", "# CRM\n\n## Support\n", "readme"),
        ("crm/.kiket/manifest.yaml", "id: com.example.crm\nversion: 1\n", "version"),
    ] {
        let before = std::fs::read_to_string(folder.path(path)).ok();
        folder.write(path, content);
        let done = validate(&folder, "");
        assert_eq!(done.code, Some(4), "{path}: {done}");
        assert!(done.stdout.contains(&format!("fail  {id}: ")), "{path}: {done}");
        match before {
            Some(before) => folder.write(path, &before),
            None => std::fs::remove_file(folder.path(path)).unwrap(),
        }
    }
    let planted = format!("const API_TOKEN = \"{}\";\n", ["s3cr3t", "value", "9"].join("-"));
    folder.write("crm/src/api.js", &planted);
    let done = validate(&folder, "");
    assert!(done.stdout.contains("fail  package: src/api.js:1:20: "), "{done}");
}
