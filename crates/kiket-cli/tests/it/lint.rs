//! `kiket extensions lint`: formats, exit codes, fixes and secrets.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use insta::assert_snapshot;
use serde_json::Value;

use crate::folder::Folder;

const GOOD: &str = "\
model_version: \"1.0\"
extension:
  id: com.example.crm
  name: CRM
  version: 1.0.0
  sdk: rust
  description: Keeps the CRM up to date.
  delivery: http
  callback:
    url: ${EXTENSION_BASE_URL}
    secret: env.KIKET_WEBHOOK_SECRET
  hooks:
    - event: issue.created
";

/// The reader does not come to its end, so that nothing else is found.
const BROKEN: &str = "id: com.example.crm\nhooks: [issue.created\n";

fn warned() -> String {
    GOOD.replace("  name: CRM\n", "  name: Old # the first\n  name: CRM\n")
}

fn wrong() -> String {
    warned().replace("callback:\n", "callback:\n    timeout: soon\n")
}

fn on(content: &str, arguments: &str) -> String {
    Folder::of_extension("extension.yaml", content).run(arguments).to_string()
}

#[test]
fn a_clean_manifest_is_said_to_be_clean() {
    assert_snapshot!(on(GOOD, "lint"));
}

#[test]
fn text_shows_the_line_the_place_and_the_remedy() {
    assert_snapshot!(on(&wrong(), "lint extension.yaml"));
}

#[test]
fn a_text_that_breaks_off_is_shown_where_it_does() {
    assert_snapshot!(on(BROKEN, "lint extension.yaml"));
}

#[test]
fn json_is_one_object() {
    assert_snapshot!(on(&wrong(), "lint --format json"));
}

#[test]
fn github_gets_one_command_for_each_finding() {
    let folder = Folder::with("a,b%/extension.yaml", &wrong());
    folder.write("a,b%/README.md", "");
    folder.write("a,b%/tests/crm.rs", "");
    assert_snapshot!(folder.run("lint --format github a,b%"));
}

#[test]
fn github_gets_nothing_when_nothing_is_wrong() {
    assert_snapshot!(on(GOOD, "lint --format github"));
}

