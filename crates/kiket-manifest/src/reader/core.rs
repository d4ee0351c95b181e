//! The manifest's own members and its callback.

use kiket_contract::event::Name;

use crate::finding::Finding;
use crate::members::{ACTION, ACTIVATION, CALLBACK, EXTENSION, ID, LIFECYCLE, PERMISSIONS};
use crate::model::{Action, Callback, Header, Manifest, ModulePermission};
use crate::shape::Shape;
use crate::spanned::Spanned;
use crate::tree::{Entry, Node};

use super::Reader;
use super::fields::Fields;
use super::values::at;

/// The members of an older `delivery` block that are none of the callback's.
const OF_DELIVERY: [&str; 2] = ["type", "callback"];

impl<'a> Reader<'a> {
    pub(super) fn manifest(&mut self, shape: Shape) -> Manifest {
        if let Some(version) = self.root.get("apiVersion").filter(|_| shape == Shape::Later) {
            let message = "this is a manifest of a later platform, which delivers no events";
            let finding = Finding::warning("other-document", version.span, message);
            self.findings.push(finding.help("write the extension's own manifest beside it"));
        }
        let fields = self.fields(shape);
        let callback = self.callback_fields(&fields);
        let delivery = self.delivery(&fields);
        let (hooks, hooks_name) = self.hooks(&fields);
        let (permissions, permissions_name) = self.permissions(&fields);
        let mut used: Vec<&str> = EXTENSION.read.to_vec();
        used.extend([hooks_name, permissions_name].into_iter().flatten());
        used.extend(fields.any(&ID).map(|(name, _)| name));
        let activation = fields.any(&ACTIVATION);
        let lifecycle = fields.any(&LIFECYCLE);
        Manifest {
            id: self.id(&fields),
            version: self.optional_text(fields.get("version")),
            name: self.optional_text(fields.get("name")),
            description: self.optional_text(fields.get("description")),
            author: self.optional_text(fields.get("author")),
            sdk: self.optional_text(fields.get("sdk")),
            api_version: self.optional_text(fields.get("api_version")),
            delivery,
            delivery_secret: match fields.get("delivery_secret").or(callback.get("secret")) {
                Some(secret) => self.reference(secret),
                None => None,
            },
            hooks,
            activation_events: self.texts(activation.map(|(_, node)| node)),
            lifecycle_events: self.texts(lifecycle.map(|(_, node)| node)),
            permissions,
            capabilities: self.capabilities(fields.get("capabilities")),
            settings: self.settings(&fields, &callback),
            actions: self.actions(fields.get("actions")),
            custom_data: self.custom_data(fields.get("custom_data")),
            callback: self.callback(&callback),
            others: fields.others(&used),
        }
    }

