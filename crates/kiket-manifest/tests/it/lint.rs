//! Every rule finds fault with its bad sample and nothing with its good one.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use kiket_contract::description::Description;
use kiket_manifest::lint::{Beside, DESCRIPTION, files, lint, lint_beside, rule, rules, suggest};
use kiket_manifest::{Document, Finding, Folder, Severity};

use crate::lines;

/// The reader's rules that no short text shows.
const WITHOUT_SAMPLE: [&str; 2] = ["encoding", "too-large"];

fn ids(text: &str) -> Vec<&'static str> {
    lint(&Document::parse(text)).iter().map(|finding| finding.id).collect()
}

/// What is wrong with a sample, whose files are written to a folder when there are several.
fn of_sample(sample: &str) -> (Document, Vec<Finding>) {
    let files: Vec<_> = files(sample).collect();
    let document = Document::parse(files[0].1);
    let mut code: Option<Description> = None;
    let root = tempfile::tempdir().unwrap();
    for (path, text) in &files {
        if *path == DESCRIPTION {
            code = Some(serde_json::from_str(text).unwrap());
        } else {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }
    let is_of_folder = files.len() > 1 && code.is_none();
    let folder = is_of_folder.then(|| Folder::read(root.path()).unwrap());
    let findings = lint_beside(&document, Beside { folder: folder.as_ref(), code: code.as_ref() });
    (document, findings)
}

#[test]
fn every_bad_sample_has_its_own_fault_and_no_other() {
    for rule in rules().filter(|rule| !WITHOUT_SAMPLE.contains(&rule.id)) {
        let (document, mut findings) = of_sample(rule.bad);
        // Where there is more than is shown, the shown are of another rule.
        if rule.id == "more" {
            findings.retain(|finding| finding.id == "more");
        }
        assert!(!findings.is_empty(), "{} finds nothing in\n{}", rule.id, rule.bad);
        for finding in &findings {
            assert_eq!(finding.id, rule.id, "{:#?}", lines(&document, &findings));
            assert_eq!(finding.severity, rule.severity, "{}", rule.id);
            assert!(finding.help.is_some(), "{}", rule.id);
        }
    }
}

#[test]
fn no_good_sample_has_a_fault() {
    for rule in rules() {
        let (document, findings) = of_sample(rule.good);
        assert!(findings.is_empty(), "{}: {:#?}", rule.id, lines(&document, &findings));
    }
}

#[test]
fn ids_are_kebab_case_and_said_once() {
    let mut seen = HashSet::new();
    for rule in rules() {
        assert!(seen.insert(rule.id), "{} twice", rule.id);
        let is_kebab = rule.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        assert!(is_kebab, "{}", rule.id);
        assert!(!rule.summary.contains('\n') && !rule.summary.ends_with('.'), "{}", rule.id);
        assert!(rule.help.ends_with(['.', '`']), "{}", rule.id);
        assert_ne!(rule.bad, rule.good, "{}", rule.id);
    }
}

#[test]
fn a_rule_is_found_by_its_id_and_a_misspelt_id_suggests_it() {
    assert_eq!(rule("unknown-event").map(|rule| rule.severity), Some(Severity::Warning));
    assert!(rule("unknown").is_none());
    assert_eq!(suggest("unknown-evnt"), Some("unknown-event"));
    assert_eq!(suggest("nothing-like-it"), None);
}

#[test]
fn every_finding_of_the_reader_has_a_rule() {
    let texts = [include_str!("../samples/mistakes.yaml"), include_str!("../samples/later.yaml")];
    for finding in texts.iter().flat_map(|text| Document::parse(text).findings().to_vec()) {
        assert_eq!(rule(finding.id).map(|rule| rule.severity), Some(finding.severity));
    }
}

#[test]
fn every_sample_has_the_findings_that_it_had() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples");
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let document = Document::read(&path).unwrap();
        let name = format!("lint_{}", path.file_name().unwrap().to_str().unwrap());
        let found = lines(&document, &lint(&document)).join("\n");
        insta::with_settings!({omit_expression => true, prepend_module_to_snapshot => false}, {
            insta::assert_snapshot!(name, found);
        });
    }
}

