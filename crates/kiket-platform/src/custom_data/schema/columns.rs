//! Reads a column's rules.

use kiket_manifest::{COLUMN_TYPES, Node};

use super::super::table::{Column, Default, Kind};
use super::super::value::{fit, typed};
use super::Reader;

/// How schemas write the time of the write as a default.
const NOW: [&str; 2] = ["now()", "current_timestamp"];
/// The largest length or precision that means something.
const LARGEST: u64 = 1_000_000;
/// The most digits of a decimal.
const MOST_DIGITS: u64 = 100;

impl Reader<'_> {
    /// A column, whether it is unique, and whether it has an index.
    pub(super) fn column(&mut self, node: &Node) -> Option<(Column, bool, bool)> {
        let text = |name: &str| node.get(name).and_then(|value| value.as_text());
        let (Some(name), Some(written)) = (text("name"), text("type")) else {
            self.report(node.span, "incomplete-column", "a column has a `name` and a `type`");
            return None;
        };
        let Some(kind) = Kind::parse(written) else {
            let known = COLUMN_TYPES.join(", ");
            self.report(node.span, "unknown-type", format!("`{name}` has a type beside {known}"));
            return None;
        };
        self.name(node.span, name);
        let is_key = self.boolean(node, "primary_key").unwrap_or_default();
        if self.boolean(node, "auto_increment").unwrap_or_default() && name != "id" {
            self.report(node.span, "unknown-type", "only `id` counts by itself");
        }
        let scale = self.count(node, "scale", MOST_DIGITS);
        let precision = self.count(node, "precision", MOST_DIGITS);
        if precision.is_some_and(|precision| precision < scale.unwrap_or_default().max(1)) {
            self.report(node.span, "wrong-type", "`precision` is smaller than `scale`, or 0");
        }
        let mut column = Column {
            name: name.to_owned(),
            kind,
            null: !is_key && self.boolean(node, "null").unwrap_or(true),
            default: None,
            length: self.count(node, "length", LARGEST),
            precision,
            scale,
            options: Vec::new(),
        };
        column.options = self.options(node, &column);
        column.default = self.default_of(node, &column);
        let is_unique = self.boolean(node, "unique").unwrap_or_default() || is_key;
        let is_indexed = self.boolean(node, "indexed").unwrap_or_default();
        Some((column, is_unique, is_indexed))
    }

    fn count(&mut self, node: &Node, name: &str, most: u64) -> Option<u64> {
        let value = node.get(name)?;
        let count = value.as_number().and_then(serde_json::Number::as_u64);
        let count = count.filter(|count| *count <= most);
        if count.is_none() {
            let text = format!("`{name}` is no whole number up to {most}");
            self.report(value.span, "wrong-type", text);
        }
        count
    }

    /// The values that the column may have.
    fn options(&mut self, node: &Node, column: &Column) -> Vec<serde_json::Value> {
        let Some(listed) = node.get("enum").or_else(|| node.get("values")) else {
            return Vec::new();
        };
        if listed.items().is_empty() {
            self.report(listed.span, "schema-shape", "`enum` is no list of values");
        }
        let mut options = Vec::new();
        for item in listed.items() {
            match typed(column.kind, item.to_json()) {
                Ok(option) => options.push(option),
                Err((_, what)) => {
                    self.report(item.span, "wrong-type", format!("a value of `enum` {what}"));
                }
            }
        }
        options
    }

    fn default_of(&mut self, node: &Node, column: &Column) -> Option<Default> {
        let written = node.get("default")?;
        let is_time = matches!(column.kind, Kind::Time | Kind::Date);
        let is_now = |text: &str| NOW.iter().any(|now| text.trim().eq_ignore_ascii_case(now));
        if is_time && written.as_text().is_some_and(is_now) {
            return Some(Default::Now);
        }
        match fit(column, written.to_json()) {
            Ok(value) => Some(Default::Value(value)),
            Err((_, what)) => {
                self.report(written.span, "default-type", format!("the default {what}"));
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;

    use super::super::read;

    fn column(rules: &str) -> Result<Column, Vec<String>> {
        let text =
            format!("module: crm.notes\ntables: {{notes: {{columns: [{{name: body, {rules}}}]}}}}");
        match read("crm.notes", &text) {
            Ok(mut tables) => Ok(tables.remove("notes").unwrap().columns.remove(0)),
            Err(findings) => Err(findings.into_iter().map(|finding| finding.message).collect()),
        }
    }

    #[test]
    fn a_column_without_rules_may_be_anything_of_its_type() {
        for name in COLUMN_TYPES {
            let column = column(&format!("type: {name}")).unwrap();
            assert!(column.null && column.default.is_none(), "{name}");
        }
    }

    #[test]
    fn defaults_are_literals_or_the_time_of_the_write() {
        let default = |rules| column(rules).unwrap().default.unwrap();
        assert_eq!(default("type: timestamp, default: now()"), Default::Now);
        assert_eq!(default("type: date, default: CURRENT_TIMESTAMP"), Default::Now);
        assert_eq!(default("type: text, default: now()"), Default::Value(json!("now()")));
        assert_eq!(default("type: boolean, default: false"), Default::Value(json!(false)));
        let time = default("type: datetime, default: \"2026-01-31T09:00:00+01:00\"");
        assert_eq!(time, Default::Value(json!("2026-01-31T08:00:00Z")));
        let column = column("type: datetime, default: now()").unwrap();
        assert_eq!(column.default_at(Timestamp::UNIX_EPOCH), json!("1970-01-01T00:00:00Z"));
    }

    #[test]
    fn what_can_not_be_kept_is_refused_with_its_reason() {
        for (rules, reason) in [
            ("type: number", "a type beside"),
            ("length: 3", "a `name` and a `type`"),
            ("type: string, length: -1", "`length` is no whole number"),
            ("type: string, length: many", "`length` is no whole number"),
            ("type: decimal, precision: 2, scale: 3", "smaller than `scale`"),
            ("type: integer, default: one", "the default is a text"),
            ("type: string, length: 2, default: abc", "the default is longer"),
            ("type: string, enum: [a, b], default: c", "the default is none of"),
            ("type: integer, enum: [1, b]", "a value of `enum` is a text"),
            ("type: string, enum: {}", "no list of values"),
            ("type: string, \"null\": maybe", "write true or false"),
            ("type: bigint, auto_increment: true", "only `id` counts"),
            ("type: json, indexed: true", "holds JSON"),
        ] {
            let found = column(rules).unwrap_err();
            assert!(found.iter().any(|found| found.contains(reason)), "{rules}: {found:?}");
        }
    }
}
