//! Cutting what was sent in confidence out of what comes back, before it is kept.

use kiket_contract::secret::Secret;
use zeroize::Zeroizing;

const REDACTED: &str = "[redacted]";
/// A shorter value stands in too many innocent places to be cut out of them.
const SHORTEST: usize = 4;

/// The text without any of the secrets, in plain, as JSON writes them and as JSON writes that: who
/// tells what it was sent often puts the body into a text. Longest first, so that none is left in
/// part. Where the text was `cut` off, so is whatever of a secret may stand at its end.
pub(crate) fn redact<'a>(
    mut text: String,
    cut: bool,
    secrets: impl Iterator<Item = &'a Secret>,
) -> String {
    let mut forms: Vec<Zeroizing<String>> = secrets
        .map(Secret::expose)
        .filter(|secret| secret.len() >= SHORTEST)
        .flat_map(forms)
        .collect();
    forms.sort_unstable_by_key(|form| std::cmp::Reverse(form.len()));
    forms.dedup();
    for form in &forms {
        if text.contains(form.as_str()) {
            text = text.replace(form.as_str(), REDACTED);
        }
    }
    if let (true, Some(longest)) = (cut, forms.first()) {
        text.truncate(text.floor_char_boundary(text.len().saturating_sub(longest.len())));
    }
    text
}

fn forms(secret: &str) -> [Zeroizing<String>; 3] {
    let in_json = in_json(secret);
    let twice = self::in_json(&in_json);
    [Zeroizing::new(secret.to_owned()), in_json, twice]
}

fn in_json(secret: &str) -> Zeroizing<String> {
    let quoted = Zeroizing::new(serde_json::Value::from(secret).to_string());
    Zeroizing::new(quoted[1..quoted.len() - 1].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

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
    }

    #[test]
    fn the_end_of_a_cut_text_holds_no_part_of_a_secret() {
        let secrets = [Secret::from("hush-hush")];
        assert_eq!(redact("said: hush-hu".to_owned(), true, secrets.iter()), "said");
    }
}
