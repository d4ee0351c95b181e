//! What an extension is: its id, name, version, SDK and the form of the manifest.

use crate::Shape;

use super::sample::sample;
use super::{Check, Rule, Severity};

const SDKS: [&str; 7] = ["ruby", "python", "node", "java", "dotnet", "go", "rust"];
const DELIVERIES: [&str; 2] = ["http", "internal"];
const MODEL_VERSION: &str = "1.0";
const FIRST_VERSION: &str = "1.0.0";

macro_rules! members {
    ($($line:literal),*) => {
        concat!("model_version: \"1.0\"\nextension:\n", $("  ", $line, "\n"),*)
    };
}

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "missing-model-version",
        severity: Severity::Warning,
        summary: "the manifest does not say which form it has",
        help: "Add `model_version: \"1.0\"` beside `extension`.",
        bad: "extension: {id: com.example.crm, name: CRM, version: 1.0.0, sdk: rust, delivery: internal}\n",
        good: sample!(),
        check: missing_model_version,
    },
    Rule {
        id: "unknown-model-version",
        severity: Severity::Warning,
        summary: "the manifest says a form that does not exist",
        help: "Write `model_version: \"1.0\"`: there is no other.",
        bad: "model_version: \"7\"\nextension: {id: com.example.crm, name: CRM, version: 1.0.0, sdk: rust, delivery: internal}\n",
        good: sample!(),
        check: unknown_model_version,
    },
    Rule {
        id: "older-form",
        severity: Severity::Warning,
        summary: "the manifest is written in an older form",
        help: "Write `model_version: \"1.0\"` and put every block inside `extension`.",
        bad: "manifest_version: 2\nextension: {key: com.example.crm, name: CRM, version: 1.0.0, sdk: rust, delivery: internal}\n",
        good: sample!(),
        check: older_form,
    },
    Rule {
        id: "id-style",
        severity: Severity::Warning,
        summary: "the id is not written as ids are",
        help: "Write it in lower case, as a domain backwards, such as `com.example.crm`.",
        bad: members!(
            "id: CRM_1",
            "name: CRM",
            "version: 1.0.0",
            "sdk: rust",
            "delivery: internal"
        ),
        good: sample!(),
        check: id_style,
    },
    Rule {
        id: "missing-name",
        severity: Severity::Warning,
        summary: "the extension has no name that users see",
        help: "Add `name`.",
        bad: members!("id: com.example.crm", "version: 1.0.0", "sdk: rust", "delivery: internal"),
        good: sample!(),
        check: missing_name,
    },
    Rule {
        id: "missing-version",
        severity: Severity::Warning,
        summary: "the extension has no version",
        help: "Add `version`. Without one it counts as 1.0.0, and updates can not be told apart.",
        bad: members!("id: com.example.crm", "name: CRM", "sdk: rust", "delivery: internal"),
        good: sample!(),
        check: missing_version,
    },
    Rule {
        id: "version-format",
        severity: Severity::Warning,
        summary: "the version is no semantic version",
        help: "Write three numbers, such as `1.2.0` or `1.2.0-beta.1`.",
        bad: members!(
            "id: com.example.crm",
            "name: CRM",
            "version: 1.2",
            "sdk: rust",
            "delivery: internal"
        ),
        good: sample!(),
        check: version_format,
    },
    Rule {
        id: "missing-sdk",
        severity: Severity::Warning,
        summary: "the manifest does not say which SDK the extension is written with",
        help: "Add `sdk`, such as `sdk: rust`. A hosted build needs it.",
        bad: members!("id: com.example.crm", "name: CRM", "version: 1.0.0", "delivery: internal"),
        good: sample!(),
        check: missing_sdk,
    },
    Rule {
        id: "unknown-sdk",
        severity: Severity::Error,
        summary: "there is no SDK of this name",
        help: "Write `ruby`, `python`, `node`, `java`, `dotnet`, `go` or `rust`.",
        bad: members!(
            "id: com.example.crm",
            "name: CRM",
            "version: 1.0.0",
            "sdk: pyton",
            "delivery: internal"
        ),
        good: sample!(),
        check: unknown_sdk,
    },
    Rule {
        id: "api-version",
        severity: Severity::Error,
        summary: "`api_version` is no version of events",
        help: "Write `v` and a number, such as `v1`.",
        bad: sample!("  api_version: \"1\""),
        good: sample!("  api_version: v1"),
        check: api_version,
    },
    Rule {
        id: "missing-delivery",
        severity: Severity::Warning,
        summary: "the manifest does not say how the extension is reached",
        help: "Add `delivery: http`, or `delivery: internal` for a part of the platform.",
        bad: members!("id: com.example.crm", "name: CRM", "version: 1.0.0", "sdk: rust"),
        good: sample!(),
        check: missing_delivery,
    },
    Rule {
        id: "unknown-delivery",
        severity: Severity::Error,
        summary: "there is no such way to reach an extension",
        help: "Write `http`, or `internal` for a part of the platform.",
        bad: members!(
            "id: com.example.crm",
            "name: CRM",
            "version: 1.0.0",
            "sdk: rust",
            "delivery: grpc"
        ),
        good: sample!(),
        check: unknown_delivery,
    },
];

