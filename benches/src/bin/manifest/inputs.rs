//! A long manifest, and hostile ones.

use std::fmt::Write as _;

use kiket_manifest::LARGEST;

const HEAD: &str = "id: com.example.crm\nversion: 1.0.0\n";

/// A sound manifest of 2 000 lines.
pub(crate) fn long() -> String {
    let mut text = "model_version: \"1.0\"\nextension:\n  id: com.example.crm\n  name: CRM\n  \
                    version: 1.0.0\n  sdk: rust\n  delivery: http\n  callback:\n    \
                    url: ${EXTENSION_BASE_URL}\n    secret: env.KIKET_WEBHOOK_SECRET\n  hooks:\n"
        .to_owned();
    for hook in 0..150 {
        _ = writeln!(
            text,
            "    - event: external.webhook.shop_{hook}\n      timeout: 5000\n      retries: 1\n      \
             description: Takes the orders of one shop"
        );
    }
    text.push_str("  configuration:\n");
    for setting in 0..231 {
        _ = writeln!(
            text,
            "    SHOP_{setting}:\n      type: string\n      label: Shop {setting}\n      \
             description: The shop that orders are from\n      default: shop-{setting}\n      \
             scope: extension"
        );
    }
    text.push_str("  assets:\n    icon: ./public/icon.svg\n");
    text
}

/// Inputs that are built to cost much, by what is in them.
pub(crate) fn hostile() -> Vec<(&'static str, Vec<u8>)> {
    let texts = [
        ("alias bomb", bomb()),
        ("alias bomb of a long text", long_alias()),
        ("lists, 10 000 deep", nested("[", "]")),
        ("mappings, 10 000 deep", nested("{a: ", "}")),
        ("block lists, 10 000 deep", format!("{HEAD}x:\n  {}1", "- ".repeat(10_000))),
        ("mapping keys, 10 000 deep", nested("? ", "")),
        ("a text of 4 MiB", format!("{HEAD}x: {}", "x".repeat(4 << 20))),
        ("a text of 255 KiB", format!("{HEAD}x-x: {}", "x".repeat(255 << 10))),
        ("a quoted text of escapes", filled("x-x: \"", "\\u00e9", "\"")),
        ("a text of 60 000 lines", filled("x-x: |\n", "  a\n", "")),
        ("a list of 120 000 items", filled("x: [", "1,", "]")),
        ("19 000 values", format!("{HEAD}x-x: [{}]", "a,".repeat(19_000))),
        ("120 000 hooks that are none", filled("hooks: [", "5,", "]")),
        ("hooks with misspelt members", filled("hooks:\n", "  - {event: a, timout: 5}\n", "")),
        ("hooks with misspelt events", filled("hooks:\n", "  - issue.creatd\n", "")),
        ("8 000 misspelt members", numbered("", "timeou", ": 1\n", 8_000)),
        ("8 000 members of near names", numbered("callback:\n", "  urll", ": a\n", 8_000)),
        ("one key 40 000 times", filled("", "k: 1\n", "")),
        ("9 000 secrets", numbered("settings:\n", "  - {secret: true, key: k", "}\n", 6_000)),
        ("unknown settings in the wizard", wizard()),
        ("misspelt scopes", filled("permissions: [", "isues.read,", "]")),
        ("brackets and secrets that stay open", filled("", "{token: [", "")),
        ("quotes that stay open", filled("", "token:'", "")),
        ("addresses with passwords", filled("x: ", "http://a:b@", "")),
        ("comments", filled("", "#\n", "")),
        ("colons", filled("", ":", "")),
    ];
    let mut inputs: Vec<_> =
        texts.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
    inputs.push(("4 MiB that are no UTF-8", vec![0xff; 4 << 20]));
    inputs.push(("zero bytes", vec![0; LARGEST]));
    inputs
}

/// As much of a part as a manifest may have.
fn filled(open: &str, part: &str, close: &str) -> String {
    let room = LARGEST - HEAD.len() - open.len() - close.len();
    format!("{HEAD}{open}{}{close}", part.repeat(room / part.len()))
}

fn numbered(open: &str, before: &str, after: &str, times: usize) -> String {
    let mut text = format!("{HEAD}{open}");
    for number in 0..times {
        _ = write!(text, "{before}{number}{after}");
    }
    text
}

fn nested(open: &str, close: &str) -> String {
    format!("{HEAD}x: {}{}", open.repeat(10_000), close.repeat(10_000))
}

fn bomb() -> String {
    let mut text = format!("{HEAD}a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
    for list in 1..9 {
        let alias = format!("*a{},", list - 1).repeat(10);
        _ = writeln!(text, "a{list}: &a{list} [{alias}]");
    }
    text
}

fn long_alias() -> String {
    let half = "y".repeat(LARGEST / 2);
    format!("{HEAD}x: &x {half}\ny: [{}]", "*x,".repeat(10_000))
}

/// Names many settings, each near to many that exist.
fn wizard() -> String {
    let mut text = numbered("settings:\n", "  - SHOP_", "\n", 5_000);
    text.push_str("setup:\n");
    for number in 0..2_000 {
        _ = writeln!(text, "  - configure: {{collect: [SHPO_{number}]}}");
    }
    text
}
