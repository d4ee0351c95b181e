//! What a manifest says, whatever its form.

mod setting;

use kiket_contract::event::Name;
use kiket_contract::secret::Secret;

use crate::spanned::Spanned;
use crate::text::Text;
use crate::tree::{Entry, Node};

pub use setting::{DefaultValue, Setting};

/// An extension's manifest.
///
/// `Debug` shows no secret. Serialising writes the canonical form, which [`crate::parse`] reads
/// back, without the secrets; [`Manifest::to_yaml`] keeps them.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Manifest {
    /// The extension's id, the same over all its versions. It is empty only in the model of a
    /// [`crate::Document`] that has no usable one.
    pub id: Spanned<String>,
    /// The extension's version, as written.
    pub version: Option<Spanned<String>>,
    /// The name that users see.
    pub name: Option<Spanned<String>>,
    /// What users read about it.
    pub description: Option<Spanned<String>>,
    /// Who made it.
    pub author: Option<Spanned<String>>,
    /// The language of the SDK that the extension is written with, such as `rust`.
    pub sdk: Option<Spanned<String>>,
    /// The version of the events that it is called with, such as `v1`.
    pub api_version: Option<Spanned<String>>,
    /// How it is reached: `http` or `internal`.
    pub delivery: Option<Spanned<String>>,
    /// Where and how the extension is called. It has a place only when the manifest has the block.
    pub callback: Spanned<Callback>,
    /// The key of the deliveries' signatures, or where it is found.
    pub delivery_secret: Option<Spanned<Text<Secret>>>,
    /// The events that the extension wishes to hear.
    pub hooks: Vec<Spanned<Hook>>,
    /// The events that activate it.
    pub activation_events: Vec<Spanned<String>>,
    /// What happens to an installation that it wishes to hear.
    pub lifecycle_events: Vec<Spanned<String>>,
    /// The scopes that the extension asks for, as written.
    pub permissions: Vec<Spanned<String>>,
    /// Tags that tell users what it can do.
    pub capabilities: Vec<Spanned<String>>,
    /// What can be configured, each key once.
    pub settings: Vec<Spanned<Setting>>,
    /// What users can trigger in it.
    pub actions: Vec<Spanned<Action>>,
    /// The modules of custom data that it uses: the permissions of the block `custom_data`, which is
    /// also among the others.
    pub custom_data: Vec<Spanned<ModulePermission>>,
    /// Every other member: blocks such as `setup`, `contributes`, `hosting` and `deployment`, and
    /// what this model does not know. Those inside `extension` come first.
    pub others: Vec<Entry>,
}

/// Where and how an extension is called.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Callback {
    /// The address that deliveries go to.
    pub url: Option<Spanned<Text>>,
    /// The path below it for hooks that name none.
    pub endpoint: Option<Spanned<String>>,
    /// Headers that every delivery carries. They often hold credentials.
    pub headers: Vec<Header>,
    /// How long an answer may take, in milliseconds.
    pub timeout_ms: Option<Spanned<u64>>,
    /// Whether hooks that do not say so themselves are required.
    pub required: Option<Spanned<bool>>,
    /// Every other member.
    pub others: Vec<Entry>,
}

/// A header that deliveries carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Its name.
    pub name: Spanned<String>,
    /// Its value, or where it is found.
    pub value: Spanned<Text<Secret>>,
}

/// A wish to hear an event.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Hook {
    /// The event's name.
    pub event: Spanned<Name>,
    /// The event's version.
    pub version: Option<Spanned<Name>>,
    /// Whether what happens waits for this hook's answer; unsaid, the callback decides.
    pub required: Option<Spanned<bool>>,
    /// How long an answer may take, in milliseconds.
    pub timeout_ms: Option<Spanned<u64>>,
    /// How many retries follow a failed delivery.
    pub retries: Option<Spanned<u32>>,
    /// How long the runtime token of a delivery lives, in minutes.
    pub token_minutes: Option<Spanned<u32>>,
    /// The path of this hook below the callback's address, in place of the usual one.
    pub endpoint: Option<Spanned<String>>,
    /// The action that it belongs to.
    pub action: Option<Spanned<String>>,
    /// The setting of type `template` that it uses.
    pub template: Option<Spanned<String>>,
    /// Every other member, such as `description`.
    pub others: Vec<Entry>,
}

/// Something that users can trigger in an extension.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Action {
    /// Its key.
    pub key: Spanned<String>,
    /// The name that users see.
    pub label: Option<Spanned<String>>,
    /// Where it is offered: `project`, `issue`.
    pub scopes: Vec<Spanned<String>>,
    /// Every other member, such as `description`, `icon` and `inputs`.
    pub others: Vec<Entry>,
}

/// What an extension may do with a module of custom data.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModulePermission {
    /// The module's id.
    pub module: Spanned<String>,
    /// `read`, `write`, `delete`, `admin`, as written.
    pub operations: Vec<Spanned<String>>,
}

impl Manifest {
    /// The keys of everything that is secret: secret settings and every declared secret key.
    pub fn secret_keys(&self) -> impl Iterator<Item = &str> {
        let secret = self.settings.iter().filter(|setting| setting.secret);
        secret.map(|setting| setting.key.as_str())
    }

    /// The setting of this key.
    #[must_use]
    pub fn setting(&self, key: &str) -> Option<&Spanned<Setting>> {
        self.settings.iter().find(|setting| *setting.key == key)
    }

    /// A member that has no field of its own, such as `setup`, unless it is absent or null.
    ///
    /// ```
    /// let manifest = kiket_manifest::parse("id: a\nhosting: {tier: standard}\n")?;
    /// let tier = manifest.block("hosting").and_then(|hosting| hosting.get("tier"));
    /// assert_eq!(tier.and_then(|tier| tier.as_text()), Some("standard"));
    /// # Ok::<(), kiket_manifest::Error>(())
    /// ```
    #[must_use]
    pub fn block(&self, name: &str) -> Option<&Node> {
        let entry = self.others.iter().find(|entry| *entry.key == name)?;
        Some(&entry.value).filter(|node| !node.is_null())
    }
}
