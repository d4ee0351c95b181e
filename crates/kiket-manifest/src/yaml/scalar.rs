//! What a scalar is: YAML's core schema.
//!
//! Only `true` and `false` are booleans, in the three ways of writing capitals. What is no finite
//! number that JSON could hold stays a text.

use serde_json::Number as JsonNumber;

use crate::tree::{Number, Value};

/// The value of a scalar that is not quoted.
pub(crate) fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Boolean(true),
        "false" | "False" | "FALSE" => Value::Boolean(false),
        _ => match number(text) {
            Some(value) => Value::Number(Number { value, written: text.to_owned() }),
            None => Value::Text(text.to_owned()),
        },
    }
}

fn number(text: &str) -> Option<JsonNumber> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            let unsigned = digits.starts_with(|first: char| first.is_ascii_alphanumeric());
            return u64::from_str_radix(digits, radix).ok().filter(|_| unsigned).map(Into::into);
        }
    }
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let plus = text.strip_prefix('+').unwrap_or(text);
        let whole = plus.parse::<i64>().map(JsonNumber::from);
        return whole.or_else(|_| plus.parse::<u64>().map(JsonNumber::from)).ok();
    }
    let known = |byte: u8| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
    let float = text.parse::<f64>().ok().filter(|_| digits.bytes().all(known));
    float.and_then(JsonNumber::from_f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> serde_json::Value {
        plain(text).to_json()
    }

    #[test]
    fn numbers_booleans_and_nothing_are_told_from_texts() {
        let table = [
            ("12", "12"),
            ("-0", "0"),
            ("+7", "7"),
            ("007", "7"),
            ("0x1F", "31"),
            ("0o17", "15"),
            ("18446744073709551615", "18446744073709551615"),
            ("1.50", "1.5"),
            ("-.5", "-0.5"),
            ("1e3", "1000.0"),
            ("~", "null"),
            ("", "null"),
            ("True", "true"),
            ("FALSE", "false"),
        ];
        for (text, json) in table {
            assert_eq!(read(text).to_string(), json, "{text}");
        }
    }

    #[test]
    fn everything_else_is_a_text() {
        let texts = [
            "yes",
            "on",
            "1_000",
            "1:30",
            "2026-01-01",
            "1.2.3",
            ".",
            "-",
            "+",
            "0x",
            "0x+1",
            "0xZ",
            "inf",
            ".inf",
            "nan",
            ".nan",
            "1e999",
            "-0x1",
            "1e",
            "e1",
            "tRUE",
            "1.0.0",
            "123456789012345678901234567890",
        ];
        for text in texts {
            assert_eq!(read(text), serde_json::json!(text));
        }
    }
}