#[test]
fn a_text_that_breaks_off_lacks_nothing() {
    let whole = include_str!("../samples/full.yaml");
    let absent = ["missing-", "empty-", "never-asked", "unknown-setting", "unknown-test-action"];
    for (end, _) in whole.match_indices('\n') {
        let text = format!("{}\n  \"", &whole[..end]);
        let document = Document::parse(&text);
        assert!(!document.is_complete());
        for finding in lint(&document) {
            let tells_of_absence = absent.iter().any(|start| finding.id.starts_with(start));
            assert!(!tells_of_absence, "{finding:?} in the first {end} bytes");
        }
    }
}

#[test]
fn an_extension_that_can_not_be_read_lacks_nothing_else() {
    assert_eq!(ids("extension: 5"), ["wrong-type"]);
    assert_eq!(ids("- id: a"), ["wrong-type"]);
    assert_eq!(ids(""), ["wrong-type"]);
}

#[test]
fn findings_stand_in_the_order_of_the_text() {
    let document = Document::parse(include_str!("../samples/mistakes.yaml"));
    let starts: Vec<_> = lint(&document).iter().map(|finding| finding.span).collect();
    assert!(starts.is_sorted());
}

#[test]
fn a_guard_is_required_by_itself_or_by_the_callback() {
    let guard = |callback: &str, hook: &str| {
        let text = format!(
            "id: com.example.crm\nversion: 1.0.0\ncallback: {{{callback}}}\n\
             hooks: [{{event: workflow.before_transition{hook}}}]\n"
        );
        ids(&text)
    };
    assert_eq!(guard("", ""), ["guard-not-required"]);
    assert_eq!(guard("required: false", ""), ["guard-not-required"]);
    assert!(guard("required: true", "").is_empty());
    assert!(guard("required: false", ", required: true").is_empty());
    assert!(guard("required: true", ", required: false").is_empty());
    assert_eq!(guard("required: true, timeout: 30000", ""), ["slow-guard"]);
    assert!(guard("required: true, timeout: 30000", ", timeout: 8000").is_empty());
    assert!(guard("timeout: 30000", ", required: false").is_empty());
}

#[test]
fn only_possible_numbers_are_in_range() {
    let ids = |hook: &str| {
        ids(&format!(
            "id: com.example.crm\nversion: 1.0.0\nhooks: [{{event: issue.created, {hook}}}]\n"
        ))
    };
    for good in
        ["timeout: 100", "timeout_ms: 60000", "retries: 0", "retries: 10", "token_minutes: 60"]
    {
        assert!(ids(good).is_empty(), "{good}");
    }
    for (bad, id) in [
        ("timeout: 99", "timeout-range"),
        ("timeout_ms: 60001", "timeout-range"),
        ("retries: 11", "retries-range"),
        ("token_minutes: 0", "token-minutes-range"),
        ("token_minutes: 61", "token-minutes-range"),
    ] {
        assert_eq!(ids(bad), [id], "{bad}");
    }
}

#[test]
fn a_callbacks_timeout_is_in_range_by_either_name() {
    let ids = |callback: &str| {
        ids(&format!("id: com.example.crm\nversion: 1.0.0\ncallback: {{{callback}}}\n"))
    };
    for name in ["timeout", "timeout_ms"] {
        assert!(ids(&format!("{name}: 100")).is_empty());
        assert!(ids(&format!("{name}: 60000")).is_empty());
        assert_eq!(ids(&format!("{name}: 99")), ["timeout-range"]);
        assert_eq!(ids(&format!("{name}: 60001")), ["timeout-range"]);
    }
}

#[test]
fn an_address_that_comes_with_the_install_is_no_error() {
    let rule = rule("missing-callback-url").unwrap();
    let document = Document::parse(rule.bad);
    assert_eq!(
        lines(&document, &lint(&document)),
        [
            "8:3 Warning missing-callback-url: the callback has no `url`, so each install must bring \
          one; Add `callback.url`, such as `url: ${EXTENSION_BASE_URL}`, unless every install \
          brings the address: `kiket dev` does."
        ]
    );
}

#[test]
fn events_of_open_families_actions_and_commands_are_known() {
    let text = "id: com.example.crm\nversion: 1.0.0\nactions: [{key: sync, label: Sync}]\n\
                contributes: {commands: [{command: crm.try, title: Try, handler: {event: crm.tried}}]}\n\
                hooks: [external.webhook.mail, action.sync, crm.try, crm.tried, action.other]\n";
    let document = Document::parse(text);
    assert_eq!(
        lines(&document, &lint(&document)),
        ["5:65 Warning unknown-event: no documented event is called `action.other`; \
          Nobody may ever send it. If it is an event of your own, leave it."]
    );
}
