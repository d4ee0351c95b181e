//! What somebody may have meant.

/// Nobody misspells more than this by accident.
const LONGEST: usize = 64;

/// The known word that is so near to this one that it was probably meant.
///
/// Case, dashes, dots and underscores make no difference: `apiVersion` is `api_version`.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST {
        return None;
    }
    let plain_word = plain(word);
    let allowed = (plain_word.chars().count() / 3).min(2);
    known
        .into_iter()
        // Counting letters is much cheaper than comparing them. Dots and dashes may be many.
        .filter(|candidate| {
            candidate.len() <= 2 * LONGEST && candidate.len().abs_diff(word.len()) <= 6
        })
        .map(|candidate| (strsim::osa_distance(&plain_word, &plain(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= allowed && *candidate != word)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

fn plain(word: &str) -> String {
    word.chars().filter(|letter| !"-_.: ".contains(*letter)).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_meant_and_others_are_not() {
        let known = ["timeout", "retries", "api_version", "sdk"];
        for (word, meant) in [
            ("timout", Some("timeout")),
            ("Retries", Some("retries")),
            ("apiVersion", Some("api_version")),
            ("skd", Some("sdk")),
            ("go", None),
            ("something", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, known), meant, "{word}");
        }
    }
}
