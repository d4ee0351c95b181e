//! The log of [`Extension::run`](crate::Extension::run), for a program without one of its own.

use std::fmt::{self, Write as _};
use std::io::IsTerminal;

use kiket_contract::environment::LOG;
use tracing::field::Field;
use tracing_subscriber::field::{RecordFields, Visit};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::environment::Environment;

/// Room for the fields of a delivery's span, in bytes.
const USUAL_LENGTH: usize = 160;

/// Shows the log on the standard error. Does nothing when the program has a subscriber already.
pub(crate) fn to_standard_error(environment: &Environment) {
    let wanted = environment.get(LOG);
    let filter = wanted.as_deref().unwrap_or("info").parse::<Targets>();
    let unreadable = filter.is_err();
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .fmt_fields(PlainFields);
    let filter = filter.unwrap_or_else(|_| Targets::new().with_default(LevelFilter::INFO));
    let _ = tracing_subscriber::registry().with(filter).with(lines).try_init();
    if unreadable {
        tracing::warn!("ignored `{LOG}`: write a level, or `target=level` pairs with commas");
    }
}

/// `name=value` without colours. A span's fields are written for every delivery, whether a line of the
/// log shows them or not: into a text with room for them, which does not grow step by step.
struct PlainFields;

impl<'w> FormatFields<'w> for PlainFields {
    fn format_fields<R: RecordFields>(&self, mut writer: Writer<'w>, fields: R) -> fmt::Result {
        let mut line = Line(String::with_capacity(USUAL_LENGTH));
        fields.record(&mut line);
        writer.write_str(&line.0)
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if !self.0.is_empty() {
            self.0.push(' ');
        }
        if field.name() != "message" {
            self.0.push_str(field.name());
            self.0.push('=');
        }
        // A text takes all that is written to it.
        let _ = write!(self.0, "{value:?}");
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read as _};
    use std::sync::Mutex;

    use tracing::field::Empty;

    use super::*;

    #[test]
    fn a_line_has_the_fields_of_its_span_and_its_own() {
        let (mut reader, writer) = io::pipe().unwrap();
        let lines = tracing_subscriber::fmt::layer()
            .with_writer(Mutex::new(writer))
            .with_ansi(false)
            .fmt_fields(PlainFields);
        tracing::subscriber::with_default(tracing_subscriber::registry().with(lines), || {
            let span = tracing::error_span!("delivery", event = %"a.b", id = 7, outcome = Empty);
            let span = span.entered();
            span.record("outcome", "ok");
            tracing::error!(path = "/\n", status = 401, "refused");
        });
        let mut line = String::new();
        reader.read_to_string(&mut line).unwrap();
        assert!(line.contains(r#" delivery{event=a.b id=7 outcome="ok"}: "#), "{line}");
        assert!(line.ends_with(": refused path=\"/\\n\" status=401\n"), "{line}");
    }
}
