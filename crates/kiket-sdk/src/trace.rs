//! Where a delivery stands in a distributed trace: the header of W3C Trace Context.
//!
//! The header is not signed. It connects logs and decides nothing.

use hyper::HeaderMap;
use hyper::header::HeaderName;
use kiket_contract::header;

static TRACEPARENT: HeaderName = HeaderName::from_static(header::TRACEPARENT);

/// The caller's trace, and the caller's place in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TraceParent<'a> {
    pub(crate) trace_id: &'a str,
    pub(crate) parent_id: &'a str,
}

impl<'a> TraceParent<'a> {
    /// What the header says; nothing when it is malformed, as the specification asks.
    pub(crate) fn of(headers: &'a HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(&TRACEPARENT).iter();
        let text = values.next()?.to_str().ok()?;
        if values.next().is_some() { None } else { Self::parse(text) }
    }

    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split('-');
        let (version, trace_id) = (parts.next()?, parts.next()?);
        let (parent_id, flags) = (parts.next()?, parts.next()?);
        // A later version may add parts; version 00 has exactly four, and ff is forbidden.
        let is_version = is_hex(version, 2) && version != "ff";
        let has_its_parts = version != "00" || parts.next().is_none();
        let is_id = |id: &str, length| is_hex(id, length) && id.bytes().any(|digit| digit != b'0');
        let is_sound = is_version
            && has_its_parts
            && is_id(trace_id, 32)
            && is_id(parent_id, 16)
            && is_hex(flags, 2);
        is_sound.then_some(Self { trace_id, parent_id })
    }
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const PARENT: &str = "00f067aa0ba902b7";

    #[test]
    fn trace_and_parent_are_read() {
        let expected = Some(TraceParent { trace_id: TRACE, parent_id: PARENT });
        for text in [format!("00-{TRACE}-{PARENT}-01"), format!("cc-{TRACE}-{PARENT}-00-later")] {
            assert_eq!(TraceParent::parse(&text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_malformed_counts_as_absent() {
        let zeros = "0".repeat(32);
        for text in [
            String::new(),
            "00".to_owned(),
            format!("00-{TRACE}-{PARENT}"),
            format!("00-{TRACE}-{PARENT}-01-more"),
            format!("ff-{TRACE}-{PARENT}-01"),
            format!("00-{zeros}-{PARENT}-01"),
            format!("00-{TRACE}-{}-01", &zeros[..16]),
            format!("00-{}-{PARENT}-01", TRACE.to_uppercase()),
            format!("00-{TRACE}-{PARENT}-é"),
        ] {
            assert_eq!(TraceParent::parse(&text), None, "{text}");
        }
    }

    #[test]
    fn a_repeated_header_counts_as_absent() {
        let mut headers = HeaderMap::new();
        let value = format!("00-{TRACE}-{PARENT}-01");
        headers.append(&TRACEPARENT, value.parse().unwrap());
        assert!(TraceParent::of(&headers).is_some());
        headers.append(&TRACEPARENT, value.parse().unwrap());
        assert_eq!(TraceParent::of(&headers), None);
    }
}
