//! Where `kiket dev` shows what happens: standard output for people; standard error when standard
//! output is for one JSON object.

use std::io::{IsTerminal, stdout};

use anstyle::{AnsiColor, Style};
use jiff::Timestamp;
use kiket_platform::Happening;
use tokio::sync::broadcast::error::RecvError;

use super::log;
use super::summary::Summary;
use crate::args::Format;
use crate::extension::Line;
use crate::printer;

const STEP: Style = AnsiColor::Cyan.on_default().bold();
const QUIET: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// Shows what happens, line by line.
pub(super) struct Screen {
    format: Format,
}

impl Screen {
    pub(super) fn new(format: Format) -> Self {
        Self { format }
    }

    /// One line. A reader that has gone away is no reason to stop delivering.
    pub(super) fn say(&self, text: &str) {
        let _ = match self.format {
            Format::Text => printer::line(text),
            Format::Json => printer::note(text),
        };
    }

    /// What is done next.
    pub(super) fn step(&self, what: &str, text: &str) {
        self.say(&format!("{STEP}{what:<10}{STEP:#} {text}"));
    }

    /// What could be done.
    pub(super) fn hint(&self, text: &str) {
        self.say(&format!("{QUIET}{text}{QUIET:#}"));
    }

    /// What happened on the platform.
    pub(super) fn happening(&self, happening: Result<Happening, RecvError>) {
        match happening {
            Ok(happening) => {
                for line in log::lines(&happening, Timestamp::now()) {
                    self.say(&line);
                }
            }
            Err(RecvError::Lagged(missed)) => self.hint(&format!("({missed} lines left out)")),
            Err(RecvError::Closed) => {}
        }
    }

    /// What the extension printed.
    pub(super) fn printed(&self, line: &Line) {
        self.say(&format!("{QUIET}extension{QUIET:#}  {}", line.text));
    }

    /// The table of a run with `--once`, and its verdict.
    pub(super) fn table(&self, summary: &Summary) {
        let style = if summary.is_success() { GOOD } else { BAD };
        self.say(&format!("\n{}\n", summary.table(stdout().is_terminal())));
        self.say(&format!("{style}{}{style:#}", summary.verdict()));
    }
}
