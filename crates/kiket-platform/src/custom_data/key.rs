//! Values as bytes that stand in the order of the values.
//!
//! An index compares bytes and nothing else, so that equality, order and uniqueness mean the same on
//! every database, and the same as for a record in memory. No key is the beginning of another one of
//! its column, so keys of several columns can stand one after the other.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

use super::decimal::Decimal;
use super::table::Kind;

/// The key of no value: before all others.
pub(crate) const NULL: &[u8] = &[0];
/// Behind every key that begins with the bytes before it.
pub(crate) const END: u8 = 0xff;
const VALUE: u8 = 1;
const HIGHEST_BIT: u8 = 0x80;

/// The key of a value that fits its column.
pub(crate) fn of(kind: Kind, value: &Value) -> Vec<u8> {
    if value.is_null() {
        return NULL.to_vec();
    }
    let mut key = vec![VALUE];
    match kind {
        Kind::Integer | Kind::Bigint => key.extend(integer(value.as_i64().unwrap_or_default())),
        Kind::Decimal => key.extend(Decimal::of(value).unwrap_or_default().key()),
        Kind::Boolean => key.push(u8::from(value.as_bool().unwrap_or_default())),
        Kind::Time => key.extend(time(value)),
        Kind::Date => key.extend(date(value)),
        Kind::Text => key.extend(text(value.as_str().unwrap_or_default())),
        // Its members stand in order, so that equal values are equal texts.
        Kind::Json => key.extend(text(&value.to_string())),
    }
    key
}

/// With the highest bit turned over, negative numbers stand before the others.
fn integer(number: i64) -> [u8; 8] {
    let mut bytes = number.to_be_bytes();
    bytes[0] ^= HIGHEST_BIT;
    bytes
}

fn time(value: &Value) -> [u8; 16] {
    let time: Timestamp = value.as_str().and_then(|text| text.parse().ok()).unwrap_or_default();
    let mut bytes = time.as_nanosecond().to_be_bytes();
    bytes[0] ^= HIGHEST_BIT;
    bytes
}

fn date(value: &Value) -> [u8; 8] {
    let date: Date = value.as_str().and_then(|text| text.parse().ok()).unwrap_or_default();
    integer(i64::from(date.year()) * 10_000 + i64::from(date.month()) * 100 + i64::from(date.day()))
}

/// The text's bytes and an end that is smaller than whatever may follow in a longer text.
fn text(text: &str) -> Vec<u8> {
    let mut key = Vec::with_capacity(text.len() + 2);
    for byte in text.bytes() {
        key.push(byte);
        if byte == 0 {
            key.push(END);
        }
    }
    key.extend([0, 0]);
    key
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn stand_in_order(kind: Kind, values: &[Value]) {
        for (at, one) in values.iter().enumerate() {
            for (later, other) in values.iter().enumerate() {
                let (one_key, other_key) = (of(kind, one), of(kind, other));
                assert_eq!(one_key.cmp(&other_key), at.cmp(&later), "{one} and {other}");
                if at != later {
                    assert!(!other_key.starts_with(&one_key), "{one} and {other}");
                }
            }
        }
    }

    #[test]
    fn keys_stand_in_the_order_of_their_values() {
        stand_in_order(
            Kind::Bigint,
            &[json!(null), json!(i64::MIN), json!(-1), json!(0), json!(1), json!(i64::MAX)],
        );
        stand_in_order(
            Kind::Decimal,
            &[
                json!(null),
                json!("-1000"),
                json!(-99.5),
                json!(-99),
                json!("-0.01"),
                json!(0),
                json!("0.009"),
                json!(0.01),
                json!("0.011"),
                json!(1),
                json!("9.99"),
                json!(10),
                json!("123456789012345678901234567890"),
            ],
        );
        stand_in_order(
            Kind::Text,
            &[
                json!(null),
                json!(""),
                json!("\0"),
                json!("\0a"),
                json!("a"),
                json!("a\0"),
                json!("a\0b"),
                json!("ab"),
                json!("ä"),
            ],
        );
        stand_in_order(Kind::Boolean, &[json!(null), json!(false), json!(true)]);
        stand_in_order(
            Kind::Time,
            &[
                json!(null),
                json!("1969-07-20T20:17:40Z"),
                json!("2026-01-01T00:00:00Z"),
                json!("2026-01-01T00:00:00.000000001Z"),
            ],
        );
        stand_in_order(
            Kind::Date,
            &[json!(null), json!("-000044-03-15"), json!("2026-01-31"), json!("2026-02-01")],
        );
    }

    #[test]
    fn decimals_of_one_value_have_one_key() {
        let one = of(Kind::Decimal, &json!("1.50"));
        for same in [json!(1.5), json!("+1.5"), json!("01.500"), json!("15e-1")] {
            assert_eq!(of(Kind::Decimal, &same), one, "{same}");
        }
        assert_eq!(of(Kind::Decimal, &json!("-0.00")), of(Kind::Decimal, &json!(0)));
    }
}
