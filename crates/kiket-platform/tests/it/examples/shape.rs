//! Whether two values have the same members, of the same types.

use std::collections::BTreeSet;

use serde_json::Value;

/// Where an answer has other members or types than its example.
pub(super) fn differences(example: &Value, answer: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("", example, answer, &mut found);
    found
}

fn compare(at: &str, example: &Value, answer: &Value, found: &mut Vec<String>) {
    match (example, answer) {
        (Value::Object(example), Value::Object(answer)) => {
            let names: BTreeSet<_> = example.keys().chain(answer.keys()).collect();
            for name in names {
                let at = format!("{at}/{name}");
                match (example.get(name), answer.get(name)) {
                    (Some(example), Some(answer)) => compare(&at, example, answer, found),
                    (Some(_), None) => found.push(format!("{at} is in the example only")),
                    (None, answer) => found.push(format!("{at} is not in the example: {answer:?}")),
                }
            }
        }
        (Value::Array(example), Value::Array(answer)) => {
            if example.len() != answer.len() {
                found.push(format!("{at} has {} entries, not {}", answer.len(), example.len()));
            }
            for (index, (example, answer)) in example.iter().zip(answer).enumerate() {
                compare(&format!("{at}/{index}"), example, answer, found);
            }
        }
        _ if kind(example) == kind(answer) => {}
        _ => found.push(format!("{at} is {answer}, and {example} in the example")),
    }
}

fn kind(value: &Value) -> &str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Lines of an example whose beginning, up to the value, no line of the text has.
pub(super) fn missing_lines<'a>(example: &'a str, text: &str) -> impl Iterator<Item = &'a str> {
    let name = |line: &'a str| line.rsplit_once(' ').map_or(line, |(name, _)| name);
    example.lines().filter(move |line| !text.lines().any(|it| it.starts_with(name(line))))
}
