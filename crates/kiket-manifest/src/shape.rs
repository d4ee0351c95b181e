//! The forms in which manifests are written.

use crate::tree::Node;

/// The form that a manifest is written in. All of them give the same model.
///
/// Every block may stand inside `extension` or beside it, in every form; inside wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Shape {
    /// `model_version: "1.0"` and everything inside `extension`: the one to write.
    Canonical,
    /// `extension`, with blocks beside it.
    Beside,
    /// `id`, `version`, `delivery_secret` and `settings: [{key, secret, default}]` at the root.
    Flat,
    /// `delivery: {type, callback: {…}}`, with or without `extension`.
    Delivery,
    /// `configuration: {secrets: [{key}], settings: [{key}]}` at the root, mostly as JSON.
    Listed,
    /// `manifest_version: 2`, `extension: {key, …}` and `triggers: [{event, handler}]`.
    Overview,
    /// `scopes: {read, write}` and `events`, without an id.
    Scopes,
    /// `apiVersion: kiket.dev/v1`, `kind`, `metadata` and `spec`: the file of a later platform,
    /// which takes no deliveries of events.
    Later,
    /// None of them: no mapping, or an empty one.
    Unknown,
}

/// The members beside `extension` that say which form it is.
pub(crate) const HEADINGS: [&str; 4] =
    ["extension", "model_version", "manifestVersion", "manifest_version"];
const LATER_HEADINGS: [&str; 3] = ["metadata", "apiVersion", "kind"];

impl Shape {
    /// The members of the root that say which form it is and not what the extension is.
    pub(crate) fn headings(self) -> &'static [&'static str] {
        if self == Self::Later { &LATER_HEADINGS } else { &HEADINGS }
    }

    /// The form of a document.
    pub(crate) fn of(root: &Node) -> Self {
        let has = |name: &str| root.get(name).is_some();
        let extension = root.get("extension").filter(|found| found.is_mapping());
        let inside = extension.unwrap_or(root);
        let delivers = [inside, root]
            .iter()
            .any(|block| block.get("delivery").is_some_and(|d| d.is_mapping()));
        let is_listed = root.get("configuration").is_some_and(|configuration| {
            ["secrets", "settings"]
                .iter()
                .any(|name| configuration.get(name).is_some_and(|list| list.is_list()))
        });
        if root.entries().is_empty() {
            Self::Unknown
        } else if has("apiVersion") && has("metadata") {
            Self::Later
        } else if has("manifest_version") || has("triggers") {
            Self::Overview
        } else if delivers {
            Self::Delivery
        } else if extension.is_some() {
            let is_heading = |name: &String| HEADINGS.contains(&name.as_str());
            let beside = root.entries().iter().any(|entry| !is_heading(&entry.key));
            if beside { Self::Beside } else { Self::Canonical }
        } else if is_listed {
            Self::Listed
        } else if root.get("scopes").is_some_and(|scopes| scopes.is_mapping()) {
            Self::Scopes
        } else {
            Self::Flat
        }
    }
}
