//! What the schema of a module of custom data says, in either of its forms.
//!
//! The older form has everything inside a mapping `module`, with a list of tables. The later one has
//! the id as `module` and the tables beside it, by their names.

use crate::folder::File;
use crate::{Node, Span};

/// Columns that every record has.
pub const IMPLICIT_COLUMNS: [&str; 6] =
    ["id", "organization_id", "project_id", "created_at", "updated_at", "deleted_at"];

/// The types that a column may have.
pub const COLUMN_TYPES: [&str; 11] = [
    "string",
    "text",
    "integer",
    "bigint",
    "decimal",
    "boolean",
    "datetime",
    "timestamp",
    "date",
    "json",
    "jsonb",
];

/// A module's schema as it stands in its file, whether it is right or not.
pub struct ModuleSchema<'a> {
    /// Its id as it stands there, a text or not.
    pub id: Option<&'a Node>,
    /// The tables as they stand there, in either form or in none.
    pub listed: Option<&'a Node>,
    /// The tables that have a name.
    pub tables: Vec<ModuleTable<'a>>,
}

/// A module's schema in its file.
pub(crate) struct Schema<'a> {
    pub(crate) file: &'a File,
    /// Its id as it stands there, a text or not.
    pub(crate) id: Option<&'a Node>,
    /// The tables as they stand there, in either form or in none.
    pub(crate) listed: Option<&'a Node>,
    pub(crate) tables: Vec<ModuleTable<'a>>,
}

/// A table of a module.
pub struct ModuleTable<'a> {
    /// Its name.
    pub name: &'a str,
    /// Where its name stands.
    pub span: Span,
    /// What is said of it.
    pub body: &'a Node,
}

impl<'a> ModuleSchema<'a> {
    /// Reads the root of a schema's file, in either form.
    #[must_use]
    pub fn of(root: &'a Node) -> Self {
        let module = root.get("module");
        let block = module.filter(|module| module.is_mapping());
        let id = match block {
            Some(block) => block.get("id"),
            None => module,
        };
        let listed = block.and_then(|block| block.get("tables")).or_else(|| root.get("tables"));
        let tables = listed.map(tables).unwrap_or_default();
        Self { id, listed, tables }
    }
}

impl<'a> Schema<'a> {
    pub(crate) fn of(file: &'a File) -> Self {
        let ModuleSchema { id, listed, tables } = ModuleSchema::of(file.document.root());
        Self { file, id, listed, tables }
    }

    /// Its id, when it is a text.
    pub(crate) fn name(&self) -> Option<&'a str> {
        self.id.and_then(|id| id.as_text())
    }

    pub(crate) fn table(&self, name: &str) -> Option<&ModuleTable<'a>> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// What roles may do with the tables.
    pub(crate) fn permissions(&self) -> &'a [Node] {
        let root = self.file.document.root();
        let inside = root.get("module").and_then(|module| module.get("permissions"));
        inside.or_else(|| root.get("permissions")).map_or(&[], |list| list.items())
    }
}

impl<'a> ModuleTable<'a> {
    /// The columns that are declared.
    #[must_use]
    pub fn columns(&self) -> &'a [Node] {
        self.body.get("columns").map_or(&[], |columns| columns.items())
    }

    /// The indexes that are declared.
    #[must_use]
    pub fn indexes(&self) -> &'a [Node] {
        self.body.get("indexes").map_or(&[], |indexes| indexes.items())
    }

    /// The names of the columns that are declared.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.columns().iter().filter_map(|column| column.get("name")?.as_text())
    }
}

fn tables(listed: &Node) -> Vec<ModuleTable<'_>> {
    let entries = listed.entries().iter();
    let by_name = entries.map(|entry| {
        let (name, span) = (entry.key.value.as_str(), entry.key.span);
        ModuleTable { name, span, body: &entry.value }
    });
    let in_list = listed.items().iter().filter_map(|body| {
        let name = body.get("name")?;
        Some(ModuleTable { name: name.as_text()?, span: name.span, body })
    });
    by_name.chain(in_list).collect()
}
