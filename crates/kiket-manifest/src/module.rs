//! What the schema of a module of custom data says, in either of its forms.
//!
//! The older form has everything inside a mapping `module`, with a list of tables. The later one has
//! the id as `module` and the tables beside it, by their names.

use crate::folder::File;
use crate::{Node, Span};

/// Columns that every record has.
pub(crate) const IMPLICIT: [&str; 6] =
    ["id", "organization_id", "project_id", "created_at", "updated_at", "deleted_at"];

/// A module's schema.
pub(crate) struct Schema<'a> {
    pub(crate) file: &'a File,
    /// Its id as it stands there, a text or not.
    pub(crate) id: Option<&'a Node>,
    /// The tables as they stand there, in either form or in none.
    pub(crate) listed: Option<&'a Node>,
    pub(crate) tables: Vec<Table<'a>>,
}

/// A table of a module.
pub(crate) struct Table<'a> {
    pub(crate) name: &'a str,
    /// Where its name stands.
    pub(crate) span: Span,
    pub(crate) body: &'a Node,
}

impl<'a> Schema<'a> {
    pub(crate) fn of(file: &'a File) -> Self {
        let root = file.document.root();
        let module = root.get("module");
        let block = module.filter(|module| module.is_mapping());
        let id = match block {
            Some(block) => block.get("id"),
            None => module,
        };
        let listed = block.and_then(|block| block.get("tables")).or_else(|| root.get("tables"));
        let tables = listed.map(tables).unwrap_or_default();
        Self { file, id, listed, tables }
    }

    /// Its id, when it is a text.
    pub(crate) fn name(&self) -> Option<&'a str> {
        self.id.and_then(|id| id.as_text())
    }

    pub(crate) fn table(&self, name: &str) -> Option<&Table<'a>> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// What roles may do with the tables.
    pub(crate) fn permissions(&self) -> &'a [Node] {
        let root = self.file.document.root();
        let inside = root.get("module").and_then(|module| module.get("permissions"));
        inside.or_else(|| root.get("permissions")).map_or(&[], |list| list.items())
    }
}

impl<'a> Table<'a> {
    pub(crate) fn columns(&self) -> &'a [Node] {
        self.body.get("columns").map_or(&[], |columns| columns.items())
    }

    pub(crate) fn indexes(&self) -> &'a [Node] {
        self.body.get("indexes").map_or(&[], |indexes| indexes.items())
    }

    /// The names of the columns that are declared.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.columns().iter().filter_map(|column| column.get("name")?.as_text())
    }
}

fn tables(listed: &Node) -> Vec<Table<'_>> {
    let entries = listed.entries().iter();
    let by_name = entries.map(|entry| {
        let (name, span) = (entry.key.value.as_str(), entry.key.span);
        Table { name, span, body: &entry.value }
    });
    let in_list = listed.items().iter().filter_map(|body| {
        let name = body.get("name")?;
        Some(Table { name: name.as_text()?, span: name.span, body })
    });
    by_name.chain(in_list).collect()
}
