//! What is built to cost much, or is no manifest at all, gets its finding within the budget.

use kiket_manifest::{Document, LARGEST, Severity};

use crate::arbitrary::assert_bounded;

/// The errors of an input, after checking what it may cost.
fn errors(text: &[u8]) -> Vec<&'static str> {
    let document = Document::from_bytes(text);
    assert_bounded(&document);
    let errors = document.findings().iter().filter(|found| found.severity == Severity::Error);
    errors.map(|finding| finding.id).collect()
}

fn nested(open: &str, close: &str, times: usize) -> String {
    format!("id: a\nx: {}{}", open.repeat(times), close.repeat(times))
}

fn bomb(lists: usize, width: usize) -> String {
    let mut text = "id: a\na0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
    for list in 1..lists {
        let alias = format!("*a{},", list - 1).repeat(width);
        text.push_str(&format!("a{list}: &a{list} [{alias}]\n"));
    }
    text
}

#[test]
fn every_hostile_input_has_its_finding() {
    let megabyte = "x".repeat(1 << 20);
    let half = "y".repeat(LARGEST / 2);
    let table: [(&str, String, &[&str]); 20] = [
        ("alias bomb", bomb(9, 10), &["too-many-values"]),
        (
            "alias bomb of a text",
            format!("id: a\nx: &x {half}\ny: [*x, *x, *x, *x]"),
            &["too-many-values"],
        ),
        ("alias of itself", "id: a\nx: &x [*x]\n".to_owned(), &["alias"]),
        ("alias of nothing", "id: a\nx: *y\n".to_owned(), &["alias"]),
        ("deep lists", nested("[", "]", 10_000), &["too-deep"]),
        ("deep mappings", nested("{a: ", "}", 10_000), &["too-deep"]),
        ("deep block lists", format!("id: a\nx:\n  {}1", "- ".repeat(10_000)), &["too-deep"]),
        ("deep keys", nested("? ", "", 10_000), &["syntax"]),
        (
            "deep aliases",
            format!(
                "id: a\nx: &x {}{}\ny: {}*x{}",
                "[".repeat(20),
                "]".repeat(20),
                "[".repeat(20),
                "]".repeat(20)
            ),
            &["too-deep"],
        ),
        ("a huge text", format!("id: a\nx: {megabyte}"), &["too-large"]),
        ("a wide list", format!("id: a\nx: [{}]", "1,".repeat(60_000)), &["too-many-values"]),
        (
            "wrong types everywhere",
            "id: {}\nname: []\nhooks: {}\nsettings: 5\ncallback: x\npermissions: {a: b}\n"
                .to_owned(),
            &["wrong-type"; 6],
        ),
        ("a tab as indentation", "id: a\nx:\n\ty: 1\n".to_owned(), &["syntax"]),
        ("nothing", String::new(), &["wrong-type"]),
        ("a comment", "# nothing\n".to_owned(), &["wrong-type"]),
        ("several documents", "id: a\n---\nid: b\n".to_owned(), &["several-documents"]),
        ("a zero byte", "id: a\nname: b\0c\n".to_owned(), &["syntax"]),
        ("a list as a key", "id: a\n? [x]\n: y\n".to_owned(), &["key"]),
        ("half a manifest", "id: [".to_owned(), &["syntax", "wrong-type"]),
        ("many mistakes", format!("id: a\nhooks: [{}]", "[],".repeat(500)), &["wrong-type"; 99]),
    ];
    for (name, text, expected) in table {
        let mut found = errors(text.as_bytes());
        if found.last() == Some(&"more") {
            found.pop();
        }
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn bytes_that_are_no_utf8_do_not_hide_the_others() {
    let document = Document::from_bytes(b"id: a\nname: \xff\nhooks: 5\n");
    let ids: Vec<_> = document.findings().iter().map(|finding| finding.id).collect();
    assert_eq!(ids, ["encoding", "wrong-type"]);
    let position = document.position(document.findings()[0].span);
    assert_eq!((position.line, position.column), (2, 7));
    assert_eq!(*document.manifest().id, "a");
    assert_eq!(errors(&b"\xff\xfei\0d\0:\0 \0a\0"[..])[0], "encoding");
}

#[test]
fn a_text_of_wrong_bytes_is_bounded_before_it_is_decoded() {
    assert_eq!(errors(&vec![0xff; 4 << 20]), ["encoding", "too-large"]);
}

#[test]
fn ten_thousand_repeated_keys_are_read_in_one_go() {
    let text = format!("id: a\n{}", "k: 1\n".repeat(9_000));
    let document = Document::parse(&text);
    assert_bounded(&document);
    assert_eq!(document.root().entries().len(), 2);
    assert_eq!(document.findings().last().unwrap().id, "more");
}