fn missing_model_version(check: &mut Check<'_>) {
    let root = check.document.root();
    let names = ["model_version", "manifestVersion", "manifest_version"];
    let is_said = names.iter().any(|name| root.get(name).is_some());
    if check.has_block() && check.is_complete() && !is_said {
        check.report(check.place(), "the manifest has no `model_version`");
        check.insert(root, "model_version", MODEL_VERSION);
    }
}

fn unknown_model_version(check: &mut Check<'_>) {
    let root = check.document.root();
    if let Some(version) = root.get("model_version")
        && version.as_written() != Some(MODEL_VERSION)
    {
        check.report(version.span, "`model_version` can not be this");
        if version.as_written().is_some() {
            check.fix(Some(check.document.replace(version.span, &MODEL_VERSION.into())));
        }
    }
}

fn older_form(check: &mut Check<'_>) {
    let root = check.document.root();
    let old = match check.document.shape() {
        Shape::Overview => "this is the form of the first overview",
        Shape::Listed => "settings in lists are an older form",
        Shape::Scopes => "this form has no id",
        Shape::Delivery => "`delivery` as a mapping is an older form",
        _ if root.get("manifestVersion").is_some() => "`manifestVersion` is an older spelling",
        _ => return,
    };
    check.report(check.place(), old);
}

fn id_style(check: &mut Check<'_>) {
    let id = &check.manifest.id;
    let is_inner =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
    let is_good = id.len() > 1
        && id.bytes().all(is_inner)
        && id.bytes().next().is_some_and(|first| first.is_ascii_lowercase());
    if !id.is_empty() && !is_good {
        check.report(id.span, format!("the id `{}` is not in lower case with dots", id.value));
    }
}

fn missing_name(check: &mut Check<'_>) {
    if check.has_block() && check.is_complete() && check.member("name").is_none() {
        check.report(check.place(), "the extension has no `name`");
    }
}

fn missing_version(check: &mut Check<'_>) {
    if check.is_complete() && check.member("version").is_none() {
        check.report(check.place(), "the extension has no `version`");
        let extension = check.extension();
        check.insert(extension, "version", FIRST_VERSION);
    }
}

fn version_format(check: &mut Check<'_>) {
    if let Some(version) = &check.manifest.version
        && semver::Version::parse(version).is_err()
    {
        check.report(version.span, format!("{} is no semantic version", check.name(version.span)));
    }
}

fn missing_sdk(check: &mut Check<'_>) {
    if check.has_block() && check.is_complete() && check.member("sdk").is_none() {
        check.report(check.place(), "the extension has no `sdk`");
    }
}

fn unknown_sdk(check: &mut Check<'_>) {
    if let Some(sdk) = &check.manifest.sdk {
        check.choice(sdk.span, sdk, &SDKS);
    }
}

fn api_version(check: &mut Check<'_>) {
    let Some(version) = &check.manifest.api_version else { return };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if version.strip_prefix('v').is_some_and(is_number) {
        return;
    }
    check.report(version.span, format!("{} is no version of events", check.name(version.span)));
    if is_number(version) {
        let named = format!("v{}", version.value);
        check.fix(Some(check.document.replace(version.span, &named.into())));
    }
}

fn missing_delivery(check: &mut Check<'_>) {
    let has_type = match check.member("delivery") {
        Some(block) if block.is_mapping() => block.get("type").is_some(),
        Some(_) => true,
        None => false,
    };
    if check.has_block() && check.is_complete() && !has_type {
        check.report(check.place(), "the extension has no `delivery`");
        if check.manifest.callback.url.is_some() && check.member("delivery").is_none() {
            check.insert(check.extension(), "delivery", "http");
        }
    }
}

fn unknown_delivery(check: &mut Check<'_>) {
    if let Some(delivery) = &check.manifest.delivery {
        check.choice(delivery.span, delivery, &DELIVERIES);
    }
}