    /// The members of the extension: those inside its block before those beside it.
    fn fields(&mut self, shape: Shape) -> Fields<'a> {
        let inside = if shape == Shape::Later { "metadata" } else { "extension" };
        let block = self.root.get(inside);
        if block.is_some_and(|block| !self.is_mapping(block)) {
            // What is absent may be meant in there.
            self.complete = false;
        }
        let block = block.filter(|block| block.is_mapping());
        let mappings: Vec<_> = block.into_iter().chain([self.root]).collect();
        self.together(&mappings, shape.headings())
    }

    /// The id stands in the paths of the API, so it has no other characters than names have.
    fn id(&mut self, fields: &Fields<'a>) -> Spanned<String> {
        let Some((_, node)) = fields.any(&ID) else {
            let place = fields.key_span.unwrap_or(fields.span.to(fields.span.start));
            self.missing(place, "id", "add one, such as `id: com.example.crm`");
            return Spanned::default();
        };
        let id = self.filled(node).unwrap_or_default();
        if !id.is_empty() && !Name::is_valid(&id) {
            let help = "write 1 to 128 letters, digits, dots, dashes and underscores, the first a \
                        letter or digit";
            self.bad("bad-value", node.span, "can not be an id", help);
            return Spanned::default();
        }
        id
    }

    /// How the extension is reached: a word, or the `type` of the older block.
    fn delivery(&mut self, fields: &Fields<'a>) -> Option<Spanned<String>> {
        let delivery = fields.get("delivery")?;
        if delivery.is_mapping() {
            return self.optional_text(delivery.get("type"));
        }
        self.text(delivery)
    }

    /// The members of `callback`, of the one inside `delivery`, and of an older `delivery` itself.
    fn callback_fields(&mut self, fields: &Fields<'a>) -> Fields<'a> {
        let delivery = fields.get("delivery").filter(|delivery| delivery.is_mapping());
        let inner = delivery.and_then(|delivery| delivery.get("callback"));
        let blocks: Vec<_> = [fields.get("callback"), inner]
            .into_iter()
            .flatten()
            .filter(|block| self.is_mapping(block))
            .chain(delivery)
            .collect();
        self.together(&blocks, if delivery.is_some() { &OF_DELIVERY } else { &[] })
    }

    fn callback(&mut self, fields: &Fields<'a>) -> Spanned<Callback> {
        let callback = Callback {
            url: fields.get("url").and_then(|url| self.reference(url)),
            endpoint: fields.get("endpoint").and_then(|endpoint| self.filled(endpoint)),
            headers: self.headers(fields.get("headers")),
            timeout_ms: self.timeout(fields),
            required: fields.get("required").and_then(|required| self.boolean(required)),
            others: fields.others(CALLBACK.read),
        };
        Spanned { value: callback, span: fields.span, key_span: fields.key_span }
    }

    fn headers(&mut self, node: Option<&'a Node>) -> Vec<Header> {
        let Some(node) = node.filter(|node| self.is_mapping(node)) else { return Vec::new() };
        let header = |entry: &'a Entry| {
            Some(Header { name: entry.key.clone(), value: self.reference(&entry.value)? })
        };
        node.entries().iter().filter_map(header).collect()
    }

    /// The scopes as a list, or as `{read: [issues], write: [issues]}`.
    fn permissions(&mut self, fields: &Fields<'a>) -> (Vec<Spanned<String>>, Option<&'static str>) {
        let Some((name, node)) = fields.any(&PERMISSIONS) else {
            return (Vec::new(), None);
        };
        if !node.is_mapping() {
            return (self.texts(Some(node)), Some(name));
        }
        let mut permissions = Vec::new();
        for entry in node.entries() {
            let verb = entry.key.as_str();
            let scoped = |text: String| {
                if text.contains([':', '.']) { text } else { format!("{text}:{verb}") }
            };
            let texts = self.texts(Some(&entry.value));
            permissions.extend(texts.into_iter().map(|text| text.map(scoped)));
        }
        (permissions, Some(name))
    }

    /// A list of tags, or a mapping of which the true ones count.
    fn capabilities(&mut self, node: Option<&'a Node>) -> Vec<Spanned<String>> {
        let Some(mapping) = node.filter(|node| node.is_mapping()) else { return self.texts(node) };
        let entries = mapping.entries().iter();
        let is_on = |entry: &&Entry| entry.value.as_boolean() != Some(false);
        entries.filter(is_on).map(|entry| entry.key.clone()).collect()
    }

    fn actions(&mut self, node: Option<&'a Node>) -> Vec<Spanned<Action>> {
        let mut actions = Vec::new();
        for node in self.items(node) {
            if !self.is_mapping(node) {
                continue;
            }
            let Some(key) = node.get("key") else {
                self.missing(node.span, "key", "name the action");
                continue;
            };
            let Some(key) = self.filled(key) else { continue };
            let action = Action {
                key,
                label: self.optional_text(node.get("label")),
                scopes: self.texts(node.get("scopes")),
                others: Fields::of(node).others(ACTION.read),
            };
            actions.push(at(node, action));
        }
        actions
    }

    /// The permissions of a block that stays in the manifest as it is.
    fn custom_data(&mut self, node: Option<&'a Node>) -> Vec<Spanned<ModulePermission>> {
        let mut permissions = Vec::new();
        for node in self.items(node.and_then(|node| node.get("permissions"))) {
            if !self.is_mapping(node) {
                continue;
            }
            let Some(module) = node.get("module") else {
                self.missing(node.span, "module", "name the module of custom data");
                continue;
            };
            let Some(module) = self.filled(module) else { continue };
            let operations = match node.get("operations") {
                Some(one) if one.as_text().is_some() => self.text(one).into_iter().collect(),
                several => self.texts(several),
            };
            permissions.push(at(node, ModulePermission { module, operations }));
        }
        permissions
    }
}
