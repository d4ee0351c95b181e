//! Takes secrets out of texts.

use kiket_contract::route::segment;
use kiket_contract::secret::Secret;

const IN_PLACE: &str = "[secret]";

/// The text with a mark in place of every secret, as it is and as it stands in URLs and in JSON; the
/// beginning of it, when it is longer than `longest` bytes.
///
/// It is read once from the left, the longest secret first at each place, so no mark is taken for a
/// text and no secret shows what is left of another.
pub(crate) fn scrubbed<'a>(
    text: &str,
    secrets: impl Iterator<Item = &'a Secret>,
    longest: usize,
) -> String {
    let mut forms: Vec<Secret> = secrets.flat_map(forms).filter(|form| !form.is_empty()).collect();
    forms.sort_by_key(|form| std::cmp::Reverse(form.expose().len()));
    let mut clean = String::with_capacity(text.len().min(longest));
    let mut rest = text;
    while clean.len() < longest
        && let Some(letter) = rest.chars().next()
    {
        let found = forms.iter().find(|form| rest.starts_with(form.expose()));
        let length = match found {
            Some(form) => {
                clean.push_str(IN_PLACE);
                form.expose().len()
            }
            None => {
                clean.push(letter);
                letter.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    cut(clean, longest)
}

/// How a secret may stand in a text: without the blanks around it, which are often taken off.
fn forms(secret: &Secret) -> [Secret; 3] {
    let text = secret.expose().trim();
    let in_json = serde_json::to_string(text).unwrap_or_default();
    let in_json = in_json.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    [text.into(), segment(text).into(), in_json.unwrap_or_default().into()]
}

/// The beginning of a text, whole letters of at most this many bytes.
pub(super) fn cut(mut text: String, longest: usize) -> String {
    text.truncate(text.floor_char_boundary(longest));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clean(text: &str, secrets: &[&str]) -> String {
        let secrets: Vec<_> = secrets.iter().copied().map(Secret::from).collect();
        scrubbed(text, secrets.iter(), 100)
    }

    #[test]
    fn every_secret_goes_wherever_it_stands() {
        assert_eq!(clean("a t0p b t0p", &["t0p", ""]), "a [secret] b [secret]");
        assert_eq!(clean("nothing", &["t0p"]), "nothing");
    }

    #[test]
    fn a_secret_inside_another_leaves_nothing_of_it() {
        assert_eq!(clean("key-123-end", &["123", "key-123"]), "[secret]-end");
        assert_eq!(clean("abab", &["ab", "aba"]), "[secret]b");
    }

    #[test]
    fn a_secret_from_a_file_goes_without_its_newline_too() {
        assert_eq!(
            clean("GET /?key=t0p: refused", &["t0p\n", " \n"]),
            "GET /?key=[secret]: refused"
        );
    }

    #[test]
    fn the_mark_itself_is_not_read_again() {
        assert_eq!(clean("xe", &["x", "e", "secret"]), "[secret][secret]");
    }

    #[test]
    fn secrets_in_urls_and_in_json_go_too() {
        let text = r#"GET /?key=a%2Fb%20c failed: {"key":"line\n\"two\""}"#;
        let expected = r#"GET /?key=[secret] failed: {"key":"[secret]"}"#;
        assert_eq!(clean(text, &["a/b c", "line\n\"two\""]), expected);
    }

    #[test]
    fn a_long_text_is_cut_between_letters_and_never_inside_a_secret() {
        let text = format!("{}secret1", "é".repeat(49));
        let clean = clean(&text, &["secret1"]);
        assert_eq!(clean, format!("{}[s", "é".repeat(49)));
        assert_eq!(cut("éé".to_owned(), 3), "é");
    }
}
