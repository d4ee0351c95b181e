//! What looks like a secret in a file. It errs towards telling: a line can be excepted.

use kiket_manifest::{Text, names_a_secret};
use regex::{Captures, Regex};

use super::problem::Problem;

/// Why a file with a secret is not packed.
pub(super) const SECRET: &str = "secret";

/// What keys that services give out look like.
const SHAPES: [(&str, &str); 12] = [
    ("a credential of Kiket", r"\b(?:kk|ka|wk|sh|wht)_[0-9a-f]{32}"),
    ("a private key", r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"),
    ("an access key of AWS", r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    ("a token of GitHub", r"\b(?:gh[pousr]_[0-9A-Za-z]{36}|github_pat_[0-9A-Za-z_]{22})"),
    ("a token of GitLab", r"\bglpat-[0-9A-Za-z_-]{20}"),
    ("a token of npm", r"\bnpm_[0-9A-Za-z]{36}"),
    ("a token of Slack", r"\bxox[abeoprs]-[0-9A-Za-z-]{10}"),
    (
        "an address of Slack that takes messages",
        r"hooks\.slack\.com/services/T[0-9A-Z]+/B[0-9A-Z]+/",
    ),
    ("a key of Stripe", r"\b[rs]k_live_[0-9A-Za-z]{16}"),
    ("a key of Google", r"\bAIza[0-9A-Za-z_-]{35}"),
    (
        "a runtime token, or another JWT",
        r"\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10}",
    ),
    ("a password in an address", r"\b[a-z][a-z0-9+.-]*://[^\s/:@]+:(?P<value>[^\s/@]{8,})@"),
];
/// A name, and a text in quotes that is given to it.
const QUOTED: &str = r#"(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)["']?\s*(?::\s*&?[A-Za-z' <>]+=|=>|:=|[:=])\s*(?:"(?P<value>[^"]+)"|'(?P<single>[^']+)')"#;
/// The same without quotes, as the only thing in a line, for files that are settings.
const BARE: &str = r#"^\s*(?:export\s+|-\s+|ENV\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)\s*[:=]\s*(?P<value>[^\s"'#]+)\s*$"#;
/// What stands where a secret is to be written.
const PLACEHOLDER: &str = r"(?i)(?:^|[^a-z])(?:dummy|example|fake|insert|local|mock|placeholder|replace|sample|test|todo|x{3,}|your)(?:$|[^a-z])|change.?me|\*{3}|\.{3}|…|^<|[$%]\(|[${]\{|^\$[A-Z_a-z]";
/// How files of settings end, and how they are called.
const SETTINGS: [&str; 11] = [
    ".yml",
    ".yaml",
    ".env.example",
    ".properties",
    ".ini",
    ".cfg",
    ".conf",
    ".sh",
    ".toml",
    "Dockerfile",
    ".env",
];
/// The shortest secret that is recognised by its name alone.
const SHORTEST: usize = 8;
/// So long, and it is one even without digits.
const LONG: usize = 16;
/// How much a letter of a secret says at least, in bits. Words repeat fewer letters.
const BITS: f64 = 2.5;

/// What looks for secrets.
pub(super) struct Scanner {
    shapes: Vec<(&'static str, Regex)>,
    quoted: Regex,
    bare: Regex,
    placeholder: Regex,
}

impl Scanner {
    /// # Errors
    /// None that can occur: the patterns are fixed.
    pub(super) fn new() -> Result<Self, regex::Error> {
        let shapes = SHAPES.iter().map(|(what, shape)| Ok((*what, Regex::new(shape)?)));
        Ok(Self {
            shapes: shapes.collect::<Result<_, regex::Error>>()?,
            quoted: Regex::new(QUOTED)?,
            bare: Regex::new(BARE)?,
            placeholder: Regex::new(PLACEHOLDER)?,
        })
    }

    /// What looks like a secret in the file at this path, if it is a text.
    pub(super) fn secrets(&self, path: &str, content: &[u8]) -> Vec<Problem> {
        // What has this byte is no text.
        if content.contains(&0) {
            return Vec::new();
        }
        let text = String::from_utf8_lossy(content);
        let is_settings = SETTINGS.iter().any(|end| path.ends_with(end));
        let found = text.lines().enumerate().filter_map(|(index, line)| {
            let (at, what) = self.in_line(line, is_settings)?;
            let column = line[..at].chars().count() + 1;
            let help = format!(
                "take it out, and change it: whoever has the file knows it; if it is none, add \
                 `--allow-secret {path}:{}`",
                index + 1
            );
            Some(Problem::new(SECRET, what, help).in_file(path).at(index + 1, column))
        });
        found.collect()
    }

    /// The first in a line: where it begins, and what it looks like. The value itself is never told.
    fn in_line(&self, line: &str, is_settings: bool) -> Option<(usize, String)> {
        for (what, shape) in &self.shapes {
            let mut found = shape.captures_iter(line);
            let real = found.find(|found| {
                found.name("value").is_none_or(|value| !self.placeholder.is_match(value.as_str()))
            });
            if let Some(place) = real.and_then(|found| found.get(0)) {
                return Some((place.start(), format!("this looks like {what}")));
            }
        }
        let quoted = self.quoted.captures_iter(line);
        let bare = self.bare.captures_iter(line).filter(|_| is_settings);
        quoted.chain(bare).find_map(|found| self.named(&found))
    }

    /// A value that stands under the name of a secret and may be one.
    fn named(&self, found: &Captures<'_>) -> Option<(usize, String)> {
        let name = found.name("name")?.as_str();
        let value = found.name("value").or_else(|| found.name("single"))?;
        let is_reference = matches!(
            value.as_str().parse::<Text<String>>(),
            Ok(Text::Reference(reference)) if reference.fallback.is_none()
        );
        let is_secret = names_a_secret(name)
            && !is_reference
            && !self.placeholder.is_match(value.as_str())
            && may_be_secret(value.as_str());
        is_secret.then(|| (value.start(), format!("`{name}` has a value that looks like a secret")))
    }
}

/// Whether a text is one that people would not say or write otherwise.
fn may_be_secret(text: &str) -> bool {
    let has = |is: fn(&u8) -> bool| text.bytes().any(|byte| is(&byte));
    let is_mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    !text.contains([' ', '(', '/'])
        && (is_mixed && text.len() >= SHORTEST || text.len() >= LONG)
        && bits(text) >= BITS
}

/// How much a letter of the text says, in bits.
fn bits(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    text.bytes().for_each(|byte| counts[usize::from(byte)] += 1);
    let length = f64::from(u32::try_from(text.len()).unwrap_or(u32::MAX));
    let shares = counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / length);
    -shares.map(|share| share * share.log2()).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(path: &str, text: &str) -> Vec<(usize, usize)> {
        let found = Scanner::new().unwrap().secrets(path, text.as_bytes()).into_iter();
        found.filter_map(|problem| Some((problem.line?, problem.column?))).collect()
    }

    #[test]
    fn values_under_names_of_secrets_are_found_in_every_language() {
        for line in [
            r#"API_TOKEN = "s3cr3t-value-9""#,
            r#"const API_TOKEN: &str = "s3cr3t-value-9";"#,
            r#"let client_secret = 's3cr3t-value-9';"#,
            r#"  "password": "s3cr3t-value-9","#,
            r#"{ :api_key => "s3cr3t-value-9" }"#,
            r#"password := "SuperDuperHiddenWord""#,
        ] {
            assert_eq!(places("src/a.x", &format!("\n{line}\n")).len(), 1, "{line}");
        }
        assert_eq!(places("a.yml", "a: b\ntoken: s3cr3tvalue9\n"), [(2, 8)]);
        assert_eq!(places("a.rs", "token: s3cr3tvalue9\n"), []);
    }

    #[test]
    fn keys_are_found_by_what_they_look_like() {
        let jwt = format!("eyJ{0}.eyJ{0}.{0}", "a".repeat(20));
        let found = [
            concat!("-----BEGIN RSA PRIVATE", " KEY-----").to_owned(),
            format!("AKIA{}", "A1".repeat(8)),
            format!("ghp_{}", "a1".repeat(18)),
            format!("xoxb-{}", "1".repeat(12)),
            format!("sk_live_{}", "a1".repeat(8)),
            jwt,
            "postgres://kiket:s3cr3tvalue9@db.internal/kiket".to_owned(),
        ];
        for text in found {
            assert_eq!(places("a.md", &format!("é {text}")), [(1, 3)], "{text}");
        }
    }

    #[test]
    fn what_is_no_secret_is_left_alone() {
        for line in [
            r#"API_TOKEN = os.environ["API_TOKEN"]"#,
            r#"token: "env.API_TOKEN""#,
            r#"secret: "${API_TOKEN}""#,
            r#"password = "changeme-12345""#,
            r#"token = "your-token-12345""#,
            r#"API_TOKEN = """#,
            r#"runtime_token: "a-runtime-token""#,
            r#"title = "s3cr3t-value-9""#,
            r#"token_url: "https://example.com/oauth2/token""#,
            "postgres://user:${PASSWORD}@db/kiket",
        ] {
            assert_eq!(places("a.yml", line), [], "{line}");
        }
    }

    #[test]
    fn the_value_is_never_told() {
        let found = Scanner::new().unwrap().secrets("a.py", br#"API_TOKEN = "s3cr3t-value-9""#);
        let told = format!("{found:?}");
        assert!(told.contains("API_TOKEN") && !told.contains("s3cr3t"), "{told}");
    }
}
