//! A manifest's text without the values that may be secret, for logs.

mod lines;
mod values;

use std::ops::Range;

use kiket_manifest::{Document, Text};

/// Blocks whose members may all be secret.
const HOLDERS: [&str; 2] = ["headers", "env"];
/// What holds the value in the declaration of a setting.
const VALUES: [&str; 3] = ["default", "value", "example"];
/// Members of a declaration that only say what it is about.
const DESCRIBING: [&str; 7] = ["key", "type", "label", "description", "required", "scope", "title"];

/// The text with every value that may be secret masked. Bytes, characters and lines stay where
/// they are.
///
/// What the document's tree has is judged by its place there; what it lacks, since the text breaks
/// off or a key stands twice, by what the lines look like.
pub(super) fn masked(document: &Document) -> String {
    let found = values::secret(document);
    let mut ranges = found.ranges;
    ranges.extend(lines::secret(document.text(), &found.declarations, document.is_complete()));
    ranges.sort_by_key(|range| range.start);
    let mut masked = String::with_capacity(document.text().len());
    let mut at = 0;
    for Range { start, end } in ranges {
        let start = start.max(at);
        if let (Some(before), Some(value)) =
            (document.text().get(at..start), document.text().get(start..end))
        {
            masked.push_str(before);
            masked.extend(value.chars().map(mask));
            at = end;
        }
    }
    masked.push_str(&document.text()[at..]);
    masked
}

/// A character of the same length in bytes.
fn mask(letter: char) -> char {
    match letter {
        '\n' | '\r' => letter,
        _ if letter.len_utf8() == 1 => '*',
        _ if letter.len_utf8() == 2 => '·',
        _ if letter.len_utf8() == 3 => '•',
        _ => '🞄',
    }
}

/// Whether a text can be shown under the name of a secret: it says where the secret is found, or it
/// is no secret but a flag.
fn is_harmless(text: &str) -> bool {
    const FLAGS: [&str; 8] = ["true", "false", "yes", "no", "on", "off", "null", "~"];
    // Nobody names a variable with more, and a hostile text is not read over and over again.
    const LONGEST: usize = 256;
    FLAGS.iter().any(|flag| text.eq_ignore_ascii_case(flag))
        || text.len() <= LONGEST
            && matches!(text.parse(), Ok(Text::<String>::Reference(found)) if found.fallback.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = r#"extension:
  id: com.example.crm
  callback: {url: "https://user:tell-1@crm.example.com/?token=tell-2", secret: tell-3}
  callback:
    secret: 'it''s tell-4'
    secret: "tell\"tell-5"
    headers:
      X-Shop: tell-6
      Authorization: Bearer tell-7
  settings:
    - {key: one, secret: true, default: tell-8, default: tell-9}
    - key: two
      secret: true
      default: tell-10
      default: "tell-11
        tell-12"
  configuration:
    API_TOKEN:
      type: string
      default: tell-13
  deployment:
    env:
      DATABASE_URL: tell-14
      private-key: |
        tell-15
        tell-16: tell-17
        tell-16==
        a tell-16: x
    clientSecret: tell-é-18
      tell-18
      tell-18
  oauth: {"password":"tell-19", "more": [{api_key: tell-20, scope: x}]}
  secrets: {CRM: tell-21}
"#;

    fn mask_of(text: &str) -> String {
        masked(&Document::parse(text))
    }

    #[test]
    fn no_secret_is_left_wherever_the_text_breaks_off() {
        for end in SAMPLE.char_indices().map(|(at, _)| at).chain([SAMPLE.len()]) {
            let text = &SAMPLE[..end];
            let masked = mask_of(text);
            assert!(!masked.contains("tell-"), "{masked}");
            assert_eq!(masked.len(), text.len());
            assert_eq!(masked.chars().count(), text.chars().count());
            assert_eq!(masked.lines().count(), text.lines().count());
        }
    }

    #[test]
    fn defaults_are_secret_whatever_declares_the_setting_so() {
        for settings in [
            "settings: [{key: one, secret: true, default: tell-1}]",
            "settings: [{key: one, type: secret, default: tell-1}]",
            "secrets: [{key: one, default: tell-1}]",
            "secrets: [{key: one, default: tell-1, default: tell-2}]",
            "configuration: {secrets: [{key: one, default: 12345}]}",
            "configuration: {one: {default: tell-1}}\ndeployment: {secret_keys: [one]}",
            "configuration: {one: {secret: true}}\nsettings: [{key: one, default: tell-1}]",
        ] {
            let masked = mask_of(&format!("id: a\n{settings}\n"));
            assert!(!masked.contains("tell-") && !masked.contains("12345"), "{masked}");
            assert!(masked.contains("one"), "{masked}");
        }
    }

    #[test]
    fn what_is_no_secret_stays() {
        let text = "\
extension:
  id: com.example.crm
  version: 1.0.0
  callback: {url: https://crm.example.com, secret: env.KIKET_SECRET, timeout: 5000}
  secrets: [API_TOKEN]
  hooks:
    - event: issue.created
      required: true
  settings:
    - {key: API_TOKEN, type: string, secret: true, required: true, label: Token}
    - {key: LIMIT, type: integer, default: many}
  configuration:
    SHOP_TOKEN: {type: string, secret: true, default: '${SHOP_TOKEN}', description: The shop}
";
        assert_eq!(mask_of(text), text);
    }

    #[test]
    fn a_hostile_line_is_masked_in_time() {
        for part in ["[token: ", "token:'", "a=\"\\", "://a:", "{secret: [", "default: "] {
            let text = part.repeat(kiket_manifest::LARGEST / part.len());
            assert_eq!(mask_of(&text).len(), text.len());
        }
    }

    #[test]
    fn characters_keep_their_lengths() {
        assert_eq!(mask_of("id: a\npassword: aé€😀 b\n"), "id: a\npassword: *·•🞄**\n");
    }
}
