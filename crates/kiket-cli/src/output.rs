//! What a command shows: text for people, an answer as the platform wrote it, a report for programs.

pub(crate) mod junit;
pub(crate) mod table;
pub(crate) mod words;

use kiket_contract::api::Page;

use crate::args::Format;
use crate::operator::Answer;
use crate::printer;

/// How results are shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output(pub(crate) Format);

impl Output {
    pub(crate) fn is_json(self) -> bool {
        self.0 == Format::Json
    }

    /// Shows an answer.
    ///
    /// # Errors
    /// When standard output can not be written to.
    pub(crate) fn show<T>(
        self,
        answer: &Answer<T>,
        text: impl FnOnce(&T) -> String,
    ) -> anyhow::Result<()> {
        match self.0 {
            Format::Json => printer::line(answer.text.trim_end())?,
            Format::Text => printer::line(text(&answer.value).trim_end())?,
        }
        Ok(())
    }

    /// Shows a page of a list as a table, and says how the next one is asked for.
    ///
    /// # Errors
    /// When the output can not be written to.
    pub(crate) fn page<T, const N: usize>(
        self,
        answer: &Answer<Page<T>>,
        header: [&str; N],
        row: impl Fn(&T) -> [String; N],
    ) -> anyhow::Result<()> {
        if self.is_json() {
            return self.show(answer, |_| String::new());
        }
        let Page { data, next_cursor } = &answer.value;
        if data.is_empty() {
            printer::note("nothing fits")?;
        } else {
            printer::line(table::table(header, data.iter().map(row)))?;
        }
        if let Some(cursor) = next_cursor {
            printer::note(format_args!("there are more: --cursor {cursor}"))?;
        }
        Ok(())
    }
}
