//! The environment variables that may hold a secret setting.

use kiket_contract::environment::SECRET_PREFIX;
use kiket_contract::secret::Secret;

/// The variables to look at for a secret setting, best first, without repetitions.
///
/// The documents say `KIKET_SECRET_<KEY>`, and the SDKs differ in how they write the key. The first
/// name is the documented one: upper case, everything else an underscore, runs merged and trimmed.
/// Then follow plain upper case, and upper case with an underscore before every capital.
///
/// ```
/// use kiket_manifest::secret_variable;
///
/// assert_eq!(secret_variable("api_token"), ["KIKET_SECRET_API_TOKEN"]);
/// assert_eq!(secret_variable("api.token"), ["KIKET_SECRET_API_TOKEN", "KIKET_SECRET_API.TOKEN"]);
/// ```
#[must_use]
pub fn secret_variable(key: &str) -> Vec<String> {
    let mut names = Vec::with_capacity(3);
    for spelling in [merged(key), key.to_uppercase(), snake(key)] {
        let name = format!("{SECRET_PREFIX}{spelling}");
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The value of a secret setting in an environment: that of the first of its variables that is set
/// and not empty.
#[must_use]
pub fn secret_in_environment(key: &str, lookup: impl Fn(&str) -> Option<String>) -> Option<Secret> {
    let mut values = secret_variable(key).into_iter().filter_map(|name| lookup(&name));
    values.find(|value| !value.is_empty()).map(Secret::from)
}

fn merged(key: &str) -> String {
    let words: Vec<_> = key
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    words.join("_").to_ascii_uppercase()
}

fn snake(key: &str) -> String {
    let mut name = String::with_capacity(key.len() * 2);
    for letter in key.chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' });
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sdk_finds_its_own_spelling() {
        let table: [(&str, &[&str]); 6] = [
            ("api_token", &["API_TOKEN"]),
            ("api.token", &["API_TOKEN", "API.TOKEN"]),
            ("api-token", &["API_TOKEN", "API-TOKEN"]),
            ("apiToken", &["APITOKEN", "API_TOKEN"]),
            ("example.apiKey", &["EXAMPLE_APIKEY", "EXAMPLE.APIKEY", "EXAMPLE_API_KEY"]),
            ("API_KEY", &["API_KEY", "A_P_I__K_E_Y"]),
        ];
        for (key, expected) in table {
            let expected: Vec<_> =
                expected.iter().map(|name| format!("{SECRET_PREFIX}{name}")).collect();
            assert_eq!(secret_variable(key), expected, "{key}");
        }
    }

    #[test]
    fn separators_at_the_ends_are_trimmed_in_the_documented_name_only() {
        assert_eq!(
            secret_variable("-a..b-"),
            ["KIKET_SECRET_A_B", "KIKET_SECRET_-A..B-", "KIKET_SECRET__A__B_"]
        );
    }
}
