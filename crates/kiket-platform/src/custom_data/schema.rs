//! Reads the schema of a module, in either form, into tables.
//!
//! Everything that is wrong is found at once, each with its place. The columns that every record has
//! may be declared, and change nothing. The permissions of roles are for people; extensions are
//! permitted what their manifest says.

mod columns;

use std::collections::{BTreeMap, BTreeSet};

use kiket_contract::api::installations::ManifestFinding;
use kiket_manifest::{Document, IMPLICIT_COLUMNS, ModuleSchema, ModuleTable, Node, Span};

use super::table::{Index, Kind, Table};

/// The most tables of a module.
const MOST_TABLES: usize = 50;
/// The most columns of a table.
const MOST_COLUMNS: usize = 100;
/// The most indexes of a table.
const MOST_INDEXES: usize = 20;
/// The most characters of a name.
const LONGEST_NAME: usize = 64;

/// The tables of a module by their names.
pub(crate) type Tables = BTreeMap<String, Table>;

/// Reads the schema of the module of this id.
pub(crate) fn read(id: &str, text: &str) -> Result<Tables, Vec<ManifestFinding>> {
    let document = Document::parse(text);
    let mut reader = Reader { document: &document, findings: Vec::new() };
    let root = document.root();
    if !document.is_complete() || !root.is_mapping() {
        reader.report(root.span, "schema-shape", "is no YAML or JSON mapping: check its syntax");
        return Err(reader.findings);
    }
    let schema = ModuleSchema::of(root);
    match schema.id {
        Some(node) if node.as_text() == Some(id) => {}
        Some(node) => {
            reader.report(
                node.span,
                "module-id",
                format!("the schema is not of the module `{id}`"),
            );
        }
        None => reader.report(root.span, "missing-module-id", "the module has no id"),
    }
    let tables = reader.tables(&schema);
    if reader.findings.is_empty() { Ok(tables) } else { Err(reader.findings) }
}

/// What is wrong with a schema so far.
struct Reader<'d> {
    document: &'d Document,
    findings: Vec<ManifestFinding>,
}

