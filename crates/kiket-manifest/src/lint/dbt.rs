//! The dbt projects in the extension's folder.

use crate::finding::shown;
use crate::folder::{Dbt, File};
use crate::{Node, Value};

use super::sample::{folder_sample, sample};
use super::{Check, Rule, Severity};

/// What Kiket sets for a run, beside a variable for every secret.
const VARIABLES: [&str; 9] = [
    "KIKET_INSTALLATION_ID",
    "KIKET_PRODUCT_IDENTIFIER",
    "DBT_INSTALLATION_SCHEMA",
    "DBT_SHARED_SCHEMA",
    "DBT_HOST",
    "DBT_PORT",
    "DBT_DATABASE",
    "DBT_USER",
    "DBT_PASSWORD",
];
/// What the variable of a secret begins with; the rest is its key.
const SECRET_PREFIX: &str = "INSTALLATION_SECRET_";
/// How models and projects ask for a variable.
const ASKING: &str = "env_var(";
const FOLDERS: [&str; 6] =
    ["model-paths", "seed-paths", "macro-paths", "test-paths", "snapshot-paths", "analysis-paths"];
/// The members of a profile that hold credentials.
const CREDENTIALS: [&str; 4] = ["password", "token", "private_key", "client_secret"];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "missing-dbt-project",
        severity: Severity::Warning,
        summary: "the dbt folder of a module has no `dbt_project.yml`, so it is not run",
        help: "Write `dbt_project.yml` with `name` and `profile`.",
        bad: folder_sample!(; ".kiket/modules/crm/dbt/models/notes.sql": "select 1 as id";),
        good: folder_sample!(;
            ".kiket/modules/crm/dbt/dbt_project.yml": "name: crm", "profile: crm";
        ),
        check: missing_project,
    },
    Rule {
        id: "dbt-project-name",
        severity: Severity::Error,
        summary: "a dbt project has no name that dbt takes",
        help: "Write `name` with letters, digits and underscores, the first no digit.",
        bad: folder_sample!(;
            ".kiket/modules/crm/dbt/dbt_project.yml": "name: crm-notes", "profile: crm";
        ),
        good: folder_sample!(;
            ".kiket/modules/crm/dbt/dbt_project.yml": "name: crm_notes", "profile: crm";
        ),
        check: project_name,
    },
    Rule {
        id: "dbt-profile",
        severity: Severity::Warning,
        summary: "a dbt project names no profile, or one that its `profiles.yml` has not",
        help: "Write `profile` with the name of the connection that the project uses.",
        bad: folder_sample!(; ".kiket/modules/crm/dbt/dbt_project.yml": "name: crm";),
        good: folder_sample!(;
            ".kiket/modules/crm/dbt/dbt_project.yml": "name: crm", "profile: crm";
            ".kiket/modules/crm/dbt/profiles.yml":
                "crm: {target: kiket, outputs: {kiket: {type: postgres}}}";
        ),
        check: profile,
    },
    Rule {
        id: "missing-dbt-folder",
        severity: Severity::Warning,
        summary: "a dbt project names a folder that is not there",
        help: "Make the folder, or take its name out.",
        bad: folder_sample!(;
            ".kiket/modules/crm/dbt/dbt_project.yml":
                "name: crm", "profile: crm", "model-paths: [modls]";
            ".kiket/modules/crm/dbt/models/notes.sql": "select 1 as id";
        ),
        good: folder_sample!(;
            ".kiket/modules/crm/dbt/dbt_project.yml":
                "name: crm", "profile: crm", "model-paths: [models]";
            ".kiket/modules/crm/dbt/models/notes.sql": "select 1 as id";
        ),
        check: missing_folder,
    },
    Rule {
        id: "unset-dbt-variable",
        severity: Severity::Warning,
        summary: "a dbt project reads a variable without a default that Kiket does not set",
        help: "Kiket sets `DBT_INSTALLATION_SCHEMA`, `KIKET_INSTALLATION_ID`, \
               `KIKET_PRODUCT_IDENTIFIER`, and `INSTALLATION_SECRET_` with the key of every secret; \
               for others write a default, such as `env_var('NAME', 'value')`.",
        bad: folder_sample!(;
            ".kiket/modules/crm/dbt/dbt_project.yml":
                "name: crm", "profile: crm", "vars: {schema: \"{{ env_var('DBT_SCHEMA') }}\"}";
        ),
        good: folder_sample!(;
            ".kiket/modules/crm/dbt/dbt_project.yml":
                "name: crm", "profile: crm",
                "vars: {schema: \"{{ env_var('DBT_INSTALLATION_SCHEMA') }}\"}";
        ),
        check: unset_variable,
    },
    Rule {
        id: "dbt-credential",
        severity: Severity::Error,
        summary: "a dbt profile holds a credential",
        help: "Make it a secret setting and read it: `\"{{ env_var('INSTALLATION_SECRET_KEY') }}\"`.",
        bad: folder_sample!(;
            ".kiket/modules/crm/dbt/dbt_project.yml": "name: crm", "profile: crm";
            ".kiket/modules/crm/dbt/profiles.yml":
                "crm: {outputs: {kiket: {type: postgres, password: a-real-one}}}";
        ),
        good: folder_sample!(
            "  configuration: {DB: {type: string, secret: true}}";
            ".kiket/modules/crm/dbt/dbt_project.yml": "name: crm", "profile: crm";
            ".kiket/modules/crm/dbt/profiles.yml":
                "crm:", "  outputs:", "    kiket:", "      type: postgres",
                "      password: \"{{ env_var('INSTALLATION_SECRET_DB') }}\"";
        ),
        check: credential,
    },
];

