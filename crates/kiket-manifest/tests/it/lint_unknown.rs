//! Members that nothing knows are found wherever they stand.

use kiket_manifest::lint::lint;
use kiket_manifest::{Document, apply};

const START: &str = "id: com.example.crm\nversion: 1.0.0\n";

/// The block, with this linted: the misspelt members and what was meant.
fn found(block: &str) -> Vec<(String, Option<String>)> {
    let document = Document::parse(&format!("{START}{block}\n"));
    let found = lint(&document).into_iter().filter(|finding| finding.id == "unknown-member");
    let help = |help: Option<String>| {
        help.and_then(|help| {
            Some(help.strip_prefix("did you mean `")?.trim_end_matches("`?").to_owned())
        })
    };
    found
        .map(|finding| {
            let name = document.text()[finding.span.start..finding.span.end].to_owned();
            (name, help(finding.help))
        })
        .collect()
}

#[test]
fn a_misspelt_member_is_found_in_every_block() {
    let table = [
        ("callback: {hedaers: {}}", "hedaers", "headers"),
        ("hooks: [{event: issue.created, retires: 1}]", "retires", "retries"),
        ("actions: [{key: a, label: A, scope: [issue]}]", "scope", "scopes"),
        ("actions: [{key: a, label: A, inputs: [{key: b, tpye: string}]}]", "tpye", "type"),
        ("configuration: {A: {type: string, defalt: b}}", "defalt", "default"),
        ("settings: [{key: A, lable: b}]", "lable", "label"),
        ("configuration: {A: {options: [{value: a, lable: A}]}}", "lable", "label"),
        ("configuration: {A: {variables: [{nmae: a}]}}", "nmae", "name"),
        ("configuration: {A: {validation: {max_lenght: 5}}}", "max_lenght", "max_length"),
        ("configuration: {A: {oauth: {token_ulr: https://a.example}}}", "token_ulr", "token_url"),
        ("contributes: {command: []}", "command", "commands"),
        ("contributes: {commands: [{command: a, tittle: A}]}", "tittle", "title"),
        ("contributes: {commands: [{command: a, title: A, handler: {evnt: a}}]}", "evnt", "event"),
        ("contributes: {workflow_actions: [{id: a, nam: A}]}", "nam", "name"),
        (
            "contributes: {workflow_actions: [{id: a, parameters: [{key: a, lable: A}]}]}",
            "lable",
            "label",
        ),
        ("setup: [{info: {titel: A, content: B}}]", "titel", "title"),
        ("setup: [{info: {title: A, links: [{label: A, ulr: B}]}}]", "ulr", "url"),
        ("setup: [{configure: {fields: [{key: a, lable: A}]}}]", "lable", "label"),
        (
            "setup: [{configure: {fields: [{key: a, options: [{value: a, lable: A}]}]}}]",
            "lable",
            "label",
        ),
        (
            "setup: [{secrets: {fields: [{key: a, obtain: {type: token, store_sa: b}}]}}]",
            "store_sa",
            "store_as",
        ),
        ("custom_data: {permissions: [{module: a, operation: [read]}]}", "operation", "operations"),
        ("output_fields: {a: {label: A, tpye: url}}", "tpye", "type"),
        ("hosting: {teir: standard}", "teir", "tier"),
        ("rate_limiting: {bursts: 5}", "bursts", "burst"),
        ("pricing: {modle: free}", "modle", "model"),
        ("billing: {packges: {starter: a}}", "packges", "packages"),
        ("billing: {metrics: [{id: a, nmae: A}]}", "nmae", "name"),
        ("compatibility: {kikt: \">=1\"}", "kikt", "kiket"),
        ("requires: {oauth_provider: {provider: a, scops: []}}", "scops", "scopes"),
        ("provides: {oauth_provider: {providr_id: a}}", "providr_id", "provider_id"),
        ("provides: {oauth_provider: {endpoints: {tokn: a}}}", "tokn", "token"),
        ("deployment: {min_instnces: 1}", "min_instnces", "min_instances"),
        ("hokos: []", "hokos", "hooks"),
    ];
    for (block, wrong, right) in table {
        assert_eq!(found(block), [(wrong.to_owned(), Some(right.to_owned()))], "{block}");
    }
}

#[test]
fn a_member_that_is_like_no_other_is_found_where_all_are_documented() {
    for block in [
        "whatever: 1",
        "contributes: {whatever: []}",
        "hooks: [{event: issue.created, whatever: 1}]",
        "setup: [{info: {title: A, whatever: 1}}]",
        "compatibility: {whatever: 1}",
    ] {
        assert_eq!(found(block), [("whatever".to_owned(), None)], "{block}");
    }
    for block in ["billing: {whatever: 1}", "deployment: {whatever: 1}", "x-own: {whatever: 1}"] {
        assert_eq!(found(block), [], "{block}");
    }
}

#[test]
fn a_misspelt_member_of_a_nested_block_is_renamed() {
    let text = format!(
        "{START}contributes: {{commands: [{{comand: a, title: A, handler: {{event: a}}}}]}}\n"
    );
    let document = Document::parse(&text);
    let findings = lint(&document);
    let (fixed, _) = apply(&text, findings.iter().map(|finding| finding.fix.as_slice()));
    assert_eq!(fixed, text.replace("comand:", "command:"));
    assert!(lint(&Document::parse(&fixed)).is_empty(), "{fixed}");
}

#[test]
fn what_the_canonical_form_writes_is_known() {
    let full = kiket_manifest::parse(include_str!("../samples/full.yaml")).unwrap();
    let findings = lint(&Document::parse(&full.to_yaml()));
    assert!(findings.iter().all(|finding| finding.id != "unknown-member"), "{findings:?}");
}
