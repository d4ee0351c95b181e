//! The shapes in which manifests are written, and where each keeps what the model needs.
//!
//! ```text
//! flat        id, version, delivery_secret, settings: [{key, secret, default}]
//! canonical   extension: {id, version, callback: {url, secret, …}, configuration: {KEY: {…}}, …}
//! early       delivery: {type, callback: {…}}, configuration: {properties: {KEY: {…}}}
//! JSON        configuration: {secrets: [{key, …}], settings: [{key, …}]}
//! ```
//!
//! Every block may stand inside `extension` or beside it; inside wins. A null is an absent member.

mod settings;

use kiket_contract::event::Name;

use crate::Error;
use crate::document::Member;
use crate::model::{Callback, Hook, Manifest};
use crate::text::Text;

/// Builds the model from whatever shape the document has.
pub(crate) fn manifest(root: &Member<'_>) -> Result<Manifest, Error> {
    let blocks = Blocks::of(root)?;
    let callbacks = callbacks(&blocks)?;
    let id = match blocks.get("id")? {
        Some(id) => extension_id(&id)?,
        None => return Err(root.error("has no `id`; add one, such as `id: com.example.crm`")),
    };
    Ok(Manifest {
        id,
        version: optional(blocks.get("version")?, owned)?,
        name: optional(blocks.get("name")?, owned)?,
        sdk: optional(blocks.get("sdk")?, owned)?,
        callback: callback(&callbacks)?,
        delivery_secret: match blocks.get("delivery_secret")? {
            Some(secret) => Some(text(&secret)?),
            None => optional(callbacks.get("secret")?, text)?,
        },
        hooks: list(blocks.get("hooks")?, hook)?,
        permissions: list(blocks.get("permissions")?, plain)?,
        settings: settings::read(&blocks, &callbacks)?,
    })
}

/// The id stands in the paths of the API, so it has no other characters than names have.
fn extension_id(member: &Member<'_>) -> Result<String, Error> {
    let id = not_empty(member)?;
    if Name::is_valid(&id) {
        return Ok(id);
    }
    Err(member.error(
        "can not be an id; write 1 to 128 letters, digits, dots, dashes and underscores, \
         the first a letter or digit",
    ))
}

/// Mappings that may hold a member, best first.
struct Blocks<'a>(Vec<Member<'a>>);

impl<'a> Blocks<'a> {
    fn of(root: &Member<'a>) -> Result<Self, Error> {
        let extension = root.get("extension")?;
        Ok(Self(extension.into_iter().chain([root.clone()]).collect()))
    }

    /// The member of the best block that has it.
    fn get(&self, name: &str) -> Result<Option<Member<'a>>, Error> {
        for block in &self.0 {
            let found = block.get(name)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }
}

/// `callback`, and the one inside a `delivery` that is more than a word.
fn callbacks<'a>(blocks: &Blocks<'a>) -> Result<Blocks<'a>, Error> {
    let mut found = Vec::new();
    found.extend(blocks.get("callback")?);
    if let Some(delivery) = blocks.get("delivery")?.filter(|delivery| !delivery.is_text()) {
        found.extend(delivery.get("callback")?);
    }
    Ok(Blocks(found))
}

fn callback(callbacks: &Blocks<'_>) -> Result<Callback, Error> {
    Ok(Callback {
        url: optional(callbacks.get("url")?, text)?,
        timeout_ms: optional(callbacks.get("timeout")?, milliseconds)?,
        required: optional(callbacks.get("required")?, Member::boolean)?,
    })
}

/// A hook is a mapping, or the event's name alone.
fn hook(hook: &Member<'_>) -> Result<Hook, Error> {
    let part = |name| {
        if hook.is_text() { Ok(None) } else { hook.get(name) }
    };
    let event = if hook.is_text() { Some(hook.clone()) } else { hook.get("event")? };
    let event = event.ok_or_else(|| hook.error("has no `event`; name the event to hear"))?;
    Ok(Hook {
        event: name(&event)?,
        version: optional(part("version")?, name)?,
        required: optional(part("required")?, Member::boolean)?,
        timeout_ms: optional(part("timeout")?, milliseconds)?,
        retries: optional(part("retries")?, retries)?,
        endpoint: optional(part("endpoint")?, not_empty)?,
    })
}

fn optional<'a, T>(
    member: Option<Member<'a>>,
    read: impl FnOnce(&Member<'a>) -> Result<T, Error>,
) -> Result<Option<T>, Error> {
    member.as_ref().map(read).transpose()
}

fn list<'a, T>(
    member: Option<Member<'a>>,
    read: impl Fn(&Member<'a>) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    match member {
        Some(member) => member.items()?.iter().map(read).collect(),
        None => Ok(Vec::new()),
    }
}

fn plain(member: &Member<'_>) -> Result<String, Error> {
    member.text().map(str::to_owned)
}

fn owned(member: &Member<'_>) -> Result<String, Error> {
    member.written().map(str::to_owned)
}

fn not_empty(member: &Member<'_>) -> Result<String, Error> {
    let text = member.written()?.trim();
    if text.is_empty() {
        return Err(member.error("is empty; write a text"));
    }
    Ok(text.to_owned())
}

fn name(member: &Member<'_>) -> Result<Name, Error> {
    Name::try_from(owned(member)?).map_err(|error| member.error(format!("is wrong: {error}")))
}

fn milliseconds(member: &Member<'_>) -> Result<u64, Error> {
    member.count("a whole number of milliseconds")
}

fn retries(member: &Member<'_>) -> Result<u32, Error> {
    member.count("how many retries there may be")
}

fn text<T: From<String>>(member: &Member<'_>) -> Result<Text<T>, Error> {
    let written = member.written()?;
    written.parse().map_err(|error: crate::InvalidReference| member.error(error.to_string()))
}