fn of_modules<'a>(check: &Check<'a>) -> impl Iterator<Item = &'a Dbt> + use<'a> {
    let modules = check.beside.folder.into_iter().flat_map(|folder| &folder.modules);
    modules.filter_map(|module| module.dbt.as_ref())
}

/// Every dbt project with its file.
fn projects<'a>(check: &Check<'a>) -> impl Iterator<Item = (&'a Dbt, &'a File)> + use<'a> {
    let all = check.beside.folder.into_iter().flat_map(|folder| folder.dbt());
    all.filter_map(|dbt| Some((dbt, dbt.project.as_ref()?)))
}

/// Models of the whole extension may be part of another project.
fn missing_project(check: &mut Check<'_>) {
    let unread = check.beside.folder.map_or(&[][..], |folder| &folder.unread);
    for dbt in of_modules(check).filter(|dbt| dbt.project.is_none()) {
        if !unread.iter().any(|unread| unread.path.starts_with(&dbt.path)) {
            let message = format!("`{}` has no `dbt_project.yml`", dbt.path.display());
            check.report(check.place(), message);
        }
    }
}

fn project_name(check: &mut Check<'_>) {
    for (_, file) in projects(check) {
        let root = file.document.root();
        let is_word = |name: &str| {
            name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                && name.bytes().next().is_some_and(|first| !first.is_ascii_digit())
        };
        match root.get("name") {
            Some(name) if name.as_text().is_some_and(is_word) => {}
            Some(name) => {
                let written = name.as_written().unwrap_or(name.kind());
                check.report_in(file, name.span, format!("the name is `{}`", shown(written)));
            }
            None if file.document.is_complete() => {
                check.report_in(file, root.span, "the project has no name");
            }
            None => {}
        }
    }
}

fn profile(check: &mut Check<'_>) {
    for (dbt, file) in projects(check).filter(|(_, file)| file.document.is_complete()) {
        let root = file.document.root();
        let Some(profile) = root.get("profile") else {
            check.report_in(file, root.span, "the project names no profile");
            continue;
        };
        let profiles = dbt.profiles.as_ref().filter(|profiles| profiles.document.is_complete());
        let (Some(name), Some(profiles)) = (profile.as_text(), profiles) else { continue };
        let known = profiles.document.root().entries().iter().map(|entry| entry.key.as_str());
        let known: Vec<_> = known.filter(|name| *name != "config").collect();
        check.unknown_in(file, profile.span, ("profile", name), &known);
    }
}

