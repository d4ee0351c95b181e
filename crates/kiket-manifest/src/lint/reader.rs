//! What the reader itself notes. These rules have no check of their own.

use super::{Check, Rule, Severity};

const GOOD: &str = "id: com.example.crm\nversion: 1.0.0\n";
const NEST: &str = "id: com.example.crm\ntags: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\
                    ]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n";
const REPEATED: &str = "\
id: com.example.crm
x-a: &a [x, x, x, x, x, x, x, x, x, x]
x-b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
x-c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
x-d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]
x-e: [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]
";

fn nothing(_: &mut Check<'_>) {}

const fn error(
    id: &'static str,
    summary: &'static str,
    help: &'static str,
    bad: &'static str,
    good: &'static str,
) -> Rule {
    Rule { id, severity: Severity::Error, summary, help, bad, good, check: nothing }
}

const fn warning(
    id: &'static str,
    summary: &'static str,
    help: &'static str,
    bad: &'static str,
    good: &'static str,
) -> Rule {
    Rule { severity: Severity::Warning, ..error(id, summary, help, bad, good) }
}

pub(super) const RULES: &[Rule] = &[
    error(
        "encoding",
        "the file is not UTF-8",
        "Save it as UTF-8.",
        "# A file in another encoding, such as UTF-16 or Latin-1.\n",
        GOOD,
    ),
    error(
        "too-large",
        "the file is larger than a manifest may be",
        "Move long texts out of it.",
        "# A file of more than 256 KiB.\n",
        GOOD,
    ),
    error(
        "syntax",
        "the text is neither YAML nor JSON",
        "Correct it at that place. Often a bracket or quote is open, or a line is indented wrongly.",
        "id: com.example.crm\nversion: 1.0.0\ntags: [crm\n",
        GOOD,
    ),
    error(
        "several-documents",
        "a second document begins in the file",
        "Keep one manifest in the file and take the others out.",
        "id: com.example.crm\nversion: 1.0.0\n---\nid: com.example.chat\n",
        GOOD,
    ),
    error(
        "too-many-values",
        "there is more in the text than is read",
        "Take aliases apart or lists out, until it is a manifest that people can read.",
        REPEATED,
        GOOD,
    ),
    error("too-deep", "values are nested too deeply", "Nest less.", NEST, GOOD),
    error(
        "alias",
        "an alias can not be used",
        "Write the value itself, or give the anchor before the alias.",
        "id: com.example.crm\nversion: 1.0.0\ntags: *tags\n",
        GOOD,
    ),
    error(
        "key",
        "the key of a member is no plain text",
        "Write a text as the key.",
        "id: com.example.crm\nversion: 1.0.0\n[a, b]: c\n",
        GOOD,
    ),
    warning(
        "duplicate-key",
        "a key stands twice in one mapping or list",
        "Take all but the last out: only that one counts.",
        "id: com.example.crm\nversion: 0.9.0\nversion: 1.0.0\n",
        GOOD,
    ),
    error(
        "wrong-type",
        "a value is of another type than the member has",
        "Write a value of the type that the message names.",
        "id: com.example.crm\nversion: [1.0.0]\n",
        GOOD,
    ),
    warning(
        "quoted-value",
        "a number or boolean stands in quotes",
        "Write it without quotes.",
        "id: com.example.crm\nversion: 1.0.0\ncallback: {timeout: \"5000\"}\n",
        "id: com.example.crm\nversion: 1.0.0\ncallback: {timeout: 5000}\n",
    ),
    error(
        "bad-value",
        "a value of the right type can not be used",
        "Write a value such as the message names.",
        "id: no blanks please\nversion: 1.0.0\n",
        GOOD,
    ),
    error(
        "bad-reference",
        "a text holds `${` but is no reference",
        "Write `${NAME}` or `${NAME:-fallback}` as the whole value.",
        "id: com.example.crm\nversion: 1.0.0\ncallback: {url: \"https://${HOST}/kiket\"}\n",
        "id: com.example.crm\nversion: 1.0.0\ncallback: {url: \"${EXTENSION_BASE_URL}\"}\n",
    ),
    error(
        "missing-member",
        "something lacks a member that it must have",
        "Add the member that the message names.",
        "version: 1.0.0\n",
        GOOD,
    ),
    warning(
        "said-twice",
        "a member is said in two places, or by two names",
        "Take out the one that the message names: only the other counts.",
        "model_version: \"1.0\"\nextension: {id: com.example.crm, name: CRM, version: 1.0.0, \
         sdk: rust, delivery: internal}\nname: Old\n",
        "model_version: \"1.0\"\nextension: {id: com.example.crm, name: CRM, version: 1.0.0, \
         sdk: rust, delivery: internal}\n",
    ),
    warning(
        "default-type",
        "a setting's default is not of its type",
        "Write a default of the declared type.",
        "id: com.example.crm\nversion: 1.0.0\nsettings: [{key: retries, type: integer, default: many}]\n",
        "id: com.example.crm\nversion: 1.0.0\nsettings: [{key: retries, type: integer, default: 3}]\n",
    ),
    warning(
        "other-document",
        "this is the manifest of a later platform, which delivers no events",
        "Write the extension's own manifest beside it.",
        "apiVersion: kiket.dev/v1\nkind: Extension\nmetadata: {key: crm, name: CRM, version: 1.0.0}\n",
        GOOD,
    ),
    error(
        "more",
        "there are more problems than are shown",
        "Correct the others first.",
        "id: com.example.crm\nversion: 1.0.0\nhooks: [{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},\
         {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},\
         {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},\
         {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}]\n",
        "id: com.example.crm\nversion: 1.0.0\nhooks: [issue.created]\n",
    ),
];
