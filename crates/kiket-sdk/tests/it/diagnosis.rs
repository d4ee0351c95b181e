//! What the log says about a signature that does not match.

use std::fs;
use std::time::Duration;

use kiket_contract::header;
use kiket_sdk::prelude::*;
use serde_json::{Value, json};

use crate::log::Log;
use crate::minting::clock;
use crate::program::{NOW, Program, SECRET, echo, extension};
use crate::wire::{PATH, Request, sign};

/// A request whose body was this when it was signed and is that now.
fn rewritten(before: &str, after: &str) -> Request {
    let signature = sign(SECRET, Some(&NOW.to_string()), before.as_bytes());
    Request::new("POST", PATH)
        .header(header::TIMESTAMP, &NOW.to_string())
        .header(header::SIGNATURE, &signature)
        .body(after)
}

/// The log of one refused request.
async fn logged(extension: Extension, request: &Request) -> String {
    let program = Program::serving(extension.webhook("issue.created", "v1", echo)).await;
    let log = Log::collect();
    let answer = program.send(request).await;
    let said = json!({ "error": "not authenticated", "code": "invalid_signature" });
    assert_eq!((answer.status, answer.json()), (401, said));
    let text = log.text();
    assert_eq!(text.matches("refused: ").count(), 1, "one line: {text}");
    text
}

const COMPACT: &str = r#"{"z":1,"a":{"title":"a b é"},"list":[1,2.5,null]}"#;

fn pretty() -> String {
    concat!(
        "{\n  \"z\": 1,\n  \"a\": {\n    \"title\": \"a b é\"\n  },\n  \"list\": [\n    1,\n    2.5,\n",
        "    null\n  ]\n}"
    )
    .to_owned()
}

#[tokio::test]
async fn a_body_that_was_written_anew_is_recognised() {
    let spaced = COMPACT.replace(':', ": ").replace(',', ", ");
    for (before, after, form) in [
        (COMPACT.to_owned(), pretty(), "as compact JSON"),
        (COMPACT.to_owned(), spaced, "as compact JSON"),
        (COMPACT.to_owned(), COMPACT.replace('é', r"\u00e9"), "as compact JSON"),
        (pretty(), COMPACT.to_owned(), "as indented JSON"),
        (format!("{COMPACT}\n"), COMPACT.to_owned(), "with a line break at its end"),
        (pretty().replace("  ", "\t"), format!("{}\r\n", pretty().replace("  ", "\t")), "blanks"),
    ] {
        let log = logged(extension(), &rewritten(&before, &after)).await;
        assert!(log.contains(form) && log.contains("re-wrote the body"), "{form} in {log}");
    }
}

#[tokio::test]
async fn a_body_with_another_content_is_not_called_rewritten() {
    for after in [COMPACT.replace('1', "2"), "no JSON".to_owned(), String::new()] {
        let log = logged(extension(), &rewritten(COMPACT, &after)).await;
        assert!(log.contains("is not the installation's delivery secret"), "{log}");
        assert!(!log.contains("re-wrote"), "{log}");
    }
}

#[tokio::test]
async fn a_secret_that_is_set_and_not_in_use_is_named() {
    let set = |name: &str| (name == "KIKET_WEBHOOK_SECRET").then(|| "sh_env".to_owned());
    let log = logged(extension().environment(set), &Request::signed_by("sh_env", "{}")).await;
    assert!(log.contains("does match KIKET_WEBHOOK_SECRET"), "{log}");
    assert!(!log.contains("sh_env"), "{log}");

    let log = logged(extension().webhook_secret("sh_1\n"), &Request::signed_by("sh_1", "{}")).await;
    assert!(log.contains("without the blanks around it"), "{log}");

    let folder = tempfile::tempdir().unwrap();
    let manifest = "id: com.example.sms\ndelivery_secret: sh_manifest\n";
    fs::write(folder.path().join("extension.yaml"), manifest).unwrap();
    let both = Extension::from_manifest_in(folder.path())
        .unwrap()
        .webhook_secret(SECRET)
        .clock(clock())
        .environment(|_| None);
    let log = logged(both, &Request::signed_by("sh_manifest", "{}")).await;
    assert!(log.contains("does match the manifest's secret"), "{log}");
}

#[tokio::test]
async fn a_clock_that_is_off_is_named_with_its_side() {
    let log = logged(extension(), &Request::stamped(&(NOW - 301).to_string(), "{}")).await;
    assert!(log.contains("301 seconds off, behind this machine's clock"), "{log}");
    assert!(log.contains("the signature was not looked at"), "{log}");
    let log = logged(extension(), &Request::stamped(&(NOW + 400).to_string(), "{}")).await;
    assert!(log.contains("400 seconds off, ahead of this machine's clock"), "{log}");
}

#[tokio::test]
async fn one_body_per_second_is_examined_and_none_that_is_large() {
    let clock = clock();
    let extension = extension().clock(clock.clone()).webhook("issue.created", "v1", echo);
    let program = Program::serving(extension).await;
    let request = rewritten(COMPACT, &pretty());
    for (passes, examined) in [(0, true), (0, false), (999, false), (1, true), (0, false)] {
        clock.advance(Duration::from_millis(passes));
        let log = Log::collect();
        assert_eq!(program.send(&request).await.status, 401);
        let log = log.text();
        assert_eq!(log.contains("re-wrote the body"), examined, "{passes}: {log}");
        assert_eq!(log.contains("not examined"), !examined, "{passes}: {log}");
    }

    clock.advance(Duration::from_secs(1));
    let large = json!({ "text": "x".repeat(64 * 1024) }).to_string();
    let log = Log::collect();
    assert_eq!(program.send(&rewritten(&large, &format!("{large}\n"))).await.status, 401);
    assert!(log.text().contains("not examined"), "{}", log.text());
}

#[tokio::test]
async fn a_signature_of_the_body_alone_is_examined_too() {
    let before = json!({ "authentication": { "expires_at": "2099-01-01T00:00:00Z" } });
    let signature = sign(SECRET, None, before.to_string().as_bytes());
    let after = serde_json::to_string_pretty::<Value>(&before).unwrap();
    let request = Request::new("POST", PATH).header(header::SIGNATURE, &signature).body(after);
    let log = logged(extension(), &request).await;
    assert!(log.contains("re-wrote the body"), "{log}");
}
