//! Decimal numbers of any precision, as far as comparing and counting digits needs them.

use serde_json::Value;

/// The most digits of a number, before and behind the point together.
const MOST_DIGITS: usize = 100;
/// The largest exponent that a text may have, so that no short text stands for a long number.
const LARGEST_EXPONENT: i32 = 100;

/// A number: `0.d₁d₂… · 10^exponent`, without zeros at either end of its digits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Decimal {
    is_negative: bool,
    /// ASCII digits; none for zero.
    digits: Vec<u8>,
    exponent: i32,
}

impl Decimal {
    /// The number that a JSON number or a text says.
    pub(super) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => Self::parse(&number.to_string()),
            Value::String(text) => Self::parse(text),
            _ => None,
        }
    }

    /// The number that a text says.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (is_negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (number, exponent) = match text.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, exponent.parse().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
        if !is_number || digits.len() > MOST_DIGITS || i32::abs(exponent) > LARGEST_EXPONENT {
            return None;
        }
        let leading = digits.iter().take_while(|digit| **digit == b'0').count();
        let trailing = digits.iter().rev().take_while(|digit| **digit == b'0').count();
        if leading == digits.len() {
            return Some(Self::default());
        }
        let point = i32::try_from(whole.len()).ok()? - i32::try_from(leading).ok()?;
        let digits = digits[leading..digits.len() - trailing].to_vec();
        Some(Self { is_negative, digits, exponent: exponent + point })
    }

    /// How many digits stand before the point, and how many behind it.
    pub(super) fn digits(&self) -> (u64, u64) {
        let all = i64::try_from(self.digits.len()).unwrap_or(i64::MAX);
        let before = i64::from(self.exponent).max(0);
        let behind = (all - i64::from(self.exponent)).max(0);
        (before.unsigned_abs(), if all == 0 { 0 } else { behind.unsigned_abs() })
    }

    /// Bytes that stand in the order of the numbers.
    pub(super) fn key(&self) -> Vec<u8> {
        const NEGATIVE: u8 = 0;
        const ZERO: u8 = 1;
        const POSITIVE: u8 = 2;
        if self.digits.is_empty() {
            return vec![ZERO];
        }
        // Within an i16 by the bounds above; biased, so that it stands in order.
        let exponent = u16::try_from(self.exponent + 0x4000).unwrap_or_default();
        let size = exponent.to_be_bytes().into_iter().chain(self.digits.iter().copied()).chain([0]);
        if self.is_negative {
            [NEGATIVE].into_iter().chain(size.map(|byte| !byte)).collect()
        } else {
            [POSITIVE].into_iter().chain(size).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn digits_are_counted_before_and_behind_the_point() {
        for (number, digits) in [
            (json!(0), (0, 0)),
            (json!("123.450"), (3, 2)),
            (json!(0.001), (0, 3)),
            (json!("1e3"), (4, 0)),
            (json!("100"), (3, 0)),
            (json!(-12.5), (2, 1)),
        ] {
            assert_eq!(Decimal::of(&number).unwrap().digits(), digits, "{number}");
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        let long = "1".repeat(101);
        for text in ["", "-", ".", "1.2.3", "one", "1e", "1e101", "0x1", "1 ", "∞", &long] {
            assert_eq!(Decimal::of(&json!(text)), None, "{text}");
        }
        assert_eq!(Decimal::of(&json!([1])), None);
    }
}
