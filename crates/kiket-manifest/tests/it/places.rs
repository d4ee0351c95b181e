//! Every value knows where it stands.

use kiket_manifest::{Document, Span, parse};

const FULL: &str = include_str!("../samples/full.yaml");

#[test]
fn values_keys_and_blocks_have_their_places() {
    let document = Document::parse(FULL);
    let manifest = document.manifest();
    let slice = |span: Span| &document.text()[span.start..span.end];
    assert_eq!(slice(manifest.id.span), "dev.kiket.ext.full");
    assert_eq!(slice(manifest.id.key_span.unwrap()), "id");
    assert_eq!(slice(manifest.callback.key_span.unwrap()), "callback");
    assert!(slice(manifest.callback.span).starts_with("url: ${EXT"));
    assert!(slice(manifest.callback.span).ends_with("required: true"));
    assert_eq!(slice(manifest.callback.timeout_ms.unwrap().span), "30000");
    assert_eq!(slice(manifest.callback.headers[2].name.span), "X-Partner");
    assert_eq!(slice(manifest.permissions[1].span), "users:read");
    let hook = &manifest.hooks[1];
    assert!(slice(hook.span).starts_with("{event: workflow.before_transition"));
    assert_eq!(slice(hook.timeout_ms.unwrap().key_span.unwrap()), "timeout_ms");
    let port = manifest.setting("PORT").unwrap();
    assert_eq!(slice(port.key.span), "PORT");
    assert_eq!(slice(port.default.as_ref().unwrap().span), "\"587\"");
    let setup = manifest.block("setup").unwrap();
    assert_eq!(slice(setup.key_span.unwrap()), "setup");
    let action = setup.items()[3].get("test").unwrap().get("action").unwrap();
    assert_eq!(slice(action.span), "full.try");
    assert_eq!(document.path(action.span), "extension.setup[3].test.action");
}

#[test]
fn a_path_leads_to_the_innermost_member() {
    let document = Document::parse("a:\n  - b: [x, y]\n    c: z\n");
    let path = |text: &str| {
        let start = document.text().find(text).unwrap();
        document.path(Span::new(start, start + text.len()))
    };
    assert_eq!(path("y"), "a[0].b[1]");
    assert_eq!(path("[x, y]"), "a[0].b");
    assert_eq!(path("c"), "a[0].c");
    assert_eq!(path("b: [x, y]\n    c"), "a[0]");
    assert_eq!(document.path(document.root().span), "");
}

#[test]
fn block_scalars_begin_with_their_mark_and_end_with_their_text() {
    let document = Document::parse("a: &x |-  # why\n  one\n  two\n\n# next\nb: >\n  c\nd: |\n");
    let slice = |name: &str| {
        let span = document.root().entries().iter().find(|e| *e.key == name).unwrap().value.span;
        &document.text()[span.start..span.end]
    };
    assert_eq!(slice("a"), "|-  # why\n  one\n  two");
    assert_eq!(slice("b"), ">\n  c");
    assert_eq!(slice("d"), "|");
}

#[test]
fn an_alias_stands_where_it_is_used() {
    let manifest = parse("id: a\nhooks:\n  - &h {event: b}\n  - *h\n").unwrap();
    assert_eq!(manifest.hooks[0], manifest.hooks[1]);
    assert!(manifest.hooks[0].span < manifest.hooks[1].span);
    assert_eq!(manifest.hooks[0].event.span, manifest.hooks[1].event.span);
}
