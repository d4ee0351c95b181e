//! The page of all settings, `docs/settings.md`, made from where they are declared.
//! `UPDATE_DOCS=1 cargo test -p kiket-sdk` writes it anew.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use syn::{
    Attribute, Expr, GenericArgument, ImplItem, ImplItemFn, Item, Lit, Meta, PathArguments,
    ReturnType, Type, Visibility,
};

const UPDATE: &str = "UPDATE_DOCS";
const PAGE: &str = "docs/settings.md";
const VARIABLES: &str = "crates/kiket-contract/src/environment.rs";
const BUILDER: [&str; 2] =
    ["crates/kiket-sdk/src/extension.rs", "crates/kiket-sdk/src/extension/telemetry.rs"];
/// What is no setting: what the extension handles, and what tests replace.
const NO_SETTINGS: [&str; 8] =
    ["webhook", "register", "guard", "action", "fallback", "load", "environment", "clock"];
const TOP: &str = "\
# Settings of an extension

What a program with the SDK can be configured with. The builder comes first, then the manifest, then the
environment, then the default; with `KIKET_DEV=1` the environment comes first, and a line of the log says
so. Empty values count as none.

This page is made from the declarations themselves.
";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn items(file: &str) -> Vec<Item> {
    syn::parse_file(&fs::read_to_string(root().join(file)).unwrap()).unwrap().items
}

/// The environment's variables and what they mean.
fn variables() -> Vec<(String, String)> {
    let variable = |item| {
        let Item::Const(item) = item else { return None };
        let Expr::Lit(value) = &*item.expr else { return None };
        let Lit::Str(name) = &value.lit else { return None };
        Some((name.value(), text(&item.attrs)))
    };
    items(VARIABLES).into_iter().filter_map(variable).collect()
}

/// What the builder begins with, if not the options that it then takes, and what they mean.
fn builder(begins: bool) -> Vec<(String, String)> {
    let of_impl = |item| match item {
        Item::Impl(block) if block.trait_.is_none() => block.items,
        _ => Vec::new(),
    };
    let option = |item| match item {
        ImplItem::Fn(method) if is_setting(&method) && begins != takes_self(&method) => {
            Some((method.sig.ident.to_string(), text(&method.attrs)))
        }
        _ => None,
    };
    let files = BUILDER.into_iter().flat_map(items);
    files.flat_map(of_impl).filter_map(option).collect()
}

/// A public method that gives an extension.
fn is_setting(method: &ImplItemFn) -> bool {
    let ReturnType::Type(_, returned) = &method.sig.output else { return false };
    let Type::Path(returned) = &**returned else { return false };
    let gives_self = returned.path.segments.iter().any(|part| match &part.arguments {
        PathArguments::AngleBracketed(arguments) => {
            matches!(arguments.args.first(), Some(GenericArgument::Type(Type::Path(first)))
                if first.path.is_ident("Self"))
        }
        _ => part.ident == "Self",
    });
    let name = method.sig.ident.to_string();
    matches!(method.vis, Visibility::Public(_)) && gives_self && !NO_SETTINGS.contains(&&*name)
}

fn takes_self(method: &ImplItemFn) -> bool {
    method.sig.receiver().is_some()
}

/// The documentation up to its first example or heading, as one line.
fn text(attributes: &[Attribute]) -> String {
    let line = |attribute: &Attribute| {
        let Meta::NameValue(meta) = &attribute.meta else { return None };
        let Expr::Lit(value) = &meta.value else { return None };
        let Lit::Str(text) = &value.lit else { return None };
        meta.path.is_ident("doc").then(|| text.value().trim().to_owned())
    };
    let lines = attributes.iter().filter_map(line);
    let lines: Vec<_> =
        lines.take_while(|line| !line.starts_with("```") && !line.starts_with('#')).collect();
    without_links(lines.join(" ").trim()).replace('|', "\\|")
}

/// Links into the documentation of the code lead nowhere from the page: what is in brackets stays.
fn without_links(text: &str) -> String {
    let mut parts = text.split('[');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (label, rest) = part.split_once(']').expect("a bracket that is closed");
        let rest = match rest.strip_prefix('(') {
            Some(target) => target.split_once(')').expect("a link that is closed").1,
            None => rest,
        };
        plain += &label.replace("crate::", "");
        plain += rest;
    }
    plain
}

fn page() -> String {
    let mut page = TOP.to_owned();
    page.push_str("\n## Variables\n\n| Variable | Meaning |\n|---|---|\n");
    for (name, meaning) in variables() {
        let more = if name.ends_with('_') { "…" } else { "" };
        writeln!(page, "| `{name}{more}` | {meaning} |").unwrap();
    }
    for (title, begins) in [("Beginnings", true), ("Options", false)] {
        write!(page, "\n## {title} of the builder\n\n| `Extension::` | Meaning |\n|---|---|\n")
            .unwrap();
        for (name, meaning) in builder(begins) {
            writeln!(page, "| `{name}` | {meaning} |").unwrap();
        }
    }
    page
}

#[test]
fn the_page_of_settings_is_up_to_date() {
    let path = root().join(PAGE);
    let page = page();
    if env::var_os(UPDATE).is_some_and(|value| value == "1") {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "{PAGE} is not up to date: set {UPDATE}=1 and run again");
}

#[test]
fn every_option_and_variable_that_the_other_sdks_document_is_there() {
    let options = builder(false);
    for name in [
        "webhook_secret",
        "workspace_token",
        "extension_api_key",
        "base_url",
        "setting",
        "extension_id",
        "extension_version",
        "auto_env_secrets",
        "telemetry_enabled",
        "feedback_hook",
        "telemetry_url",
    ] {
        assert!(options.iter().any(|(option, _)| option == name), "{name}");
    }
    assert!(builder(true).iter().any(|(option, _)| option == "from_manifest_file"));
    let variables = variables();
    for name in [
        "KIKET_WEBHOOK_SECRET",
        "KIKET_WORKSPACE_TOKEN",
        "KIKET_EXTENSION_API_KEY",
        "KIKET_BASE_URL",
        "KIKET_SDK_TELEMETRY_URL",
        "KIKET_SDK_TELEMETRY_OPTOUT",
        "KIKET_SECRET_",
    ] {
        assert!(variables.iter().any(|(variable, _)| variable == name), "{name}");
    }
}

#[test]
fn the_guide_names_every_variable() {
    let guide = root().join("crates/kiket-sdk/src/guide/configuration.md");
    let guide = fs::read_to_string(guide).unwrap();
    for (name, _) in variables() {
        assert!(guide.contains(&format!("`{name}")), "{name}");
    }
}
