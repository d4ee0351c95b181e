//! The page of all rules, `docs/lint-rules.md`. `UPDATE_DOCS=1 cargo test -p kiket-manifest`
//! writes it anew.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use kiket_manifest::Severity;
use kiket_manifest::lint::{Rule, rules};

const UPDATE: &str = "UPDATE_DOCS";
const TOP: &str = "\
# Rules of `kiket extensions lint`

What the linter finds in a manifest. `kiket extensions lint --explain RULE` shows one of these,
`--allow RULE` passes over it, `--deny RULE` makes a warning fail. `--fix` puts right what has one
answer.

This page is made from the rules themselves.
";

fn page() -> String {
    let mut page = TOP.to_owned();
    page.push_str("\n| Rule | Severity | What is wrong |\n|---|---|---|\n");
    for Rule { id, severity, summary, .. } in rules() {
        let severity = word(*severity);
        writeln!(page, "| [`{id}`](#{id}) | {severity} | {summary} |").unwrap();
    }
    for Rule { id, severity, summary, help, bad, good, .. } in rules() {
        let severity = word(*severity);
        let (bad, good) = (bad.trim_matches('\n'), good.trim_matches('\n'));
        write!(
            page,
            "\n## {id}\n\n{severity}: {summary}.\n\n{help}\n\nWrong:\n\n```yaml\n{bad}\n```\n\n\
             Right:\n\n```yaml\n{good}\n```\n"
        )
        .unwrap();
    }
    page
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

#[test]
fn the_page_of_rules_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/lint-rules.md");
    let page = page();
    if env::var_os(UPDATE).is_some_and(|value| value == "1") {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/lint-rules.md is not up to date: set {UPDATE}=1 and run again");
}
