//! Whether a value fits its column.

use jiff::civil::Date;
use kiket_contract::api::custom_data::{Rule, Violation};
use kiket_contract::api::time;
use serde_json::Value;

use super::decimal::Decimal;
use super::key;
use super::table::{Column, Field, Kind};

/// What a value breaks, and what would be right.
pub(crate) type Unfit = (Rule, String);

/// The value as it is stored, when it is of this type.
pub(crate) fn typed(kind: Kind, value: Value) -> Result<Value, Unfit> {
    let wrong = |wanted: &str| Err((Rule::Type, format!("is {}: send {wanted}", kind_of(&value))));
    let too_large =
        |most: &str| Err((Rule::Range, format!("is beyond the numbers of {most} bits")));
    match (kind, &value) {
        (Kind::Json, _) | (Kind::Text, Value::String(_)) | (Kind::Boolean, Value::Bool(_)) => {
            Ok(value)
        }
        (Kind::Integer | Kind::Bigint, Value::Number(number)) => match number.as_i64() {
            Some(number) if kind == Kind::Bigint || i32::try_from(number).is_ok() => Ok(value),
            Some(_) => too_large("32"),
            None if number.is_u64() => too_large("64"),
            None => wrong("a whole number"),
        },
        (Kind::Decimal, Value::Number(_) | Value::String(_)) => match Decimal::of(&value) {
            Some(_) => Ok(value),
            None => wrong("a number, or a text such as \"12.50\""),
        },
        (Kind::Time, Value::String(text)) => match time::parse(text) {
            Some(time) => Ok(time.to_string().into()),
            None => wrong("a time such as \"2026-01-31T08:00:00Z\""),
        },
        (Kind::Date, Value::String(text)) => match text.parse::<Date>() {
            Ok(date) if date.to_string() == *text => Ok(value),
            _ => wrong("a date such as \"2026-01-31\""),
        },
        (Kind::Text, _) => wrong("a text"),
        (Kind::Integer | Kind::Bigint, _) => wrong("a whole number"),
        (Kind::Decimal, _) => wrong("a number"),
        (Kind::Boolean, _) => wrong("true or false"),
        (Kind::Time, _) => wrong("a time such as \"2026-01-31T08:00:00Z\""),
        (Kind::Date, _) => wrong("a date such as \"2026-01-31\""),
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "no whole number",
        Value::Number(_) => "a number",
        Value::String(_) => "a text of another form",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The value as it is stored, when it keeps every rule of its column; it is not null.
pub(crate) fn fit(column: &Column, value: Value) -> Result<Value, Unfit> {
    let value = typed(column.kind, value)?;
    if let (Some(most), Kind::Text, Some(text)) = (column.length, column.kind, value.as_str())
        && text.chars().nth(usize::try_from(most).unwrap_or(usize::MAX)).is_some()
    {
        return Err((Rule::Length, format!("is longer than {most} characters")));
    }
    if let (Kind::Decimal, Some(precision)) = (column.kind, column.precision) {
        let scale = column.scale.unwrap_or_default();
        let (before, behind) = Decimal::of(&value).unwrap_or_default().digits();
        if behind > scale || before > precision - scale.min(precision) {
            let text =
                format!("has more than {precision} digits, {scale} of them behind the point");
            return Err((Rule::Precision, text));
        }
    }
    let is_same = |option: &Value| key::of(column.kind, option) == key::of(column.kind, &value);
    if !column.options.is_empty() && !column.options.iter().any(is_same) {
        let options: Vec<_> = column.options.iter().map(ToString::to_string).collect();
        return Err((Rule::Enum, format!("is none of {}", options.join(", "))));
    }
    Ok(value)
}

/// The key that equals a value of this field.
pub(crate) fn wanted(field: Field<'_>, value: Value) -> Result<Vec<u8>, Unfit> {
    if value.is_null() {
        return Ok(key::NULL.to_vec());
    }
    typed(field.kind(), value).map(|value| key::of(field.kind(), &value))
}

/// A violation of a column's rule.
pub(crate) fn violation(field: &str, (rule, what): Unfit) -> Violation {
    Violation { field: field.to_owned(), rule, message: format!("`{field}` {what}") }
}