#[test]
fn sarif_has_every_finding_with_its_rule() {
    let folder = Folder::with("my#ext/extension.yaml", &wrong());
    folder.write("my#ext/README.md", "");
    folder.write("my#ext/tests/crm.rs", "");
    let done = folder.run("lint --format sarif my#ext");
    assert_eq!((done.code, done.stderr.as_str()), (Some(4), ""));
    let mut log: Value = serde_json::from_str(&done.stdout).unwrap();
    let driver = log["runs"][0]["tool"]["driver"].take();
    let rules = driver["rules"].as_array().unwrap();
    for result in log["runs"][0]["results"].as_array_mut().unwrap() {
        let index = usize::try_from(result["ruleIndex"].take().as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
    for rule in rules {
        for text in ["shortDescription", "help"] {
            assert!(!rule[text]["text"].as_str().unwrap().is_empty(), "{rule}");
        }
        let level = rule["defaultConfiguration"]["level"].as_str().unwrap();
        assert!(["error", "warning"].contains(&level), "{rule}");
    }
    assert_snapshot!(format!("{log:#}"));
}

#[test]
fn warnings_fail_only_when_they_are_denied() {
    let folder = Folder::of_extension("extension.yaml", &warned());
    assert_snapshot!(folder.run("lint"));
    for denied in ["--deny warnings", "--deny duplicate-key", "--deny syntax --deny duplicate-key"]
    {
        let done = folder.run(&format!("lint {denied}"));
        assert_eq!(done.code, Some(1), "{denied}: {done}");
        assert!(done.stdout.ends_with("\n1 warning (1 denied)\n"), "{done}");
    }
    for allowed in ["--deny syntax", "--deny warnings --allow duplicate-key"] {
        assert_eq!(folder.run(&format!("lint {allowed}")).code, Some(0), "{allowed}");
    }
}

#[test]
fn an_error_counts_for_more_than_a_denied_warning() {
    let folder = Folder::of_extension("extension.yaml", &wrong());
    assert_eq!(folder.run("lint --deny warnings").code, Some(4));
    assert_eq!(folder.run("lint --allow wrong-type --deny warnings").code, Some(1));
}

#[test]
fn what_is_allowed_is_not_shown() {
    assert_snapshot!(on(&wrong(), "lint --allow wrong-type --allow duplicate-key"));
}

#[test]
fn an_unknown_rule_is_a_mistake_in_the_command_line() {
    let folder = Folder::of_extension("extension.yaml", GOOD);
    assert_snapshot!(folder.run("lint --explain duplicate-kye"));
    for option in ["--deny", "--allow"] {
        let done = folder.run(&format!("lint {option} duplicate-kye"));
        assert_eq!((done.code, done.stdout.as_str()), (Some(2), ""), "{option}");
        assert!(done.stderr.contains("did you mean `duplicate-key`?"), "{done}");
    }
    assert_eq!(folder.run("lint --format yaml").code, Some(2));
    assert_eq!(folder.run("lint --explain syntax --fix").code, Some(2));
}

#[test]
fn a_rule_is_explained_with_samples_that_prove_it() {
    let folder = Folder::with("unused", "");
    let done = folder.run("lint --explain duplicate-key");
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
    assert!(done.stdout.starts_with("duplicate-key (warning): "), "{done}");
    let (_, samples) = done.stdout.split_once("\nWrong:\n\n").unwrap();
    let (bad, good) = samples.split_once("\nRight:\n\n").unwrap();
    let denied = "lint - --deny duplicate-key";
    assert_eq!(folder.run_with(denied, bad, &[]).code, Some(1));
    assert_eq!(folder.run_with(denied, good, &[]).code, Some(0));
}

#[test]
fn what_can_not_be_read_is_an_error_with_the_reason() {
    let folder = Folder::with("empty/readme.md", "");
    assert_snapshot!(folder.run("lint nowhere.yaml"));
    assert_snapshot!(folder.run("lint empty"));
}

#[test]
fn the_best_of_several_manifests_of_a_folder_is_checked() {
    let folder = Folder::of_extension(".kiket/manifest.yaml", GOOD);
    fs::write(folder.path("manifest.yaml"), BROKEN).unwrap();
    assert_snapshot!(folder.run("lint"));
}

#[test]
fn standard_input_is_checked() {
    let done = Folder::with("unused", "").run_with("lint -", BROKEN, &[]);
    assert_snapshot!(done);
}

#[test]
fn colours_reach_terminals_only() {
    let folder = Folder::of_extension("extension.yaml", &wrong());
    let coloured = |variables: &[(&str, &str)]| {
        folder.run_with("lint", "", variables).stdout.contains('\u{1b}')
    };
    assert!(!coloured(&[]));
    assert!(coloured(&[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&[("NO_COLOR", "1")]));
}

#[test]
fn a_manifest_can_not_send_commands_to_the_terminal() {
    let content = "id: a\n\"\\e[31mx\": 1\n\"\\e[31mx\": 2\nname: [\u{1b}[31m]\n";
    let folder = Folder::of_extension("extension.yaml", content);
    for format in ["text", "json", "github", "sarif"] {
        let done = folder.run_with(&format!("lint --format {format}"), "", &[]);
        assert!(!done.stdout.contains('\u{1b}'), "{done}");
    }
}

#[test]
fn no_format_shows_a_secret() {
    let content = "\
id: com.example.crm
callback:
  secret: tell-1
  secret: tell-2
  timeout: soon
  timeout: later
  headers: {Authorization: tell-3, Authorization: tell-4}
settings: [{key: one, secret: true, default: tell-5, default: tell-6}]
password: \"tell-7
";
    for content in [content, content.split_once("password").unwrap().0] {
        let folder = Folder::of_extension("extension.yaml", content);
        for arguments in ["text", "json", "github", "sarif", "text --fix"] {
            let done = folder.run(&format!("lint --format {arguments}"));
            assert_eq!(done.code, Some(4), "{done}");
            assert!(!done.to_string().contains("tell-"), "{done}");
        }
    }
}

#[test]
fn an_excerpt_keeps_its_columns_where_a_secret_is_masked() {
    let content = GOOD.replace("    secret:", "    secret: tell-ä\n    secret:");
    let done = Folder::of_extension("extension.yaml", &content).run("lint");
    assert!(done.stdout.contains("|     secret: *****·\n"), "{done}");
    assert!(done.stdout.contains("|     ^^^^^^\n"), "{done}");
}

#[test]
fn fixes_are_written_and_everything_else_stays() {
    let content = warned().replace("callback:\n", "callback:\r\n    timeout: '5000' # short\n");
    let folder = Folder::with("real/extension.yaml", &format!("\u{feff}{content}"));
    fs::set_permissions(folder.path("real/extension.yaml"), PermissionsExt::from_mode(0o640))
        .unwrap();
    symlink("real/extension.yaml", folder.path("extension.yaml")).unwrap();
    assert_snapshot!(folder.run("lint extension.yaml --fix --deny warnings"));
    let expected = content.replace("  name: Old # the first\n", "").replace("'5000'", "5000");
    assert_eq!(folder.content("extension.yaml"), format!("\u{feff}{expected}"));
    let metadata = fs::symlink_metadata(folder.path("real/extension.yaml")).unwrap();
    assert_eq!(metadata.permissions().mode() & 0o777, 0o640);
    assert!(fs::symlink_metadata(folder.path("extension.yaml")).unwrap().is_symlink());
    assert_eq!(fs::read_dir(folder.path("real")).unwrap().count(), 1);
}

#[test]
fn what_is_allowed_is_not_fixed() {
    let folder = Folder::of_extension("extension.yaml", &warned());
    assert_eq!(folder.run("lint --fix --allow duplicate-key").code, Some(0));
    assert_eq!(folder.content("extension.yaml"), warned());
}

#[test]
fn a_fixed_standard_input_goes_to_standard_output() {
    let done = Folder::with("unused", "").run_with("lint - --fix", &wrong(), &[]);
    assert_snapshot!(done);
}

#[test]
fn a_file_that_is_not_wholly_text_is_left_as_it_is() {
    let folder = Folder::of_extension("unused", "");
    let bytes = [warned().as_bytes(), b"# \xff\n"].concat();
    fs::write(folder.path("extension.yaml"), &bytes).unwrap();
    let done = folder.run("lint --fix");
    assert_eq!(done.code, Some(4), "{done}");
    assert_eq!(done.stderr, "extension.yaml is not text that can be fixed\n");
    assert_eq!(fs::read(folder.path("extension.yaml")).unwrap(), bytes);
}

#[test]
fn a_file_that_may_not_be_written_is_left_as_it_is() {
    let folder = Folder::of_extension("extension.yaml", &warned());
    fs::set_permissions(folder.path("extension.yaml"), PermissionsExt::from_mode(0o444)).unwrap();
    assert_snapshot!(folder.run("lint --fix"));
    assert_eq!(folder.content("extension.yaml"), warned());
}

#[test]
fn the_help_says_what_a_newcomer_needs() {
    assert_snapshot!(on(GOOD, "lint --help"));
}
