//! The events that an extension wishes to hear.

use crate::members::{HOOK, HOOKS};
use crate::model::Hook;
use crate::spanned::Spanned;
use crate::tree::Node;

use super::Reader;
use super::fields::Fields;
use super::values::at;

impl<'a> Reader<'a> {
    /// The hooks, and the name of the list that they are from.
    pub(super) fn hooks(
        &mut self,
        fields: &Fields<'a>,
    ) -> (Vec<Spanned<Hook>>, Option<&'static str>) {
        let Some((name, node)) = fields.any(&HOOKS) else { return (Vec::new(), None) };
        let items = self.items(Some(node));
        (items.iter().filter_map(|item| self.hook(item)).collect(), Some(name))
    }

    /// A hook is a mapping, or the event's name alone.
    fn hook(&mut self, node: &'a Node) -> Option<Spanned<Hook>> {
        let event = if node.as_written().is_some() {
            node
        } else if !self.is_mapping(node) {
            return None;
        } else if let Some(event) = node.get("event") {
            event
        } else {
            self.missing(node.span, "event", "name the event to hear");
            return None;
        };
        let event = self.event_name(event);
        let fields = Fields::of(node);
        let hook = Hook {
            version: fields.get("version").and_then(|version| self.event_name(version)),
            required: fields.get("required").and_then(|required| self.boolean(required)),
            timeout_ms: self.timeout(&fields),
            retries: fields
                .get("retries")
                .and_then(|retries| self.count(retries, "how many retries there may be")),
            token_minutes: fields
                .get("token_minutes")
                .and_then(|minutes| self.count(minutes, "a whole number of minutes")),
            endpoint: fields.get("endpoint").and_then(|endpoint| self.filled(endpoint)),
            action: fields.get("action").and_then(|action| self.filled(action)),
            template: fields.get("template").and_then(|template| self.filled(template)),
            others: fields.others(HOOK.read),
            event: event?,
        };
        Some(at(node, hook))
    }
}