impl Reader<'_> {
    fn report(&mut self, span: Span, id: &str, message: impl Into<String>) {
        let position = self.document.position(span);
        self.findings.push(ManifestFinding {
            id: id.to_owned(),
            path: self.document.path(span),
            message: message.into(),
            help: None,
            line: position.line,
            column: position.column,
        });
    }

    fn tables(&mut self, schema: &ModuleSchema<'_>) -> Tables {
        let named = schema.tables.len();
        let listed = schema.listed.map_or(0, |node| node.items().len() + node.entries().len());
        let place = schema.listed.or(schema.id).map_or_else(Span::default, |node| node.span);
        if listed == 0 {
            self.report(place, "missing-tables", "the module has no tables");
        } else if named < listed {
            self.report(place, "schema-shape", "a table has no `name`");
        } else if listed > MOST_TABLES {
            self.report(place, "schema-shape", format!("there are more than {MOST_TABLES} tables"));
        }
        let mut tables = Tables::new();
        for table in schema.tables.iter().take(MOST_TABLES) {
            self.name(table.span, table.name);
            let read = self.table(table);
            if tables.insert(table.name.to_owned(), read).is_some() {
                let text = format!("`{}` is a table already", table.name);
                self.report(table.span, "duplicate-column", text);
            }
        }
        tables
    }

    fn table(&mut self, table: &ModuleTable<'_>) -> Table {
        for list in ["columns", "indexes"] {
            if let Some(node) = table.body.get(list).filter(|node| !node.is_list()) {
                self.report(node.span, "schema-shape", format!("`{list}` is no list"));
            }
        }
        let soft_delete = self.boolean(table.body, "soft_delete").unwrap_or(true);
        let mut read = Table { soft_delete, columns: Vec::new(), indexes: Vec::new() };
        let mut wanted = Vec::new();
        let mut seen = BTreeSet::new();
        if table.columns().is_empty() || table.columns().len() > MOST_COLUMNS {
            let text = format!("`{}` has no columns, or more than {MOST_COLUMNS}", table.name);
            self.report(table.span, "incomplete-column", text);
        }
        for node in table.columns().iter().take(MOST_COLUMNS) {
            let Some((column, is_unique, is_indexed)) = self.column(node) else { continue };
            if !seen.insert(column.name.clone()) {
                let text = format!("`{}` is a column already", column.name);
                self.report(node.span, "duplicate-column", text);
            }
            if IMPLICIT_COLUMNS.contains(&column.name.as_str()) {
                self.implicit(node, &column.name, column.kind);
                continue;
            }
            if is_unique || is_indexed {
                wanted.push((node.span, vec![column.name.clone()], is_unique));
            }
            read.columns.push(column);
        }
        for node in table.indexes() {
            wanted.extend(self.index(node));
        }
        self.add_indexes(&mut read, wanted);
        read
    }

    fn implicit(&mut self, node: &Node, name: &str, kind: Kind) {
        let is_number = matches!(kind, Kind::Integer | Kind::Bigint);
        if name == "id" && !is_number {
            let text =
                "Kiket numbers records: declare `id` as `bigint`, or name the column otherwise";
            self.report(node.span, "unknown-type", text);
        }
    }

    fn index(&mut self, node: &Node) -> Option<(Span, Vec<String>, bool)> {
        let columns = node.get("columns").map_or(&[][..], |columns| columns.items());
        let names: Vec<_> = columns.iter().filter_map(|name| name.as_text()).collect();
        if names.is_empty() || names.len() < columns.len() {
            self.report(node.span, "schema-shape", "the index has no `columns`, each a name");
            return None;
        }
        // A table's records are all of one project, and only those that are there are in an index.
        let is_constant =
            |name: &&str| ["organization_id", "project_id", "deleted_at"].contains(name);
        let names = names.into_iter().filter(|name| !is_constant(name)).map(str::to_owned);
        let unique = self.boolean(node, "unique").unwrap_or_default();
        Some((node.span, names.collect(), unique))
    }

    /// Numbers the indexes. One that says the same as another is left out, a unique one counts.
    fn add_indexes(&mut self, table: &mut Table, wanted: Vec<(Span, Vec<String>, bool)>) {
        for (span, columns, unique) in wanted {
            for name in &columns {
                match table.field(name).map(|field| field.kind()) {
                    None => {
                        self.report(span, "unknown-column", format!("`{name}` is no column"));
                    }
                    Some(Kind::Json) => {
                        let text = format!("`{name}` holds JSON, which has no order to index");
                        self.report(span, "unknown-column", text);
                    }
                    Some(_) => {}
                }
            }
            if columns.is_empty() && !unique {
                continue;
            }
            match table.indexes.iter_mut().find(|index| index.columns == columns) {
                Some(same) => same.unique |= unique,
                None => {
                    let number = i64::try_from(table.indexes.len()).unwrap_or(i64::MAX);
                    table.indexes.push(Index { number, columns, unique });
                }
            }
        }
        if table.indexes.len() > MOST_INDEXES {
            let text = format!("a table has more than {MOST_INDEXES} indexes");
            self.report(Span::default(), "schema-shape", text);
        }
    }

    fn boolean(&mut self, node: &Node, name: &str) -> Option<bool> {
        let value = node.get(name)?;
        let read = value.as_boolean();
        if read.is_none() {
            let text = format!("`{name}` is {}: write true or false", value.kind());
            self.report(value.span, "schema-shape", text);
        }
        read
    }

    /// Refuses what can not name a table or a column.
    fn name(&mut self, span: Span, name: &str) {
        let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let begins = name.bytes().next().is_some_and(|byte| !byte.is_ascii_digit());
        if !begins || name.len() > LONGEST_NAME || !name.bytes().all(is_inner) {
            let text = format!(
                "a name is 1 to {LONGEST_NAME} letters, digits and underscores, no digit first"
            );
            self.report(span, "column-style", text);
        }
    }
}
