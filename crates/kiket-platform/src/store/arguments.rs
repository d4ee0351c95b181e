//! The arguments of a statement whose text depends on what is asked.

#[cfg(test)]
use sqlx::Row;
use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, Arguments as _, AssertSqlSafe, Encode, Type};

use super::StoreError;

/// Arguments in the order in which they were added.
#[derive(Default)]
pub(super) struct Arguments(AnyArguments);

impl Arguments {
    /// Adds one and says how the text names it: `$1`, `$2` and so on.
    pub(super) fn add<'t>(
        &mut self,
        value: impl Encode<'t, Any> + Type<Any>,
    ) -> Result<String, StoreError> {
        self.0.add(value).map_err(sqlx::Error::Encode)?;
        Ok(format!("${}", self.0.len()))
    }

    /// The statement. Its text is made of literals of this crate and of names that
    /// [`Arguments::add`] gave; what comes from outside is bound.
    pub(super) fn statement(self, text: String) -> Query<'static, Any, AnyArguments> {
        sqlx::query_with(AssertSqlSafe(text), self.0)
    }

    /// How the database would find what the statement reads, step by step.
    #[cfg(test)]
    pub(super) async fn steps(self, text: &str, store: &super::Store) -> Vec<String> {
        let explain = self.statement(format!("EXPLAIN QUERY PLAN {text}"));
        let rows = explain.fetch_all(&store.reader).await.unwrap();
        let step = |row| sqlx::any::AnyRow::try_get::<String, _>(row, "detail").unwrap();
        rows.iter().map(step).map(|step| step.replace("COVERING ", "")).collect()
    }
}
