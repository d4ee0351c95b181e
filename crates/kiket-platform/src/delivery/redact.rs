//! Cutting what was sent in confidence out of what comes back, before it is kept.
//!
//! An extension may write a secret in other letters than it got: in JSON as `\/` or `\u00e9`, in a
//! form or an address as `%2F`. So the text is also searched as it is read in JSON, in an address and in
//! a form, and what is found there is cut out of the text.

use std::ops::Range;

use kiket_contract::secret::Secret;
use zeroize::Zeroizing;

const REDACTED: &str = "[redacted]";
/// A shorter value stands in too many innocent places to be cut out of them.
const SHORTEST: usize = 4;

/// The text without any of the secrets. Where the text was `cut` off, so is whatever of a secret may
/// stand at its end.
pub(crate) fn redact<'a>(
    text: String,
    cut: bool,
    secrets: impl Iterator<Item = &'a Secret>,
) -> String {
    let secrets: Vec<&str> =
        secrets.map(Secret::expose).filter(|secret| secret.len() >= SHORTEST).collect();
    let mut found = Vec::new();
    for secret in &secrets {
        found.extend(text.match_indices(secret).map(|(at, secret)| at..at + secret.len()));
    }
    let readings = [("\\", in_json as Reading), ("%", in_address), ("%+", in_form)];
    for (marks, read) in readings {
        if text.contains(|letter| marks.contains(letter)) {
            let reading = Reread::new(&text, read);
            secrets.iter().for_each(|secret| reading.find(secret, &mut found));
            // Who tells what it was sent often puts the whole body into a text.
            if let Some(inside) = reading.again(read) {
                secrets.iter().for_each(|secret| inside.find(secret, &mut found));
            }
        }
    }
    let longest = secrets.iter().map(|secret| longest(secret)).max().unwrap_or_default();
    let end = match cut {
        true => text.floor_char_boundary(text.len().saturating_sub(longest)),
        false => text.len(),
    };
    without(&text[..end], found)
}

/// The text without these parts, which may overlap.
fn without(text: &str, mut parts: Vec<Range<usize>>) -> String {
    parts.sort_unstable_by_key(|part| part.start);
    let mut kept = String::with_capacity(text.len());
    let mut at = 0;
    for part in parts {
        if part.start >= text.len() {
            break;
        }
        if part.start >= at {
            kept.push_str(&text[at..part.start]);
            kept.push_str(REDACTED);
        }
        at = at.max(part.end);
    }
    kept.push_str(text.get(at..).unwrap_or_default());
    kept
}

/// The most bytes that a secret may be written in.
fn longest(secret: &str) -> usize {
    let written = |letter: char| match letter {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' | '.' => 1,
        letter => (7 * letter.len_utf16()).max(5 * letter.len_utf8()),
    };
    secret.chars().map(written).sum()
}

/// Reads what stands at the begin of a text in other letters: how long it is there, and what it
/// says.
type Reading = fn(&str) -> Option<(usize, Letters)>;

/// What one or a few letters say, in UTF-8.
struct Letters {
    bytes: [u8; 4],
    len: usize,
}

impl From<char> for Letters {
    fn from(letter: char) -> Self {
        let mut bytes = [0; 4];
        let len = letter.encode_utf8(&mut bytes).len();
        Self { bytes, len }
    }
}

/// A text as it is read, and where in it each byte of that comes from.
struct Reread {
    bytes: Zeroizing<Vec<u8>>,
    from: Vec<usize>,
}

impl Reread {
    fn new(text: &str, read: Reading) -> Self {
        let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
        let mut from = Vec::with_capacity(text.len() + 1);
        let mut at = 0;
        while let Some(letter) = text[at..].chars().next() {
            let (len, said) =
                read(&text[at..]).unwrap_or_else(|| (letter.len_utf8(), letter.into()));
            bytes.extend_from_slice(&said.bytes[..said.len]);
            from.resize(bytes.len(), at);
            at += len;
        }
        from.push(at);
        Self { bytes, from }
    }

    /// What is read, read once more.
    fn again(&self, read: Reading) -> Option<Self> {
        let mut again = Self::new(std::str::from_utf8(&self.bytes).ok()?, read);
        again.from.iter_mut().for_each(|at| *at = self.from[*at]);
        Some(again)
    }

    /// Adds where in the text the secret stands.
    fn find(&self, secret: &str, found: &mut Vec<Range<usize>>) {
        let mut after = 0;
        while let Some(at) = memchr::memmem::find(&self.bytes[after..], secret.as_bytes()) {
            let end = after + at + secret.len();
            found.push(self.from[after + at]..self.from[end]);
            after = end;
        }
    }
}

