//! Where and how the extension is called.

use std::net::IpAddr;

use http::Uri;
use http::header::HeaderName;

use crate::{Span, Text};

use super::sample::sample;
use super::{Check, Rule, Severity};

/// Headers of a delivery that belong to the platform or to the connection.
const RESERVED: [&str; 10] = [
    "host",
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];
const RESERVED_PREFIXES: [&str; 2] = ["x-kiket-", "content-"];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "missing-callback-url",
        severity: Severity::Warning,
        summary: "the manifest does not say at which address the extension is reached",
        help: "Add `callback.url`, such as `url: ${EXTENSION_BASE_URL}`, unless every install brings \
               the address: `kiket dev` does.",
        bad: sample!(callback "{secret: env.KIKET_WEBHOOK_SECRET}"),
        good: sample!(),
        check: missing_url,
    },
    Rule {
        id: "callback-url",
        severity: Severity::Error,
        summary: "the callback's address is none",
        help: "Write a whole address, such as `https://crm.example.com`, or a reference to one.",
        bad: sample!(callback "{url: crm.example.com/kiket, secret: env.KIKET_WEBHOOK_SECRET}"),
        good: sample!(),
        check: url,
    },
    Rule {
        id: "plain-http",
        severity: Severity::Warning,
        summary: "deliveries would travel unencrypted",
        help: "Write an https address. The platform calls http only in networks that it is told to \
               allow.",
        bad: sample!(callback "{url: \"http://crm.example.com\", secret: env.KIKET_WEBHOOK_SECRET}"),
        good: sample!(),
        check: plain_http,
    },
    Rule {
        id: "private-address",
        severity: Severity::Warning,
        summary: "the callback's address is not public",
        help: "Write a public address, or a reference such as `${EXTENSION_BASE_URL}` that each \
               place fills in.",
        bad: sample!(callback "{url: \"https://10.0.0.7:8443\", secret: env.KIKET_WEBHOOK_SECRET}"),
        good: sample!(),
        check: private_address,
    },
    Rule {
        id: "reserved-header",
        severity: Severity::Error,
        summary: "a header of deliveries can not be set by a manifest",
        help: "Take it out or name it otherwise. `X-Kiket-*`, `Host`, `Content-*` and the headers of \
               the connection are the platform's own.",
        bad: sample!(callback "{url: https://crm.example.com, headers: {X-Kiket-Event: mine}}"),
        good: sample!(callback "{url: https://crm.example.com, headers: {X-Tenant: mine}}"),
        check: reserved_header,
    },
    Rule {
        id: "header-name",
        severity: Severity::Error,
        summary: "this can not name a header",
        help: "Write letters, digits and dashes.",
        bad: sample!(callback "{url: https://crm.example.com, headers: {\"X Tenant\": mine}}"),
        good: sample!(callback "{url: https://crm.example.com, headers: {X-Tenant: mine}}"),
        check: header_name,
    },
    Rule {
        id: "endpoint",
        severity: Severity::Error,
        summary: "an endpoint leads away from the callback's host",
        help: "Write a path, such as `/webhooks/kiket`.",
        bad: sample!(
            "  hooks: [{event: issue.created, endpoint: \"https://other.example.com/kiket\"}]"
        ),
        good: sample!("  hooks: [{event: issue.created, endpoint: /kiket}]"),
        check: endpoint,
    },
];

fn missing_url(check: &mut Check<'_>) {
    let is_http = check.manifest.delivery.as_ref().is_some_and(|delivery| **delivery == "http");
    let callback = check.member("callback");
    let block = callback.or_else(|| check.member("delivery")).filter(|block| block.is_mapping());
    let is_there = |name| block.is_some_and(|block| block.get(name).is_some());
    let in_delivery = || {
        let delivery = check.member("delivery")?;
        delivery.get("url").or_else(|| delivery.get("callback")?.get("url"))
    };
    let is_unclear = callback.is_some_and(|callback| !callback.is_mapping());
    if !is_http || !check.is_complete() || is_unclear || is_there("url") || in_delivery().is_some()
    {
        return;
    }
    let place = block.and_then(|block| block.key_span).unwrap_or_else(|| check.place());
    check.report(place, "the callback has no `url`, so each install must bring one");
}

/// The address that is written out, when it is one.
fn literal<'a>(check: &Check<'a>) -> Option<(Span, &'a str)> {
    let url = check.manifest.callback.url.as_ref()?;
    match &url.value {
        Text::Literal(text) => Some((url.span, text.as_str())),
        Text::Reference(_) => None,
    }
}

/// The whole address that is written out, for http or https.
fn address(check: &Check<'_>) -> Option<(Span, Uri)> {
    let (span, text) = literal(check)?;
    let uri: Uri = text.parse().ok()?;
    let is_whole = matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some();
    is_whole.then_some((span, uri))
}

fn url(check: &mut Check<'_>) {
    if let Some((span, _)) = literal(check)
        && address(check).is_none()
    {
        check.report(span, format!("{} is no http or https address", check.name(span)));
    }
}

fn plain_http(check: &mut Check<'_>) {
    if let Some((span, uri)) = address(check)
        && uri.scheme_str() == Some("http")
        && !is_private(&uri)
    {
        check.report(span, format!("{} is an http address", check.name(span)));
    }
}

fn private_address(check: &mut Check<'_>) {
    if let Some((span, uri)) = address(check)
        && is_private(&uri)
    {
        check.report(span, format!("{} is no public address", check.name(span)));
    }
}

fn is_private(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    match host.parse() {
        Ok(IpAddr::V4(ip)) => {
            ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified()
        }
        Ok(IpAddr::V6(ip)) => {
            ip.is_loopback()
                || ip.is_unspecified()
                || ip.is_unique_local()
                || ip.is_unicast_link_local()
        }
        Err(_) => {
            host == "localhost"
                || [".localhost", ".local", ".internal"].iter().any(|end| host.ends_with(end))
        }
    }
}

fn is_reserved(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    RESERVED.contains(&name.as_str())
        || RESERVED_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

fn reserved_header(check: &mut Check<'_>) {
    for header in &check.manifest.callback.headers {
        if is_reserved(&header.name) {
            let message = format!("{} can not be set", check.name(header.name.span));
            check.report(header.name.span, message);
        }
    }
}

fn header_name(check: &mut Check<'_>) {
    for header in &check.manifest.callback.headers {
        let is_name = HeaderName::from_bytes(header.name.as_bytes()).is_ok();
        if !is_name && !is_reserved(&header.name) {
            let message = format!("{} can not name a header", check.name(header.name.span));
            check.report(header.name.span, message);
        }
    }
}

fn endpoint(check: &mut Check<'_>) {
    let own = address(check).and_then(|(_, uri)| uri.authority().cloned());
    let hooks = check.manifest.hooks.iter().filter_map(|hook| hook.endpoint.as_ref());
    for endpoint in hooks.chain(&check.manifest.callback.endpoint) {
        let leads_to = endpoint.parse::<Uri>().ok().and_then(|uri| uri.authority().cloned());
        let is_whole = endpoint.contains("://") || endpoint.starts_with("//");
        if is_whole && (leads_to.is_none() || leads_to != own) {
            let message = format!("{} leads to another host", check.name(endpoint.span));
            check.report(endpoint.span, message);
        }
    }
}
