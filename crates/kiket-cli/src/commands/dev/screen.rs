//! Where `kiket dev` shows what happens: standard output for people; standard error when standard
//! output is for one JSON object.

use std::io::{IsTerminal, stdout};
use std::sync::Arc;

use anstyle::{AnsiColor, Style};
use jiff::Timestamp;
use kiket_platform::Happening;
use tokio::sync::broadcast::error::RecvError;

use super::log;
use super::summary::Summary;
use super::weather::Weather;
use crate::args::Format;
use crate::extension::Line;
use crate::printer;

const STEP: Style = AnsiColor::Cyan.on_default().bold();
const QUIET: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// What stands in the first line that the runtime of Rust prints of a panic.
const PANIC: &str = " panicked at ";

/// Shows what happens, line by line.
pub(super) struct Screen {
    format: Format,
    /// Whether what extensions print needs to say which of them did.
    several: bool,
    weather: Option<Arc<Weather>>,
}

impl Screen {
    pub(super) fn new(format: Format, several: bool, weather: Option<Arc<Weather>>) -> Self {
        Self { format, several, weather }
    }

    /// The weather, if there is any.
    pub(super) fn weather(&self) -> Option<&Arc<Weather>> {
        self.weather.as_ref()
    }

    /// The seed that brings this weather again.
    pub(super) fn forecast(&self) {
        if let Some(weather) = &self.weather {
            self.step("weather", &format!("{0}; the same again: --weather {0}", weather.seed));
        }
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

    /// What is in the way, as it comes.
    pub(super) fn trouble(&self, text: &str) {
        self.say(&format!("{BAD}{:<10}{BAD:#} {text}", "trouble"));
    }

    /// What could be done.
    pub(super) fn hint(&self, text: &str) {
        self.say(&format!("{QUIET}{text}{QUIET:#}"));
    }

    /// What happened on the platform.
    pub(super) fn happening(&self, happening: Result<Happening, RecvError>) {
        match happening {
            Ok(happening) => {
                let met = match (&self.weather, &happening) {
                    (Some(weather), Happening::Attempted { delivery_id, attempt, .. }) => {
                        weather.met(*delivery_id, attempt.number)
                    }
                    _ => None,
                };
                for line in log::lines(&happening, Timestamp::now(), met) {
                    self.say(&line);
                }
            }
            Err(RecvError::Lagged(missed)) => self.hint(&format!("({missed} lines left out)")),
            Err(RecvError::Closed) => {}
        }
    }

    /// What an extension printed. A panic stands out.
    pub(super) fn printed(&self, line: &Line) {
        let from = if self.several { &*line.from } else { "extension" };
        let text = &line.text;
        let style = if text.contains(PANIC) { BAD } else { Style::new() };
        self.say(&format!("{QUIET}{from}{QUIET:#}  {style}{text}{style:#}"));
    }

    /// The table of a run with `--once`, and its verdict.
    pub(super) fn table(&self, summary: &Summary) {
        let style = if summary.is_success() { GOOD } else { BAD };
        self.say(&format!("\n{}\n", summary.table(stdout().is_terminal())));
        self.say(&format!("{style}{}{style:#}", summary.verdict()));
    }
}