/// An escape of a JSON text.
fn in_json(text: &str) -> Option<(usize, Letters)> {
    let mut letters = text.strip_prefix('\\')?.chars();
    let plain = match letters.next()? {
        'u' => return unicode(text),
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'b' => '\u{8}',
        'f' => '\u{c}',
        letter @ ('"' | '\\' | '/') => letter,
        _ => return None,
    };
    Some((2, plain.into()))
}

/// `\u00e9`, or two of these for one letter.
fn unicode(text: &str) -> Option<(usize, Letters)> {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then_some(())?;
        u16::from_str_radix(digits, 16).ok()
    };
    let first = unit(0)?;
    let mut read = char::decode_utf16([Some(first), unit(6)].into_iter().flatten());
    let letter = read.next()?.ok()?;
    Some((6 * letter.len_utf16(), letter.into()))
}

/// As an address, but for the spaces.
fn in_form(text: &str) -> Option<(usize, Letters)> {
    if text.starts_with('+') { Some((1, ' '.into())) } else { in_address(text) }
}

/// A byte of an address.
fn in_address(text: &str) -> Option<(usize, Letters)> {
    let digits = text.strip_prefix('%')?.get(..2)?;
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then_some(())?;
    let byte = u8::from_str_radix(digits, 16).ok()?;
    Some((3, Letters { bytes: [byte, 0, 0, 0], len: 1 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Says that this text holds the secret and nothing else.
    #[track_caller]
    fn is_cut_out(secret: &str, written: &str) {
        let text = redact(format!("got: {written}!"), false, [Secret::from(secret)].iter());
        assert_eq!(text, "got: [redacted]!", "{written}");
    }

    #[test]
    fn an_echoed_secret_is_cut_out_whole() {
        let secrets = [Secret::from("hush"), Secret::from("hush-hush")];
        let text = redact(r#"{"got":"hush-hush and hush"}"#.to_owned(), false, secrets.iter());
        assert_eq!(text, r#"{"got":"[redacted] and [redacted]"}"#);
    }

    #[test]
    fn a_secret_is_found_as_json_writes_it() {
        let secrets = [Secret::from("line\none\"two")];
        let echo = serde_json::json!({ "got": secrets[0].expose() }).to_string();
        assert_eq!(redact(echo.clone(), false, secrets.iter()), r#"{"got":"[redacted]"}"#);
        let body_in_a_text = serde_json::json!({ "error": echo }).to_string();
        let redacted = redact(body_in_a_text, false, secrets.iter());
        assert_eq!(redacted, r#"{"error":"{\"got\":\"[redacted]\"}"}"#);
        is_cut_out("a/b/c+d==", r"a\/b\/c+d==");
        is_cut_out(r"back\slash", r"back\\slash");
        is_cut_out("Ünïcode ☂", r"\u00dcn\u00efcode \u2602");
        is_cut_out("Ünïcode ☂", r"\u00DCn\u00EFcode \u2602");
        is_cut_out("rain 🌂/now", r"rain \ud83c\udf02\/now");
        is_cut_out("a<b>&c", r"a\u003cb\u003E\u0026c");
    }

    #[test]
    fn a_secret_is_found_as_addresses_and_forms_write_it() {
        for written in ["a%2Fb%2Bc%3D%3D", "a%2fb%2bc%3d%3d", "a/b%2Bc==", "a%2Fb+c=="] {
            is_cut_out("a/b+c==", written);
        }
        is_cut_out("Ünï code", "%C3%9Cn%c3%af%20code");
        is_cut_out("two words+1", "two+words%2B1");
        is_cut_out("two words", "two+words");
        is_cut_out("100%25 sure", "100%2525%20sure");
    }

    #[test]
    fn one_that_is_part_of_another_leaves_nothing_of_it() {
        let secrets = [Secret::from("hush"), Secret::from("hush/é/more")];
        let text = redact(r"x hush\/\u00e9\/more y".to_owned(), false, secrets.iter());
        assert_eq!(text, "x [redacted] y");
    }

    #[test]
    fn what_is_no_secret_stays_as_it_is() {
        let secrets = [Secret::from("hush-hush")];
        for text in [r#"{"a":"\u00e9\/ 50% \u12 \ud83c + %zz \"#, "é%", "\\", "%2"] {
            assert_eq!(redact(text.to_owned(), false, secrets.iter()), text);
        }
    }

    #[test]
    fn the_end_of_a_cut_text_holds_no_part_of_a_secret() {
        let secrets = [Secret::from("hush-hush")];
        assert_eq!(redact("said: hush-hu".to_owned(), true, secrets.iter()), "said");
        let secrets = [Secret::from("hush/é")];
        let text = redact(r"it said to me: hush\/\u00".to_owned(), true, secrets.iter());
        assert!(!text.contains("hush"), "{text}");
    }
}