fn missing_folder(check: &mut Check<'_>) {
    for (dbt, file) in projects(check) {
        let root = file.document.root();
        let lists = FOLDERS.iter().filter_map(|name| root.get(name));
        for path in lists.flat_map(|list| list.items()) {
            let Some(written) = path.as_text() else { continue };
            let first = written.trim_start_matches("./").split('/').next().unwrap_or_default();
            // What leads elsewhere is not looked at.
            if !matches!(first, "" | "..") && !dbt.folders.contains(first) {
                let message = format!("there is no folder `{}` here", shown(written));
                check.report_in(file, path.span, message);
            }
        }
    }
}

/// Calls with every value of a file, and with the name that it stands under.
fn each<'a>(node: &'a Node, name: &'a str, act: &mut impl FnMut(&'a Node, &'a str)) {
    match &node.value {
        Value::List(items) => items.iter().for_each(|item| each(item, name, act)),
        Value::Mapping(entries) => {
            entries.iter().for_each(|entry| each(&entry.value, &entry.key, act));
        }
        _ => act(node, name),
    }
}

fn unset_variable(check: &mut Check<'_>) {
    let all = check.beside.folder.into_iter().flat_map(|folder| folder.dbt());
    let files = all.flat_map(|dbt| dbt.project.iter().chain(&dbt.profiles));
    let keys: Vec<_> = check.manifest.secret_keys().collect();
    let is_set = |name: &str| {
        let key = name.strip_prefix(SECRET_PREFIX);
        let is_secret = |key: &str| keys.iter().any(|known| known.eq_ignore_ascii_case(key));
        VARIABLES.contains(&name) || key.is_some_and(is_secret)
    };
    for file in files {
        let mut unset = Vec::new();
        each(file.document.root(), "", &mut |node, _| {
            let asked = asked(node.as_text().unwrap_or_default()).into_iter();
            unset.extend(asked.filter(|name| !is_set(name)).map(|name| (node.span, name)));
        });
        for (span, name) in unset {
            check.report_in(file, span, format!("nobody sets `{}`", shown(name)));
        }
    }
}

/// The variables that a text asks for without giving a default.
fn asked(text: &str) -> Vec<&str> {
    let calls = text.split(ASKING).skip(1);
    calls
        .filter_map(|call| {
            let call = call.trim_start();
            let quote = call.chars().next().filter(|first| matches!(first, '"' | '\''))?;
            let (name, rest) = call[1..].split_once(quote)?;
            rest.trim_start().starts_with(')').then_some(name)
        })
        .collect()
}

fn credential(check: &mut Check<'_>) {
    for dbt in check.beside.folder.into_iter().flat_map(|folder| folder.dbt()) {
        let Some(file) = &dbt.profiles else { continue };
        let mut literal = Vec::new();
        each(file.document.root(), "", &mut |node, name| {
            let text = node.as_text().unwrap_or_default();
            if CREDENTIALS.contains(&name) && !text.is_empty() && !text.contains(ASKING) {
                literal.push((node.span, name));
            }
        });
        for (span, name) in literal {
            check.report_in(file, span, format!("`{name}` stands here"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_without_a_default_are_asked_for() {
        for (text, names) in [
            ("{{ env_var('A') }}_{{ env_var( \"B\" ) }}", &["A", "B"][..]),
            ("{{ env_var('A', 'x') }} {{ env_var(name) }} env_var(", &[]),
            ("env_var('A", &[]),
            ("env_var(é)", &[]),
        ] {
            assert_eq!(asked(text), names, "{text}");
        }
    }
}
